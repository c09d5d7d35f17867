import numpy as np

from atrous.runtime.arrays import padded, stacked, steps_of


def test_rows_are_stacked_with_zeros_after_their_ends():
    rows = [np.array([[1, 2]]), np.empty((0, 2), int), np.array([[3, 4], [5, 6]])]
    assert stacked(rows, 2).tolist() == [[[1, 2], [0, 0]], [[0, 0], [0, 0]], [[3, 4], [5, 6]]]
    assert padded(rows[0], 2).tolist() == [[1, 2], [0, 0]]
    assert padded(rows[2], 1) is rows[2]
    assert steps_of({"ids": rows[2]}) == 2
