import itertools

import numpy as np
import pytest
import torch

from atrous.explaining.chances import tags_log_odds
from atrous.predict import CRF, Tags

LABELS = ("B-X", "I-X", "O")


def chance(head, logits, start, tags):
    """The share of the weight of all paths that the paths with these tags have, path by path."""
    begin, transitions, end = head.chain if isinstance(head, CRF) else (np.zeros(3), np.zeros((3, 3)), np.zeros(3))
    there = every = 0.0
    for path in itertools.product(range(3), repeat=len(logits)):
        weight = begin[path[0]] + end[path[-1]] + sum(float(logits[step, tag]) for step, tag in enumerate(path))
        weight += sum(transitions[one, other] for one, other in itertools.pairwise(path))
        every += np.exp(weight)
        there += np.exp(weight) * (list(path[start : start + len(tags)]) == tags)
    return there / every


@pytest.mark.parametrize("kind", [Tags, CRF])
@pytest.mark.parametrize(("start", "tags"), [(0, [0]), (1, [0, 1]), (3, [2]), (0, [0, 1, 1, 2])])
def test_they_are_those_of_all_paths_counted_one_by_one(kind, start, tags):
    torch.manual_seed(0)
    head = kind(4, LABELS, scheme="iob2")
    if kind is CRF:
        for part in (head.begin, head.transitions, head.end):
            torch.nn.init.normal_(part)
    logits = torch.randn(2, 4, 3)
    found = tags_log_odds(head, logits, start, tags)
    for row in range(2):
        share = chance(head, logits[row], start, tags)
        assert float(found[row]) == pytest.approx(np.log(share / (1 - share)), rel=1e-5)


@pytest.mark.parametrize("kind", [Tags, CRF])
def test_what_is_all_but_certain_keeps_its_digits_and_its_gradient(kind):
    logits = torch.tensor([[[60.0, 0, 0], [0, 55, 0]]], requires_grad=True)
    found = tags_log_odds(kind(4, LABELS, scheme="iob2"), logits, 0, [0, 1])
    found.sum().backward()
    assert 50 < float(found.detach()) < 60
    assert logits.grad.isfinite().all() and logits.grad[0, 1, 1] > 0.1
