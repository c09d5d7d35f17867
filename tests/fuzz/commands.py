"""One drawn file through the real command line, and a judge of what came of it."""

import contextlib
import io
import os
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NamedTuple

import torch
from hypothesis import strategies as st

from atrous.bundle import Bundle
from atrous.cli import main
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser
from tests.fuzz import files, tagged

SECONDS = 120  # after which a file is said to hang the program
ROWS = "text,label\n" + "".join(f"a {['good', 'bad'][n % 2]} film {n},{['pos', 'neg'][n % 2]}\n" for n in range(60))
QUICK = ["--encode", "bag", *(f"--set={one}" for one in ("embed.channels=2", "embed.bigrams=0", "train.epochs=1"))]


class Case(NamedTuple):
    """reader: what is tried. words: the command, with FILE for the file's name. content: of the file."""

    reader: str
    name: str
    content: bytes
    words: tuple[str, ...]


class Outcome(NamedTuple):
    """code: the exit status, None where there is none. fault: what is wrong with it, "" if nothing is."""

    code: int | None
    fault: str


def models(folder):
    """Untrained models as the folders that the commands read: of words, of series, of several labels."""
    words = Reader(Tokeniser("words", True, ("good", "bad", "film", "a", "the")))
    made = {
        "classes": (words, ["embed.name=words"]),
        "labels": (words, ["embed.name=words", "predict.name=labels"]),
        "values": (Reader(series=Series((0.0,), (1.0,))), ["embed.name=values"]),
    }
    for name, (reader, more) in made.items():
        torch.manual_seed(0)
        settings = load(None, ["embed.channels=4", "embed.bigrams=0", *more], encode="bag")
        if name == "values":
            settings = load(None, [*more], encode="bag")
        Bundle.fresh(settings, reader, ("neg", "odd", "pos")).save(folder / name)
    for name, embed in (("tags", "words"), ("letters", "characters")):
        rule = "treebank" if embed == "words" else embed
        reader = Reader(
            Tokeniser(embed, True, ("good", "bad", "film") if embed == "words" else tuple("abcd ")), rule=rule
        )
        told = [
            f"embed.name={embed}",
            "embed.channels=4",
            "embed.bigrams=0",
            "predict.name=crf",
            "predict.scheme=bilou",
        ]
        known = ["O", *(f"{letter}-{kind}" for kind in ("LOC", "PER") for letter in "BILU")]
        Bundle.fresh(load(None, told, encode="bag", task="tag"), reader, tuple(sorted(known))).save(folder / name)
    (folder / "rows.csv").write_text(ROWS)
    return folder


@st.composite
def cases(draw, train=True, large=True):
    """A file of some reader and a command that reads it.

    train: whether some files are trained on, if they are fine: that takes half a second. large: whether some are large.
    """
    reader = draw(
        st.sampled_from(
            ["csv", "csv", "tsv", "jsonl", "jsonl", "txt", "parquet", "parquet", "settings", "settings", "vectors",
             "soft", "series", "tagged", "tagged", "large"]
        )
    )  # fmt: skip
    reader = "txt" if reader == "large" and not large else reader
    if reader == "large":
        name = draw(st.sampled_from(sorted(files.LARGE)))
        content = files.LARGE[name]()
        kind = "settings" if name.endswith(".toml") else "table"
    elif reader in ("settings", "vectors"):
        made = files.settings_files() if reader == "settings" else files.vectors()
        content = draw(files.mangled(draw(made)))
        ending, content = ("", content) if reader == "settings" else draw(files.compressed(content))
        name, kind = f"file.{'toml' if reader == 'settings' else 'vec'}{ending}", reader
    elif reader == "soft":
        style, columns, content = draw(files.soft_targets())
        content = draw(files.mangled(content))
        return Case(reader, f"file.{style}", content, ("train", "--data", "FILE", *QUICK, f"--set=data.soft={columns}"))
    elif reader == "tagged":
        ending = draw(st.sampled_from(sorted(tagged.KINDS)))
        content = draw(files.mangled(draw(tagged.KINDS[ending])))
        packed, content = draw(files.compressed(content))
        name, kind = f"file.{ending}{packed}", reader
    elif reader == "series":
        style, content = draw(files.series())
        name, content, kind = f"file.{style}", draw(files.mangled(content)), reader
    else:
        content = draw(
            {
                "csv": files.separated(","),
                "tsv": files.separated("\t"),
                "jsonl": files.json_lines(),
                "txt": files.plain_texts(),
                "parquet": files.parquet(),
            }[reader]
        )
        ending, content = draw(files.compressed(draw(files.mangled(content))))
        name, kind = f"file.{reader}{ending}", "texts" if reader == "txt" else "table"
    return Case(reader, name, content, draw(commands(kind, train)))


