import shlex

from typer.main import get_command

from atrous.cli.entry import app
from atrous.comparing.commands import commands, to_repeat
from atrous.comparing.terms import Terms
from atrous.config import load
from atrous.data.asked import Asked


def test_the_command_to_repeat_says_all_that_was_asked():
    asked = Asked(
        "my data.csv", test="t.csv", settings="s.toml", text="a b", max_steps=9, seed=4, set=["train.epochs=5", "a='b'"]
    )
    command = to_repeat(asked, ["bag", "tcn"], Terms(60_000, 2, 4, 7.5), "out dir")
    program, name, *words = shlex.split(command)
    assert (program, name) == ("atrous", "compare")
    compare = get_command(app).commands["compare"]
    found = compare.make_context("compare", words, resilient_parsing=True).params
    wanted = {
        "data": "my data.csv", "test": "t.csv", "settings": "s.toml", "encode": "bag,tcn", "budget": 60_000, "rates": 2,
        "seeds": 4, "minutes": 7.5, "text": "a b", "max_steps": 9, "seed": "4", "set": ["train.epochs=5", "a='b'"],
        "out": "out dir", "dev": None, "label": None,
    }  # fmt: skip
    assert {name: str(found[name]) for name in wanted} == {name: str(value) for name, value in wanted.items()}


def test_rows_of_python_are_repeated_in_python():
    command = to_repeat(Asked([{"text": "a"}], dev=[{"text": "b"}], set=["a=1"]), ["bag"], Terms(), "out")
    assert command.startswith("atrous.compare(data, dev=dev, encode='bag', ")
    compile(command, "command", "eval")


def test_a_race_without_a_folder_has_no_model_to_ask():
    assert commands("x", load(), None) == {"repeat": "x"}
    assert commands("x", load(), "a b/")["verify"] == "atrous verify 'a b/best'"
