"""One training run, from rows to a bundle."""

from __future__ import annotations

import logging
import math
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch import callbacks
from lightning.pytorch.utilities.exceptions import SIGTERMException

from atrous.answering.predict import accelerator
from atrous.answering.spread import alone
from atrous.bundle import Bundle
from atrous.config import Settings
from atrous.data.batch import Examples
from atrous.data.corpus import Corpus
from atrous.data.seen import words_of
from atrous.data.targets import class_weights
from atrous.errors import ConfigError
from atrous.instruments.beginning import put_vectors
from atrous.layers import fold, laid_out
from atrous.runtime.processes import Processes, processes
from atrous.training.beginning import digest, take_over
from atrous.training.callbacks import SeedEachStep, StopOnInterrupt, Stopped, StoppedAtOnce, Watch
from atrous.training.checkpoint import CHECKPOINT, read
from atrous.training.identity import difference, identity
from atrous.training.keeper import EachEpoch, Keeper, Whole
from atrous.training.learner import Learner
from atrous.training.loader import Loader, Steady
from atrous.training.logger import check_logger
from atrous.training.logger import logger as build_logger
from atrous.training.precision import lightnings
from atrous.training.threads import waits
from atrous.training.together import agreed
from atrous.training.tokens import Tokens, tokenise
from atrous.training.watching import WatchGradients
from atrous.vectors import with_channels


def learn(
    corpus: Corpus,
    settings: Settings,
    *,
    work: Path,
    device: str = "auto",
    watch: Watch | None = None,
    tokens: Tokens | None = None,
    resume: bool = False,
    init: Bundle | None = None,
    each_epoch: EachEpoch | None = None,
    enough: float = math.inf,
    logger: str | None = None,
    precision: str = "32",
    watch_gradients: bool = False,
) -> Bundle:
    """Train one model on rows; `work` is a folder for the checkpoint and the log, `watch` shows how it goes.

    tokens: the rows as `tokenise` gives them, where that was done before.
    resume: go on from the checkpoint in `work`, if there is one; the end is bit for bit that of a run which was never
        stopped, on the same machine, threads and versions.
    init: a model to begin from: its reader, its weights and, for the same labels, its head. The settings must be its
        own where they say what it is (`atrous.config.taken`).
    each_epoch: called after each validation with the epoch, from 1, and what the best epoch is the largest of; what it
        raises stops the run. enough: a score on dev with which the run is over.
    logger: "tensorboard" for its files in `work`. precision: "32", or "bf16" to compute with.
    watch_gradients: keep the gradient at every layer in a file in `work`, too; no number of the model changes.

    The best weights by the score on dev are kept, folded, and scored on dev and test. `scores["curve"]` has an entry an
    epoch. The caller's random numbers are left as they were.

    Raises ConfigError for the weight of a label that there is not and for a checkpoint of another run, NotFinite as
    `Learner` does, DataError if the checkpoint cannot be written, and KeyboardInterrupt if Ctrl-C comes twice, or
    before the first score on dev.
    """
    work.mkdir(parents=True, exist_ok=True)
    place, own = accelerator(device), processes()
    check_logger(logger)
    bits = lightnings(precision, place)
    settings = corpus.settled(with_channels(settings) if init is None else settings).resolved()
    known = None if init is None else init.reader
    tokens = tokens or tokenise(corpus, settings, reader=known, quiet=watch is None)
    options = {"processes": own.world, "precision": precision, "init": None if init is None else digest(init)}
    belongs = identity(settings, tokens, corpus.labels, **options)
    kept = _begun(work / CHECKPOINT, belongs) if resume else None
    with torch.random.fork_rng(devices=[torch.cuda.current_device()] if place == "cuda" else []):
        torch.manual_seed(settings.train.seed)
        bundle = Bundle.fresh(settings, tokens.reader, corpus.labels)
        begun = _begin(bundle, init, resumed=kept is not None, quiet=watch is None)
        loader = Loader(
            tokens.train, rows=settings.train.batch, seed=settings.train.seed, rank=own.rank, world=own.world
        )
        weights = _weights(tokens.train, corpus, settings)
        learner = Learner(
            bundle.model, settings.train, steps=len(loader) * settings.train.epochs, weights=weights,
            word_dropout=settings.embed.word_dropout,
        )  # fmt: skip
        interrupt = StopOnInterrupt(quiet=not own.first)
        keeper = Keeper(
            work, belongs, score=learner.score, patience=settings.train.patience, interrupt=interrupt,
            enough=enough, each_epoch=each_epoch, own=own,
        )  # fmt: skip
        if kept is not None and watch is not None:
            why = keeper.inexact(kept)
            print(f"{work}: going on after step {kept['steps']:,} of {learner.steps:,}{why}", file=sys.stderr)
        if kept is not None and kept["finished"]:
            keeper.load_state_dict(kept)
        else:
            watched: list[callbacks.Callback] = [] if watch is None else [watch]
            gradients = WatchGradients(bundle.model, work, own=own, quiet=watch is None) if watch_gradients else None
            with warnings.catch_warnings(), interrupt:
                # Advice for loaders with worker processes, and lightning's and torch's notes to each other.
                warnings.simplefilter("ignore")
                log = build_logger(logger, work, steps=kept["steps"] if kept else 0)
                around = [*watched, *filter(None, [gradients]), keeper]
                trainer = _trainer(settings, place, own, around, logger=log or False, precision=bits)
                with alone(place == "cpu" and waits(bundle.model, settings.train.batch)):
                    _fit(trainer, learner, loader, Steady(tokens.dev), work / CHECKPOINT if kept else None, watch)
            if gradients is not None:
                gradients.close()
                gradients.sum_up()
    if not keeper.weights:
        raise KeyboardInterrupt
    bundle.model.load_state_dict(keeper.weights)
    laid_out(fold(bundle.model)).eval()  # where it trained: scoring may want the GPU too
    if settings.task == "tag" and settings.embed.name == "words" and tokens.reader.tokeniser is not None:
        before = frozenset() if init is None or init.seen is None else init.seen
        bundle.seen = before | words_of(corpus.train, tokens.reader.tokeniser)
    data = {"train": len(corpus.train), "dev": len(corpus.dev), "test": len(corpus.test)}
    bundle.scores = {
        "seed": settings.train.seed,
        "epochs": len(keeper.curve),
        "steps": keeper.steps,
        "interrupted": agreed(own, interrupt.asked),  # in the last validation, too: a race or a search is to stop there
        "seconds": round(keeper.seconds, 3),
        "precision": precision,
        **begun,
        "curve": keeper.curve,
        "data": {**data, "cut": tokens.cut, "files": {}},
        "dev": bundle.score_of(tokens.dev, corpus.dev),
        "test": bundle.score_of(tokens.test, corpus.test),
    }
    bundle.model.cpu()  # as `load` gives it
    return bundle


