import random
import string

import numpy as np
import pytest

from atrous.answering.decoded import Decoded
from atrous.comparing.judged import MISTAKES
from atrous.comparing.tags import MOST, TagJudge, parts
from atrous.data.tables import Row

metrics = pytest.importorskip("sklearn.metrics")
IOB = ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")


def drawn(labels, scheme, *, rows=50, seed=0):
    """A judge, tags that are drawn, how sure they are, and the rows."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(0, 9, rows)
    steps = int(lengths.sum())
    wanted, given = generator.integers(len(labels), size=(2, steps))
    made = []
    for number, length in enumerate(lengths.tolist()):
        tokens = tuple(f"{letter}{number}" for letter in string.ascii_lowercase[:length])
        made.append(Row(" ".join(tokens), "", "", number + 1, tokens=tokens))
    judge = TagJudge(labels, scheme, wanted, np.concatenate([[0], lengths.cumsum()]))
    return judge, Decoded(given, generator.random(steps)), made


def rows_of(judge, tags):
    return [
        [judge.labels[place] for place in tags[start:end]]
        for start, end in zip(judge.starts[:-1], judge.starts[1:], strict=True)
    ]


def test_the_counts_divide_to_the_accuracy_where_tags_are_plain():
    judge, given, _ = drawn(("NN", "VB", "DT"), "plain")
    numerator, denominator = judge.counts(given).sum(0)
    assert numerator / denominator == metrics.accuracy_score(judge.targets, given.tags)


def test_the_counts_divide_to_the_f1_of_spans():
    seqeval = pytest.importorskip("seqeval.metrics")
    judge, given, _ = drawn(IOB, "iob2")
    numerator, denominator = judge.counts(given).sum(0)
    expected = seqeval.f1_score(rows_of(judge, judge.targets), rows_of(judge, given.tags))
    assert 0 < numerator / denominator == pytest.approx(expected)


def test_a_row_with_every_span_right_counts_it_twice():
    assert parts(["U-X", "B-Y", "L-Y"], ["U-X", "B-Y", "L-Y"], "bilou") == (4, 4)
    assert parts([], [], "bilou") == parts([], [], "plain") == (0, 0)


def test_the_confusion_is_of_types_and_the_rows_without_a_span_are_one():
    judge, given, _ = drawn(IOB, "iob2")
    names, found = judge.confusion(given)
    assert names == ["LOC", "PER", "O"]
    types = np.array(["LOC", "PER", "LOC", "PER", "O"])
    assert found == metrics.confusion_matrix(types[judge.targets], types[given.tags], labels=names).tolist()


def test_of_many_tags_the_rare_ones_are_one():
    labels = tuple(f"T{number:03}" for number in range(MOST + 40))
    judge, given, _ = drawn(labels, "plain", rows=400)
    names, found = judge.confusion(given)
    assert len(names) == len(found) == MOST and names[-1] == "all others"
    assert sum(map(sum, found)) == len(judge.targets)
    right = sum(found[place][place] for place in range(MOST - 1))
    assert right <= (judge.targets == given.tags).sum() <= right + found[-1][-1]


def test_mistakes_are_rows_with_a_wrong_span_and_say_what_is_missing_and_what_is_too_much():
    rows = [
        Row("Ann met Bo", "", "", 3, tokens=("Ann", "met", "Bo")),
        Row("Ann Lee fell", "", "", 7, tokens=("Ann", "Lee", "fell")),
        Row("so it is", "", "", 9, tokens=("so", "it", "is")),
    ]
    labels = ("B-PER", "I-PER", "O")
    judge = TagJudge(labels, "iob2", np.array([0, 2, 0, 0, 1, 2, 2, 2, 2]), np.array([0, 3, 6, 9]))
    given = Decoded(np.array([0, 2, 2, 0, 0, 2, 2, 2, 2]), np.array([0.9, 0.9, 0.6, 0.9, 0.8, 0.9, 1, 1, 1]))
    found = judge.mistakes(given, rows)
    assert [(one["line"], one["label"], one["answer"], one["probability"]) for one in found] == [
        (7, "Ann Lee: PER", "Ann: PER; Lee: PER", 0.8),
        (3, "Bo: PER", "no span", 0.6),
    ]
    plain = TagJudge(labels, "plain", judge.targets, judge.starts)
    assert plain.mistakes(given, rows)[0]["label"] == "Lee: I-PER"


def test_mistakes_are_cut_to_what_a_page_can_show():
    judge, given, rows = drawn(IOB, "iob2", rows=3 * MISTAKES)
    found = judge.mistakes(given, rows)
    assert len(found) == MISTAKES
    assert [one["probability"] for one in found] == sorted((one["probability"] for one in found), reverse=True)
    long = Row("x " * 5000, "", "", 1, tokens=("x",) * 5000)
    numbers = np.array([random.Random(place).randrange(2) for place in range(5000)])
    judge = TagJudge(("A", "B"), "plain", numbers, np.array([0, 5000]))
    (one,) = judge.mistakes(Decoded(1 - numbers, np.ones(5000)), [long])
    assert one["text"].endswith("…") and one["label"].endswith("; and 4992 more")
