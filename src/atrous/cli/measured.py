"""What `field --measure` does: the effective field on real rows, drawn over the declared one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from atrous.cli.shown import say, say_json


def show_measured(
    model: str, data: str, *, svg: str | None, force: bool, json: bool, quiet: bool, **options: Any
) -> None:
    """Measure, draw in the terminal or print one JSON object, and with `svg` draw a picture, too.

    options: as for `atrous.measure`.

    Raises what `atrous.measure` raises, and OutputExists.
    """
    from atrous.config import ENCODE_SETTINGS
    from atrous.draw import gradient_picture, gradient_text, verdict
    from atrous.outputs import check, new_file

    if svg is not None:
        check(svg, force=force, option=" with --svg")
    from atrous.instruments.measuring import measure

    found = measure(model, data, quiet=quiet, **options)
    if svg is not None:
        name = model if model in ENCODE_SETTINGS else Path(model).name
        with new_file(svg, force=force) as fresh:
            fresh.write_text(gradient_picture(found, title=f"{name}: the gradient on {Path(data).name}"), "utf-8")
    if json:
        say_json({**found.to_json(), "verdict": verdict(found)})
        return
    width = shutil.get_terminal_size((100, 24)).columns
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    say(gradient_text(found, width=width, plain=plain), "", *verdict(found))
