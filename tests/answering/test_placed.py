import pytest

from atrous.answering.placed import tags_on
from atrous.runtime.tagging import SpanAnswer, TagsAnswer


def answer(text, *spans, scheme="bilou"):
    offsets = tuple((place, place + 1) for place in range(len(text)))
    answers = tuple(SpanAnswer(start, end, label, text[start:end], 0.9) for start, end, label in spans)
    return TagsAnswer(text, tuple(text), offsets, tuple("O" * len(text)), (0.9,) * len(text), 0.5, answers, scheme)


@pytest.mark.parametrize(
    "spans, tags",
    [
        ([], ("O", "O", "O")),
        ([(0, 8, "LOC")], ("B-LOC", "I-LOC", "O")),
        ([(1, 2, "PER")], ("B-PER", "O", "O")),  # within a token
        ([(2, 5, "PER")], ("B-PER", "I-PER", "O")),  # parts of two
        ([(0, 2, "PER"), (2, 8, "LOC")], ("B-PER", "B-LOC", "O")),  # two in one token: the first has it
        ([(0, 1, "PER"), (1, 2, "LOC")], ("B-PER", "O", "O")),
        ([(3, 4, "PER")], ("O", "O", "O")),  # the space between two
    ],
)
def test_a_token_has_the_tag_of_the_span_over_it(spans, tags):
    assert tags_on(answer("New York bye", *spans), [(0, 3), (4, 8), (9, 12)], "iob2") == tags


def test_a_token_that_was_not_read_has_no_tag():
    plain = answer("ab", scheme="plain")._replace(tags=("X", "Y"))
    assert tags_on(plain, [(0, 1), (1, 2), (3, 4)], "plain") == ("X", "Y", "_")
    assert tags_on(answer("ab", (0, 2, "PER")), [(0, 1), (1, 2), (3, 4)], "bilou") == ("B-PER", "L-PER", "O")
