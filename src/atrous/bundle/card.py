"""The model card: what a stranger who finds the folder wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from atrous.runtime.readable import spoken
from atrous.runtime.schemes import spans_of

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
        f"{'Spans' if spans_named(bundle) else 'Tags' if model.tags else 'Labels'}: "
        f"{', '.join(f'`{label}`' for label in names(bundle))}.",
        "## Data\n\n" + data_said(scores),
        "## Scores\n\n" + _scores(scores),
        "## What it sees\n\n"
        f"A row is {a_row(bundle)}. One step of the encoder sees {model.window}"
        f" (`{model.window!r}`); {then(bundle)}."
        + (f" It streams, {model.delay} steps late." if model.streams else " It does not stream."),
        "## What it costs\n\n"
        f"{model.cost.parameters:,} parameters, {encoder:,} of them in the encoder; "
        f"{model.cost.flops(STEPS):,} floating-point operations for {STEPS} {settings.embed.name}.",
        "## How to use it\n\n"
        '```python\nimport atrous\n\nmodel = atrous.load("this folder")\n'
        f"model.predict([{row_of(bundle)}])\n"
        + 'model.predict([["its", "tokens"]])  # an answer has tags, spans and offsets\n' * model.tags
        + "```\n\nor `atrous predict FOLDER FILE`. The settings are in `config.toml`, the scores in `scores.json`.",
    ]
    return "\n\n".join(sections) + "\n"


def title(bundle: Bundle) -> str:
    """What it is, in a few words."""
    count, several = len(names(bundle)), bundle.readable.kind == "labels"
    does = f"gives each text any of {count} labels" if several else f"tells {count} labels apart"
    if bundle.model.tags:
        does = f"finds spans of {count} types" if spans_named(bundle) else f"gives every token one of {count} tags"
    return f"A {bundle.settings.encode.name} that {does}"


def names(bundle: Bundle) -> Sequence[str]:
    """What it can answer: labels, or tags, or the types of the spans that its tags write."""
    return spans_named(bundle) or bundle.labels


def spans_named(bundle: Bundle) -> Sequence[str]:
    """The types of spans that the tags of a tagger write; none of others."""
    return sorted({span.label for tag in bundle.labels for span in spans_of([tag], bundle.readable.scheme)})


def a_row(bundle: Bundle) -> str:
    """What a row is to the model, in words."""
    asked = bundle.settings
    if not bundle.model.tags:
        return f"read as {asked.embed.name}"
    scheme = f", tagged as {bundle.readable.scheme.upper()}" if spans_named(bundle) else ""
    return f"a {asked.data.context}, read as {asked.embed.name}{scheme}"


def then(bundle: Bundle) -> str:
    """What follows the encoder, in words."""
    if not bundle.model.tags:
        return f"then `{bundle.settings.attend.name}` over all steps makes one vector"
    if bundle.readable.kind == "crf":
        return "then a CRF chooses the best sequence of tags"
    return "then every token gets its most probable tag"


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
    kinds = [name for name in scores[parts[0]] if all(isinstance(scores[part].get(name), float) for part in parts)]
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
