"""Which files of atrous an export carries: those that its program imports, and what those import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
PROGRAM = Path(__file__).with_name("run.py")


def runtime_files() -> dict[str, Path]:
    """Every file to copy, by its place in the package: {"errors.py": ..., "runtime/graph.py": ...}."""
    found: dict[str, Path] = {}
    waiting = [PROGRAM]
    while waiting:
        for module in _imports(waiting.pop()):
            for path in _files(module):
                place = path.relative_to(PACKAGE).as_posix()
                if place not in found:
                    found[place] = path
                    waiting.append(path)
    return dict(sorted(found.items()))


def _imports(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, wherever in it, but not those that only those who read types import."""
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from atrous.runtime import manifest` names a module, `from atrous.errors import DataError` what it has.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            waiting += ast.iter_child_nodes(node)


def _files(module: str) -> Iterator[Path]:
    """The files that importing a module of atrous runs: its own and those of the packages it is in."""
    names = module.split(".")
    if names[0] != "atrous":
        return
    for depth in range(1, len(names) + 1):
        path = PACKAGE.joinpath(*names[1:depth])
        yield from (file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file())
