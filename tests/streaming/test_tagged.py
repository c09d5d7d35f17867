import inspect
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.streaming.bundles import CHARACTERS, TAGS, WORDS, tagger
from tests.streaming.test_tokens import cut

from atrous import Session
from atrous.runtime.readable import Readable
from atrous.runtime.reader import Reader
from atrous.runtime.schemes import spans_of
from atrous.streaming.tagged import Tagged, joined
from atrous.streaming.tokens import Tokens

BUNDLES = {
    "tcn": tagger("tcn"),
    "residual": tagger("residual"),
    "unet": tagger("unet"),
    "lstm, bilou": tagger("lstm", scheme="bilou"),
    "tcn, plain": tagger("tcn", scheme="plain"),
    "tcn, characters": tagger("tcn", tokeniser=CHARACTERS, rule="characters"),
    "residual, some steps": tagger("residual", max_steps=4),
    "residual, crf": tagger("residual", "crf"),
}
TEXTS = st.lists(st.text("abcd eΣ!.", max_size=25), min_size=1, max_size=3)


def read_by_chance(bundle, texts, chance):
    """The answers to each text, in pieces of any size; rows join, push and leave at their own moments."""
    with Session(bundle) as session:
        parts, left = [[] for _ in texts], {row: cut(text, chance.random()) for row, text in enumerate(texts)}
        while left:
            some = {row: pieces.pop(0) for row, pieces in left.items() if pieces and chance.random() < 0.7}
            for row, answer in session.push(some).items():
                parts[row] += [] if answer is None else [answer]
            ended = [row for row, pieces in left.items() if not pieces and row in session.rows]
            for row, answer in session.finish_all(chance.sample(ended, chance.randint(0, len(ended)))).items():
                parts[row].append(answer)
                del left[row]
            for row in [row for row, pieces in left.items() if not pieces and row not in session.rows]:
                session.push({row: ""})
        assert session.rows == ()
    return parts


def agree(found, expected, *, unread=False):
    assert (found.tokens, found.offsets, found.tags) == (expected.tokens, expected.offsets, expected.tags)
    assert found.text == expected.text or (unread and expected.text.startswith(found.text))
    assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-5)
    assert found.probability == pytest.approx(expected.probability, abs=1e-4)
    assert [span[:4] for span in found.spans] == [span[:4] for span in expected.spans]
    assert [span[4] for span in found.spans] == pytest.approx([span[4] for span in expected.spans], abs=1e-5)
    assert all(span.text == expected.text[span.start : span.end] for span in found.spans)


@pytest.mark.parametrize("name", BUNDLES)
@settings(max_examples=8)
@given(texts=TEXTS, seed=st.integers(0, 2**16))
def test_the_answers_to_the_parts_are_that_to_the_whole_however_texts_are_cut(name, texts, seed):
    bundle = BUNDLES[name]
    for parts, expected in zip(read_by_chance(bundle, texts, random.Random(seed)), bundle.predict(texts), strict=True):
        agree(joined(parts), expected, unread=bundle.reader.max_steps is not None)


def test_the_taggers_of_these_tests_find_spans_of_every_length():
    answers = [bundle.predict("a bad bed c! a a c bad bad")[0] for bundle in BUNDLES.values()]
    spans = [span for answer in answers for span in spans_of(answer.tags, answer.scheme)]
    assert {span.end - span.start for span in spans} >= {1, 2, 3}


