"""One training run, from rows to a bundle, and `atrous.train`, from a file to a model folder."""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger

from atrous.answering.predict import accelerator
from atrous.bundle import Bundle
from atrous.bundle.folder import write
from atrous.config import Settings, load
from atrous.config.kept import SETTINGS
from atrous.data.batch import Examples
from atrous.data.corpus import Corpus, read_corpus
from atrous.data.given import described, table
from atrous.data.targets import class_weights
from atrous.data.text import Source
from atrous.embed import fill
from atrous.layers import fold
from atrous.outputs import check, nearest, new_folder
from atrous.runtime.tokeniser import FIRST
from atrous.training.callbacks import SeedEachStep, StopOnInterrupt, Stopped, Watch
from atrous.training.learner import BEST_BY, Learner
from atrous.training.loader import Loader
from atrous.training.tokens import Tokens, tokenise
from atrous.vectors import load_vectors, with_channels

LOG = "log.csv"  # in the model folder: the loss of every step, the dev scores of every epoch


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
    set: Sequence[str] = (),
    out: Source | None = None,
    device: str = "auto",
    force: bool = False,
    quiet: bool = False,
) -> Bundle:
    """Train one model on labelled texts; with `out`, keep it as a model folder.

    data: a file (csv, tsv, JSON lines, plain or .gz or .xz, or Parquet), or rows: a `datasets.Dataset` or any iterable
        of dictionaries, which may be one that can be read once. dev, test: the same; without, a hash of the text holds
        out one row in ten each, and `group` names a column whose equal values stay together.
    beside: the column of a second text, which the model reads beside the first.
    max_steps: how many tokens are read of a row at most, here and by the trained model.
    settings: a TOML file; encode, the columns and seed, and then `set` ("train.epochs=5"), stand above it.
    device: "auto", "cpu" or "cuda". force: replace a model folder that is there. quiet: say nothing.

    Ctrl-C ends training and keeps the best model so far; its scores say "interrupted".

    Raises DataError, ConfigError and OutputExists for what is wrong with the input, and NotFinite when the loss is
    no longer finite.
    """
    columns: dict[str, Any] = {
        "text": text, "label": label, "group": group, "beside": beside, "encoding": encoding, "max_steps": max_steps,
    }  # fmt: skip
    chosen = load(None if settings is None else Path(settings), set, data=columns, encode=encode, train={"seed": seed})
    if out is not None:
        check(out, force=force, marks=[SETTINGS])
    given = {name: table(one, name) for name, one in (("data", data), ("dev", dev), ("test", test)) if one is not None}
    corpus = read_corpus(
        given["data"], dev=given.get("dev"), test=given.get("test"), settings=chosen.data,
        several=chosen.predict.name == "labels",
        series=chosen.embed.name == "values", folder=None if out is None else nearest(out), quiet=quiet,
    )  # fmt: skip
    if not quiet:
        print(*corpus.said, sep="\n", file=sys.stderr)
    kept = new_folder(out, force=force, marks=[SETTINGS]) if out is not None else nullcontext()
    with kept as folder, tempfile.TemporaryDirectory(prefix="atrous-") as work:
        watch = None if quiet else Watch(chosen.encode.name)
        bundle = learn(corpus, chosen, work=Path(work), device=device, watch=watch)
        bundle.scores["data"]["files"] = {name: described(one) for name, one in given.items()}
        if folder is not None:
            write(bundle, folder)
            shutil.copyfile(Path(work) / LOG, folder / LOG)
    return bundle


