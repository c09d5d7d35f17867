"""Steps that somebody else has read, held against what the model's own reader gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from atrous.runtime.arrays import Arrays
from atrous.runtime.reader import Reader


def checked(reader: Reader, steps: Any) -> Arrays:
    """The steps as the reader's own arrays: their names, types and further axes.

    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> checked(Reader(Tokeniser("bytes", False, ())), {"ids": [99, 100]})
    {'ids': array([ 99, 100], dtype=int32)}

    Raises ValueError for arrays of other names, shapes or kinds, and for an id that the model does not know.
    """
    sizes, empty = reader.sizes, reader.empty
    if not isinstance(steps, Mapping) or steps.keys() != sizes.keys():
        shown = sorted(map(str, steps)) if isinstance(steps, Mapping) else type(steps).__name__
        raise ValueError(f"this model reads {' and '.join(sizes)}, one array each, got {shown}")
    found: Arrays = {}
    for name, like in empty.items():
        array = np.asarray(steps[name])
        array = array if array.size else array.astype(like.dtype)  # NumPy takes an empty list for real numbers
        real = like.dtype.kind == "f"
        if array.dtype.kind not in ("iuf" if real else "iu") or array.shape[1:] != like.shape[1:] or not array.ndim:
            wanted = "numbers" if real else "whole numbers"
            axes = ", ".join(["steps", *map(str, like.shape[1:])])
            raise ValueError(f"{name}: expected {wanted} of shape ({axes}), got {array.dtype} of shape {array.shape}")
        if not real:
            least = 1 if len(sizes) == 1 else 0  # 0 is padding, where one representation is shorter than another
            wrong = np.argwhere((array < least) | (array >= sizes[name]))
            if len(wrong):
                raise ValueError(
                    f"{name}: {array[tuple(wrong[0])]} at step {wrong[0][0]} is no id of this model, whose ids are "
                    f"{least} to {sizes[name] - 1}; take ids from its own tokeniser"
                )
        found[name] = array.astype(like.dtype)
    if len({len(array) for array in found.values()}) > 1:
        raise ValueError(f"as many steps of each are needed, got {[len(array) for array in found.values()]}")
    return found
