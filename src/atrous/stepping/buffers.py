"""The steps that the parts of a layer still need, with room behind them, so that a step is written and not copied."""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor


class Held(NamedTuple):
    """What one part keeps: so many steps of so many channels."""

    steps: int
    channels: int


class Buffers:
    """One buffer for each part, and one for the mask, of the same rows, all written to at the same pace.

    Each holds what its part keeps, and behind it the steps written since. What was written is never written again:
    whoever knows the place at which a state began finds it there, however many steps came after.

    parts: what each keeps. late: bits of the mask that are kept.
    room: steps that can be written; then what is kept must go to a fresh place.

    Source: of the room that only the last owner may write to: the slices of Go, https://go.dev/blog/slices-intro
    """

    def __init__(self, parts: tuple[Held, ...], late: int, rows: int, room: int, like: Tensor) -> None:
        self.parts, self.late, self.rows, self.room = parts, late, rows, room
        self.steps = [like.new_empty((part.steps + room) * rows, part.channels) for part in parts]
        self.bits = torch.zeros((late + room) * rows, dtype=torch.bool, device=like.device)
        self.end = 0  # the place from which on nothing was written
        self._lock = Lock()

    def claim(self, at: int, steps: int) -> bool:
        """Whether these steps may be written at the place `at`: there is room, and nobody wrote there."""
        if at + steps > self.room or (self.bits.is_inference() and not torch.is_inference_mode_enabled()):
            return False
        with self._lock:
            if self.end != at:
                return False
            self.end = at + steps
            return True

    def copied(self, at: int, room: int) -> Buffers:
        """Fresh buffers that begin with what is kept at this place."""
        fresh = Buffers(self.parts, self.late, self.rows, room, self.steps[0])
        for part, old, new in zip(self.parts, self.steps, fresh.steps, strict=True):
            kept = part.steps * self.rows
            new[:kept] = old[at * self.rows : at * self.rows + kept]
        kept = self.late * self.rows
        fresh.bits[:kept] = self.bits[at * self.rows : at * self.rows + kept]
        return fresh

    def history(self, part: int, at: int) -> Float[Tensor, "batch time channels"]:
        """What a part keeps at this place."""
        steps, channels = self.parts[part]
        own = self.steps[part][at * self.rows : (at + steps) * self.rows]
        return own.view(steps, self.rows, channels).transpose(0, 1)

    def real(self, at: int, steps: int) -> Bool[Tensor, "batch time"]:
        """So many bits of the mask, the first being at this place."""
        return self.bits[at * self.rows : (at + steps) * self.rows].view(steps, self.rows).t()
