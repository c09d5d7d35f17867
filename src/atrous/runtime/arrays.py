"""The named arrays of a row: how many steps they have, padded and stacked. Needs numpy alone; exports carry a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = dict[str, NDArray[Any]]


def steps_of(arrays: Mapping[str, NDArray[Any]]) -> int:
    """How many steps the arrays of a row have.

    >>> steps_of({"ids": np.array([5, 7, 2])})
    3
    """
    return len(next(iter(arrays.values())))


def padded(array: NDArray[Any], steps: int) -> NDArray[Any]:
    """The array with zeros after its last step, so that it has that many."""
    return np.pad(array, [(0, steps - len(array))] + [(0, 0)] * (array.ndim - 1)) if len(array) < steps else array


def stacked(arrays: Sequence[NDArray[Any]], steps: int) -> NDArray[Any]:
    """The rows' arrays under each other, with zeros after the end of those that have fewer steps.

    >>> stacked([np.array([1, 2]), np.array([3])], 3).tolist()
    [[1, 2, 0], [3, 0, 0]]
    """
    whole = np.zeros((len(arrays), steps, *arrays[0].shape[1:]), arrays[0].dtype)
    for row, array in enumerate(arrays):
        whole[row, : len(array)] = array
    return whole
