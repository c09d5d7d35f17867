import json
from dataclasses import replace

import pytest

from atrous.context.choice import Choice, Score
from atrous.context.found import Needs, chart, summed
from atrous.context.runs import Run


def test_it_comes_back_out_of_json(found):
    assert Needs.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.to_json()["verdict"] == found.sentences
    nothing = replace(found, answer=None, interval=None, share=None)
    assert Needs.from_json(nothing.to_json()) == nothing


def test_what_is_damaged_is_refused(found):
    with pytest.raises((TypeError, KeyError)):
        Needs.from_json({"format": 1})


def test_the_answer_and_how_sure_it_is_are_sentences(found):
    assert found.sentences == [
        "The data need a window of 7 words: no larger one, up to 15, is clearly better by 0.5 points or more.",
        "Of 100 redrawn test sets and seeds 97 say 7 to 15.",
        "With 300 test rows and these seeds, a larger window that is better by less than 2.0 points cannot be told "
        "from luck.",
    ]
    assert str(found).startswith("The data need")


def test_a_curve_that_grows_says_what_to_ask_next(found):
    growing = replace(found, answer=15, interval=(15, 15), growing=True)
    assert growing.sentences[0] == (
        "Still growing at 15 words: the data need 15 words at least; ask again with --most 31."
    )


def test_that_no_window_helps_is_a_sentence_and_failed_seeds_are_counted(found):
    failed = ({**found.windows[0], "failures": ["a dead network", "a dead network"]}, *found.windows[1:])
    nothing = replace(found, answer=None, interval=None, share=None, windows=failed)
    assert nothing.sentences == [
        "No window helps: none is clearly better than always giving the same answer (0.5000).",
        "Window 15 has 0.9050, but with 300 test rows that may be luck: give more with --test.",
        "Failed: 2 seeds at window 1.",
    ]
    flat = replace(nothing, windows=found.windows[:1])
    assert flat.sentences[1] == (
        "The labels do not depend on the rows as this model reads them, or it has learnt too little: "
        "give more rows, or more epochs with --set train.epochs=N."
    )


@pytest.mark.parametrize("token, word", [("characters", "character"), ("bpe", "byte pair"), ("values", "step")])
def test_a_window_is_counted_in_what_the_model_reads(found, token, word):
    assert f"a window of 7 {word}s" in str(replace(found, token=token))


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("width", [30, 80, 120])
def test_the_chart_has_a_line_a_window_and_marks_the_answer(found, plain, width):
    head, *lines, notes = chart(found, width=width, plain=plain).splitlines()
    dot, mark = ("o", "<-") if plain else ("●", "←")
    assert "accuracy on test" in head
    assert [int(line.split()[0]) for line in lines] == [1, 3, 7, 15]
    assert [line.endswith(mark) for line in lines] == [False, False, True, False]
    places = [line.index(dot, 38) for line in lines]
    assert places == sorted(places)
    assert places[0] < places[-1]
    assert "mean of 2 seeds" in notes
    assert all(len(line) <= max(width, 66) for line in lines)
    assert not plain or max(chart(found, width=width, plain=True)) < "\x7f"


def test_runs_that_failed_are_named_beside_those_that_did_not():
    choice = Choice(1, 1, 1, 1.0, False, 0.005, {1: Score(0.75, 0.5, 1.0, (0.75,))}, 0.5)
    runs = {1: [Run(1, 0, failure="dead"), Run(1, 1, 0.7, 0.75, 3, 1.5)]}
    needs = summed(
        choice, runs, margin=0.01, score="accuracy", token="words", rows={"test": 4}, files={}, settings=None
    )
    (window,) = needs.windows
    assert (window["seeds"], window["scores"], window["failures"]) == ([1], [0.75], ["dead"])
    assert (window["epochs"], window["seconds"]) == ([3], [1.5])