def _begin(bundle: Bundle, init: Bundle | None, *, resumed: bool, quiet: bool) -> dict[str, Any]:
    """Put the weights into a fresh model that it begins with; what the scores say of it."""
    if init is not None:
        return {"init": {"head": "kept" if take_over(bundle, init) else "new"}}
    if not resumed:
        put_vectors(bundle, quiet=quiet)
    return {}


def _begun(path: Path, belongs: dict[str, Any]) -> dict[str, Any] | None:
    """What `Keeper` kept in the checkpoint there; None if there is none. Raises ConfigError for that of another run."""
    if not path.is_file():
        return None
    try:
        kept: dict[str, Any] = read(path)["callbacks"][Keeper.KEY]
    except Exception as error:  # what torch raises for a file that is none depends on where it goes wrong
        raise ConfigError(f"{path}: no checkpoint that this version can read; begin anew with --force") from error
    if how := difference(kept["belongs"], belongs):
        raise ConfigError(
            f"{path.parent}: the unfinished run there {how}; ask for the same, or begin anew with --force"
        )
    return kept


def _weights(rows: Examples, corpus: Corpus, settings: Settings) -> torch.Tensor | None:
    wanted = settings.train.class_weights
    return None if wanted is None else torch.from_numpy(class_weights(wanted, rows.targets, corpus.targets))


def _trainer(
    settings: Settings, device: str, own: Processes, around: Sequence[callbacks.Callback], **options: Any
) -> lightning.Trainer:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    return lightning.Trainer(
        accelerator=device,
        devices=own.beside,
        num_nodes=own.world // own.beside,
        strategy="ddp" if own.world > 1 else "auto",
        max_epochs=settings.train.epochs,
        callbacks=[SeedEachStep(settings.train.seed), *around],
        plugins=[Whole()],
        log_every_n_steps=1,  # the learner logs seldom enough
        num_sanity_val_steps=0,
        enable_model_summary=False,
        enable_progress_bar=any(isinstance(one, Watch) for one in around),
        use_distributed_sampler=False,
        **options,
    )


def _fit(
    trainer: lightning.Trainer, learner: Learner, loader: Loader, dev: Steady, begun: Path | None, watch: Watch | None
) -> None:
    """Train to the end, or until Ctrl-C.

    Raises KeyboardInterrupt for a second Ctrl-C.
    """
    try:
        trainer.fit(learner, loader, dev, ckpt_path=begun, weights_only=True)
    except Stopped:
        pass
    except StoppedAtOnce:
        raise KeyboardInterrupt from None
    except SIGTERMException:  # a SystemExit that says 0
        raise SystemExit(128 + signal.SIGTERM) from None
    finally:
        if watch is not None:
            watch.close()
