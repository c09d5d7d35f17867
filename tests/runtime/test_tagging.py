import itertools
import json
import random

import numpy as np
import pytest

from atrous.runtime import tagging
from atrous.runtime.lattice import Chain
from atrous.runtime.reader import Reader
from atrous.runtime.schemes import follows, spans_of
from atrous.runtime.tagging import best_answers, tags_answers
from atrous.runtime.tokeniser import Tokeniser

TAGS = ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")
SPACES = " \t\n\u00a0\u2009\u3000"


def reader(kind):
    rule = "characters" if kind == "characters" else "fine"
    return Reader(Tokeniser(kind, True, ()), rule=rule)


def chain_of(labels, scheme, seed):
    numbers = np.random.default_rng(seed)
    shapes = (len(labels),), (len(labels),) * 2, (len(labels),)
    chain = Chain(*(numbers.normal(size=shape).astype(np.float32) for shape in shapes))
    return chain.allowing(*follows(labels, scheme))


def answered(texts, kind, seed=0, **options):
    """Answers to texts by logits that nobody trained."""
    cuts = [reader(kind).cut(text) for text in texts]
    starts = np.cumsum([0, *(len(cut[1]) for cut in cuts)])
    logits = np.random.default_rng(seed).normal(size=(starts[-1], len(TAGS))).astype(np.float32) * 3
    return tags_answers(logits, starts, cuts, TAGS, scheme="iob2", **options)


def a_text(seed):
    """Letters with marks, of one byte to four, astral ones, lone surrogates, spaces of all kinds."""
    chosen = random.Random(seed)
    letters = [
        "a",
        "B",
        "é",
        "e\u0301",
        "ß",
        "İ",
        "Σ",
        "京",
        "🙂",
        "👩\u200d🔬",
        "\ud800",
        "१",
        "_",
        "'",
        "-",
        ".",
        *SPACES,
    ]
    return "".join(chosen.choices(letters, k=chosen.randint(0, 30)))


@pytest.mark.parametrize("kind", ["words", "characters"])
@pytest.mark.parametrize("chain", [None, chain_of(TAGS, "iob2", 1)], ids=["softmax", "crf"])
def test_offsets_slice_the_text_back(kind, chain):
    texts = [a_text(seed) for seed in range(300)]
    found = answered(texts, kind, chain=chain)
    assert sum(len(answer.spans) for answer in found) > 300
    for text, answer in zip(texts, found, strict=True):
        assert answer.text == text
        assert len(answer.tokens) == len(answer.tags) == len(answer.offsets) == len(answer.probabilities)
        assert [text[start:end] for start, end in answer.offsets] == [*answer.tokens]
        for span in answer.spans:
            assert span.text == text[span.start : span.end] != ""
            assert span.text[0] not in SPACES or kind == "characters"
        assert len(answer.spans) == len(spans_of(answer.tags, "iob2"))


def test_a_text_without_a_token_has_an_answer_without_a_tag():
    for answer in answered(["", "  \n "], "words"):
        assert (answer.tags, answer.spans, answer.probability, answer.label) == ((), (), 1.0, "")


def test_the_answer_of_a_softmax_is_each_tokens_most_probable_tag():
    shares = np.array([[0.1, 0.7, 0.1, 0.05, 0.05], [0.1, 0.1, 0.1, 0.6, 0.1], [0, 0, 0.2, 0, 0.8]]) + 1e-9
    cut = ("Ann Lee left", ["Ann", "Lee", "left"], [(0, 3), (4, 7), (8, 12)])
    (answer,) = tags_answers(np.log(shares).astype(np.float32), np.array([0, 3]), [cut], TAGS, scheme="iob2")
    assert answer.tags == ("B-PER", "I-PER", "O")
    assert answer.probabilities == pytest.approx((0.7, 0.6, 0.8), abs=1e-5)
    assert answer.probability == pytest.approx(0.7 * 0.6 * 0.8, abs=1e-5)
    (span,) = answer.spans
    assert span[:4] == (0, 7, "PER", "Ann Lee")
    assert span.probability == pytest.approx(0.42, abs=1e-5)


def by_brute_force(emissions, chain):
    """Every path of tags, and how probable it is."""
    paths = [*itertools.product(range(len(TAGS)), repeat=len(emissions))]
    scores = np.array(
        [
            chain.begin[path[0]]
            + sum(emissions[step, tag] for step, tag in enumerate(path))
            + sum(chain.transitions[pair] for pair in itertools.pairwise(path))
            + chain.end[path[-1]]
            for path in paths
        ],
        np.float64,
    )
    shares = np.exp(scores - scores.max())
    return paths, shares / shares.sum()


