import numpy as np
import pytest

from atrous.streaming.waiting import Waiting, at_once


def test_a_row_gives_what_waits_in_its_order():
    row = Waiting(3, {"ids": np.zeros(0, np.int32), "values": np.zeros((0, 2))})
    assert (row.steps, row.take(4)[0], row.read) == (0, 0, 0)
    row.wait({"ids": np.arange(3, dtype=np.int32), "values": np.ones((3, 2))})
    row.wait({"ids": np.arange(3, 5, dtype=np.int32), "values": np.zeros((2, 2))})
    count, arrays = row.take(4)
    assert (count, arrays["ids"].tolist(), arrays["values"][:, 0].tolist()) == (4, [0, 1, 2, 3], [1, 1, 1, 0])
    count, arrays = row.take(4)
    assert (count, arrays["ids"].tolist(), row.steps, row.read) == (1, [4], 0, 5)


@pytest.mark.parametrize("alike", [False, True])
def test_what_is_read_at_once_fits_and_is_one_of_few_sizes(alike):
    sizes = [at_once(grains, alike=alike) for grains in range(1, 5000)]
    assert all(grains / 2 < size <= grains for grains, size in enumerate(sizes, 1))
    assert len(set(sizes)) == (13 if not alike else 15 + 8 * 8 + 2)
