"""What was given of a row and not read yet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atrous.runtime.arrays import Arrays, steps_of
from atrous.runtime.growing import Growing
from atrous.runtime.tagging import TagsAnswer
from atrous.streaming.tagged import Tagged
from atrous.streaming.tokens import Tokens


class Waiting:
    """A row that has not ended: where its state is, the steps that wait to be read, and how many were read.

    place: of its state in a `Table`. steps: arrays without any step.
    growing: what reads its pieces; None for a row that comes as ids.
    tagged: what is decided of its tags; None unless the model is a tagger.

    >>> row = Waiting(0, {"ids": np.zeros(0, np.int32)})
    >>> row.wait({"ids": np.array([5, 6, 7], np.int32)})
    >>> row.take(2), row.steps, row.read
    ((2, {'ids': array([5, 6], dtype=int32)}), 1, 2)
    """

    def __init__(
        self, place: int, empty: Arrays, growing: Growing | Tokens | None = None, tagged: Tagged | None = None
    ) -> None:
        self.place, self.growing, self.tagged = place, growing, tagged
        self.read = 0
        self._arrays = empty

    @property
    def steps(self) -> int:
        """Steps that wait."""
        return steps_of(self._arrays)

    def wait(self, arrays: Arrays) -> None:
        """Put steps behind those that wait."""
        if self.tagged is not None and self.growing is None:
            arrays = self.tagged.tokens.spelled(arrays)
        self._arrays = {name: np.concatenate([array, arrays[name]]) for name, array in self._arrays.items()}

    def take(self, steps: int) -> tuple[int, Arrays]:
        """The next steps, so many or all that wait, and how many they are; they wait no more."""
        taken = {name: array[:steps] for name, array in self._arrays.items()}
        count = min(steps, self.steps)
        self._arrays = {name: array[steps:] for name, array in self._arrays.items()}
        self.read += count
        return count, taken

    def decide(self, logits: NDArray[np.float32]) -> None:
        """Take the logits, (steps, labels), of the next of a tagger's tokens."""
        if self.tagged is not None:
            self.tagged.decide(logits)

    def answer(self, *, ended: bool = False) -> TagsAnswer | None:
        """What a tagger says of the tokens decided since its last answer; None if there are none."""
        return None if self.tagged is None else self.tagged.answer(ended=ended)


def at_once(grains: int, *, alike: bool) -> int:
    """How many grains to read at once where the row with the most has so many.

    A power of two, so that rows meet often; more where all have as many. Either way the shapes are few: torch keeps
    something for every shape that a convolution has met.

    >>> at_once(100, alike=False), at_once(100, alike=True)
    (64, 96)
    """
    unit = 1 << max(0, grains.bit_length() - (4 if alike else 1))
    return grains // unit * unit
