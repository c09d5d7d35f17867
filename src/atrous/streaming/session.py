"""Many texts that come in pieces, read by one model as they come."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, TypeAlias

import torch
from numpy.typing import NDArray
from torch import Tensor

from atrous.answering.chunks import evaluating
from atrous.answering.spread import MUCH, alone
from atrous.bundle import Bundle, load
from atrous.contract import Batch, State
from atrous.data.text import Source
from atrous.errors import DataError, NotStreamable
from atrous.runtime.arrays import Arrays, stacked
from atrous.runtime.growing import Growing
from atrous.runtime.lengths import CHUNK
from atrous.runtime.readable import AnyAnswer
from atrous.runtime.reader import Row as Piece
from atrous.streaming.checked import checked
from atrous.streaming.table import Table
from atrous.streaming.tagged import Tagged
from atrous.streaming.tokens import Tokens
from atrous.streaming.waiting import Waiting, at_once

Key: TypeAlias = Any  # anything hashable; a mapping from str is none from Hashable to mypy


class Session:
    """Texts that come in pieces: each piece is read once, and every answer is that of what is decided so far.

    model: a Bundle, or the path of a model folder.

    Rows are named by any key. They join with their first piece and leave when they are finished, at any time; pieces
    may be cut anywhere and be empty. A finished row's answer is that of `Bundle.predict` for the whole text. Rows that
    have as much to read are read together. Nothing is stored on the model, so that it may serve other sessions and
    `predict` meanwhile; a session itself is for one thread at a time. Memory does not grow with the texts' length.

    A tagger answers every token once, when its tag is decided, and with it the whole of the span that it is in: `push`
    gives the answer to the tokens decided since the last one, `finish` that to the rest. Their tags, spans and texts,
    put together, are those of `Bundle.predict`, and places are counted from the beginning of the whole row. The best
    tags of a CRF are known only at the end of a row: `push` gives None, `finish` everything, and until then memory
    grows with the row.

    >>> from atrous.config import Settings
    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> bundle = Bundle.fresh(Settings(), Reader(Tokeniser("bytes", False, ())), ("bad", "good"))
    >>> with Session(bundle) as session:
    ...     so_far = session.push({"ann": "what a ", "bob": "dull"})
    ...     so_far = session.push({"ann": "film"})
    ...     whole = session.finish("ann")
    >>> whole.label == bundle.predict("what a film")[0].label
    True

    >>> from atrous.config import load
    >>> reader = Reader(Tokeniser("words", True, ("ann", "left")), rule="fine")
    >>> tagger = Bundle.fresh(load(task="tag", encode="tcn"), reader, ("NOUN", "VERB"))
    >>> with Session(tagger) as session:
    ...     parts = [session.push({"row": "Ann left"})["row"], session.finish("row")]
    >>> [(part.tokens, part.offsets) for part in parts]
    [(('Ann',), ((0, 3),)), (('left',), ((4, 8),))]

    Raises NotStreamable if the model must see its texts whole, and FolderError if there is no model at the path.
    """

    def __init__(self, model: Bundle | Source) -> None:
        self.bundle = model if isinstance(model, Bundle) else load(model)
        if not self.bundle.model.streams:
            raise NotStreamable(
                f"this model, {self.bundle.settings.encode.name}, must see the whole of a text before its first "
                "answer; give whole texts to predict, or train a model that streams, such as tcn or lstm"
            )
        self._readable = self.bundle.readable
        self._rows: dict[Key, Waiting] = {}
        self._table = Table(self._fresh)
        self._closed = False

    @property
    def rows(self) -> tuple[Key, ...]:
        """The keys of the rows that have not ended."""
        return tuple(self._rows)

    def push(self, pieces: Mapping[Key, Piece]) -> dict[Key, AnyAnswer | None]:
        """Read one more piece of each of these rows; a key that is not among the rows begins one.

        A piece is a part of a text, or of what else the model takes as a row: a pair of parts of two texts, some steps
        of a series, written or as numbers, some tokens in a list.

        Returns each row's answer for what is decided so far: None while nothing is. A model that looks ahead decides
        `delay` steps late; a word is decided by what follows it.

        Raises TypeError for a piece that is none, DataError for a series that is none, and ValueError for a row that
        comes as steps or if the session is closed; then no row was changed.
        """
        self._check(pieces, "pieces")
        for key in pieces:
            if key in self._rows and self._rows[key].growing is None:
                raise ValueError(f"row {key!r} comes as steps, so push_steps goes on with it; finish it before a text")
        growing = {key: self._growing(key) for key in pieces}
        for key, piece in pieces.items():
            _told(key, growing[key].check, piece)
        found = {key: _told(key, growing[key].push, piece) for key, piece in pieces.items()}
        self._join(found, growing)
        return self._read(list(found))

    def push_steps(self, steps: Mapping[Key, Mapping[str, Any]]) -> dict[Key, AnyAnswer | None]:
        """Read steps, as the bundle's reader gives them, such as {"row": {"ids": [...]}}; otherwise as `push`.

        A tagger's answers have the tokens that the ids stand for, with a space between each two.

        Raises ValueError for what the reader does not give: other arrays, an id that the model does not know.
        """
        self._check(steps, "steps")
        for key in steps:
            if key in self._rows and self._rows[key].growing is not None:
                raise ValueError(f"row {key!r} comes as text, so push goes on with it; finish it before steps")
        found = {key: _told(key, partial(checked, self.bundle.reader), some) for key, some in steps.items()}
        self._join(found, {})
        return self._read(list(found))

    def push_ids(self, ids: Mapping[Key, Sequence[int] | NDArray[Any]]) -> dict[Key, AnyAnswer | None]:
        """Read ids, as the bundle's tokeniser gives them; for a model that reads nothing else. As `push_steps`."""
        self._check(ids, "ids")
        return self.push_steps({key: {"ids": some} for key, some in ids.items()})

    def finish(self, row: Key) -> AnyAnswer:
        """The answer to the whole text of a row, which ends here and leaves the session.

        Raises ValueError if there is no such row or the session is closed, and DataError for a series that ends in what
        is no number.
        """
        return self.finish_all([row])[row]

    def finish_all(self, rows: Iterable[Key] | None = None) -> dict[Key, AnyAnswer]:
        """The answers of several rows that end here, read together; None for all that there are."""
        self._open()
        keys = list(self._rows if rows is None else dict.fromkeys(rows))
        for key in keys:
            self._known(key)
        grain = self.bundle.model.grain
        ends = []
        for key in keys:
            row = self._rows[key]
            if row.growing is not None:
                row.wait(_told(key, lambda growing: growing.finish(), row.growing))
            missing = -row.steps % grain + self.bundle.model.flush
            # A row that nothing was read of is read too: the answer to no text at all.
            ends.append(missing if row.read + row.steps + missing else grain)
        self._step(keys, ends)
        found = self._answers(keys)
        self.drop(*keys)
        return found

    def drop(self, *rows: Key) -> None:
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
        """The model's state, and the logits of what is decided so far; a tagger, which keeps every step, has none."""
        model = self.bundle.model
        if model.tags:
            return model.start(rows)[:2]
        like = next(model.parameters())
        return model.start(rows), like.new_zeros(rows, len(self.bundle.labels))

    def _growing(self, key: Key) -> Growing | Tokens:
        """What is to read the next piece of a row; a copy, where a piece may be refused after another was read."""
        row = self._rows.get(key)
        if row is None or row.growing is None:
            return (Tokens if self.bundle.model.tags else Growing)(self.bundle.reader)
        return row.growing if self.bundle.reader.series is None else copy.deepcopy(row.growing)

    def _join(self, found: Mapping[Key, Arrays], growing: Mapping[Key, Growing | Tokens]) -> None:
        """Let every row wait for its steps, those that are new too; growing: what reads the pieces of each."""
        fresh = [key for key in found if key not in self._rows]
        with torch.inference_mode():
            places = self._table.enter(len(fresh))
        for key, place in zip(fresh, places, strict=True):
            self._rows[key] = Waiting(place, self.bundle.reader.empty)
            if self._readable.tags:
                own = growing.get(key)
                tokens = own if isinstance(own, Tokens) else Tokens(self.bundle.reader)
                self._rows[key].tagged = Tagged(self._readable, tokens)
        for key, arrays in found.items():
            self._rows[key].growing = growing.get(key)
            self._rows[key].wait(arrays)

    def _read(self, keys: Sequence[Key]) -> dict[Key, AnyAnswer | None]:
        """Read the whole grains that wait."""
        self._step(keys, [0] * len(keys))
        if self._readable.tags:
            return {key: self._rows[key].answer() for key in keys}
        model = self.bundle.model
        # Whatever looks ahead has said nothing yet of a row shorter than its delay.
        silent = model.delay * model.encode.window.stride
        decided = self._answers([key for key in keys if self._rows[key].read > silent])
        return {key: decided.get(key) for key in keys}

    @torch.inference_mode()
    def _step(self, keys: Sequence[Key], ends: Sequence[int]) -> None:
        """Read what waits, rows that have as much to read together; `ends` are masked steps after each row."""
        model = self.bundle.model
        rows = [self._rows[key] for key in keys]
        grains = [(row.steps + end) // model.grain for row, end in zip(rows, ends, strict=True)]
        left = {row: count for row, count in zip(rows, grains, strict=True) if count}
        most_at_once = max(1, CHUNK // model.grain)
        try:
            with evaluating(model):
                while left:
                    most, least = max(left.values()), min(left.values())
                    size = at_once(min(most, most_at_once), alike=most == least)
                    group = [row for row, count in left.items() if count >= size][: max(1, most_at_once // size)]
                    self._step_together(group, size * model.grain)
                    left |= {row: left[row] - size for row in group}
                    left = {row: count for row, count in left.items() if count}
        except BaseException:
            self.close()  # some rows have read on and others have not
            raise

    def _step_together(self, rows: Sequence[Waiting], steps: int) -> None:
        model = self.bundle.model
        device = next(model.parameters()).device
        parts = [row.take(steps) for row in rows]
        real = torch.tensor([length for length, _ in parts], device=device)
        names = self.bundle.reader.sizes
        whole = {name: stacked([arrays[name] for _, arrays in parts], steps) for name in names}
        fields = {name: torch.from_numpy(array).to(device) for name, array in whole.items()}
        mask = torch.arange(steps, device=device) < real[:, None]
        places = [row.place for row in rows]
        batch, kept = Batch(fields.pop("ids", None), real, **fields), self._table.take(places)
        before: State = (*kept, model.attend.start(len(rows))) if model.tags else kept[0]
        with alone(2 * len(rows) * steps * model.cost.parameters < MUCH):
            logits, after = model.step(batch, mask, before)
        if not model.tags:
            self._table.put(places, (after, logits))
            return
        *kept, (_, decided) = after
        self._table.put(places, tuple(kept))
        for row, found, own in zip(rows, logits.float().cpu().numpy(), decided.cpu().numpy(), strict=True):
            row.decide(found[own])

    def _answers(self, keys: Sequence[Key]) -> dict[Key, AnyAnswer]:
        if self._readable.tags:
            return {key: answer for key in keys if (answer := self._rows[key].answer(ended=True)) is not None}
        if not keys:
            return {}
        with torch.inference_mode():
            places = [self._rows[key].place for key in keys]
            logits: Tensor = self._table.take(places, of=lambda state: state[1])
            return dict(zip(keys, self.bundle.readable(logits.float().cpu().numpy()), strict=True))

    def _check(self, pieces: object, name: str) -> None:
        self._open()
        if not isinstance(pieces, Mapping):
            raise TypeError(f"push needs a mapping from rows to {name}, got {type(pieces).__name__}: {pieces!r:.60}")

    def _known(self, key: Key) -> None:
        if key not in self._rows:
            known = ", ".join(map(repr, list(self._rows)[:5])) + ", ..." * (len(self._rows) > 5)
            raise ValueError(f"no row {key!r} in this session; its rows are: {known or 'none'}")

    def _open(self) -> None:
        if self._closed:
            raise ValueError("the session is closed; open another with atrous.Session(model)")


def _told(key: Key, read: Callable[[Any], Any], piece: Any) -> Any:
    """What reading a row's piece gives; an error names the row."""
    try:
        return read(piece)
    except (TypeError, ValueError, DataError) as error:
        raise type(error)(f"row {key!r}: {error}") from error
