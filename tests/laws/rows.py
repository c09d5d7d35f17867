"""Ragged rows, and the ways to read them, drawn by hypothesis."""

from dataclasses import dataclass

import torch
from hypothesis import strategies as st

LENGTHS = st.lists(st.integers(0, 23), min_size=2, max_size=4)


@dataclass
class Rows:
    """Rows of different length, alone and padded together with NaN, which no result may show."""

    alone: list[torch.Tensor]  # each (1, length, channels)
    x: torch.Tensor
    mask: torch.Tensor


def draw_rows(lengths, channels, *, seed=0, beyond=0):
    generator = torch.Generator().manual_seed(seed)
    alone = [torch.randn(1, length, channels, dtype=torch.double, generator=generator) for length in lengths]
    time = max([1, *lengths]) + beyond
    x = torch.full((len(lengths), time, channels), torch.nan, dtype=torch.double)
    for row, one in enumerate(alone):
        x[row, : one.shape[1]] = one[0]
    return Rows(alone, x, torch.arange(time)[None] < torch.tensor(lengths)[:, None])


@dataclass
class Plan:
    """How a stream is cut: rows join at their own moments, and change places while they are read."""

    lengths: list[int]
    waits: list[int]  # chunks before each row begins
    chunks: list[int]  # grains a chunk, taken in turn
    turns: list[int]  # after each chunk, in turn, rotate the rows by that many places
    seed: int


@st.composite
def plans(draw):
    lengths = draw(LENGTHS)
    return Plan(
        lengths,
        draw(st.lists(st.integers(0, 3), min_size=len(lengths), max_size=len(lengths))),
        draw(st.lists(st.integers(1, 5), min_size=1, max_size=5)),
        draw(st.lists(st.integers(0, 2), min_size=1, max_size=3)),
        draw(st.integers(0, 2**16)),
    )
