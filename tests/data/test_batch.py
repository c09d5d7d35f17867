import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from atrous.data.batch import Examples, by_length
from atrous.runtime.tokeniser import Tokeniser

BYTES = Tokeniser("bytes", False, ())


@given(st.lists(st.text(max_size=9), min_size=1, max_size=9))
def test_a_batch_holds_each_rows_own_ids_and_padding_after_them(texts):
    rows = Examples.of(BYTES, texts, range(len(texts)))
    order = list(range(len(texts)))[::-1]
    batch, targets = rows.batch(order)
    assert targets.tolist() == order
    assert batch.ids.shape[1] == max(1, *rows.lengths)
    for place, row in enumerate(order):
        length = int(batch.lengths[place])
        assert batch.ids[place, :length].tolist() == BYTES(texts[row]).tolist()
        assert not batch.ids[place, length:].any()


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 9), st.integers(1, 99))
def test_batches_by_length_hold_every_row_once_and_keep_their_bounds(lengths, rows, steps):
    sizes = np.array(lengths, np.int64)
    batches = by_length(sizes, rows=rows, steps=steps)
    held = np.concatenate([*(batch for batch, _ in batches), np.zeros(0, np.int64)])
    assert sorted(held.tolist()) == list(range(len(lengths)))
    for batch, time in batches:
        assert len(batch) <= rows
        assert max(1, sizes[batch].max()) <= time <= max(1, sizes[batch].max()) * 9 / 8 + 1
        assert len(batch) == 1 or len(batch) * time <= steps


def test_many_lengths_make_few_shapes():
    """torch keeps memory for every shape that a convolution has met."""
    sizes = np.random.default_rng(0).integers(0, 2000, 20_000)
    assert len({(len(batch), time) for batch, time in by_length(sizes)}) < 200


def test_no_texts_are_no_rows():
    assert len(Examples.of(BYTES, [])) == 0
