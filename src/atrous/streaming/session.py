"""Many texts that come in pieces, read by one model as they come."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from atrous.answering.chunks import CHUNK, evaluating
from atrous.bundle import Bundle, load
from atrous.contract import Batch, State
from atrous.data.text import Source
from atrous.errors import NotStreamable
from atrous.runtime.pieces import Pieces
from atrous.runtime.readable import Answer, answers
from atrous.streaming.table import Table

Arrays: TypeAlias = dict[str, NDArray[Any]]  # the fields of a Batch, the first axis being the row's steps


class _Row:
    """A text that has not ended: where its state is, what waits for a whole grain, how much was read."""

    def __init__(self, place: int, pieces: Pieces | None) -> None:
        self.place = place
        self.pieces = pieces  # None for a row that comes as ids
        self.waiting: Arrays = {}
        self.read = 0

    def wait(self, arrays: Arrays) -> None:
        """Put steps behind those that wait."""
        for name, steps in arrays.items():
            self.waiting[name] = np.concatenate([self.waiting[name], steps]) if name in self.waiting else steps

    @property
    def steps(self) -> int:
        """Steps that wait."""
        return len(next(iter(self.waiting.values()), ()))


class Session:
    """Texts that come in pieces: each piece is read once, and every answer is that of what is decided so far.

    model: a Bundle, or the path of a model folder.

    Rows are named by any key. They join with their first piece and leave when they are finished, at any time; pieces
    may be cut anywhere and be empty. A finished row's answer is that of `Bundle.predict` for the whole text. Rows that
    have as much to read are read together. Nothing is stored on the model, so that it may serve other sessions and
    `predict` meanwhile; a session itself is for one thread at a time. Memory does not grow with the texts' length.

    >>> from atrous.config import Settings
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> bundle = Bundle.fresh(Settings(), Tokeniser("bytes", False, ()), ("bad", "good"))
    >>> with Session(bundle) as session:
    ...     so_far = session.push({"ann": "what a ", "bob": "dull"})
    ...     so_far = session.push({"ann": "film"})
    ...     whole = session.finish("ann")
    >>> whole.label == bundle.predict("what a film")[0].label
    True

    Raises NotStreamable if the model must see its texts whole, and FolderError if there is no model at the path.
    """

    def __init__(self, model: Bundle | Source) -> None:
        self.bundle = model if isinstance(model, Bundle) else load(model)
        if not self.bundle.model.streams:
            raise NotStreamable(
                f"{self.bundle} must see the whole of a text before its first answer; give whole texts to predict, "
                "or train a model that streams, such as tcn or lstm"
            )
        self._rows: dict[Hashable, _Row] = {}
        self._table = Table(self._fresh)
        self._closed = False

    @property
    def rows(self) -> tuple[Hashable, ...]:
        """The keys of the rows that have not ended."""
        return tuple(self._rows)

    def push(self, texts: Mapping[Hashable, str]) -> dict[Hashable, Answer | None]:
        """Read one more piece of each of these rows; a key that is not among the rows begins one.

        Returns each one's answer for what is decided so far: None while nothing is. A model that looks ahead decides
        `delay` steps late; a word is decided by what follows it.

        Raises TypeError for a piece that is no `str`, and ValueError for a row that comes as ids or if the session is
        closed; then no row was changed.
        """
        self._check(texts, "texts")
        for key, text in texts.items():
            if not isinstance(text, str):
                raise TypeError(f"row {key!r}: push needs texts, got {type(text).__name__}: {text!r}")
            if key in self._rows and self._rows[key].pieces is None:
                raise ValueError(f"row {key!r} comes as ids, so push_ids goes on with it; finish it before a text")
        self._join([key for key in texts if key not in self._rows], as_text=True)
        for key, text in texts.items():
            row = self._rows[key]
            if row.pieces is not None:
                row.wait(self._arrays(row.pieces.push(text)))
        return self._read(list(texts))

    def push_ids(self, ids: Mapping[Hashable, Sequence[int] | NDArray[Any]]) -> dict[Hashable, Answer | None]:
        """Read ids, as the bundle's tokeniser gives them, instead of texts; otherwise as `push`.

        Raises ValueError for an id that the model does not know, and for a row that comes as text.
        """
        self._check(ids, "ids")
        found = {key: self._checked(key, some) for key, some in ids.items()}
        for key in found:
            if key in self._rows and self._rows[key].pieces is not None:
                raise ValueError(f"row {key!r} comes as text, so push goes on with it; finish it before ids")
        self._join([key for key in found if key not in self._rows], as_text=False)
        for key, some in found.items():
            self._rows[key].wait({"ids": some})
        return self._read(list(found))

    def finish(self, row: Hashable) -> Answer:
        """The answer to the whole text of a row, which ends here and leaves the session.

        Raises ValueError if there is no such row, or the session is closed.
        """
        return self.finish_all([row])[row]

    def finish_all(self, rows: Iterable[Hashable] | None = None) -> dict[Hashable, Answer]:
        """The answers of several rows that end here, read together; None for all that there are."""
        self._open()
        keys = list(self._rows if rows is None else dict.fromkeys(rows))
        for key in keys:
            self._known(key)
        grain = self.bundle.model.grain
        ends = []
        for key in keys:
            row = self._rows[key]
            row.wait(self._arrays(row.pieces.finish() if row.pieces is not None else ""))
            missing = -row.steps % grain + self.bundle.model.flush
            # A row that nothing was read of is read too: the answer to no text at all.
            ends.append(missing if row.read + row.steps + missing else grain)
        self._step(keys, ends)
        found = self._answers(keys)
        self.drop(*keys)
        return found

    def drop(self, *rows: Hashable) -> None:
        """Let rows leave without an answer. Raises ValueError if there is no such row."""
        self._open()
        for key in rows:
            self._known(key)
        self._table.leave([self._rows.pop(key).place for key in dict.fromkeys(rows)])

    def close(self) -> None:
        """Forget every row; the session is of no use afterwards. A second time changes nothing."""
        self._closed = True
        self._rows.clear()
        self._table = Table(self._fresh)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fresh(self, rows: int) -> State:
        """The model's state, and the logits of what is decided so far."""
        model = self.bundle.model
        like = next(model.parameters())
        return model.start(rows), like.new_zeros(rows, len(self.bundle.labels))

    def _arrays(self, text: str) -> Arrays:
        """The steps of a piece that can be tokenised by itself."""
        return {"ids": self.bundle.tokeniser(text)}

    def _join(self, keys: Sequence[Hashable], *, as_text: bool) -> None:
        tokeniser = self.bundle.tokeniser
        with torch.inference_mode():
            places = self._table.enter(len(keys))
        for key, place in zip(keys, places, strict=True):
            self._rows[key] = _Row(place, Pieces(tokeniser.kind, lower=tokeniser.lower) if as_text else None)

    def _read(self, keys: Sequence[Hashable]) -> dict[Hashable, Answer | None]:
        """Read the whole grains that wait."""
        self._step(keys, [0] * len(keys))
        model = self.bundle.model
        # Whatever looks ahead has said nothing yet of a row shorter than its delay.
        silent = model.delay * model.encode.window.stride
        decided = self._answers([key for key in keys if self._rows[key].read > silent])
        return {key: decided.get(key) for key in keys}

    @torch.inference_mode()
    def _step(self, keys: Sequence[Hashable], ends: Sequence[int]) -> None:
        """Read what waits, rows that have as much to read together; `ends` are masked steps after each row."""
        model = self.bundle.model
        rows = [self._rows[key] for key in keys]
        grains = [(row.steps + end) // model.grain for row, end in zip(rows, ends, strict=True)]
        left = {row: count for row, count in zip(rows, grains, strict=True) if count}
        at_once = max(1, CHUNK // model.grain)
        try:
            with evaluating(model):
                while left:
                    most, least = max(left.values()), min(left.values())
                    size = _size(min(most, at_once), alike=most == least)
                    group = [row for row, count in left.items() if count >= size][: max(1, at_once // size)]
                    self._step_together(group, size * model.grain)
                    left |= {row: left[row] - size for row in group}
                    left = {row: count for row, count in left.items() if count}
        except BaseException:
            self.close()  # some rows have read on and others have not
            raise

    def _step_together(self, rows: Sequence[_Row], steps: int) -> None:
        device = next(self.bundle.model.parameters()).device
        real = torch.tensor([min(row.steps, steps) for row in rows], device=device)
        parts = [{name: array[:steps] for name, array in row.waiting.items()} for row in rows]
        fields = {name: _stacked([part[name] for part in parts], steps).to(device) for name in parts[0]}
        mask = torch.arange(steps, device=device) < real[:, None]
        places = [row.place for row in rows]
        state, _ = self._table.take(places)
        logits, state = self.bundle.model.step(Batch(**fields, lengths=real), mask, state)
        self._table.put(places, (state, logits))
        for row in rows:
            row.read += min(row.steps, steps)
            row.waiting = {name: array[steps:] for name, array in row.waiting.items()}

    def _answers(self, keys: Sequence[Hashable]) -> dict[Hashable, Answer]:
        if not keys:
            return {}
        with torch.inference_mode():
            logits: Tensor = self._table.take([self._rows[key].place for key in keys])[1]
            return dict(zip(keys, answers(logits.float().cpu().numpy(), self.bundle.labels), strict=True))

    def _checked(self, key: Hashable, ids: Any) -> NDArray[np.int32]:
        found = np.asarray(ids)
        found = found if found.size else found.astype(np.int32)  # NumPy takes an empty list for real numbers
        if found.ndim != 1 or found.dtype.kind not in "iu":
            raise ValueError(f"row {key!r}: push_ids needs whole numbers in one list, got {ids!r:.60}")
        size = self.bundle.tokeniser.size
        wrong = np.flatnonzero((found < 1) | (found >= size))
        if len(wrong):
            raise ValueError(
                f"row {key!r}: id {found[wrong[0]]} at place {wrong[0]} is not of this model, whose ids are 1 to "
                f"{size - 1}; take ids from its own tokeniser"
            )
        return found.astype(np.int32)

    def _check(self, pieces: object, name: str) -> None:
        self._open()
        if not isinstance(pieces, Mapping):
            raise TypeError(f"push needs a mapping from rows to {name}, got {type(pieces).__name__}: {pieces!r:.60}")

    def _known(self, key: Hashable) -> None:
        if key not in self._rows:
            known = ", ".join(map(repr, list(self._rows)[:5])) + ", ..." * (len(self._rows) > 5)
            raise ValueError(f"no row {key!r} in this session; its rows are: {known or 'none'}")

    def _open(self) -> None:
        if self._closed:
            raise ValueError("the session is closed; open another with atrous.Session(model)")


def _size(grains: int, *, alike: bool) -> int:
    """How many grains to read at once where the row with the most has so many.

    A power of two, so that rows meet often; more where all have as many. Either way the shapes are few: torch keeps
    something for every shape that a convolution has met.
    """
    unit = 1 << max(0, grains.bit_length() - (4 if alike else 1))
    return grains // unit * unit


def _stacked(parts: Sequence[NDArray[Any]], steps: int) -> Tensor:
    """The rows under each other, with zeros after the end of those that have fewer steps."""
    whole = np.zeros((len(parts), steps, *parts[0].shape[1:]), parts[0].dtype)
    for row, part in enumerate(parts):
        whole[row, : len(part)] = part
    return torch.from_numpy(whole)
