"""The house's own rules: which way imports point, what stays light, how files are named and how long they are."""

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from atrous.config import ENCODE_SETTINGS, PRESETS

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "atrous"

# Imports point from later ranks to earlier ones. Names on one line do not import each other.
ORDER = [
    "errors",
    "outputs",
    "native",
    "runtime",
    "page",
    "window",
    "config",
    "planning",
    "contract",
    "layers",
    "stepping",
    "losses",
    "embed encode attend predict",
    "model",
    "probe draw decode",
    "data",
    "vectors",
    "tasks",
    "answering",
    "explaining",
    "bundle",
    "streaming",
    "instruments",
    "training",
    "comparing exporting",
    "tuning context",
    "serving sklearn",
    "cli",
    "__main__",
]
RANK = {name: rank for rank, line in enumerate(ORDER) for name in line.split()}

# Modules that must be importable without torch, and the one of atrous.data that is not among them.
WITHOUT_TORCH = [
    "errors",
    "outputs",
    "native",
    "runtime",
    "window",
    "page",
    "config",
    "planning",
    "draw",
    "data",
    "vectors",
    "cli",
]
MAKES_TENSORS = ["atrous.data.batch"]

# Modules that other tests hold: the exception tree and the options have no behaviour, the laws hold the contract.
TESTED_ELSEWHERE = ["errors.py", "contract.py", "__main__.py", "cli/options.py"]


def name_of(path: Path) -> str:
    """The dotted name of a source file: src/atrous/layers/conv.py is atrous.layers.conv."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}
IN_TYPES_ONLY = "TYPE_CHECKING"


def imports(path: Path, *, types: bool = True) -> Iterator[tuple[int, str]]:
    """Every import of a file, at whatever depth: (line, dotted name of what it names)."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]

    def walk(node: ast.AST) -> Iterator[tuple[int, str]]:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            # `from atrous import window` names a module, `from atrous.window import Window` something in one.
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.If) and not types and IN_TYPES_ONLY in ast.unparse(node.test):
            for other in node.orelse:
                yield from walk(other)
        else:
            for child in ast.iter_child_nodes(node):
                yield from walk(child)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")))


def part_of(module: str) -> str:
    """The name that has a rank: atrous.layers.conv.Conv belongs to layers."""
    return module.split(".")[1] if "." in module else ""


def wrong_way(path: Path) -> list[str]:
    """The imports of a file that point to its own rank or a later one."""
    own = part_of(name_of(path))
    found = []
    for line, target in imports(path):
        if target.split(".")[0] != "atrous" or target == "atrous.__version__":
            continue
        other = part_of(target)
        if other != own and RANK.get(other, len(ORDER)) >= RANK.get(own, len(ORDER)):
            found.append(f"{path.relative_to(ROOT)} line {line}: {own} imports {target}")
    return found


def in_a_new_process(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_there_are_sources_to_judge() -> None:
    assert len(FILES) > 20
    assert sum(1 for path in FILES.values() for _ in imports(path)) > 100


def test_every_part_has_a_rank() -> None:
    assert {part_of(name) for name in FILES} - {""} <= RANK.keys()


def test_imports_point_one_way() -> None:
    assert [line for name, path in FILES.items() if name != "atrous" for line in wrong_way(path)] == []


def test_an_import_that_points_the_wrong_way_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "SOURCE", tmp_path / "src" / "atrous")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    path = tmp_path / "src" / "atrous" / "encode" / "ngram.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "from atrous.encode.residual import tcn\nfrom ..layers import Conv\nfrom atrous.attend import Max\n"
        "def late():\n    from atrous import training\n    import atrous.model\n    from ..cli import main\n"
    )
    assert [line.partition(": ")[2] for line in wrong_way(path)] == [
        "encode imports atrous.attend.Max",
        "encode imports atrous.training",
        "encode imports atrous.model",
        "encode imports atrous.cli.main",
    ]


def light_modules() -> list[str]:
    """Every module that must be importable without torch."""
    return [name for name in FILES if part_of(name) in WITHOUT_TORCH and name not in MAKES_TENSORS]


def test_torch_stays_out_of_what_must_start_quickly() -> None:
    names = light_modules()
    assert len(names) > 4
    code = (
        "import importlib, sys\n"
        f"for name in {names}: importlib.import_module(name); print(name, 'torch' in sys.modules)"
    )
    assert in_a_new_process(code).splitlines() == [f"{name} False" for name in names]


@pytest.mark.parametrize("name", [name for name in light_modules() if part_of(name) != "cli"])
def test_nothing_light_imports_torch_later_either(name: str) -> None:
    heavy = [
        line for line, target in imports(FILES[name], types=False) if target.split(".")[0] in ("torch", "lightning")
    ]
    assert heavy == []


def test_importing_atrous_pulls_neither_torch_nor_numpy() -> None:
    assert in_a_new_process("import sys, atrous; print({'torch', 'numpy'} & set(sys.modules))") == "set()"


def test_only_training_imports_lightning() -> None:
    users = {part_of(name) for name, path in FILES.items() for _, target in imports(path) if "lightning" in target}
    assert users <= {"training"}


def test_what_atrous_offers_is_sorted_and_there() -> None:
    atrous = importlib.import_module("atrous")
    assert atrous.__all__ == sorted(atrous.__all__)
    assert [name for name in atrous.__all__ if not hasattr(atrous, name)] == []


def test_no_submodule_bears_the_name_of_a_public_function() -> None:
    # Importing such a submodule would overwrite the function.
    atrous = importlib.import_module("atrous")
    assert set(atrous.__all__) & {part_of(name) for name in FILES} == set()


def test_no_source_file_is_longer_than_300_lines() -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in FILES.items()}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_tests_mirror_the_source() -> None:
    missing = []
    for path in FILES.values():
        inside = path.relative_to(SOURCE)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        defines = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)
        if str(inside) in TESTED_ELSEWHERE or not defines:
            continue
        if inside.name == "__init__.py":
            # atrous/encode/__init__.py is held by tests/test_encode.py
            inside = (Path("atrous") if inside == Path("__init__.py") else inside.parent).with_suffix(".py")
        mirror = ROOT / "tests" / inside.parent / f"test_{inside.name}"
        if not mirror.exists():
            missing.append(str(mirror.relative_to(ROOT)))
    assert not missing, missing


def test_settings_of_encoders_are_their_signatures() -> None:
    encode = importlib.import_module("atrous.encode")
    offered = {}
    for name, function in encode.ENCODERS.items():
        parameters = inspect.signature(function).parameters.values()
        offered[name] = {one.name: one.default for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY}
    assert {name: section().options for name, section in ENCODE_SETTINGS.items()} == offered


def test_every_encoder_has_a_preset_whose_pool_exists() -> None:
    attend = importlib.import_module("atrous.attend")
    assert PRESETS.keys() == ENCODE_SETTINGS.keys()
    assert {preset.pool for preset in PRESETS.values()} <= attend.POOLS.keys()
