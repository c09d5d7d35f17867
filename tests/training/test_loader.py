from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.data.batch import Examples
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.training.loader import Loader

BYTES = Reader(Tokeniser("bytes", False, ()))


def examples(count):
    """Rows that tell themselves apart by their target, of many lengths."""
    return Examples.of(BYTES, ["x" * (7 * row % 23) for row in range(count)], range(count))


def epoch(loader):
    return [targets.tolist() for _, targets in loader]


@given(count=st.integers(1, 60), rows=st.integers(1, 9), seed=st.integers(0, 99))
def test_an_epoch_holds_every_row_once(count, rows, seed):
    loader = Loader(examples(count), rows=rows, seed=seed)
    batches = epoch(loader)
    assert sorted(chain(*batches)) == list(range(count))
    assert len(batches) == len(loader)


@given(count=st.integers(2, 60), rows=st.integers(1, 9), stop=st.integers(0, 30), world=st.sampled_from([1, 2]))
def test_a_loader_stopped_anywhere_goes_on_exactly_there(count, rows, stop, world):
    whole = Loader(examples(count), rows=rows, seed=3, world=world)
    expected = [epoch(whole) for _ in range(3)]
    first = Loader(examples(count), rows=rows, seed=3, world=world)
    read = []
    while len(read) < min(stop, 3 * len(first)):
        for _, targets in first:
            read.append(targets.tolist())
            if len(read) == stop:
                break
    second = Loader(examples(count), rows=rows, seed=3, world=world)
    second.load_state_dict(first.state_dict())
    while len(read) < 3 * len(second):
        read += epoch(second)
    assert read == list(chain(*expected))


def definition(lengths, *, rows, seed, epoch):
    """The order in plain words: rows shuffled, sorted by length within pools of 50 batches, the batches shuffled."""
    generator = np.random.default_rng([seed, epoch])
    order, batches = generator.permutation(len(lengths)), []
    for start in range(0, len(order), 50 * rows):
        pool = sorted(order[start : start + 50 * rows].tolist(), key=lambda row: lengths[row])
        batches += [pool[first : first + rows] for first in range(0, len(pool), rows)]
    return [batches[place] for place in generator.permutation(len(batches))]


@given(count=st.integers(1, 400), rows=st.integers(1, 4), seed=st.integers(0, 99))
def test_the_order_is_that_of_its_definition(count, rows, seed):
    data = examples(count)
    loader = Loader(data, rows=rows, seed=seed)
    for number in range(2):
        assert epoch(loader) == definition(data.lengths, rows=rows, seed=seed, epoch=number)


def test_epochs_differ_and_seeds_differ():
    loader, other = Loader(examples(50), rows=5, seed=0), Loader(examples(50), rows=5, seed=1)
    first, second = epoch(loader), epoch(loader)
    assert first != second
    assert first != epoch(other)


def test_processes_share_the_rows_of_an_epoch():
    parts = [epoch(Loader(examples(40), rows=5, seed=0, rank=rank, world=2)) for rank in (0, 1)]
    assert len(parts[0]) == len(parts[1])
    assert sorted(chain(*parts[0], *parts[1])) == list(range(40))


def test_rows_of_like_length_stand_together():
    loader = Loader(examples(2000), rows=20, seed=0)
    padded = sum(batch.ids.numel() for batch, _ in loader)
    real = int(np.sum(loader.examples.lengths))
    assert padded < 1.2 * real


def test_a_loader_needs_rows():
    with pytest.raises(ValueError, match="got none"):
        Loader(examples(0), rows=5, seed=0)
