import itertools

import numpy as np
import pytest
import torch

from atrous.exporting.tags import tags_agree
from atrous.runtime.chain import FORBIDDEN
from atrous.runtime.lattice import Chain
from atrous.runtime.readable import Readable

STARTS = np.array([0, 4, 4, 5])


def chain():
    generator = np.random.default_rng(0)
    parts = (generator.normal(size=shape).astype(np.float32) for shape in (3, (3, 3), 3))
    found = Chain(*parts)
    found.transitions[2, 1] = FORBIDDEN
    return found


READABLES = {
    "tags": Readable("tags", ("A", "B", "O")),
    "crf": Readable("crf", ("A", "B", "O"), chain=chain()),
}


def worth(readable, logits, tags):
    """What one row's tags score, in plain loops."""
    found = sum(logits[step][tag] for step, tag in enumerate(tags))
    if readable.chain is not None and tags:
        found += readable.chain.begin[tags[0]] + readable.chain.end[tags[-1]]
        found += sum(readable.chain.transitions[pair] for pair in itertools.pairwise(tags))
    return float(found)


@pytest.mark.parametrize("kind", READABLES)
def test_the_difference_is_what_the_tags_of_another_way_lose_a_step(kind):
    readable, torch_rows = READABLES[kind], torch.Generator().manual_seed(1)
    ours = torch.randn(5, 3, generator=torch_rows)
    theirs = -3 * ours
    lost = []
    for start, end in itertools.pairwise(STARTS):
        paths = list(itertools.product(range(3), repeat=end - start))
        best = max(worth(readable, ours[start:end].numpy(), path) for path in paths)
        taken = max(paths, key=lambda path: worth(readable, theirs[start:end].numpy(), path))
        lost.append((best - worth(readable, ours[start:end].numpy(), taken)) / max(1, end - start))
    assert max(lost) > 0.1
    reading = tags_agree(readable, {"same": ours, "batched": theirs}, ours, STARTS)
    assert reading.difference == pytest.approx(max(lost), abs=1e-6)
    assert not reading.passed
    assert tags_agree(readable, {"same": ours}, ours, STARTS)[:2] == ("tags", 0.0)


@pytest.mark.parametrize("kind", READABLES)
def test_one_of_two_equally_good_answers_is_as_good_as_the_other(kind):
    ours = torch.zeros(5, 3)
    theirs = ours + 1e-6 * torch.tensor([0.0, 1.0, 0.0])
    readable = READABLES[kind]._replace(chain=None)
    reading = tags_agree(readable, {"batched": theirs}, ours, STARTS)
    assert (reading.passed, reading.difference) == (True, 0.0)


@pytest.mark.parametrize("kind", READABLES)
def test_logits_that_are_no_numbers_fail_and_no_rows_pass(kind):
    ours = torch.zeros(5, 3)
    assert not tags_agree(READABLES[kind], {"batched": ours + torch.nan}, ours, STARTS).passed
    assert not tags_agree(READABLES[kind], {"batched": ours}, ours + torch.nan, STARTS).passed
    assert not tags_agree(READABLES[kind], {"batched": ours[:4]}, ours, STARTS).passed
    assert tags_agree(READABLES[kind], {}, ours[:0], np.array([0, 0])).passed
