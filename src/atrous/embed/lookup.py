"""Rows of a table by their ids."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def look_up(ids: Tensor, vectors: Tensor, *, field: str) -> Tensor:
    """The vectors, (size, channels), of ids of any shape: (..., channels).

    field: what the message calls the ids.

    >>> import torch
    >>> look_up(torch.tensor([1, 9]), torch.zeros(4, 2), field="ids")
    Traceback (most recent call last):
    ValueError: ids: 9 is no id of this embedding, whose ids are 0 to 3; take ids from the reader of the same model

    Raises ValueError for an id that the table does not have; on a GPU torch itself stops the program.
    """
    try:
        return F.embedding(ids.long(), vectors)
    except IndexError as error:
        wrong = ids[(ids < 0) | (ids >= len(vectors))]
        raise ValueError(
            f"{field}: {int(wrong[0])} is no id of this embedding, whose ids are 0 to {len(vectors) - 1}; "
            "take ids from the reader of the same model"
        ) from error
