from __future__ import annotations

import pytest

from atrous.data.guess import (
    USUAL_LABELS,
    USUAL_TEXTS,
    column_names,
    guess_label,
    guess_text,
    known,
    there_are,
    usual,
)
from atrous.errors import ConfigError


def test_usual_names_are_lower_case_and_stand_once():
    names = [*USUAL_TEXTS, *USUAL_LABELS]
    assert len(set(names)) == len(names)
    assert all(name == name.casefold() for name in names)


def test_the_more_usual_name_wins_wherever_it_stands():
    assert usual(["message", "TEXT"], USUAL_TEXTS) == "TEXT"
    assert usual(["x", "y"], USUAL_TEXTS) is None


def test_columns_are_gathered_from_all_records():
    assert column_names([{"b": 1}, {"a": 1, "b": 2}]) == ["b", "a"]


def test_the_text_is_longest_on_average_and_not_at_most():
    records = [{"a": "x" * 10, "b": ""}, {"a": "x" * 10, "b": "y" * 15}]
    assert guess_text(records, ["a", "b"]) == "a"


def test_columns_without_text_are_no_text():
    assert guess_text([{"a": None, "b": [1], "c": ""}], ["a", "b", "c"]) is None


def test_the_label_has_the_fewest_values_that_repeat():
    records = [{"id": str(n), "kind": str(n % 2), "part": str(n % 4), "source": "web"} for n in range(8)]
    assert guess_label(records, ["id", "part", "source", "kind"]) == "kind"


def test_a_column_that_never_changes_is_the_label_where_nothing_else_repeats():
    assert guess_label([{"id": str(n), "source": "web"} for n in range(3)], ["id", "source"]) == "source"


def test_no_column_repeats_and_so_none_is_the_label_unless_it_is_alone():
    records = [{"a": str(n), "b": str(n)} for n in range(3)]
    assert guess_label(records, ["a", "b"]) is None
    assert guess_label(records, ["b"]) == "b"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("reviw", r"a.csv: no column 'reviw' \(did you mean 'Review'\?\); the columns are 'Review', 'stars'$"),
        ("REVIEW", r"no column 'REVIEW' \(did you mean 'Review'\?\)"),
        ("zzz", "no column 'zzz'; the columns are"),
    ],
)
def test_a_wrong_column_is_answered_with_those_there_are(given, words):
    with pytest.raises(ConfigError, match=words):
        known("a.csv", given, ["Review", "stars"])


def test_many_and_long_column_names_are_cut():
    assert there_are(["x" * 99]) == f"the only column is '{'x' * 40}...'"
    assert there_are([str(n) for n in range(23)]).endswith("'19' and 3 more")