def learn(
    corpus: Corpus,
    settings: Settings,
    *,
    work: Path,
    device: str = "auto",
    watch: Watch | None = None,
    tokens: Tokens | None = None,
) -> Bundle:
    """Train one model on rows; `work` is a folder for checkpoints and the log, `watch` shows how it goes.

    tokens: the rows as `tokenise` gives them, where that was done before.

    The best checkpoint by its score on dev is kept, folded, and scored on dev and test.

    Raises ConfigError for the weight of a label that there is not, NotFinite as `Learner` does, and
    KeyboardInterrupt if Ctrl-C comes before the first score on dev.
    """
    settings = with_channels(settings).resolved()
    seed = settings.train.seed
    tokens = tokens or tokenise(corpus, settings, quiet=watch is None)
    reader, rows, dev, test = tokens
    torch.manual_seed(seed)
    bundle = Bundle.fresh(settings, reader, corpus.labels)
    _fill(bundle, quiet=watch is None)
    weights = _weights(rows, corpus, settings)
    loader = Loader(rows, rows=settings.train.batch, seed=seed)
    learner = Learner(bundle.model, settings.train, steps=len(loader) * settings.train.epochs, weights=weights)
    started = time.perf_counter()
    seen = _fit(learner, loader, Loader(dev, rows=256, seed=0), settings, work, device, watch)
    seconds = round(time.perf_counter() - started, 3)
    fold(bundle.model).eval()  # where it trained: scoring may want the GPU too
    bundle.scores = {
        **seen,
        "seconds": seconds,
        "data": {
            "train": len(corpus.train),
            "dev": len(corpus.dev),
            "test": len(corpus.test),
            "cut": tokens.cut,
            "files": {},
        },
        "dev": bundle.score_of(dev),
        "test": bundle.score_of(test),
    }
    bundle.model.cpu()  # as `load` gives it
    return bundle


def _fill(bundle: Bundle, *, quiet: bool) -> None:
    """Put the pretrained vectors of the vocabulary into the model, if the settings name a file of them."""
    path, tokeniser = bundle.settings.embed.vectors, bundle.reader.tokeniser
    if path is not None and tokeniser is not None:
        found = load_vectors(path, tokeniser.tokens, quiet=quiet)
        fill(bundle.model.embed, torch.from_numpy(found.places + FIRST), torch.from_numpy(found.table))


def _weights(rows: Examples, corpus: Corpus, settings: Settings) -> torch.Tensor | None:
    wanted = settings.train.class_weights
    return None if wanted is None else torch.from_numpy(class_weights(wanted, rows.targets, corpus.targets))


def _fit(
    learner: Learner, loader: Loader, dev: Loader, settings: Settings, work: Path, device: str, watch: Watch | None
) -> dict[str, Any]:
    """Train, and put the best checkpoint's weights into the learner; how it went."""
    best = ModelCheckpoint(work, "best", monitor=BEST_BY, mode="max", save_weights_only=True)
    patience = EarlyStopping(BEST_BY, mode="max", patience=settings.train.patience)
    interrupt, watching = StopOnInterrupt(), [] if watch is None else [watch]
    with warnings.catch_warnings():
        # Advice for loaders with worker processes, and lightning's and torch's notes to each other.
        warnings.simplefilter("ignore")
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        trainer = lightning.Trainer(
            accelerator=accelerator(device),
            devices=1,
            max_epochs=settings.train.epochs,
            gradient_clip_val=settings.train.clip_norm,
            callbacks=[SeedEachStep(settings.train.seed), best, patience, interrupt, *watching],
            logger=CSVLogger(work, name="", version=""),
            log_every_n_steps=1,
            num_sanity_val_steps=0,
            enable_model_summary=False,
            enable_progress_bar=watch is not None,
            use_distributed_sampler=False,
        )
        try:
            trainer.fit(learner, loader, dev)
        except Stopped:
            if not best.best_model_path:
                raise KeyboardInterrupt from None
        finally:
            interrupt.restore()
            for shown in watching:
                shown.close()
    (work / "metrics.csv").replace(work / LOG)
    learner.load_state_dict(torch.load(best.best_model_path, weights_only=True)["state_dict"])
    return {
        "seed": settings.train.seed,
        "epochs": trainer.current_epoch,
        "steps": trainer.global_step,
        "interrupted": interrupt.asked,
    }
