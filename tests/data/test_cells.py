import pytest

from atrous.data.cells import probabilities, soft_columns, split_labels
from atrous.data.values import Number
from atrous.errors import ConfigError, DataError

NAMES = ["text", "p_neg", "p_pos", "all"]


@pytest.mark.parametrize(
    "cell, labels",
    [("a", ["a"]), (" a |b c", ["a", "b c"]), ("", []), ("  ", []), (["a", "b"], ["a", "b"]), ([], [])],
)
def test_labels_stand_between_separators_or_in_a_list(cell, labels):
    assert split_labels(cell, "|", place="f line 2") == labels


@pytest.mark.parametrize(
    "cell, words",
    [
        ("a|b|a", "f line 2: the label 'a' comes twice in 'a|b|a'; name it once"),
        ("a||b", "an empty label beside others"),
        ("a|", "an empty label beside others"),
        (["a|b"], r"the label 'a\|b' holds '\|', which stands between labels; set data.separator"),
        (["a", Number("3"), None], "expected a list of texts, got null"),
    ],
)
def test_a_cell_that_is_no_list_of_labels_is_refused(cell, words):
    with pytest.raises(DataError, match=words):
        split_labels(cell, "|", place="f line 2")


@pytest.mark.parametrize(
    "soft, found",
    [
        ("all", "all"),
        ("p_*", {"neg": "p_neg", "pos": "p_pos"}),
        (("p_pos", "p_neg"), {"p_pos": "p_pos", "p_neg": "p_neg"}),
        ({"bad": "p_neg", "good": "p_pos"}, {"bad": "p_neg", "good": "p_pos"}),
    ],
)
def test_columns_of_probabilities_are_said_in_four_ways(soft, found):
    assert soft_columns("f", soft, NAMES) == found
    assert soft_columns("f", soft, NAMES, need=False) == found
    assert soft_columns("f", soft, ["text", "label"], need=False) is None


@pytest.mark.parametrize(
    "soft, names, words",
    [
        ("al", NAMES, r"f: no column 'al' \(did you mean 'all'\?\)"),
        ("q_*", NAMES, r"f: data.soft = 'q_\*' fits 0 columns, not two or more; the columns are 'text'"),
        ("p_*", ["text", "p_neg"], "fits 1 columns"),
        (("p_neg", "p_pos"), ["text", "p_neg"], "f: no column 'p_pos'"),
    ],
)
@pytest.mark.parametrize("need", [True, False])
def test_a_missing_column_of_probabilities_is_named(soft, names, words, need):
    if need or ("p_neg" in names and soft not in ("al", "q_*")):
        with pytest.raises(ConfigError, match=words):
            soft_columns("f", soft, names, need=need)
    else:
        assert soft_columns("f", soft, names, need=need) is None


COLUMNS = {"neg": "p_neg", "pos": "p_pos"}


def test_probabilities_that_were_rounded_are_made_to_sum_to_one():
    found = probabilities({"p_neg": "0.3334", "p_pos": Number("0.6671")}, COLUMNS, place="f line 2")
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)
    table = {"all": {"neg": 0.25, "pos": 0.75}}
    assert probabilities(table, "all", place="f line 2") == {"neg": 0.25, "pos": 0.75}


def test_where_a_row_can_have_several_labels_nothing_must_sum():
    assert probabilities({"p_neg": "0.9", "p_pos": "0.8"}, COLUMNS, place="", separator="|") == {"neg": 0.9, "pos": 0.8}


@pytest.mark.parametrize(
    "record, columns, words",
    [
        ({"p_neg": "1.2", "p_pos": "0"}, COLUMNS, "f line 2: the probability 'p_neg' is '1.2'; expected a number from"),
        ({"p_neg": "-0.1", "p_pos": "1.1"}, COLUMNS, "'p_neg' is '-0.1'"),
        ({"p_neg": "nan", "p_pos": "1"}, COLUMNS, "'p_neg' is 'nan'"),
        ({"p_neg": "", "p_pos": "1"}, COLUMNS, "'p_neg' is ''"),
        ({"p_neg": True, "p_pos": 0.0}, COLUMNS, "'p_neg' is a boolean"),
        ({"p_pos": Number("1")}, COLUMNS, "'p_neg' is null"),
        (
            {"p_neg": "0.5", "p_pos": "0.502"},
            COLUMNS,
            "of 'neg', 'pos' sum to 1.002, expected 1; correct them, or set pre",
        ),
        ({"all": {"neg": Number("2")}}, "all", "the probability 'neg' in 'all' is 2; expected"),
        ({"all": {}}, "all", "expected a table of probabilities by label in 'all', got an empty one"),
        ({"all": {"": 1.0}}, "all", "got an empty label"),
        ({"all": "0.5"}, "all", "in 'all', got a text; write an object such as"),
        ({}, "all", "in 'all', got null"),
    ],
)
def test_what_is_no_probability_is_refused_with_its_line(record, columns, words):
    with pytest.raises(DataError, match=words):
        probabilities(record, columns, place="f line 2")


def test_a_label_that_holds_the_separator_could_not_be_told_from_two():
    with pytest.raises(DataError, match="holds"):
        probabilities({"all": {"a|b": 0.5}}, "all", place="f line 2", separator="|")
