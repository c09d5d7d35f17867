"""Writes what was found into docs/questions.md, between marks, and draws its pictures."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .pictures import PICTURES
from .said import SAID
from .tables import BLOCKS, RESULTS

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = DOCS / "questions.md"


def blocks() -> dict[str, tuple[str, Callable[[dict[str, Any]], str]]]:
    """Name of a block of the page -> the part whose results it shows, and how."""
    return {**{f"{part} in numbers": (part, say) for part, say in SAID.items()}, **BLOCKS}


def results(part: str) -> dict[str, Any]:
    """What is kept of a part."""
    found: dict[str, Any] = json.loads((RESULTS / f"questions_{part}.json").read_text(encoding="utf-8"))
    return found


def marks(name: str) -> tuple[str, str]:
    """What stands before and after a block."""
    return f"<!-- {name}: written by benchmarks/questions.py -->", f"<!-- end of {name} -->"


def written(name: str) -> str:
    """What stands on the page between the marks of a block."""
    begin, end = marks(name)
    return PAGE.read_text(encoding="utf-8").split(begin)[1].split(end)[0].strip()


def drawn() -> Iterator[tuple[Path, str]]:
    """Every picture's file, and what stands in it."""
    for name, (part, draw) in PICTURES.items():
        yield DOCS / "pictures" / name, draw(results(part))


def write() -> None:
    """Put every block between its marks, and every picture into its file."""
    for name, (part, markdown) in blocks().items():
        begin, end = marks(name)
        before, rest = PAGE.read_text(encoding="utf-8").split(begin)
        after = rest.split(end)[1]
        PAGE.write_text(f"{before}{begin}\n\n{markdown(results(part))}\n\n{end}{after}", encoding="utf-8")
    for path, svg in drawn():
        path.write_text(svg, encoding="utf-8")
