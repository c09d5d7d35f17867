"""What several commands take, declared once: the same word means the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import typer


class DeviceName(StrEnum):
    """Where tensors live."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class FormatName(StrEnum):
    """How a file of texts is written."""

    text = "text"
    csv = "csv"
    tsv = "tsv"
    jsonl = "jsonl"
    parquet = "parquet"


class TaggedFormatName(StrEnum):
    """How a file of texts or of tokens is written."""

    text = "text"
    csv = "csv"
    tsv = "tsv"
    jsonl = "jsonl"
    parquet = "parquet"
    conll = "conll"
    conllu = "conllu"


class AnswersName(StrEnum):
    """How a tagger's answers are written to standard output."""

    marked = "marked"
    tags = "tags"
    spans = "spans"
    conll = "conll"


class SchemeName(StrEnum):
    """How tags write spans."""

    iob1 = "iob1"
    iob2 = "iob2"
    bilou = "bilou"


class CostName(StrEnum):
    """What a plan is to have little of."""

    parameters = "parameters"
    flops = "flops"


class KindName(StrEnum):
    """How the window of a plan grows from level to level."""

    plain = "plain"
    dilated = "dilated"
    strided = "strided"


def _option(*names: str, metavar: str | None = None, help: str) -> object:
    return typer.Option(*names, metavar=metavar, help=help, show_default=False)


Settings: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="SETTINGS.toml", help="settings, below all options", show_default=False),
]
Data: TypeAlias = Annotated[
    str, _option("--data", metavar="FILE", help="labelled texts: .csv, .tsv, .jsonl (also .gz, .xz) or .parquet")
]
Dev: TypeAlias = Annotated[
    str | None, _option("--dev", metavar="FILE", help="rows to choose by; else one in ten of --data")
]
Test: TypeAlias = Annotated[
    str | None, _option("--test", metavar="FILE", help="rows to judge by; else one in ten of --data")
]
Text: TypeAlias = Annotated[
    str | None, _option("--text", metavar="COLUMN", help="the column of the texts; else guessed and announced")
]
Label: TypeAlias = Annotated[
    str | None, _option("--label", metavar="COLUMN", help="the column of the labels; else guessed and announced")
]
Task: TypeAlias = Annotated[
    str | None,
    _option("--task", metavar="NAME", help="tag: a tag a token; else what the file's name says"),
]
Tokens: TypeAlias = Annotated[
    str | None, _option("--tokens", metavar="COLUMN", help="tag: the column of the tokens, a name or a number from 1")
]
Tags: TypeAlias = Annotated[
    str | None, _option("--tags", metavar="COLUMN", help="tag: the column of the tags, a name or a number from 1")
]
Group: TypeAlias = Annotated[
    str | None, _option("--group", metavar="COLUMN", help="a column whose equal values stay on one side of the split")
]
Beside: TypeAlias = Annotated[
    str | None,
    _option("--beside", metavar="COLUMN", help="a second text, read beside the first: a translation, say"),
]
Encoding: TypeAlias = Annotated[
    str | None, _option("--encoding", metavar="NAME", help="the file's character encoding; else utf-8")
]
MaxSteps: TypeAlias = Annotated[
    int | None,
    typer.Option("--max-steps", metavar="N", min=1, help="tokens read of a row at most; else all", show_default=False),
]
Seed: TypeAlias = Annotated[
    int | None, _option("--seed", metavar="N", help="same seed, same model; else the settings say, or 0")
]
Set: TypeAlias = Annotated[
    list[str] | None,
    _option("--set", metavar="KEY=VALUE", help="one setting, such as train.epochs=5; may be repeated"),
]
Device: TypeAlias = Annotated[
    DeviceName, typer.Option("--device", help="auto takes the GPU if torch sees one", show_choices=True)
]
Threads: TypeAlias = Annotated[
    int | None, typer.Option("--threads", metavar="N", min=1, help="processor cores to use", show_default=False)
]
MinProbability: TypeAlias = Annotated[
    float | None, _option("--min-probability", metavar="P", help="abstain where the best label is less probable")
]
Force: TypeAlias = Annotated[bool, _option("--force", help="replace what is there; a folder only if atrous wrote it")]
Resume: TypeAlias = Annotated[
    bool, _option("--resume", help="go on with a run that was stopped or killed, from where it was")
]
Init: TypeAlias = Annotated[
    str | None,
    _option("--init", metavar="MODEL", help="begin with the weights and the vocabulary of this model folder"),
]
Logger: TypeAlias = Annotated[
    str | None, _option("--logger", metavar="NAME", help="tensorboard: its files go into the model folder")
]
Precision: TypeAlias = Annotated[
    str, typer.Option("--precision", metavar="BITS", help="32, or bf16 where processor or GPU compute with it")
]
WatchGradients: TypeAlias = Annotated[
    bool, _option("--watch-gradients", help="log the gradient at every layer into gradients.csv in the model folder")
]
Quiet: TypeAlias = Annotated[bool, _option("--quiet", help="no progress and no announcements")]
Json: TypeAlias = Annotated[bool, _option("--json", help="print one JSON object instead")]
Int8: TypeAlias = Annotated[
    bool, _option("--int8", help="n-gram classifier: look up in 8 bits; sooner, not quite the same")
]
Compile: TypeAlias = Annotated[
    bool, _option("--compile", help="let torch compile the model first: seconds, then the same answers sooner")
]
Model: TypeAlias = Annotated[
    str, typer.Argument(metavar="MODEL", help="a folder that `atrous train` wrote", show_default=False)
]
