import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from atrous.config import load
from atrous.planning import cheapest, cover


def test_cover_shows_three_plans_and_the_settings_of_the_cheapest(atrous, tmp_path):
    code, out, _ = atrous("field", "--cover", 64)
    assert code == 0
    assert out.split()[:3] == ["plain", "dilated", "strided"]
    assert "Cheapest by parameters: strided (dilated takes as many, but more FLOPs)." in out
    assert "depth and cost grow as N does" in out
    settings = tmp_path / "pasted.toml"
    settings.write_text(out[out.index("[embed]") :])
    assert load(settings).encode.options["strides"] == (4, 4, 1)


def test_cover_as_json_is_what_python_says(atrous):
    words = ["--channels", 16, "--steps", 50, "--by", "flops", "--most-parameters", 9000, "--centred", "--json"]
    found = json.loads(atrous("field", "--cover", 100, *words)[1])
    plans = cover(100, channels=16, steps=50, by="flops", most_parameters=9000, centred=True)
    assert found["plans"] == [plan.to_json() for plan in plans]
    assert found["cheapest"] == cheapest(plans, "flops").kind == "strided"
    assert found["refused"] == ["plain: needs 30,160 parameters at least"]


def test_a_kind_that_cannot_do_it_is_named_while_the_others_are_shown(atrous):
    code, out, _ = atrous("field", "--cover", 1000)
    assert code == 0
    assert out.split()[:2] == ["dilated", "strided"]
    assert "plain: 30 levels of kernel 9, the most a plan takes, see 241 steps" in out


def test_the_kind_that_is_asked_for_is_written(atrous, tmp_path):
    code, out, _ = atrous("field", "--cover", 50, "--kind", "dilated", "--out", "plan.toml", "--svg", "plan.svg")
    assert code == 0
    assert "The settings of the dilated plan are in plan.toml." in out
    options = load(tmp_path / "plan.toml").encode.options
    (plan,) = (plan for plan in cover(50) if plan.kind == "dilated")
    assert options["dilations"] == plan.dilations
    assert ElementTree.parse(tmp_path / "plan.svg").getroot().tag.endswith("svg")


def test_nothing_is_replaced_unless_force_is_given(atrous, tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text("mine")
    code, out, err = atrous("field", "--cover", 50, "--out", "plan.toml")
    assert (code, out, path.read_text()) == (2, "", "mine")
    assert "plan.toml" in err
    assert atrous("field", "--cover", 50, "--out", "plan.toml", "--force")[0] == 0
    assert path.read_text() != "mine"


@pytest.mark.parametrize("words, said", [
    (["--cover", 0], "'--cover'"),
    (["--cover", "many"], "'--cover'"),
    (["--cover", 2**31], "--cover 2,147,483,648: a window has at most 2,147,483,647 steps"),
    (["tcn", "--cover", 5], "leave out tcn"),
    (["--cover", 5, "--set", "encode.depth=3"], "leave out --set"),
    (["--cover", 5, "--text", "review"], "--text: only for rows that are measured; add --measure DATA"),
    (["--cover", 5, "--measure", "reviews.csv"], "leave out --measure"),
    (["--channels", 5], "--channels: only for a plan; add --cover N"),
    (["tcn", "--kind", "plain", "--most-flops", 9, "--centred"], "--most-flops, --centred, --kind: only for a plan"),
    (["--cover", 5, "--by", "seconds"], "'seconds'"),
    (["--cover", 500, "--kind", "plain"], "see 241 steps; leave --kind out to take the cheapest, strided"),
    (["--cover", 500, "--most-parameters", 100], "no plan sees 500 steps within 100 parameters: plain: 30 levels"),
    (["--cover", 5, "--out", "a.toml", "--svg", "./a.toml"], "both name ./a.toml"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_in_words(atrous, words, said):
    code, out, err = atrous("field", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_planning_a_model_that_sees_a_million_steps_loads_no_torch():
    code = (
        "import sys; from atrous.cli import main; code = main(['field', '--cover', '1000000', '--json']); "
        "print(code, {'torch', 'numpy'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found, end = done.stdout.splitlines()
    assert end == "0 set()"
    assert [plan["sees"] for plan in json.loads(found)["plans"]] == [1_000_001, 1_594_323]


@pytest.mark.parametrize("kind", ["dilated", "strided"])
def test_a_plan_is_trained_as_it_stands(atrous, reviews, kind):
    """From the number of steps to a model that sees them."""
    words = ["--cover", 12, "--channels", 8, "--kind", kind, "--centred", "--out", "plan.toml", "--json"]
    planned = json.loads(atrous("field", *words)[1])
    (plan,) = (plan for plan in planned["plans"] if plan["kind"] == kind)
    trained = ["--out", "model", "--set", "train.epochs=1", "--set", "predict.dropout=0", "--quiet", "--json"]
    code, out, err = atrous("train", "plan.toml", "--data", reviews, *trained)
    assert code == 0, err
    assert json.loads(out)["window"] == plan["window"]
    field = json.loads(atrous("field", "model", "--steps", 100, "--json")[1])
    levels = [row for row in field["layers"] if row["part"] == "encode" and row["name"].startswith("Conv")]
    assert sum(row["parameters"] for row in levels) == plan["parameters"]
    assert sum(row["flops"] for row in levels) == plan["flops"]
