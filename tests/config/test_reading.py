"""Settings read from files and options: what wins, every mistake at once, and a round trip."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.config import ENCODE_SETTINGS, Settings, dump, load
from atrous.errors import ConfigError

FILE = """\
[encode]
name = "tcn"
depth = 6

[train]
epochs = 4
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def said(*arguments: Any, **sections: Any) -> list[str]:
    """The lines of the error that loading raises."""
    with pytest.raises(ConfigError) as caught:
        load(*arguments, **sections)
    return str(caught.value).splitlines()


def written(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load(written(tmp_path / "empty.toml", "")) == load() == Settings()


def test_what_comes_later_wins(file: Path) -> None:
    assert load(file).train.epochs == 4
    assert load(file, train={"epochs": 5}).train.epochs == 5
    assert load(file, ["train.epochs=6"], train={"epochs": 5}).train.epochs == 6


def test_what_is_none_is_not_there(file: Path) -> None:
    assert load(file, train={"epochs": None}).train.epochs == 4


def test_a_name_stands_for_its_section(file: Path) -> None:
    assert load(encode="lstm") == load(None, ["encode=lstm"]) == load(encode={"name": "lstm"})
    assert load(None, ["encode=lstm", "encode.depth=2"]) == load(None, ["encode.depth=2", "encode=lstm"])


def test_another_encoder_leaves_the_files_settings_of_its_own_out(file: Path) -> None:
    assert load(file, encode="ngram").encode.options == {"channels": 128, "kernels": (3, 4, 5)}
    assert load(file, encode="tcn").encode.options["depth"] == 6
    assert load(file, ["encode.depth=2"], encode="lstm").encode.options["depth"] == 2


@pytest.mark.parametrize(
    ("typed", "value"), [("review", "review"), ('"3"', "3"), ("a b = c", "a b = c"), ("1\nlabel = 2", "1\nlabel = 2")]
)
def test_what_is_not_toml_is_a_text(typed: str, value: str) -> None:
    assert load(None, [f"data.text={typed}"]).data.text == value


def test_an_array_is_a_tuple() -> None:
    assert load(None, ["encode.kernels=[2, 3]"], encode="ngram").encode.options["kernels"] == (2, 3)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path / "wrong.toml", '[encode]\nname = "tcn"\ndepht = 3\n[trian]\nx = 1\n[embed]\nname = "word"\n'
    )
    assert sorted(said(path, ["train.step=3", "junk", "train.rate=fast"])) == sorted(
        [
            "--set junk: expected KEY=VALUE, such as train.epochs=5",
            f"{path} line 7: 'embed.name' is \"word\", but should be 'bytes', 'characters', 'words', 'bpe' or 'values' "
            "(did you mean 'words'?)",
            f"{path} line 3: unknown setting 'encode.depht' = 3 (did you mean 'encode.depth'?)",
            "--set train.rate=fast: 'train.rate' is \"fast\", but should be a valid number",
            "--set train.step=3: unknown setting 'train.step' = 3 "
            "(train has epochs, batch, rate, warmup, clip_norm, weight_decay, class_weights, "
            "label_smoothing, losses, dropout_penalty, patience, seed)",
            f"{path} line 4: unknown setting 'trian' = {{'x': 1}} (did you mean 'train'?)",
        ]
    )


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("epochs=3", "unknown setting 'epochs' = 3 (did you mean 'train.epochs'?)"),
        ("train.dropout=0.1", "unknown setting 'train.dropout' = 0.1 (did you mean 'predict.dropout'?)"),
        ("encode.heads=2", "unknown setting 'encode.heads' = 2 (encode has name, channels, depth, kernel, dropout)"),
        ("encode.depth.x=2", "unknown setting 'encode.depth.x' = 2 (did you mean 'encode.depth'?)"),
        ("zzz=2", "unknown setting 'zzz' = 2 (sections are data, embed, encode, attend, predict, train)"),
        ("train=3", "'train' is 3, but should be a section, such as `[train]` and lines below it"),
        ("train.batch=0", "'train.batch' is 0, but should be greater than or equal to 1"),
        ("train.seed=4294967296", "'train.seed' is 4294967296, but should be less than 4294967296"),
        ("train.rate=nan", "'train.rate' is nan, but should be a finite number"),
        ("embed.lower=yes", "'embed.lower' is \"yes\", but should be a valid boolean"),
        (
            "data.encoding=klingon",
            "'data.encoding' is \"klingon\", but should be an encoding that Python knows, "
            "such as utf-8, latin-1 or cp1252",
        ),
        (
            "encode=tnc",
            f"unknown encoder \"tnc\" (did you mean 'tcn'? there are {', '.join(ENCODE_SETTINGS)})",
        ),
        ("encode.name=3", f"unknown encoder 3 (there are {', '.join(ENCODE_SETTINGS)})"),
    ],
)
def test_a_mistake_names_what_was_typed_and_what_to_type(override: str, words: str) -> None:
    assert said(None, [override]) == [f"--set {override}: {words}"]


def test_a_mistake_in_python_names_no_place() -> None:
    assert said(encode="attention", train={"epoch": 3}) == [
        "unknown setting 'train.epoch' = 3 (did you mean 'train.epochs'?)"
    ]
    assert said(None, ["encode.heads=5"], encode="attention") == [
        "--set encode.heads=5: 'encode.heads' is 5, but should divide encode.channels = 64"
    ]
    assert said(None, ["encode.wise=5"], encode="attention") == [
        "--set encode.wise=5: unknown setting 'encode.wise' = 5 (did you mean 'encode.wide'?)"
    ]


