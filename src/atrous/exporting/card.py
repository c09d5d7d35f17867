"""What a stranger who finds an export wants to know."""

from __future__ import annotations

from typing import Any

from atrous.bundle.trained import Bundle
from atrous.runtime.readable import spoken
from atrous.runtime.sessions import BF16, INT8, ONNXRUNTIME, OPENVINO

_FILES = """\
| file | what it holds |
|---|---|
| `run.py` | the program; `python run.py --help` says what it takes |
| `model.onnx` | the model over whole texts |
{stream}| `vocabulary.json` | how a text becomes numbers, and the labels in the order of the logits |
| `settings.toml` | what the model was trained with |
| `export.json` | what the graphs take; size and SHA-256 of every file |
| `requirements.txt` | what to install |
| `runtime/` | the part of atrous that run.py imports |"""
_NAMES = {ONNXRUNTIME: "onnxruntime", OPENVINO: "OpenVINO"}
_OPENVINO = "Where OpenVINO is installed (`python -m pip install openvino`), it may answer instead of onnxruntime. "
_STREAM = (
    "| `stream.onnx`, `start.npz` | the model over a text in chunks, and one row of its state before the first |\n"
)


_SMALLER = {
    BF16: "Its weights are kept as bf16. OpenVINO computes with bf16 where the processor does, onnxruntime with 32 "
    "bits.",
    INT8: "Convolutions and products of `model.onnx` are computed with 8 bits, in the ranges met on at most "
    "512 of the rows below. {rest}",
}
_CHUNKS = "`stream.onnx`, which reads texts in chunks, stays exact."


def card(bundle: Bundle, about: dict[str, Any]) -> str:
    """The README of an export, in Markdown: how to run it, and what its graphs take and give.

    about: what export.json says of the model.
    """
    read, count = bundle.readable, len(bundle.labels)
    does = {"labels": f"gives a text any of {count} labels", "classes": f"tells {count} labels apart"}.get(
        read.kind, f"gives every token one of {count} tags"
    )
    several = f"(batch, time, labels): of every {bundle.settings.embed.name.removesuffix('s')}, one a step"
    labels = ", ".join(f"`{label}`" for label in bundle.labels)
    given = ", ".join(f"`{name}` ({one['type']})" for name, one in about["inputs"].items())
    sections = [
        f"# {bundle.settings.encode.name}, exported: {does}",
        f"{'Tags' if read.tags else 'Labels'}: {labels}. "
        f"A text is read as {bundle.settings.embed.name}; one step sees {bundle.window}.",
        "```console\n$ python -m pip install -r requirements.txt\n$ echo 'a text' | python run.py --json\n"
        "$ python run.py texts.csv --out answers.csv\n```",
        f"Neither torch nor atrous is needed. {_OPENVINO if about.get(OPENVINO, {}).get('agrees') else ''}"
        "Keep the files together: run.py refuses one that is of another export.",
        *_lost(about),
        _FILES.format(stream=_STREAM if "stream" in about else ""),
        f"`model.onnx` takes {given} and gives `logits`, {several if read.tags else '(batch, labels)'}. Any number of "
        "rows and any time from 1 on; what stands after a row's length is not read.",
    ]
    if read.chain is not None:
        sections.append(
            "The answer is the best path through the tags: the one with the largest sum of its logits and of what the "
            "`chain` in `export.json` adds, `begin`, `transitions` (from, to) and `end`. `runtime/` finds it."
        )
    if "stream" in about:
        stream = about["stream"]
        names = ", ".join(f"`{name}`" for name in about["inputs"] if name != "lengths")
        decided = "the `logits` of what is decided so far"
        if read.tags:
            decided = "the `logits` of the steps that it decides, `decided` (batch, time), which of them are real,"
        sections.append(
            f"`stream.onnx` takes {names}, `mask` (batch, time), True where a step is real, and every `state_...`; it "
            f"gives {decided} and every `next_state_...`. A chunk has a multiple of "
            f"{stream['grain']} steps; after a text, {stream['flush']} masked steps bring out the rest."
        )
    else:
        sections.append("There is no graph for chunks: this model must see a text to its end.")
    return "\n\n".join(sections) + "\n"


def sentences(said: dict[str, Any]) -> list[str]:
    """What smaller numbers cost, a sentence a runtime. said: "precision" of export.json."""
    rows = f"{said['rows']:,} rows of {said['data']}"
    if said["data"] is None:
        rows = f"{said['rows']:,} texts drawn from its vocabulary (--data FILE measures the loss of quality)"
    found = []
    for runtime, one in said["runtimes"].items():
        scored = ""
        if said["score"] is not None:
            name, change = spoken(said["score"]), one["score"] - said["exact"]
            scored = f"{name} {one['score']:.4f} instead of {said['exact']:.4f} ({change:+.4f}), "
        found.append(
            f"{said['name']} in {_NAMES[runtime]}, on {rows}: {scored}{one['equal']:.2%} of the answers are equal, the "
            f"largest difference of a logit is {one['difference']:.1e}."
        )
    return found


def _lost(about: dict[str, Any]) -> list[str]:
    """The section on a precision, if the export is not exact."""
    if "precision" not in about:
        return []
    said = about["precision"]
    how = _SMALLER[said["name"]].format(rest=_CHUNKS if "stream" in about else "").rstrip()
    return [how, "\n".join(f"- {sentence}" for sentence in sentences(said))]
