"""The model card: what a stranger who finds the folder wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atrous.runtime.readable import spoken

if TYPE_CHECKING:
    from atrous.bundle.trained import Bundle

STEPS = 100  # tokens of the text that the cost is quoted for
INTERRUPTED = "Training was interrupted; this is the best model up to then."


def card(bundle: Bundle) -> str:
    """The card of a bundle, in Markdown: data, scores, window, cost, and how to use it.

    >>> from atrous.bundle import Bundle
    >>> from atrous.config import Settings
    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> bundle = Bundle.fresh(Settings(), Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))
    >>> print(card(bundle).splitlines()[0])
    # A tcn that tells 2 labels apart
    """
    model, settings, scores = bundle.model, bundle.settings, bundle.scores
    encoder = model.encode.cost.parameters
    sections = [
        f"# {title(bundle)}",
        f"Labels: {', '.join(f'`{label}`' for label in bundle.labels)}.",
        "## Data\n\n" + data_said(scores),
        "## Scores\n\n" + _scores(scores),
        "## What it sees\n\n"
        f"A row is read as {settings.embed.name}. One step of the encoder sees {model.window}"
        f" (`{model.window!r}`); then `{settings.attend.name}` over all steps makes one vector."
        + (f" It streams, {model.delay} steps late." if model.streams else " It does not stream."),
        "## What it costs\n\n"
        f"{model.cost.parameters:,} parameters, {encoder:,} of them in the encoder; "
        f"{model.cost.flops(STEPS):,} floating-point operations for {STEPS} {settings.embed.name}.",
        "## How to use it\n\n"
        '```python\nimport atrous\n\nmodel = atrous.load("this folder")\n'
        f"model.predict([{row_of(bundle)}])\n```\n\n"
        "or `atrous predict FOLDER FILE`. The settings are in `config.toml`, the scores in `scores.json`.",
    ]
    return "\n\n".join(sections) + "\n"


def title(bundle: Bundle) -> str:
    """What it is, in a few words."""
    count, several = len(bundle.labels), bundle.readable.kind == "labels"
    does = f"gives each text any of {count} labels" if several else f"tells {count} labels apart"
    return f"A {bundle.settings.encode.name} that {does}"


def row_of(bundle: Bundle) -> str:
    """A row of the kind that the model reads, as Python writes it."""
    if bundle.reader.two_texts:
        return '("a text", "the text beside it")'
    if bundle.reader.series is None:
        return '"a text"'
    step = ",".join("?" * bundle.reader.series.features)
    return f'"{" ".join([step] * 3)}"'


def data_said(scores: dict[str, Any]) -> str:
    """Which files it was trained with, and how many rows they had."""
    data = scores.get("data")
    if not data:
        return "Not trained."
    files = ", ".join(f"{name}: {path}" for name, path in data["files"].items())
    rows = f"{data['train']:,} to learn from, {data['dev']:,} to choose by, {data['test']:,} to judge by"
    begun = ""
    if init := scores.get("init"):
        head = "its head too" if init["head"] == "kept" else "with a new head"
        begun = f" It began from the weights of another model, {init.get('model', 'given in Python')}, {head}."
    return f"{files}. Rows: {rows}.{begun}"


def score_table(scores: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The names of the scores, and a row of them for dev and test, as far as they are there, the name first."""
    parts = [name for name in ("dev", "test") if name in scores]
    if not parts:
        return [], []
    kinds = [name for name, score in scores[parts[0]].items() if isinstance(score, float)]
    head = [f"{spoken(kind)}{' (nats)' * (kind == 'loss')}" for kind in kinds]
    return head, [[name, *(f"{scores[name][kind]:.4f}" for kind in kinds)] for name in parts]


def _scores(scores: dict[str, Any]) -> str:
    head, rows = score_table(scores)
    if not rows:
        return "None yet."
    table = [["rows", *head], ["---"] * (len(head) + 1), *rows]
    lines = [f"| {' | '.join(row)} |" for row in table]
    if scores.get("interrupted"):
        lines.append("\n" + INTERRUPTED)
    return "\n".join(lines)