def test_a_value_inside_an_array_is_named_by_its_place() -> None:
    assert said(None, ["encode.kernels=[3, 'a']"], encode="ngram") == [
        "--set encode.kernels=[3, 'a']: 'encode.kernels.1' is \"a\", but should be a valid integer"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[train]\nepochs = ten\n",
            " line 2, column 10: not TOML: Invalid value; write `key = value` under a `[section]`",
        ),
        ("[train", "end of document: not TOML: Expected ']'"),
        (b"x = '\xff'", ": not UTF-8 at byte 5; save the settings as UTF-8"),
    ],
)
def test_a_file_that_is_not_toml_names_the_place(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = written(tmp_path / "broken.toml", text)
    [line] = said(path)
    assert line.startswith(path)
    assert words in line


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert said(tmp_path / "no.toml") == [f"{tmp_path / 'no.toml'}: there is no such settings file"]
    assert said(tmp_path) == [f"{tmp_path}: the settings cannot be read: Is a directory"]


@pytest.mark.parametrize(
    "text, words",
    [
        ("x = " + "[" * 100_000, "not TOML: nested too deeply"),
        ("x = " + "{a = " * 5000, "not TOML: nested too deeply"),
        (".".join(["a"] * 10_000) + " = 1", "not TOML: nested too deeply"),
        ("x = " + "9" * 5000, "not TOML: a number of too many digits"),
        ("[train]\nseed = 0x" + "f" * 5000, "not TOML: a number of too many digits"),
        ("[encode]\nname = 'ngram'\nkernels = [3, 0x" + "f" * 5000 + "]", "not TOML: a number of too many digits"),
        ("[train]\nseed = " + "9" * 4000, "'train.seed' is a number of about 3"),
        ("task = 0x" + "f" * 5000, "not TOML: a number of too many digits"),
        ("[encode]\nname = 0x" + "f" * 5000, "not TOML: a number of too many digits"),
        ("[train]\n" + "x" * 5000 + " = 1", "unknown setting 'train.xxx"),
        ("[train]\nepochs = '" + "x" * 10_000 + "'", "'train.epochs' is"),
        ("[encode]\nname = '" + "x" * 10_000 + "'", "unknown encoder"),
        ("#" * (2**20 + 1), "larger than the 1,048,576 bytes that settings may have"),
    ],
)
def test_settings_that_are_a_trap_are_refused_in_one_short_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text)
    (line,) = said(path)
    assert words in line
    assert len(line) < 1000


def test_an_override_that_is_a_trap_is_a_text() -> None:
    for typed in ("[" * 100_000, "9" * 5000):
        (line,) = said(None, [f"train.epochs={typed}"])
        assert "valid integer" in line


names = st.one_of(st.none(), st.text(max_size=8))
counts = st.integers(1, 10**6)
shares = st.floats(0, 1, exclude_max=True)
ENCODES = {
    "bag": {},
    "ngram": {"channels": counts, "kernels": st.lists(counts, min_size=1, max_size=3)},
    "lstm": {"channels": counts, "dropout": shares},
    "attention": {"wide": counts, "depth": st.integers(1, 1000)},
}


@given(
    st.fixed_dictionaries(
        {
            "data": st.fixed_dictionaries({"text": names, "label": names, "group": names}),
            "embed": st.fixed_dictionaries({"lower": st.booleans(), "bigrams": st.one_of(st.none(), counts)}),
            "encode": st.sampled_from(sorted(ENCODES)).flatmap(
                lambda name: st.fixed_dictionaries({"name": st.just(name), **ENCODES[name]})
            ),
            "attend": st.fixed_dictionaries({"name": st.sampled_from([None, "last", "query"])}),
            "train": st.fixed_dictionaries(
                {"rate": st.one_of(st.none(), st.floats(0, exclude_min=True, allow_infinity=False)), "warmup": shares}
            ),
        }
    )
)
def test_what_was_written_loads_to_the_same(tmp_path_factory: pytest.TempPathFactory, tree: dict[str, Any]) -> None:
    settings = Settings.model_validate(tree)
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    path.write_text(dump(settings), encoding="utf-8", newline="")
    assert load(path) == settings
    path.write_text(dump(settings.resolved()), encoding="utf-8", newline="")
    assert load(path) == settings.resolved()


def test_every_encoder_is_written_and_read(tmp_path: Path) -> None:
    for name in ENCODE_SETTINGS:
        path = written(tmp_path / f"{name}.toml", dump(load(encode=name)))
        assert json.loads(load(path).model_dump_json()) == json.loads(load(encode=name).model_dump_json())


def test_what_is_assumed_gives_way_to_everybody(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("[train]\nepochs = 7\n")
    assert load(assumed={"task": "tag"}).task == "tag"
    assert load(assumed={"task": "tag"}, task="classify").task == "classify"
    assert load(path, assumed={"train": {"epochs": 3, "seed": 4}}).train.epochs == 7
    assert load(path, assumed={"train": {"epochs": 3, "seed": 4}}).train.seed == 4
