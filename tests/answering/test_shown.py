import pytest

from atrous.answering.shown import Shown, abstentions
from atrous.errors import ConfigError
from atrous.runtime.readable import Answer, LabelsAnswer

ANSWER = Answer("b", 0.6, {"a": 0.1, "b": 0.6, "c": 0.3})
SEVERAL = LabelsAnswer(("b", "c"), "b|c", 0.4, {"a": 0.1, "b": 0.8, "c": 0.55})


def test_the_first_columns_are_the_same_whatever_else_is_shown():
    assert Shown().head == ("label", "probability")
    assert Shown().cells(ANSWER) == ("b", "0.600000")
    for answer in (ANSWER, SEVERAL):
        assert Shown(top=2).cells(answer)[:2] == Shown().cells(answer)
        assert len(Shown(top=2).head) == len(Shown(top=2).cells(answer)) == 6


@pytest.mark.parametrize("answer", [ANSWER, SEVERAL])
def test_the_most_probable_labels_come_first_given_or_not(answer):
    assert [one["label"] for one in Shown(top=3).value(answer)["top"]] == ["b", "c", "a"]
    assert Shown(top=3).cells(answer)[2::2] == ("b", "c", "a")


def test_an_answer_that_abstains_still_says_what_it_would_be():
    shown = Shown(top=1, min_probability=0.61)
    assert shown.cells(shown.of(ANSWER)) == ("", "0.600000", "b", "0.600000")
    assert shown.value(shown.of(ANSWER)) == {
        "label": None,
        "probability": 0.6,
        "top": [{"label": "b", "probability": 0.6}],
    }


@pytest.mark.parametrize("least, label", [(0.6, "b"), (0.600001, ""), (1.0, "")])
def test_an_answer_exactly_so_probable_is_given(least, label):
    assert Shown(min_probability=least).of(ANSWER).label == label


@pytest.mark.parametrize("top", [0, -1, 4])
def test_more_labels_than_there_are_and_fewer_than_one_are_refused(top):
    with pytest.raises(ConfigError, match=f"--top {top}: expected a number from 1 to 3, the labels of runs/m"):
        Shown(top=top).check("classes", 3, model="runs/m")
    Shown(top=3).check("classes", 3, model="runs/m")


@pytest.mark.parametrize("least", [0.0, -1.0, 1.5, float("nan"), float("inf")])
def test_what_is_no_probability_is_refused(least):
    with pytest.raises(ConfigError, match="expected a number above 0 and at most 1"):
        Shown(min_probability=least).check("classes", 3, model="m")


def test_a_model_of_several_labels_does_not_abstain():
    with pytest.raises(ConfigError, match="--min-probability: m gives a text any number of labels"):
        Shown(min_probability=0.5).check("labels", 3, model="m")
    with pytest.raises(ValueError, match="to give none is an answer, too"):
        SEVERAL.at_least(0.5)
    Shown(top=2).check("labels", 3, model="m")


def test_how_often_it_abstained_is_counted_in_words():
    assert abstentions(0, 12345) == "abstained on 0 of 12,345"


def test_a_tagger_has_no_other_labels_and_plain_tags_no_spans_to_leave_out():
    Shown(top=3).check("crf", 2, model="runs/ner", scheme="bilou")
    Shown(min_probability=0.5).check("tags", 2, model="runs/ner", scheme="bilou")
    with pytest.raises(ConfigError, match=r"--top: runs/ner gives every token .* only a CRF"):
        Shown(top=3).check("tags", 2, model="runs/ner", scheme="bilou")
    with pytest.raises(ConfigError, match="--top 101: expected a number from 1 to 100"):
        Shown(top=101).check("crf", 2, model="runs/ner", scheme="bilou")
    with pytest.raises(ConfigError, match=r"--min-probability: runs/pos .* no span to leave out"):
        Shown(min_probability=0.5).check("crf", 2, model="runs/pos", scheme="plain")
