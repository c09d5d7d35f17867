import pytest

from atrous.comparing.lookup import majority, spans, words
from atrous.data.tables import Row
from atrous.runtime.schemes import Span, spans_of, tags_of


def row(text, tags):
    return Row(text, "", "", 1, tokens=tuple(text.split()), tags=tuple(tags.split()))


TRAIN = [
    row("Ann Lee met Lee", "B-PER I-PER O O"),
    row("Lee met May", "B-PER O O"),
    row("in May May fell", "O O O O"),
    row("New York", "B-LOC I-LOC"),
]


def right(found):
    return [tuple(one) for one in found.tolist()]


def test_no_span_at_all_is_never_right():
    assert right(majority(TRAIN, TRAIN, "iob2")) == [(0, 1), (0, 1), (0, 0), (0, 1)]


def test_the_longest_run_of_tokens_that_is_mostly_a_span_is_one():
    test = [row("Ann Lee saw New York", "B-PER I-PER O B-LOC I-LOC"), row("Lee fell in New May", "O O O O O")]
    # Lee is a span once of three times: not more often than not.
    assert right(spans(TRAIN, test, "iob2")) == [(4, 4), (0, 0)]


def test_a_run_of_tokens_has_the_label_that_it_has_most_often():
    train = [row("Paris", "B-LOC"), row("Paris", "B-PER"), row("Paris", "B-PER")]
    assert right(spans(train, [row("Paris", "B-PER")], "iob2")) == [(2, 2)]


def test_a_span_that_is_too_long_to_look_up_is_no_span():
    long = " ".join(map(str, range(13)))
    tags = " ".join(tags_of([Span(0, 13, "X")], 13, "bilou"))
    assert len(spans_of(tags.split(), "bilou")) == 1
    assert right(spans([row(long, tags)], [row(long, tags)], "bilou")) == [(0, 1)]


def test_a_word_has_its_most_frequent_tag_and_an_unknown_one_that_of_rare_words():
    train = [row("the dog the cat the dog", "DT VB DT NN DT NN"), row("dog", "NN")]
    assert right(words(train, [row("the dog owl", "DT NN NN")])) == [(3, 3)]
    assert right(words([row("a a", "DT DT")], [row("owl", "DT")])) == [(1, 1)]  # nothing is rare


@pytest.mark.parametrize("ask", [words, lambda *rows: majority(*rows, "plain"), lambda *rows: spans(*rows, "iob2")])
def test_a_part_without_rows_is_refused(ask):
    with pytest.raises(ValueError, match="test"):
        ask(TRAIN, [])
