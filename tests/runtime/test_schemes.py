"""Spans to tags and back: seqeval's readings are the judge, and brute force that of what may follow what."""

import itertools
import random

import pytest
import seqeval.scheme
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from atrous.runtime.schemes import SCHEMES, Span, follows, guess, spans_of, strange, tags_of, whole, wrong

WRITING = [scheme for scheme in SCHEMES if scheme != "plain"]
LABELS = ["PER", "LOC", "work-of-art", "B"]
IOBES = str.maketrans("LU", "ES")


@st.composite
def spans(draw):
    """Spans that do not overlap, many of them touching, and how many tokens there are."""
    found, place = [], draw(st.integers(0, 2))
    for _ in range(draw(st.integers(0, 5))):
        end = place + draw(st.integers(1, 3))
        found.append(Span(place, end, draw(st.sampled_from(LABELS))))
        place = end + draw(st.sampled_from([0, 0, 1, 2]))
    return found, place + draw(st.integers(0, 2))


def drawn(letters, rows, seed=0):
    """Tag sequences of every kind, most of them invalid."""
    chance = random.Random(seed)
    tags = ["O", *(f"{letter}-{label}" for letter in letters for label in LABELS)]
    return [chance.choices(tags, k=chance.randint(0, 12)) for _ in range(rows)]


def as_iobes(tags):
    return [tag[0].translate(IOBES) + tag[1:] for tag in tags]


def entities(tags):
    return [Span(start, end + 1, label) for label, start, end in get_entities(list(tags))]


@pytest.mark.parametrize("scheme", WRITING)
@given(drawn=spans())
def test_spans_come_back_from_the_tags_that_write_them(scheme, drawn):
    found, length = drawn
    tags = tags_of(reversed(found), length, scheme)
    assert len(tags) == length
    assert wrong(tags, scheme) is None
    assert spans_of(tags, scheme) == found


@pytest.mark.parametrize("scheme, letters", [("iob2", "BI"), ("iob1", "BI"), ("bilou", "BIES")])
def test_any_tags_are_read_as_seqeval_reads_them_by_default(scheme, letters):
    rows = drawn(letters, 1000)
    assert scheme == "iob1" or sum(wrong(tags, scheme) is not None for tags in rows) > 500
    assert [spans_of(tags, scheme) for tags in rows] == [entities(tags) for tags in rows]


@pytest.mark.parametrize("name", ["IOB1", "IOB2", "BILOU", "IOBES"])
@given(drawn=spans())
def test_valid_tags_are_read_as_seqeval_reads_them_strictly(name, drawn):
    scheme = "bilou" if name == "IOBES" else name.lower()
    tags = tags_of(*drawn, scheme)
    given = as_iobes(tags) if name == "IOBES" else list(tags)
    strict = seqeval.scheme.Entities([given], getattr(seqeval.scheme, name)).entities[0]
    assert spans_of(given, scheme) == [Span(one.start, one.end, one.tag) for one in strict]
    assert wrong(given, scheme) is None


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_may_follow_accepts_a_row_exactly_if_nothing_is_wrong_with_it(scheme):
    labels = ["O", "X-A", "B", *(f"{letter}-{label}" for letter in "BILU" for label in "AB")]
    first, pairs, last = follows(labels, scheme)
    accepted = 0
    for length in range(5):
        for row in itertools.product(range(len(labels)), repeat=length):
            fits = not row or (first[row[0]] and last[row[-1]] and all(pairs[a][b] for a, b in itertools.pairwise(row)))
            assert fits == (wrong([labels[place] for place in row], scheme) is None)
            accepted += fits
    assert accepted > 30
    assert scheme == "plain" or accepted < 5000


@pytest.mark.parametrize("scheme", WRITING)
def test_only_tags_that_spans_write_are_right(scheme):
    """The other way round: whatever is not wrong is what its own spans write, but for a B- that IOB1 need not have."""
    labels = ["O", *(f"{letter}-{label}" for letter in "BILU" for label in "AB")]
    for row in itertools.product(labels, repeat=3):
        written = tags_of(spans_of(row, scheme), len(row), scheme)
        assert (wrong(row, scheme) is None) == (
            written == row or (scheme == "iob1" and not {"L", "U"} & {*"".join(row)})
        )


