"""A model as a folder that runs without torch: graphs, tokeniser, labels, settings, and a program beside them."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from torch import Tensor

from atrous import __version__
from atrous.answering.chunks import longest
from atrous.bundle.folder import load, vocabulary
from atrous.bundle.trained import Bundle
from atrous.config import dump
from atrous.contract import Batch
from atrous.data.batch import Examples
from atrous.data.text import Source
from atrous.errors import MissingExtra, NotEqual
from atrous.exporting import parity, program
from atrous.exporting.agreeing import in_openvino, said_of
from atrous.exporting.asked import check_precision
from atrous.exporting.card import card
from atrous.exporting.copied import PACKAGE, PROGRAM, runtime_files
from atrous.exporting.loss import Held, lost
from atrous.exporting.lowering import lower
from atrous.exporting.rows import drawn, interesting
from atrous.exporting.run import REQUIREMENTS, RUNTIME
from atrous.model import Model
from atrous.outputs import check, new_folder
from atrous.runtime import manifest
from atrous.runtime.graph import LENGTHS, START, STREAM, VOCABULARY, WHOLE, Exported
from atrous.runtime.reader import Reader
from atrous.runtime.sessions import EXACT, ONNXRUNTIME, OPENVINO

SETTINGS, CARD = "settings.toml", "README.md"
NEEDED = ("onnx", "onnxruntime", "onnxscript")
RUNS_WITH = {"numpy": "numpy>=2.0", "onnxruntime": "onnxruntime>=1.22", "tokenizers": "tokenizers>=0.21"}


def export(
    model: Bundle | str | PathLike[str],
    out: str | PathLike[str],
    *,
    precision: str = EXACT,
    data: Source | Iterable[Any] | None = None,
    text: str | None = None,
    label: str | None = None,
    encoding: str | None = None,
    force: bool = False,
    quiet: bool = True,
) -> Exported:
    """Write a model as a folder that runs with numpy and onnxruntime alone, and return what is in it.

    model: a Bundle or a model folder.
    out: the folder, which appears whole or not at all: `python OUT/run.py FILE` answers as `atrous predict` does.
    precision: "exact"; "bf16" for weights of half the size; "int8" for convolutions and products of 8 bits.
    data: labelled rows, a file or as for `atrous.train`, on which the loss of smaller numbers is measured, and of which
        up to 512 tell int8 its ranges; None: texts drawn from the model's vocabulary. What it costs is in the card,
        and under "precision" in `about`.
    text, label, encoding: the columns and the character encoding of the data, if they are not those of the training.
    force: replace an export that is there. quiet: do not say on standard error what is being done.

    Before the folder appears its graphs answer rows drawn from the model's vocabulary, and what they say is held
    against the model. Smaller numbers come after that.

    Raises NotEqual, with the largest difference, if they differ by more than 1e-4 of the largest logit, or of 1;
    or where smaller numbers give an answer that is no number; NotExportable where onnxruntime cannot make them
    smaller; ConfigError where there is nothing to; DataError and ConfigError for the data as `Bundle.evaluate` does;
    OutputExists if something is there; MissingExtra if onnx, onnxruntime or onnxscript is not installed; FolderError
    for a model folder that cannot be loaded; NotExportable if torch cannot trace the model.
    """
    check_precision(precision, data=data is not None)
    need_onnx()
    check(out, force=force, marks=[manifest.MANIFEST], option="")
    bundle = model if isinstance(model, Bundle) else load(model)
    wanted = {"text": text, "label": label, "encoding": encoding}
    columns = bundle.settings.data.model_copy(update={key: value for key, value in wanted.items() if value})
    held = None if precision == EXACT else Held.read(bundle, data, columns)
    random = Random(0)
    rows = Examples.of(bundle.reader, drawn(bundle.reader, interesting(bundle.window, random), random))
    with new_folder(out, force=force, marks=[manifest.MANIFEST], option="") as folder:
        own = write(bundle, folder, quiet=quiet)
        tell("comparing the graphs with the model", quiet=quiet)
        reference = parity.alone(own, rows)
        for reading in parity.exported(own, Exported(folder), rows, random, reference, may_refuse=not own.streams):
            if not reading.passed:
                raise NotEqual(
                    f"{out}: not written: read as {reading.way}, the largest difference to the model is "
                    f"{reading.difference:.1e}, and {reading.tolerance:.1e} is tolerated"
                )
        about: dict[str, Any] = {}
        if (checked := in_openvino(folder, rows, reference)) is not None:
            about[OPENVINO] = said_of(checked)
        if held is not None:
            tell(f"making the numbers smaller: {precision}", quiet=quiet)
            lower(folder, precision, held.examples)
            manifest.renew(folder, {"precision": {"name": precision}})
            tell(f"measuring what that loses on {len(held.examples):,} rows", quiet=quiet)
            runtimes = [ONNXRUNTIME, *[OPENVINO] * bool(about.get(OPENVINO, {}).get("agrees"))]
            about["precision"] = {"name": precision, **lost(bundle, folder, held, runtimes)}
        about = manifest.renew(folder, about)
        (folder / CARD).write_text(card(bundle, about), encoding="utf-8")
    return Exported(out)


def write(bundle: Bundle, folder: Path, *, quiet: bool = True) -> Model:
    """Write an export of the bundle into a folder that is there; returns the model that was traced.

    Raises NotExportable if torch cannot trace the model.
    """
    own, example = parity.ready(bundle.model), _example(bundle)
    inputs = {**example.fields, LENGTHS: example.lengths}
    columns = bundle.settings.data
    about: dict[str, Any] = {
        "atrous": __version__,
        "columns": {"text": columns.text, "beside": columns.beside, "features": bundle.reader.sizes.get("values")},
        "readable": bundle.readable.to_json(),
        "window": bundle.window.to_json(),
        "inputs": {name: _described(name, part, bundle.reader) for name, part in inputs.items()},
    }
    if own.tags:
        about["tagged"] = _tagged(bundle)
    tell("tracing the graph of whole rows", quiet=quiet)
    program.save(program.whole(own, example), folder / WHOLE)
    if own.streams:
        tell("tracing the graph of one chunk", quiet=quiet)
        graph, start = program.stream(own, example)
        program.save(graph, folder / STREAM)
        np.savez(folder / START, allow_pickle=False, **{name: row.numpy() for name, row in start.items()})
        about["stream"] = {"grain": own.grain, "delay": own.delay, "flush": own.flush, "states": [*start]}
    else:
        about["longest"] = longest(own)
    (folder / VOCABULARY).write_text(vocabulary(bundle), encoding="utf-8")
    (folder / SETTINGS).write_text(dump(bundle.settings), encoding="utf-8")
    for name, path in runtime_files().items():
        copy = folder / RUNTIME / PACKAGE.name / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    manifest.write(folder, about)
    # Not in the manifest: who adds a line to one of these breaks nothing.
    shutil.copyfile(PROGRAM, folder / PROGRAM.name)
    (folder / REQUIREMENTS).write_text("\n".join(_requirements(bundle)) + "\n", encoding="utf-8")
    return own


def need_onnx() -> None:
    """Raise MissingExtra if what writes and runs graphs is not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"an export needs {' and '.join(missing)}, which is not installed; "
            'install it with: pip install "atrous[onnx]"'
        )


