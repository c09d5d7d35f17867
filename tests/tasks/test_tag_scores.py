import itertools
import random
import warnings

import numpy as np
import pytest
import torch

from atrous.predict import CRF, Tags
from atrous.runtime.readable import Readable
from atrous.runtime.schemes import Span, tags_of
from atrous.tasks.tag_scores import each, ratios, span_counts, summed, tag_scores

LABELS = ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")


def a_valid_row(chosen):
    length = chosen.randint(0, 12)
    cuts = sorted(chosen.sample(range(length + 1), min(length + 1, chosen.randint(0, 6))))
    spans = [Span(start, end, chosen.choice(["LOC", "ORG", "PER"])) for start, end in itertools.pairwise(cuts)]
    return [*tags_of([span for span in spans if chosen.random() < 0.7], length, "bilou")]


def a_row(chosen):
    letters = [f"{letter}-{label}" for letter in "BI" for label in ("LOC", "ORG", "PER")]
    return chosen.choices([*letters, "O", "O"], k=chosen.randint(0, 12))


def pairs(make, scheme):
    """1,000 rows, wanted and given, of which a part is right."""
    chosen = random.Random(0)
    wanted = [make(chosen) for _ in range(1000)]
    given = [row if chosen.random() < 0.3 else changed(row, make, scheme, chosen) for row in wanted]
    return wanted, given


def changed(row, make, scheme, chosen):
    """Another row of as many tags."""
    if scheme == "iob2":
        return [chosen.choice(a_row(chosen) or ["O"]) if chosen.random() < 0.3 else tag for tag in row]
    while len(other := make(chosen)) != len(row):
        pass
    return other


@pytest.mark.parametrize("scheme", ["iob2", "bilou"])
def test_scores_of_spans_are_seqevals(scheme):
    metrics = pytest.importorskip("seqeval.metrics")
    wanted, given = pairs(a_row if scheme == "iob2" else a_valid_row, scheme)
    options = {}
    if scheme == "bilou":
        options = {"mode": "strict", "scheme": pytest.importorskip("seqeval.scheme").BILOU}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = metrics.classification_report(wanted, given, output_dict=True, **options)
    counts = span_counts(zip(wanted, given, strict=True), scheme)
    mine = {
        **each(counts, "spans"),
        "micro avg": dict(zip(("precision", "recall", "f1"), ratios(*summed(counts)), strict=True)),
    }
    assert {*counts} == {"LOC", "ORG", "PER"}
    assert 0.2 < ratios(*summed(counts))[2] < 0.9
    for name, own in mine.items():
        for key, theirs in {"precision": "precision", "recall": "recall", "f1": "f1-score", "spans": "support"}.items():
            if key in own:
                assert own[key] == pytest.approx(report[name][theirs], abs=1e-12), (name, key)
    macro = np.mean([own["f1"] for own in each(counts, "spans").values()])
    assert macro == pytest.approx(report["macro avg"]["f1-score"])


def head_of(name, scheme):
    torch.manual_seed(1)
    head = {"tags": Tags, "crf": CRF}[name](4, LABELS, scheme=scheme)
    if name == "crf":
        for part in (head.begin, head.transitions, head.end):
            torch.nn.init.normal_(part)
    return head, Readable(name, LABELS, scheme=scheme, chain=head.chain if name == "crf" else None)


@pytest.mark.parametrize("scheme", ["iob2", "plain"])
@pytest.mark.parametrize("name", ["tags", "crf"])
def test_scores_are_the_heads_own(name, scheme):
    head, readable = head_of(name, scheme)
    lengths = [4, 0, 1, 7]
    starts = np.cumsum([0, *lengths])
    batch, targets = torch.randn(4, 7, 5) * 2, torch.full((4, 7), -1)
    valid = torch.tensor([1, 3, 4, 0, 2, 4, 1])
    for row, length in enumerate(lengths):
        targets[row, :length] = valid[:length]
    real = targets >= 0
    found = tag_scores(batch[real].numpy(), targets[real].numpy(), starts, readable)
    assert found["loss"] == pytest.approx(float(head.loss(batch.double(), targets).detach()), rel=1e-5)
    right, of = head.counts(batch, targets)
    assert found[head.score] == pytest.approx(float(right / of))
    assert (found["rows"], found["tokens"]) == (4, 12)
    assert "unknown" not in found


def test_plain_tags_have_the_scores_of_labels():
    metrics = pytest.importorskip("sklearn.metrics")
    numbers = np.random.default_rng(0)
    logits, targets = numbers.normal(size=(300, 5)).astype(np.float32), numbers.integers(0, 4, 300)
    found = tag_scores(logits, targets, np.array([0, 100, 300]), Readable("tags", LABELS))
    given = logits.argmax(1)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(targets, given))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(targets, given, average="macro"))
    expected = metrics.precision_recall_fscore_support(targets, given, zero_division=0)
    mine = [[found["tags"][tag][key] for tag in LABELS] for key in ("precision", "recall", "f1", "tokens")]
    np.testing.assert_allclose(mine, expected)


def test_unknown_words_have_an_accuracy_of_their_own():
    logits, targets = np.eye(5, dtype=np.float32)[[0, 1, 4, 4]], np.array([0, 0, 4, 0])
    rows = logits, targets, np.array([0, 4]), Readable("tags", LABELS, scheme="iob2")
    found = tag_scores(*rows, unknown=np.array([False, True, True, True]))
    assert (found["accuracy"], found["unknown_accuracy"], found["unknown"]) == (0.5, 1 / 3, 3)
    found = tag_scores(*rows, unknown=np.zeros(4, np.bool_))
    assert (found["unknown_accuracy"], found["unknown"]) == (None, 0)


@pytest.mark.parametrize("name", ["tags", "crf"])
def test_rows_without_a_token_have_scores(name):
    _, readable = head_of(name, "iob2")
    nothing = np.zeros((0, 5), np.float32), np.zeros(0, np.int64)
    for starts in ([0], [0, 0, 0]):
        found = tag_scores(*nothing, np.array(starts), readable, unknown=np.zeros(0, np.bool_))
        assert found["rows"] == len(starts) - 1
        assert (found["span_f1"], found["accuracy"], found["loss"], found["types"]) == (0, 0, 0, {})


def test_a_huge_logit_has_a_finite_loss():
    logits = np.array([[1e4, 0, 0, 0, 0]], np.float32)
    found = tag_scores(logits, np.array([4]), np.array([0, 1]), Readable("tags", LABELS, scheme="iob2"))
    assert found["loss"] == pytest.approx(1e4)