@pytest.mark.parametrize(
    "tags, scheme, place, why",
    [
        (["I-PER"], "iob2", 0, "I-PER begins the row: a span of IOB2 begins with B-"),
        (["B-LOC", "I-PER"], "iob2", 1, "I-PER follows B-LOC: a span of IOB2 begins with B-"),
        (["O", "L-PER"], "iob1", 1, "'L-PER' is no tag of IOB1, which are O, B-LABEL and I-LABEL"),
        (["B-PER", "O"], "bilou", 1, "O follows B-PER: a span of BILOU ends with L- (IOBES: E-)"),
        (["B-PER", "E-PER", "I-PER"], "bilou", 2, "I-PER follows E-PER: a span of BILOU begins with B- or U-"),
        (["O", "X-PER"], "bilou", 1, "'X-PER' is no tag of BILOU, which are O, B-LABEL, I-LABEL, L-LABEL and U-LABEL"),
        (["S-PER"], "iob2", 0, "'S-PER' is no tag of IOB2, which are O, B-LABEL and I-LABEL"),
        (["B-"], "iob2", 0, "'B-' is no tag"),
        ([""], "iob1", 0, "'' is no tag"),
    ],
)
def test_what_breaks_a_scheme_is_named(tags, scheme, place, why):
    found = wrong(tags, scheme)
    assert found is not None
    assert found[0] == place
    assert found[1].startswith(why)


@pytest.mark.parametrize(
    "scheme, rows",
    [
        ("iob1", [["I-PER", "O"], ["O", "I-PER", "B-PER"]]),
        ("iob1", [["I-PER", "O"], ["O", "I-PER"], ["O", "B-PER"]]),  # nor does a B- that need not be there
        ("iob2", [["B-PER", "I-PER", "O"], ["O", "B-LOC"]]),
        ("iob2", [["O", "O"], []]),
        ("iob2", [["B-PER", "O"], ["B-PER", "O"], ["I-PER"]]),  # one slip does not make it another scheme
        ("iob2", [["B-PER", "I-PER", "X-PER", "O"]]),
        ("bilou", [["B-PER", "L-PER"], ["O"]]),
        ("bilou", [["S-PER", "O"]]),
        ("bilou", [["B-PER", "M-PER", "E-PER"]]),
        ("plain", [["NN", "VB", "O"]]),
        ("plain", [["O", "COMMA", "O"]]),
    ],
)
def test_the_scheme_is_guessed(scheme, rows):
    assert guess(iter(rows)) == scheme


def test_tags_of_no_scheme_are_outside_when_read_leniently():
    assert spans_of(["B-PER", "X-PER", "I-PER", "B"], "iob2") == [Span(0, 1, "PER"), Span(2, 3, "PER")]


@pytest.mark.parametrize(
    "spans",
    [[Span(0, 2, "A"), Span(1, 3, "A")], [Span(0, 4, "A")], [Span(1, 1, "A")], [Span(-1, 1, "A")], [Span(0, 1, "")]],
)
def test_spans_that_no_tags_can_write_are_refused(spans):
    with pytest.raises(ValueError, match="tags_of needs spans that have a label and do not overlap"):
        tags_of(spans, 3, "iob2")


def test_plain_tags_write_no_spans():
    assert spans_of(["B-PER", "NN"], "plain") == []
    with pytest.raises(ValueError, match='got "plain"'):
        tags_of([], 3, "plain")


@pytest.mark.parametrize("use", [lambda: spans_of([], "bio"), lambda: wrong([], "bio"), lambda: follows([], "bio")])
def test_an_unknown_scheme_is_refused(use):
    with pytest.raises(ValueError, match="unknown scheme 'bio'; the schemes are iob1, iob2, bilou, plain"):
        use()


def test_a_tag_of_no_scheme_is_strange_and_a_label_brings_all_its_tags():
    assert [strange(tag, "iob2") for tag in ("O", "I-PER", "L-PER", "B", "")] == [False, False, True, True, True]
    assert not strange("L-PER", "bilou") and not strange("anything", "plain")
    assert whole(["I-A"], "iob1") == {"O", "B-A", "I-A"}
    assert whole(["U-A", "B-work-of-art"], "bilou") == {
        "O", *(f"{letter}-{label}" for letter in "BILU" for label in ("A", "work-of-art"))
    }  # fmt: skip
    assert whole(["NN"], "plain") == {"NN"}
