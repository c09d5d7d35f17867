import json

import pytest

from atrous.comparing.plan import Plan
from atrous.comparing.remembered import RACE, fingerprint, read, remember, remembered
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.errors import ConfigError

PLAN = Plan(budget=60_000, seeds=2, rates=1, epochs=3, patience=3, minutes=4.0, cut=("epochs: 3 instead of 10",))
ASKED = {"seeds": 3, "encode": ["bag", "tcn"], "settings of tcn": {"encode": {"depth": 4}, "rate": None}, "rows": "ab"}


def test_the_plan_comes_back(tmp_path):
    assert remembered(tmp_path, ASKED) is None
    remember(tmp_path, ASKED, PLAN)
    assert remembered(tmp_path, ASKED) == PLAN
    assert [path.name for path in tmp_path.iterdir()] == [RACE]


@pytest.mark.parametrize(
    "change, words",
    [
        ({"seeds": 5}, "seeds: 3 then, 5 now"),
        ({"encode": ["bag"]}, "other encode"),
        ({"settings of tcn": {"encode": {"depth": 5}, "rate": None}}, "settings of tcn: encode: depth: 4 then, 5 now"),
        ({"rows": "cd" * 20}, "other rows"),
    ],
)
def test_a_race_that_was_asked_something_else_is_refused(tmp_path, change, words):
    remember(tmp_path, ASKED, PLAN)
    with pytest.raises(ConfigError, match=words) as refusal:
        remembered(tmp_path, {**ASKED, **change})
    assert "--force" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_other_rows_have_another_fingerprint():
    rows = [Row("good", "pos", "", 1), Row("bad", "neg", "", 2)]
    known = Targets(("neg", "pos"))
    first = fingerprint(Corpus(rows, rows, rows[:1], known, ()))
    assert first == fingerprint(Corpus(list(rows), rows, rows[:1], known, ()))
    other = fingerprint(Corpus([rows[0], rows[1]._replace(label="pos")], rows, rows[:1], known, ()))
    assert {name for name in first if first[name] != other[name]} == {"train rows"}
    json.dumps(first)


@pytest.mark.parametrize("content", ["", '{"models": [', "[]", "[" * 100_000])
def test_a_damaged_file_is_refused_by_its_name(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"results.json: damaged \(.*\); begin anew with --force"):
        read(path)