@given(tags=st.lists(st.sampled_from([*TAGS, "L-X", "U-Y", "L-Y"])), cuts=st.lists(st.integers(1, 5), min_size=1))
@pytest.mark.parametrize("scheme", ["iob1", "iob2", "bilou", "plain"])
def test_a_span_is_never_cut_in_two(scheme, tags, cuts):
    labels = [*TAGS, "L-X", "U-Y", "L-Y"]
    tokens = Tokens(Reader(WORDS, rule="fine"))
    row, parts, at = Tagged(Readable("tags", tuple(labels), scheme=scheme), tokens), [], 0
    tokens.push("a " * len(tags))
    logits = np.array([[9.0 * (label == tag) for label in labels] for tag in tags], np.float32).reshape(-1, len(labels))
    while at < len(tags):
        size = cuts[len(parts) % len(cuts)]
        row.decide(logits[at : at + size])
        at += size
        parts.append(row.answer())
        if parts[-1] is None:  # what waits is one span
            waits = tags[sum(len(part.tags) for part in parts if part) : at]
            assert [(span.start, span.end) for span in spans_of(waits, scheme)] == [(0, len(waits))]
    parts = [*filter(None, parts), row.answer(ended=True)]
    assert [tag for part in parts for tag in part.tags] == tags
    found = [(*span[:2], span.label) for part in parts for span in part.spans]
    expected = [(2 * start, 2 * end - 1, label) for start, end, label in spans_of(tags, scheme)]
    assert found == expected


def test_tags_come_as_late_as_the_model_looks_ahead():
    bundle = tagger("residual", scheme="plain")
    assert bundle.delay == 6
    with Session(bundle) as session:
        found = [session.push({"row": "a "})["row"] for _ in range(9)]
        assert [answer and len(answer.tags) for answer in found] == [None] * 6 + [1, 1, 1]
        assert [len(answer.tags) for answer in (session.finish("row"),)] == [6]


def test_what_is_answered_is_forgotten():
    bundle = BUNDLES["residual"]
    with Session(bundle) as session:
        sizes = []
        for _ in range(60):
            session.push({"row": "a bad bed c! "})
            row = session._rows["row"].tagged
            sizes.append(len(row.tokens._tokens) + len("".join(row.tokens._text)) + sum(map(len, row._logits)))
    assert max(sizes[30:]) <= max(sizes[:30]) < 100


def test_a_crf_answers_at_the_end():
    bundle = BUNDLES["residual, crf"]
    with Session(bundle) as session:
        assert [session.push({"row": "a bad bed c! "})["row"] for _ in range(4)] == [None] * 4
        agree(session.finish("row"), bundle.predict("a bad bed c! " * 4)[0])


def test_tokens_and_ids_come_as_well_as_texts():
    bundle = BUNDLES["residual"]
    words = ["a", "bad", "bed", "zzz", "!", "c"]
    with Session(bundle) as session:
        session.push({"tokens": words[:2]})
        session.push({"tokens": words[2:]})
        agree(session.finish("tokens"), bundle.predict([words])[0])
        ids = bundle.reader(words)["ids"]
        first = session.push_ids({"ids": ids[:3]})["ids"]
        session.push_steps({"ids": {"ids": ids[3:]}})
        found = session.finish("ids")
    assert first is None
    (expected,) = bundle.predict([[*words[:3], "�", *words[4:]]])
    agree(found, expected)


def test_a_row_without_tokens_has_an_answer_without_tags():
    for bundle in BUNDLES.values():
        with Session(bundle) as session:
            assert session.push({"row": ""}) == {"row": None}
            assert session.finish("row").tags == ()


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        (b"bad", "row 'new': Reader needs texts, or sequences of tokens, got bytes"),
        (["a", 3], "row 'new': Reader needs texts, or sequences of tokens, got list"),
        (("a", None), "row 'new': Reader needs texts, or sequences of tokens, got tuple"),
    ],
)
def test_a_piece_that_is_none_changes_nothing(piece, words):
    push = inspect.unwrap(Session.push)  # without the tests' own check of annotations, which would refuse first
    bundle = BUNDLES["tcn"]
    with Session(bundle) as session:
        push(session, {"row": "a bad "})
        with pytest.raises(TypeError, match=words):
            push(session, {"row": "bed ", "new": piece})
        with pytest.raises(TypeError, match="row 'row': its pieces were texts, which lists of tokens cannot go on"):
            push(session, {"row": ["bed"]})
        with pytest.raises(ValueError, match="row 'row' comes as text"):
            session.push_ids({"row": [2]})
        assert session.rows == ("row",)
        assert session.finish("row").tokens[-1:] in ((), ("bad",))
