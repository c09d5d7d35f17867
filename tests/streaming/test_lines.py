import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.streaming.bundles import WORDS, agree, fresh

from atrous import Session
from atrous.errors import DataError
from atrous.streaming.lines import TOGETHER, read_lines

CAUSAL, AHEAD, IN_WORDS = fresh("tcn"), fresh("residual"), fresh("lstm", WORDS)


def cut(text, seed):
    chance, blocks = random.Random(seed), []
    while text:
        size = chance.randrange(7)
        blocks.append(text[:size])
        text = text[size:]
    return blocks


def told(bundle, blocks, every=None):
    with Session(bundle) as session:
        said = list(read_lines(session, blocks, every=every))
        assert session.rows == ()
    return said


@pytest.mark.parametrize("bundle", [CAUSAL, AHEAD, IN_WORDS])
@given(text=st.text("abE Σ!\n\r", max_size=40), seed=st.integers(0, 99), every=st.sampled_from([None, 1, 3]))
def test_every_line_gets_the_answer_that_predict_gives(bundle, text, seed, every):
    lines = text.replace("\r\n", "\n").split("\n")
    lines = lines if lines[-1] else lines[:-1]
    final = [said for said in told(bundle, cut(text, seed), every) if said.final]
    assert [said.line for said in final] == list(range(1, len(lines) + 1))
    for said, line, expected in zip(final, lines, bundle.predict(lines), strict=True):
        agree(said.answer, expected)
        assert said.tokens == len(bundle.reader(line)["ids"])


@given(text=st.text("abE \n", max_size=40), first=st.integers(0, 99), second=st.integers(0, 99))
def test_with_every_the_answers_do_not_depend_on_how_the_text_comes(text, first, second):
    one, other = told(AHEAD, cut(text, first), 4), told(AHEAD, cut(text, second), 4)
    assert [said[:3] for said in one] == [said[:3] for said in other]
    for said, same in zip(one, other, strict=True):
        agree(said.answer, same.answer)


def test_what_is_said_on_the_way_is_the_answer_to_the_text_so_far():
    line = "abcab cab"
    said = told(CAUSAL, [line[:4], line[4:], "\n"], every=2)
    assert [(one.tokens, one.final) for one in said] == [*((n, False) for n in (2, 4, 6, 8)), (9, True)]
    for one in said:
        agree(one.answer, CAUSAL.predict(line[: one.tokens])[0])


def test_a_line_that_ends_where_an_answer_is_due_is_said_both_ways():
    assert [said[1:3] for said in told(CAUSAL, ["abcd\nab\n"], every=2)] == [
        *((2, False), (4, False), (4, True)),
        *((2, False), (2, True)),
    ]


def test_without_every_it_is_said_after_each_block_that_ends_within_a_line():
    said = told(CAUSAL, ["ab", "cd\nab", "", "\r", "\n\nb"])
    assert [one[:3] for one in said] == [(1, 2, False), (1, 4, True), (2, 2, False), (2, 2, True), (3, 0, True),
                                         (4, 1, False), (4, 1, True)]  # fmt: skip


def test_nothing_is_said_on_the_way_while_nothing_is_decided():
    assert AHEAD.delay == 6
    assert [said[:3] for said in told(AHEAD, list("abcdabcd"))] == [(1, 7, False), (1, 8, False), (1, 8, True)]
    assert [said[:3] for said in told(AHEAD, ["abcdabcdab"], every=2)] == [(1, 8, False), (1, 10, False), (1, 10, True)]


def test_a_return_that_ends_no_line_is_part_of_it():
    assert [said[:3] for said in told(CAUSAL, ["a\rb\r"])] == [(1, 3, False), (1, 4, False), (1, 4, True)]
    assert told(CAUSAL, ["\r"])[-1][:3] == (1, 1, True)


def test_no_text_has_no_lines():
    assert told(CAUSAL, []) == told(CAUSAL, [""]) == []


def test_lines_that_have_ended_are_read_together(monkeypatch):
    bundle, shapes = fresh("tcn"), []
    step = bundle.model.step
    monkeypatch.setattr(bundle.model, "step", lambda *part: shapes.append(part[1].shape) or step(*part))
    assert len(told(bundle, ["ab\n" * (TOGETHER + 3)])) == TOGETHER + 3
    assert shapes == [(TOGETHER, 2), (3, 2)]


def test_a_bad_line_is_named_after_the_answers_to_those_before(numbers):
    said = []
    with Session(numbers) as session, pytest.raises(DataError, match="line 3: after 1 steps, step 1: 'x' is no finite"):
        for one in read_lines(session, ["1,2\n3,4 5,6\n1,1 x,2\n7,8\n"]):
            said.append(one)
    assert [one[:3] for one in said] == [(1, 1, True), (2, 2, True)]


def test_every_below_one_is_refused():
    with Session(CAUSAL) as session, pytest.raises(ValueError, match="got every=0"):
        list(read_lines(session, [], every=0))