@pytest.mark.parametrize("seed", range(5))
def test_the_probabilities_of_a_crf_are_those_of_brute_force(seed):
    emissions = np.random.default_rng(seed).normal(size=(4, len(TAGS))).astype(np.float32)
    emissions[:2, [1, 3]] += 2
    chain, cut = chain_of(TAGS, "iob2", seed), reader("words").cut("one two three four")
    paths, shares = by_brute_force(emissions, chain)
    order = np.argsort(-shares)
    (answer,) = tags_answers(emissions, np.array([0, 4]), [cut], TAGS, scheme="iob2", chain=chain)
    best = paths[order[0]]
    assert answer.tags == tuple(TAGS[tag] for tag in best)
    assert answer.probability == pytest.approx(shares[order[0]], abs=1e-5)
    for step, share in enumerate(answer.probabilities):
        assert share == pytest.approx(sum(shares[[path[step] == best[step] for path in paths]]), abs=1e-5)
    assert answer.spans
    for (start, end, _), span in zip(spans_of(answer.tags, "iob2"), answer.spans, strict=True):
        alike = [path[start:end] == best[start:end] for path in paths]
        assert span.probability == pytest.approx(shares[alike].sum(), abs=1e-5)
    several = best_answers(emissions, cut, TAGS, scheme="iob2", chain=chain, count=4)
    assert [one.probability for one in several] == pytest.approx(shares[order[:4]], abs=1e-5)
    assert [one.tags for one in several] == [tuple(TAGS[tag] for tag in paths[place]) for place in order[:4]]


def test_many_rows_of_a_crf_are_read_block_by_block(monkeypatch):
    texts, chain = [" ".join("ab"[: seed % 3] * (seed % 5)) for seed in range(40)], chain_of(TAGS, "iob2", 3)
    whole = answered(texts, "words", chain=chain)
    monkeypatch.setattr(tagging, "_BLOCK", 3)
    assert answered(texts, "words", chain=chain) == whole


def test_tags_are_written_as_any_scheme_writes_their_spans():
    (answer,) = answered(["one two three four five six seven eight"], "words", seed=4)
    for scheme in ("iob1", "iob2", "bilou"):
        assert spans_of(answer.tags_in(scheme), scheme) == spans_of(answer.tags, "iob2")
    assert answer.tags_in("bilou") != answer.tags
    with pytest.raises(ValueError, match="cannot be written as bilou"):
        answer._replace(scheme="plain", spans=()).tags_in("bilou")


def test_spans_that_are_less_probable_are_left_out():
    (answer,) = answered(["one two three four five six seven eight"], "words", seed=4)
    least = sorted(span.probability for span in answer.spans)[1]
    surer = answer.at_least(least)
    assert surer.spans == tuple(span for span in answer.spans if span.probability >= least)
    assert len(surer.spans) == len(answer.spans) - 1 == len(spans_of(surer.tags, "iob2"))
    assert answer.at_least(0) == answer
    with pytest.raises(ValueError, match=r"plain cannot abstain below 0\.5"):
        answer._replace(scheme="plain", spans=()).at_least(0.5)


def test_an_answer_stands_on_another_text_of_the_same_tokens():
    (answer,) = answered(["Ann Lee"], "words", seed=2)
    moved = answer._replace(tags=("B-PER", "I-PER")).standing("Ann-Lee", [(0, 3), (4, 7)])
    assert [span.text for span in moved.spans] == ["Ann-Lee"]


def test_tokens_that_were_not_read_have_no_tag():
    cut = ("a b c", ["a", "b", "c"], [(0, 1), (2, 3), (4, 5)])
    (answer,) = tags_answers(np.zeros((2, 5), np.float32), np.array([0, 2]), [cut], TAGS, scheme="iob2")
    assert answer.text == "a b c"
    assert answer.tokens == ("a", "b")
    assert [span.text for span in answer.spans] == ["a", "b"]


def test_an_answer_is_json():
    (answer,) = answered(["Ann Lee"], "words")
    value = json.loads(json.dumps(answer.to_json()))
    assert [*value] == ["text", "tokens", "offsets", "tags", "probabilities", "probability", "spans"]
    assert all([*span] == ["start", "end", "label", "text", "probability"] for span in value["spans"])
    with pytest.raises(ValueError, match=r"Bundle\.best"):
        answer.top(2)


@pytest.mark.parametrize("scheme", ["plain", "iob2"])
def test_all_rows_at_once_are_answered_as_each_row_is(scheme, monkeypatch):
    monkeypatch.setattr(tagging, "_BLOCK", 7)
    cuts = [reader("words").cut(text) for text in ["a b c", "", "Ann left " * 9, "d", "", "  "]]
    lengths = [3, 0, 5, 1, 0, 0]  # of the third, the rest was not read
    starts = np.cumsum([0, *lengths])
    logits = np.random.default_rng(0).normal(size=(starts[-1], len(TAGS))).astype(np.float32) * 3
    paths = tagging.decoded(logits, starts)
    expected = [tagging._answer(cut, path, TAGS, scheme) for cut, path in zip(cuts, paths, strict=True)]
    assert tags_answers(logits, starts, cuts, TAGS, scheme=scheme) == expected
    assert [one.probability for one in expected][1] == 1.0


def test_each_tag_has_the_probability_of_a_softmax():
    logits = np.array([[1.0, 3.0, -200.0], [1e4, 1e4, 0.0]], np.float32)
    (answer,) = tags_answers(
        logits, np.array([0, 2]), [("a b", "ab", ((0, 1), (2, 3)))], ("X", "Y", "Z"), scheme="plain"
    )
    assert answer.tags == ("Y", "X")
    assert answer.probabilities == (round(float(np.exp(3) / (np.exp(1) + np.exp(3))), 6), 0.5)
    assert answer.probability == round(float(np.exp(3) / (np.exp(1) + np.exp(3))) / 2, 6)
