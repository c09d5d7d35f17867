import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.errors import DataError
from atrous.runtime.lengths import by_length, check_longest


@given(st.lists(st.integers(0, 50), max_size=40), st.sampled_from([1, 2, 8]), st.integers(1, 99))
def test_batches_by_length_hold_every_row_once_and_keep_their_bounds(lengths, rows, steps):
    sizes = np.array(lengths, np.int64)
    batches = by_length(sizes, rows=rows, steps=steps)
    chosen = [batch for batch, _ in batches]
    assert sorted(np.concatenate([*chosen, np.zeros(0, np.int64)]).tolist()) == list(range(len(lengths)))
    for batch, time in batches:
        assert len(batch) <= rows
        assert len(batch) == 1 or len(batch) * time <= steps
        assert max(1, sizes[batch].max()) <= time <= max(1, sizes[batch].max()) * 9 / 8


def test_rows_of_every_length_make_few_shapes():
    # torch keeps something for each shape that a convolution has met: a large file must not bring ever new ones.
    shapes = set()
    for seed in range(40):
        sizes = np.random.default_rng(seed).integers(0, 1000, 4096)
        shapes |= {(len(batch), time) for batch, time in by_length(sizes)}
    assert len(shapes) < 150


def test_no_rows_are_no_batches():
    assert by_length(np.zeros(0, np.int64)) == []


@pytest.mark.parametrize("lengths", [[0], [0, 0], [5000]])
def test_rows_of_no_token_and_rows_of_very_many_are_batches_too(lengths):
    (batch, time), *_ = by_length(np.array(lengths, np.int64))
    assert len(batch) == len(lengths)
    assert time >= max(1, *lengths)


def test_a_row_is_refused_only_beyond_the_limit_and_where_there_is_one():
    check_longest(1_000_000, None)
    check_longest(7, 7)
    with pytest.raises(DataError, match=r"a text of 1,000,000 tokens is too long .* at most 7; cut the text"):
        check_longest(1_000_000, 7)