@st.composite
def commands(draw, kind, train):
    if kind == "settings":
        field, fit = ("field", "FILE"), ("train", "FILE", "--data", "ROWS", "--set=train.epochs=1", "--max-steps=8")
        return fit if train and draw(st.integers(0, 3)) == 0 else field
    if kind == "vectors":
        return ("train", "--data", "ROWS", "--encode=bag", "--set=embed.name=words", "--set=embed.vectors=FILE",
                "--set=train.epochs=1")  # fmt: skip
    if kind == "tagged":
        settings = draw(
            st.lists(
                st.sampled_from(
                    ["data.repair=true", "embed.name=characters", "data.context=document", "predict.name=crf",
                     "data.scheme=iob1", "data.scheme=plain", "predict.scheme=iob2", "data.tags=xpos"]
                ),
                max_size=2, unique=True,
            )
        )  # fmt: skip
        if train and draw(st.integers(0, 2)) == 0:
            return ("train", "--data", "FILE", "--task=tag", *QUICK, *(f"--set={one}" for one in settings))
        return ("evaluate", draw(st.sampled_from(["tags", "letters"])), "FILE")
    out = draw(st.sampled_from(["answers.csv", "answers.jsonl", "answers.tsv.gz", "answers.txt"]))
    encodes = draw(st.integers(0, 3)) == 0
    vectors = draw(st.sampled_from(["vectors.npy", "vectors.parquet"]))
    if kind == "texts":
        return (
            ("encode", "classes", "FILE", "--out", vectors) if encodes else ("predict", "classes", "FILE", "--out", out)
        )
    model = "values" if kind == "series" else draw(st.sampled_from(["classes", "classes", "labels"]))
    more = draw(
        st.sampled_from([(), (), (), (), (), (), ("--text=text",), ("--encoding=utf-16",), ("--encoding=latin-1",)])
    )
    if kind == "series" and train and draw(st.integers(0, 3)) == 0:
        return ("train", "--data", "FILE", "--encode=bag", "--set=embed.name=values", "--set=train.epochs=1")
    if kind != "series" and train and draw(st.integers(0, 5)) == 0:
        return ("train", "--data", "FILE", *QUICK, *more)
    if encodes:
        keep = draw(st.sampled_from([(), ("--keep=label",)])) if vectors.endswith("parquet") else ()
        return ("encode", model, "FILE", "--out", vectors, *keep, *more)
    if draw(st.booleans()):
        return ("evaluate", model, "FILE", *more)
    return ("predict", model, "FILE", "--out", out, *more)


class Hung(BaseException):
    """A command took longer than anything so small may."""


def outcome(case, folder):
    """Run the command in a fresh folder; folder: with the models of `models`."""
    place = Path(tempfile.mkdtemp(prefix="atrous-fuzz-"))
    before = os.getcwd()  # noqa: PTH109
    try:
        os.chdir(place)
        Path(case.name).write_bytes(case.content)
        words = [word.replace("FILE", case.name).replace("ROWS", str(folder / "rows.csv")) for word in case.words]
        if words[0] in ("evaluate", "predict", "encode"):
            words[1] = str(folder / words[1])
        if words[0] == "train":
            words += ["--out", "out"]
        words += [] if words[0] == "field" else ["--quiet"]
        return _judged(case, words, place)
    finally:
        os.chdir(before)
        shutil.rmtree(place, ignore_errors=True)


def _judged(case, words, place):
    out, err = io.StringIO(), io.StringIO()
    there = sorted(path.name for path in place.iterdir())

    def hung(*_):
        raise Hung

    old = signal.signal(signal.SIGALRM, hung)
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "atrous" in frame.filename]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return Outcome(None, f"{type(error).__name__} at {where}: {str(error)[:200]}")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
    now = sorted(path.name for path in place.iterdir())
    new = [name for name in now if name not in there]
    said = [line for line in err.getvalue().splitlines() if line.startswith("atrous: ")]
    if "Traceback" in err.getvalue():
        return Outcome(code, "a traceback on standard error")
    if code not in (0, 2):
        return Outcome(code, f"exit status {code}")
    if code == 2 and (not said or new):
        return Outcome(code, f"refused, and left {new}" if new else "refused without a word")
    if code == 2 and max(map(len, said)) > 2000:
        return Outcome(code, f"refused in a line of {max(map(len, said)):,} characters: {said[0][:100]}")
    out = [words[words.index("--out") + 1]] if "--out" in words else []
    wanted = {"predict": out, "encode": out, "train": ["out"]}.get(words[0], [])
    if code == 0 and new != wanted:
        return Outcome(code, f"done, and wrote {new}, not {wanted}")
    return Outcome(code, "")


def remember_to_stop(limit_bytes):
    """Refuse this process more memory than so much, so that a bomb is an error and not a dead machine."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, resource.RLIM_INFINITY))
    sys.stderr.flush()