def tell(what: str, *, quiet: bool) -> None:
    """Say on standard error what is being done, if that is a terminal."""
    if not quiet and sys.stderr.isatty():
        print(f"atrous: {what} ...", file=sys.stderr)


def _example(bundle: Bundle) -> Batch:
    """Two rows to trace with; their time is a multiple of any chunk's."""
    rows = Examples.of(bundle.reader, drawn(bundle.reader, [9, 12], Random(0)))
    grain = bundle.model.grain
    return rows.batch([0, 1], time=-(-max(12, int(rows.lengths.max())) // grain) * grain)[0]


def _described(name: str, part: Tensor, reader: Reader) -> dict[str, Any]:
    """The type of an input, and how many ids there are, where it has ids."""
    ids = name in reader.sizes and not part.is_floating_point()
    return {"type": str(part.numpy().dtype), **({"size": reader.sizes[name]} if ids else {})}


def _tagged(bundle: Bundle) -> dict[str, Any]:
    """How the program of a tagger's export reads files of tokens, and writes tags."""
    asked, written = bundle.settings.data, bundle.settings.written_scheme
    own = asked.tokens or ""
    return {
        "scheme": written,
        "documents": asked.context == "document",
        "characters": bundle.reader.rule == "characters",
        "tokens": {"columns": own if own.isdecimal() else "1", "conllu": "form"},
        "column": "upos" if written == "plain" else "misc:NER",
    }


def _requirements(bundle: Bundle) -> list[str]:
    pairs = "bpe" in (one.kind for one in (bundle.reader.tokeniser, bundle.reader.beside) if one is not None)
    return [line for name, line in RUNS_WITH.items() if pairs or name != "tokenizers"]
