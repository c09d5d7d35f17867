"""Draw the pictures of encoders.md: `python docs/pictures.py` does what `atrous field NAME --svg FILE` does, for each.

And those of field.md: what `atrous field --cover 64 --svg FILE` does, and what benchmarks/field.py measured.

A test holds the pictures equal to what this draws.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from atrous.draw import Gradients, gradient_picture, plans_picture
from atrous.encode import ENCODERS
from atrous.instruments.field import field_picture
from atrous.planning import cover

FOLDER = Path(__file__).with_name("pictures")
MEASURED = Path(__file__).parent.parent / "benchmarks" / "results" / "field.json"


def pictures() -> Iterator[tuple[Path, str]]:
    """Every picture's file, and what stands in it."""
    for name in ENCODERS:
        yield FOLDER / f"{name}.svg", field_picture(name)
    yield FOLDER / "cover.svg", plans_picture(cover(64))
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))["tcn"]
    yield FOLDER / "measured.svg", gradient_picture(Gradients.of(measured), title="tcn: the gradient on languages")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, drawn in pictures():
        path.write_text(drawn, encoding="utf-8")
