from hypothesis import given, settings
from hypothesis import strategies as st
from tests.streaming.bundles import tagger
from tests.streaming.test_tagged import agree
from tests.streaming.test_tokens import cut

from atrous import Session
from atrous.streaming.lines import TOGETHER
from atrous.streaming.tagged import joined
from atrous.streaming.tagged_lines import read_tagged_lines

AHEAD, CAUSAL = tagger("residual"), tagger("tcn", scheme="plain")


def told(bundle, blocks):
    with Session(bundle) as session:
        said = list(read_tagged_lines(session, blocks))
        assert session.rows == ()
    return said


@settings(max_examples=10)
@given(text=st.text("ab !c\n\r", max_size=60), seed=st.integers(0, 99))
def test_what_is_said_of_a_line_is_what_predict_says(text, seed):
    lines = text.replace("\r\n", "\n").split("\n")
    lines = lines if lines[-1] else lines[:-1]
    said = told(AHEAD, cut(text, seed))
    assert [one.line for one in said if one.final] == list(range(1, len(lines) + 1))
    assert [one.line for one in said] == sorted(one.line for one in said)
    for number, (line, expected) in enumerate(zip(lines, AHEAD.predict(lines), strict=True), 1):
        parts = [one.answer for one in said if one.line == number]
        assert "".join(part.text for part in parts) == line
        agree(joined(parts), expected)


def test_tags_are_said_while_a_line_is_being_written():
    said = told(CAUSAL, ["a bad ", "be", "d! c\na", " bad\r\n"])
    assert [(*one[:2], one.answer.tokens) for one in said] == [
        (1, False, ("a", "bad")),
        (1, True, ("bed", "!", "c")),
        (2, True, ("a", "bad")),
    ]


def test_lines_that_have_ended_are_read_together(monkeypatch):
    shapes, step = [], CAUSAL.model.step
    monkeypatch.setattr(CAUSAL.model, "step", lambda *part: shapes.append(part[1].shape) or step(*part))
    assert len(told(CAUSAL, ["a bed! \n" * (TOGETHER + 3)])) == TOGETHER + 3
    assert max(rows for rows, _ in shapes) == TOGETHER
    assert len(shapes) <= 6


def test_no_text_has_no_lines():
    assert told(CAUSAL, []) == told(CAUSAL, [""]) == []
