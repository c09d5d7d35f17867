"""The proof on a user's own checkpoint: alone, padded, batched, streamed and exported are one function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from torch import Tensor

from atrous.answering.predict import logits
from atrous.answering.tabled import tables_of
from atrous.answering.worded import worded_of
from atrous.bundle.folder import load
from atrous.bundle.trained import Bundle
from atrous.data.batch import Examples
from atrous.encode import WHOLE_ROWS
from atrous.errors import AtrousError, DataError
from atrous.exporting import parity
from atrous.exporting.agreeing import in_openvino
from atrous.exporting.folder import need_onnx, tell, write
from atrous.exporting.parity import Reading
from atrous.exporting.rows import drawn, first, interesting
from atrous.exporting.tags import tags_agree
from atrous.model import Model
from atrous.runtime.graph import Exported
from atrous.runtime.reader import Row

ROWS = 100


@dataclass(frozen=True)
class Verification:
    """What came of reading the same rows in every way.

    rows: how many. drawn: whether they were drawn from the model's vocabulary, for want of data.
    longest: the longest of them, in steps. readings: one a way.
    """

    rows: int
    drawn: bool
    longest: int
    readings: tuple[Reading, ...]

    @property
    def passed(self) -> bool:
        """Whether every way agrees, but for those that this kind of model always refuses."""
        return all(reading.passed for reading in self.readings)

    def to_json(self) -> dict[str, Any]:
        """Numbers and words for a JSON file."""
        ways = {reading.way: reading.to_json() for reading in self.readings}
        return {"passed": self.passed, "rows": self.rows, "drawn": self.drawn, "longest": self.longest, "ways": ways}


def verify(
    model: Bundle | str | PathLike[str],
    data: str | PathLike[str] | Sequence[Row] | None = None,
    *,
    rows: int = ROWS,
    text: str | None = None,
    beside: str | None = None,
    encoding: str = "utf-8",
    seed: int = 0,
    quiet: bool = True,
    shown: Callable[[Reading], None] | None = None,
) -> Verification:
    """Read the same rows in every way that the model can be read, and compare the numbers.

    The ways are: alone, twice in different order; padded with other tokens; batched; streamed in random chunks; looked
    up in tables, if it is an n-gram classifier; remembered word by word, if it is a tagger; exported, whole and
    streamed, and by OpenVINO where it is installed. Each is held against every row alone: the largest difference of two
    logits may be 1e-5 of the largest logit, or of 1, and 1e-4 of it for an export. Of a tagger these are the logits of
    every step, of a CRF its emissions; and at the end the tags that every way comes to are held against the best ones.

    model: a Bundle or a model folder.
    data: rows, or a file of them, of which the first `rows` are read (of a tagger, files with tags too); None: texts
        drawn from the model's own vocabulary, of no token, of one, of about its window, and ragged.
    text, beside, encoding: the columns of the texts and the file's character encoding, as for predict.
    seed: of the texts, the groups and the chunks. quiet: do not say on standard error what is being done.
    shown: called with each reading as it is done.

    Raises FolderError for a model folder that cannot be loaded, DataError if there is no row, and what else the readers
    raise for the data.
    """
    if rows < 1:
        raise ValueError(f"verify needs rows >= 1, got rows={rows}")
    bundle = model if isinstance(model, Bundle) else load(model)
    random = Random(seed)
    if data is None:
        texts = drawn(bundle.reader, interesting(bundle.window, random), random)
    elif isinstance(data, str | PathLike):
        texts = first(data, rows, bundle.settings, text=text, beside=beside, encoding=encoding)[1]
    else:
        texts = bundle.reader.rows(data)
    if not texts:
        raise DataError("verify needs at least one row, got none")
    examples = Examples.of(bundle.reader, texts)
    readings = []
    for reading in _readings(bundle, texts, examples, random, quiet=quiet):
        readings.append(reading)
        if shown:
            shown(reading)
    return Verification(len(examples), data is None, int(examples.lengths.max()), tuple(readings))


def _readings(
    bundle: Bundle, texts: Sequence[Row], rows: Examples, random: Random, *, quiet: bool
) -> Iterator[Reading]:
    own = parity.ready(bundle.model)
    whole_only = bundle.settings.encode.name in WHOLE_ROWS or not own.attend.streams
    tell(f"reading {len(rows)} rows alone", quiet=quiet)
    reference = parity.alone(own, rows)
    kept: parity.Found = {}
    yield parity.compare("alone", lambda: parity.alone(own, rows, backwards=True), reference, kept=kept)
    tell("reading them padded, batched and streamed", quiet=quiet)
    yield parity.compare("padded", lambda: parity.padded(own, rows, random), reference, kept=kept)
    yield parity.compare("batched", lambda: parity.batched(own, rows, random), reference, kept=kept)
    yield parity.compare(
        "streamed",
        lambda: parity.streamed(
            own.start, own.step, rows, random, grain=own.grain, flush=own.flush, decided=parity.decided_by(own)
        ),
        reference,
        may_refuse=whole_only,
        kept=kept,
    )
    if (tables := tables_of(own, int8=bundle.int8) if bundle.reader.plain else None) is not None:
        yield parity.compare("looked up", lambda: logits(own, rows, tables), reference, kept=kept)
    if (worded := worded_of(own, bundle.reader)) is not None and (found := worded.read(texts)) is not None:
        yield parity.compare("remembered", lambda: found.logits, reference, kept=kept)
    yield from _exported(bundle, own, rows, random, reference, whole_only, kept, quiet)
    if own.tags:
        yield tags_agree(bundle.readable, kept, reference, rows.starts)


def _exported(
    bundle: Bundle,
    own: Model,
    rows: Examples,
    random: Random,
    reference: Tensor,
    whole_only: bool,
    kept: parity.Found,
    quiet: bool,
) -> Iterator[Reading]:
    with TemporaryDirectory() as folder:
        try:
            need_onnx()
            write(bundle, Path(folder), quiet=quiet)
        except AtrousError as error:
            yield from (Reading(way, None, None, str(error)) for way in parity.EXPORTED)
            return
        tell("reading them with the exported graphs", quiet=quiet)
        graph = Exported(folder)
        yield from parity.exported(own, graph, rows, random, reference, may_refuse=whole_only, kept=kept)
        if (reading := in_openvino(Path(folder), rows, reference, kept=kept)) is not None:
            yield reading
