"""The commands that take a model out of torch and prove its numbers: export, verify."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from atrous.cli import options
from atrous.cli.options import DeviceName
from atrous.cli.shown import prepare, say, say_json

if TYPE_CHECKING:
    from atrous.exporting.parity import Reading

ROWS = 100
_LINE = "{:<18}  {:>18}  {:>9}  {}"


def export(
    model: options.Model,
    out: Annotated[str, typer.Argument(metavar="OUT", help="the folder to write", show_default=False)],
    precision: Annotated[
        str, typer.Option("--precision", metavar="NAME", help="exact, or smaller and not quite the same: bf16, int8")
    ] = "exact",
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="labelled rows to measure the loss of bf16 or int8 on; else texts of the model's vocabulary",
            show_default=False,
        ),
    ] = None,
    text: options.Text = None,
    label: options.Label = None,
    encoding: options.Encoding = None,
    threads: options.Threads = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Write a model as a folder that runs without torch and without atrous.

    OUT gets ONNX graphs over whole texts and, of a model that streams, over chunks; tokeniser, labels, settings, a
    program run.py and the list of the few packages it needs. Before it appears, its answers are held against the
    model's: if they differ by more than rounding, nothing is written and the exit status is 1.

    bf16 halves the files, and OpenVINO computes with it; int8 makes convolutions and products of 8 bits, the whole
    graph about a quarter, and sooner. What either loses is measured on DATA, printed, and written into
    the README of OUT.

    \b
    Examples:
      atrous export runs/tcn exports/tcn
      atrous export runs/tcn exports/tcn8 --precision int8 --data dev.csv
      echo 'what a film' | python exports/tcn/run.py --json

    What was written and the next commands go to standard output. It takes seconds, for a deep model a minute or more.
    """
    from atrous.config.kept import kept
    from atrous.exporting.asked import check_precision
    from atrous.outputs import check
    from atrous.runtime.manifest import MANIFEST

    check_precision(precision, data=data is not None)
    kept(model)
    check(out, force=force, marks=[MANIFEST], option="")
    prepare(DeviceName.cpu, threads)
    from atrous.exporting.folder import export

    about = export(
        model, out, precision=precision, data=data, text=text, label=label, encoding=encoding, force=force, quiet=quiet
    ).about
    if json:
        say_json({"folder": out, **about})
        return
    if "precision" in about:
        from atrous.exporting.card import sentences

        say(*sentences(about["precision"]))
    program = shlex.quote(f"{out}/run.py")
    streamed = "stream" in about
    say(
        f"The export is in {out}: model.onnx{' and stream.onnx' * streamed}, and what runs them. Next:",
        f"  python -m pip install -r {shlex.quote(f'{out}/requirements.txt')}",
        f"  echo 'a text' | python {program} --json",
    )


def verify(
    model: options.Model,
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="DATA",
            help="texts, or for a tagger tagged tokens; without it, some are drawn from the model's vocabulary",
            show_default=False,
        ),
    ] = None,
    rows: Annotated[int, typer.Option("--rows", metavar="N", min=1, help="rows of DATA to read")] = ROWS,
    text: options.Text = None,
    beside: options.Beside = None,
    encoding: options.Encoding = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="of what is drawn: texts, groups, chunks")] = 0,
    threads: options.Threads = None,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Prove that a model gives the same numbers however it is read.

    Reads the same rows alone, padded, batched, streamed in random chunks, and exported; prints for each the largest
    difference to the row alone, the tolerance and the verdict, or why the model cannot be read that way. Of a tagger
    the numbers are those of every token, and at the end its tags are compared, too.

    \b
    Examples:
      atrous verify runs/tcn
      atrous verify runs/tcn reviews.csv --rows 500

    Everything goes to standard output; nothing is written. Exit status 1: a way differs by more than its tolerance,
    or is refused though models of this kind take it. It takes seconds, for a deep model a minute or more.
    """
    from atrous.config.kept import kept
    from atrous.exporting.rows import first

    settings = kept(model)
    texts = None
    if data is not None:
        said, texts = first(data, rows, settings, text=text, beside=beside, encoding=encoding or "utf-8")
        if said and not quiet:
            print(said, file=sys.stderr)
    prepare(DeviceName.cpu, threads)
    from atrous.exporting.verifying import verify

    if not json:
        say(_LINE.format("way", "largest difference", "tolerance", "verdict"))
    found = verify(model, texts, seed=seed, quiet=quiet, shown=None if json else _show)
    if json:
        say_json(found.to_json())
    else:
        origin = "texts drawn from the model's own vocabulary" if found.drawn else "texts"
        failed = sum(not reading.passed for reading in found.readings)
        what = f"{failed} of {len(found.readings)} ways FAILED" if failed else "Every way that it can be read agrees"
        say(f"{what}: {found.rows:,} {origin}, the longest of {found.longest:,} tokens.")
    return 0 if found.passed else 1


def _show(reading: Reading) -> None:
    known = reading.difference is not None and reading.tolerance is not None
    numbers = (f"{reading.difference:.1e}", f"{reading.tolerance:.1e}") if known else ("", "")
    say(_LINE.format(reading.way, *numbers, reading.verdict))
    sys.stdout.flush()
