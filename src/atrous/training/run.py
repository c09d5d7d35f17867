"""`atrous.train`: from a file to a model folder, in one go or in several."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from atrous.answering.predict import accelerator
from atrous.bundle import Bundle, load
from atrous.bundle.folder import write
from atrous.config import Settings
from atrous.config.kept import SETTINGS
from atrous.config.taken import taken_over
from atrous.data.asked import Asked
from atrous.data.progress import announce
from atrous.data.text import Source
from atrous.errors import ConfigError, NotFinite
from atrous.outputs import Work, is_finished, nearest, new_folder, unfinished, work_of
from atrous.runtime.processes import Processes, processes
from atrous.training.beginning import keeps_head
from atrous.training.callbacks import Watch
from atrous.training.checkpoint import CHECKPOINT
from atrous.training.fit import learn
from atrous.training.log import LOG
from atrous.training.logger import TENSORBOARD, check_logger
from atrous.training.precision import lightnings
from atrous.training.together import connected, meet
from atrous.training.watching import GRADIENTS


def train(
    data: Source | Iterable[Any],
    *,
    dev: Source | Iterable[Any] | None = None,
    test: Source | Iterable[Any] | None = None,
    settings: Source | None = None,
    encode: str | None = None,
    text: str | None = None,
    label: str | None = None,
    group: str | None = None,
    beside: str | None = None,
    encoding: str | None = None,
    max_steps: int | None = None,
    seed: int | None = None,
    task: str | None = None,
    tokens: str | None = None,
    tags: str | None = None,
    set: Sequence[str] = (),
    out: Source | None = None,
    resume: bool = False,
    init: Source | Bundle | None = None,
    device: str = "auto",
    logger: str | None = None,
    precision: str = "32",
    watch_gradients: bool = False,
    force: bool = False,
    quiet: bool = False,
) -> Bundle:
    """Train one model on labelled texts; with `out`, keep it as a model folder.

    data: a file (csv, tsv, JSON lines, plain or .gz or .xz, or Parquet), or rows: a `datasets.Dataset` or any iterable
        of dictionaries, which may be one that can be read once. dev, test: the same; without, a hash of the text holds
        out one row in ten each, and `group` names a column whose equal values stay together.
    beside: the column of a second text, which the model reads beside the first.
    max_steps: how many tokens are read of a row at most, here and by the trained model.
    task: "classify", a label a text; or "tag", a tag a token, which a file's ending .conll or .conllu says, too.
    tokens, tags: the columns of tagged rows.
    settings: a TOML file; encode, the columns and seed, and then `set` ("train.epochs=5"), stand above it.
    resume: go on with a run into `out` that was stopped or killed: it ends with the model that it would have ended
        with. A run that is finished is loaded; where there is none, one begins.
    init: a model folder, or a model, to begin from: its reader and architecture, and its weights; the head too, if the
        labels are the same.
    logger: "tensorboard" to write its files into `out`. precision: "bf16" to compute with 16 bits where 32 are not
        needed; "32" else.
    watch_gradients: log the gradient at every layer as it goes, into `gradients.csv` in `out`, and say so at once when
        one is nothing for long; no number of the model changes.
    device: "auto", "cpu" or "cuda". force: replace a model folder that is there. quiet: say nothing.

    While it runs, `out`.unfinished holds what it can go on from. Ctrl-C ends training and keeps the best model so far;
    its scores say "interrupted".

    Raises DataError, ConfigError and OutputExists for what is wrong with the input, and NotFinite when the loss is
    no longer finite.
    """
    asked = Asked(
        data, dev, test, settings, text=text, label=label, group=group, beside=beside, encoding=encoding,
        max_steps=max_steps, seed=seed, task=task, tokens=tokens, tags=tags, set=set,
    )  # fmt: skip
    chosen = asked.chosen(encode)
    begun = load(init) if isinstance(init, str | PathLike) else init
    if begun is not None:
        chosen = taken_over(chosen, begun.settings, _called(init))
    own, device = processes(), accelerator(device)
    check_logger(logger)
    lightnings(precision, device)
    quiet = quiet or not own.first
    if resume and out is None:
        raise ConfigError("resume needs out: the folder whose run is to go on")
    options: dict[str, Any] = {
        "init": begun, "device": device, "logger": logger, "precision": precision, "watch_gradients": watch_gradients,
    }  # fmt: skip
    with connected(own, device):
        if out is None:
            with tempfile.TemporaryDirectory(prefix="atrous-") as work:
                return _learn(asked, chosen, Path(work), called=_called(init), quiet=quiet, **options)
        if resume and is_finished(out, marks=[SETTINGS]):
            announce(f"{out}: this run is finished; there is nothing to resume", quiet=quiet)
            return load(out)
        with _work(out, own, force=force, resume=resume) as place:
            if resume and not (place.folder / CHECKPOINT).is_file():
                announce(f"{out}: there is nothing to resume; starting from the beginning", quiet=quiet)
            options |= {"resume": resume, "beside": nearest(out), "called": _called(init)}
            try:
                bundle = _learn(asked, chosen, place.folder, quiet=quiet, **options)
            except BaseException as error:
                if isinstance(error, NotFinite) or not (place.folder / CHECKPOINT).is_file():
                    place.done()  # it would end there again, or there is nothing to go on from
                raise
            if own.first:
                with new_folder(out, force=force or resume, marks=[SETTINGS]) as folder:
                    write(bundle, folder)
                    shutil.copyfile(place.folder / LOG, folder / LOG)
                    if watch_gradients and (place.folder / GRADIENTS).is_file():
                        shutil.copyfile(place.folder / GRADIENTS, folder / GRADIENTS)
                    if logger == TENSORBOARD:
                        shutil.copytree(place.folder / TENSORBOARD, folder / TENSORBOARD)
            if not bundle.scores["interrupted"]:
                place.done()
        return bundle


@contextmanager
def _work(out: Source, own: Processes, *, force: bool, resume: bool) -> Iterator[Work]:
    """The folder that the run goes on from, found by the first process and then used by all."""
    if not own.first:
        meet(own)
        yield Work(work_of(out), resumed=resume)
        return
    with unfinished(out, force=force, resume=resume, marks=[SETTINGS]) as work:
        meet(own)
        yield work


def _learn(
    asked: Asked,
    chosen: Settings,
    work: Path,
    *,
    init: Bundle | None,
    called: str,
    beside: Path | None = None,
    quiet: bool,
    **options: Any,
) -> Bundle:
    """Read the rows and learn from them; what does not fit into memory goes into the folder `beside`."""
    corpus = asked.corpus(chosen, folder=beside, quiet=quiet)
    announce(*corpus.said, quiet=quiet)
    if init is not None:
        same = keeps_head(init, corpus.labels, chosen.predict.name)
        head = "and its head goes on" if same else "its labels are others, and the head begins anew"
        announce(f"{called}: its reader, embedding and encoder are taken over, {head}", quiet=quiet)
    bundle = learn(corpus, chosen, work=work, init=init, watch=None if quiet else Watch(chosen.encode.name), **options)
    bundle.scores["data"]["files"] = asked.files
    if init is not None:
        bundle.scores["init"]["model"] = called
    return bundle


def _called(init: Source | Bundle | None) -> str:
    return fspath(init) if isinstance(init, str | PathLike) else "the model to begin from"
