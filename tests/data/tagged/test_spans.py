import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.data.tagged.spans import character_spans, covered
from atrous.data.values import Number
from atrous.errors import DataError
from atrous.runtime.cutting import tokens_of
from atrous.runtime.schemes import Span

TEXT = "Ann Lee left Rome."
PLACE = "a.jsonl line 3"
ANN, ROME = Span(0, 7, "PER"), Span(13, 17, "LOC")


@pytest.mark.parametrize(
    "cell",
    [
        [[0, 7, "PER"], [13, 17, "LOC"]],  # Doccano
        [[13, 17, "LOC"], (0, 7, "PER")],
        [["PER", 0, 7], ["LOC", 13, 17]],
        [{"id": 9, "label": "PER", "start_offset": 0, "end_offset": 7},
         {"label": "LOC", "start_offset": 13, "end_offset": 17}],
        [{"start": 0, "end": 7, "label": "PER", "token_start": 0}, {"start": 13, "end": 17, "label": "LOC"}],
        [{"start": 0, "end": 7, "text": "Ann Lee", "labels": ["PER"]}, {"start": 13, "end": 17, "labels": ["LOC"]}],
        [{"value": {"start": 0, "end": 7, "labels": ["PER"]}, "type": "labels", "from_name": "x"},
         {"value": {"start": 13, "end": 17, "labels": ["LOC"]}, "type": "labels"}],
        [{"entity_group": "PER", "start": 0, "end": 7, "score": 0.9}, {"entity": "LOC", "begin": 13, "stop": 17}],
        [[0, 8, "PER"], [12, 17, " LOC "]],  # with the spaces around them
        [[0, 7, "PER"], [0, 7, "PER"], [13, 17, "LOC"]],  # the same twice
        [[Number("0"), Number("7"), "PER"], [Number("13"), Number("17"), "LOC"]],  # as JSON lines are read
    ],
)  # fmt: skip
def test_spans_are_read_as_tools_write_them(cell):
    assert character_spans(cell, TEXT, place=PLACE) == [ANN, ROME]


@pytest.mark.parametrize("cell", [None, [], ()])
def test_there_may_be_no_span(cell):
    assert character_spans(cell, TEXT, place=PLACE) == []


@pytest.mark.parametrize(
    "cell, message",
    [
        ([[0, 7, "PER"], [4, 12, "X"]], r"the spans 'Ann Lee' \(0 to 7, PER\) and 'Lee left' \(4 to 12, X\) overlap"),
        ([[0, 7, "PER"], [0, 7, "LOC"]], "overlap; a token has one tag, so keep one of them"),
        ([[0, 19, "PER"]], "span 1: expected offsets within the text's 18 characters, got 0 to 19"),
        ([[-1, 3, "PER"]], "span 1: expected a start and an end that are whole numbers from 0, got -1"),
        ([[7, 7, "PER"]], "span 1: expected an end after its start, got 7 to 7"),
        ([[0, 3, "A"], [9, 4, "PER"]], "span 2: expected an end after its start, got 9 to 4"),
        ([[3, 4, "PER"]], "span 1: 3 to 4 are spaces alone; remove it"),
        ([[0.5, 3, "PER"]], "whole numbers from 0, got 0.5"),
        ([[True, 3, "PER"]], "whole numbers from 0, got a boolean"),
        ([[None, 3, "PER"]], "got null"),
        ([["0", 3, "PER"]], "whole numbers from 0"),
        ([[0, 10**400, "PER"]], "whole numbers from 0, got"),
        ([[0, -(10**5000), "PER"]], "whole numbers from 0, got"),
        ([[0, Number("9" * 5000), "PER"]], "whole numbers from 0, got a number"),
        ([[0, 3, ""]], "expected a label, got an empty one"),
        ([[0, 3, None]], "expected a label, got null"),
        ([[0, 3, 7]], "expected a label"),
        ([[0, 3]], r"span 1: expected \[start, end, label\] or an object with these names, got a list"),
        (["PER"], "got a text"),
        ([{"end": 3, "label": "PER"}], "span 1: no start; expected one of start, start_offset, .* got 'end', 'label'"),
        ([{}], "no start; .* got nothing"),
        ([{"start": 0, "end": 3, "labels": ["A", "B"]}], "expected one label, got 2"),
        ([{"start": 0, "end": 3, "labels": []}], "expected one label, got 0"),
        ([{"start": 4, "end": 7, "label": "PER", "text": "Ann"}],
         "it says its text is 'Ann', and characters 4 to 7 are 'Lee'; offsets count characters from 0, not bytes"),
        ({"start": 0}, "expected a list of spans, got an object"),
        ("none", "expected a list of spans, got a text; write \\[\\] where there is none"),
        (7, "expected a list of spans"),
    ],
)  # fmt: skip
def test_what_is_no_span_is_named(cell, message):
    with pytest.raises(DataError, match=rf"a\.jsonl line 3.*{message}"):
        character_spans(cell, TEXT, place=PLACE)


def test_spans_cover_whole_tokens():
    offsets = tuple(tokens_of(TEXT, "fine"))
    assert covered([ANN, ROME], TEXT, offsets, place=PLACE) == [Span(0, 2, "PER"), Span(3, 4, "LOC")]


@pytest.mark.parametrize(
    "span, token",
    [
        (Span(0, 6, "PER"), "'Lee' \\(4 to 7\\)"),
        (Span(1, 7, "PER"), "'Ann' \\(0 to 3\\)"),
        (Span(5, 6, "PER"), "'Lee' .*"),
    ],
)
def test_a_span_that_splits_a_token_is_named_with_a_remedy(span, token):
    with pytest.raises(DataError, match=f"line 3: the span .* splits the token {token}; .* embed.name = characters"):
        covered([span], TEXT, tuple(tokens_of(TEXT, "fine")), place=PLACE)


def test_a_span_between_tokens_covers_none():
    with pytest.raises(DataError, match="covers no token; remove it"):
        covered([Span(3, 4, "X")], TEXT, tuple(tokens_of(TEXT, "fine")), place=PLACE)


@given(st.text("ab .", min_size=1), st.data())
def test_any_span_of_characters_covers_itself(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = Span(start, end, "X")
    assert covered([span], text, tuple(tokens_of(text, "characters")), place=PLACE) == [span]
    assert json.dumps(span) == json.dumps([start, end, "X"])
