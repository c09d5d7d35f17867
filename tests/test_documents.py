"""Every code block of every document runs, and what the workshop's files say holds."""

import ast
import doctest
import importlib
import io
import itertools
import json
import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.requirements import Requirement

import atrous
from atrous.cli import main
from atrous.config import load

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = {pin.name.lower(): str(pin.specifier) for pin in map(Requirement, CONSTRAINTS)}

# Lines of a console that need the network or change only the shell.
NOT_RUN = ("git clone ", "cd ")


class Block(NamedTuple):
    """A fenced block: its language, its text and the line where the text begins."""

    language: str
    text: str
    line: int


def blocks(document: str) -> Iterator[Block]:
    """Every fenced block of a Markdown text; raises ValueError if one is not closed."""
    fence: str | None = None
    for number, line in enumerate(document.splitlines(), 1):
        opened = re.match(r"\s*(```+)\s*(\S*)", line)
        if fence is None and opened:
            fence, language, start, text = opened[1], opened[2], number + 1, list[str]()
        elif fence is not None and line.strip() == fence:
            yield Block(language, "\n".join(text) + "\n", start)
            fence = None
        elif fence is not None:
            text.append(line)
    if fence is not None:
        raise ValueError(f"the block that begins in line {start} is not closed")


def commands(console: str) -> Iterator[str]:
    """The commands of a console block: the lines after `$ `, with those that a backslash continues."""
    joined = console.replace("\\\n", " ")
    yield from (line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ "))


def run_python(block: Block, path: Path, names: dict[str, Any]) -> None:
    """Run a block of Python, as a script or as a session of `>>>`, in the names of its document."""
    if block.text.startswith(">>>"):
        test = doctest.DocTestParser().get_doctest(block.text, {}, path.name, str(path), block.line - 1)
        test.globs = names
        report = io.StringIO()
        flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
        failed = doctest.DocTestRunner(optionflags=flags).run(test, out=report.write, clear_globs=False).failed
        assert not failed, report.getvalue()
    else:
        # Blank lines in front, so that a traceback names the line of the document.
        exec(compile("\n" * (block.line - 1) + block.text, str(path), "exec"), names)


def check_install(words: list[str]) -> None:
    """A line of pip: it goes through the constraints or pins what it names, and what it names is ours to install."""
    targets, options = [], []
    remaining = iter(words)
    for word in remaining:
        if word in ("-c", "--constraint", "--index-url", "--extra-index-url", "--group"):
            options.append((word, next(remaining)))
        elif word not in ("-e", "--editable", "--upgrade"):
            targets.append(word)
    assert targets or options
    for option, value in options:
        assert not option.startswith("-c") or (ROOT / value).exists()
        assert option != "--group" or value in PROJECT["dependency-groups"]
    constrained = ("-c", "constraints.txt") in options
    for target in targets:
        wanted = Requirement(re.sub(r"^\.", "atrous", target))
        if wanted.name == "atrous":
            extras = PROJECT["project"]["optional-dependencies"]
            assert wanted.extras <= extras.keys(), f"there is no extra {wanted.extras - extras.keys()}"
            assert constrained, "install atrous with -c constraints.txt"
        else:
            assert str(wanted.specifier) == PINS[wanted.name], f"{wanted.name} is not pinned as in constraints.txt"


def run_atrous(words: list[str], given: bytes, command: str) -> None:
    """Run a command line of atrous in this process: importing torch anew for each line would take most of the time."""
    said, stdin = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(given), "utf-8")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setattr(sys, "stdin", stdin)
        code = main(words)
    said.seek(0)
    assert code == 0, f"$ {command}\n{said.read()}"


def run_command(command: str, folder: Path) -> None:
    """Run a line of a console; installs and targets of make are checked without being carried out."""
    program, *words = shlex.split(command)
    if command.startswith(NOT_RUN):
        return
    if program == "pip" and words[0] == "install":
        check_install(words[1:])
        return
    before, _, last = command.rpartition(" | ")
    if last.startswith("atrous ") and not {">", "&", ";"} & {*shlex.split(last)}:
        given = run_shell(before, folder) if before else b""
        run_atrous(shlex.split(last)[1:], given, command)
    elif program == "make":
        run_shell(f"make --dry-run {shlex.join(words)}", ROOT)
    elif program == ".venv/bin/python":
        run_shell(f"python {shlex.join(words)} --collect-only --quiet", ROOT)
    else:
        run_shell(command, folder)


def run_shell(command: str, folder: Path) -> bytes:
    """What a line prints that a shell runs."""
    unset = ("MAKEFLAGS", "MAKELEVEL", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder, env=environment, capture_output=True, timeout=300, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, f"$ {command}\n{done.stdout.decode()}{done.stderr.decode()}"
    assert b"Traceback" not in done.stderr
    return done.stdout


def run(block: Block, path: Path, folder: Path, names: dict[str, Any]) -> None:
    """Run a block of a document as what its language says."""
    if block.language == "python":
        run_python(block, path, names)
    elif block.language == "console":
        assert list(commands(block.text)), "a console block needs a line that begins with `$ `"
        for command in commands(block.text):
            run_command(command, folder)
    elif block.language == "toml":
        (folder / "settings.toml").write_text(block.text, encoding="utf-8")
        load(folder / "settings.toml")
    elif block.language == "json":
        json.loads(block.text)
    else:
        assert block.language in ("", "text", "{toctree}"), f"a block of {block.language} is neither run nor plain text"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader might sit: a folder with one small file of labelled texts."""
    films = ["film", "plot", "cast", "sound", "ending", "story", "music", "script", "hero", "scene"]
    praise = {"what a lovely {}": "good", "I enjoyed the {}": "good", "the {} is wonderful": "good"}
    blame = {"what a dull {}": "bad", "I hated the {}": "bad", "the {} is a waste": "bad"}
    rows = [
        f"{text.format(film)},{label}" for film, (text, label) in itertools.product(films, {**praise, **blame}.items())
    ]
    (tmp_path / "reviews.csv").write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_of_a_document_runs(path: Path, folder: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(path.read_text(encoding="utf-8")):
        try:
            run(block, path, folder, names)
        except Exception as error:
            raise AssertionError(f"{path.name} line {block.line}: {error}") from error


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("README.md", {"console": 2, "python": 1}),
        ("CONTRIBUTING.md", {"console": 2}),
        ("install.md", {"console": 5}),
        ("settings.md", {"toml": 2, "python": 1}),
        ("contract.md", {"python": 2}),
        ("embeddings.md", {"console": 6, "python": 6}),
        ("export.md", {"console": 2, "python": 1}),
        ("field.md", {"console": 2, "python": 1}),
        ("compare.md", {"console": 3, "python": 1}),
        ("explain.md", {"console": 3, "python": 1}),
        ("tuning.md", {"console": 2, "python": 1, "toml": 1}),
    ],
)
def test_the_documents_have_blocks_to_run(name: str, least: dict[str, int]) -> None:
    [path] = [path for path in DOCUMENTS if path.name == name]
    found = [block.language for block in blocks(path.read_text(encoding="utf-8"))]
    assert {language: count for language, count in least.items() if found.count(language) < count} == {}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("```python\n1 / 0\n```\n", "division by zero"),
        ("```python\n>>> 1 + 1\n3\n```\n", "Failed example"),
        ("```python\nx = 1\n", "the block that begins in line 2 is not closed"),
        ("```toml\n[train]\nepoch = 3\n```\n", "did you mean 'train.epochs'"),
        ("```console\n$ atrous-that-is-not-there\n```\n", "command not found"),
        ("```console\n$ python -c 'raise SystemExit(2)' | cat\n```\n", "SystemExit"),
        ("```console\nmake test\n```\n", "needs a line that begins with"),
        ("```console\n$ make nothing-of-the-kind\n```\n", "No rule to make target"),
        ("```console\n$ pip install torch\n```\n", "torch is not pinned as in constraints.txt"),
        ("```console\n$ pip install .\n```\n", "install atrous with -c constraints.txt"),
        ("```console\n$ pip install -c constraints.txt .[no-such-extra]\n```\n", "no-such-extra"),
        ("```console\n$ pip install -c constraints.txt torch==1.0\n```\n", "torch is not pinned as in constraints.txt"),
        ("```pyhton\nx = 1\n```\n", "a block of pyhton is neither run nor plain text"),
    ],
)
def test_a_document_that_does_not_hold_is_caught(document: str, words: str, folder: Path) -> None:
    with pytest.raises(Exception, match=re.escape(words)):
        for block in blocks(document):
            run(block, folder / "page.md", folder, {})


def test_a_block_is_found_with_its_line_and_its_continued_commands() -> None:
    [block] = blocks("Text.\n\n```console\n$ one \\\n    --two\nanswer\n$ three\n```\n")
    assert block.language == "console"
    assert block.line == 4
    assert [command.split() for command in commands(block.text)] == [["one", "--two"], ["three"]]


def test_the_pictures_of_the_encoders_are_what_the_encoders_are() -> None:
    pictures = dict(runpy.run_path(str(ROOT / "docs" / "pictures.py"))["pictures"]())
    wrong = [path.name for path, drawn in pictures.items() if path.read_text(encoding="utf-8") != drawn]
    assert not wrong, "run `python docs/pictures.py`"
    page = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("encoders.md", "field.md"))
    assert [path.name for path in pictures if f"(pictures/{path.name})" not in page] == []


def test_the_settings_page_says_what_the_settings_are() -> None:
    page = ROOT / "docs" / "settings.md"
    wanted = runpy.run_path(str(ROOT / "docs" / "settings.py"))["page"]()
    assert page.read_text(encoding="utf-8") == wanted, "run `python docs/settings.py`"


def test_every_example_of_a_docstring_is_collected() -> None:
    source = Path(next(iter(atrous.__path__)))
    written = found = 0
    for path in sorted(source.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
        examples = sum(1 for node in nodes if ">>>" in (ast.get_docstring(node) or ""))
        if examples:
            name = ".".join(path.relative_to(source.parent).with_suffix("").parts).removesuffix(".__init__")
            tests = doctest.DocTestFinder().find(importlib.import_module(name))
            collected = sum(1 for test in tests if test.examples)
            assert collected == examples, f"{name} has {examples} docstrings with examples, {collected} are run"
            written, found = written + examples, found + collected
    assert written == found > 10


def wanted() -> list[Requirement]:
    """Every requirement of the project: its own, those of its extras, of its groups and of its benchmarks."""
    project = PROJECT["project"]
    files = sorted((ROOT / "benchmarks").glob("*/requirements.txt"))
    listed = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
        *(path.read_text(encoding="utf-8").splitlines() for path in files),
    ]
    return [Requirement(line) for line in itertools.chain(*listed) if not line.startswith(("atrous", "#"))]


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_every_requirement_is_pinned_to_a_version_it_allows(requirement: Requirement) -> None:
    assert PINS[requirement.name.lower()].removeprefix("==") in requirement.specifier


def test_torch_is_the_first_pin() -> None:
    assert CONSTRAINTS[0] == "torch==2.13.0"
    assert all(re.fullmatch(r"==[\w.]+", pin) for pin in PINS.values())


def test_make_without_a_target_lists_every_target() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    listed = subprocess.run(["make"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    [phony] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.findall(r"^make (\S+)", listed, re.MULTILINE) == phony.split()


def made_bench(folder: Path, requirements: str) -> subprocess.CompletedProcess[str]:
    """`make bench NAME=made` in that folder, with two scripts, the first of which ends early."""
    made = folder / "benchmarks" / "made"
    made.mkdir(parents=True)
    for name in ("Makefile", "constraints.txt"):
        (folder / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    (made / "requirements.txt").write_text(requirements, encoding="utf-8")
    (made / "first.py").write_text("raise SystemExit('name the folder of the data')\n", encoding="utf-8")
    (made / "second.py").write_text("print('measured')\n", encoding="utf-8")
    (made / "_shared.py").write_text("print('not a script')\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    there = [word for stamp in ("demo", "test") for word in ("-o", f".venv/.{stamp}.stamp")]
    command = ["make", "bench", "NAME=made", f"BIN={Path(sys.executable).parent}", *there]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_benchmark_that_lacks_its_data_does_not_keep_the_others_from_running(tmp_path: Path) -> None:
    done = made_bench(tmp_path, "pytest\n")
    assert done.stdout == "measured\n"
    assert "name the folder of the data\n" in done.stderr
    assert "these ended early: benchmarks/made/first.py\n" in done.stderr
    assert done.returncode == 2


def test_what_a_folder_of_benchmarks_needs_is_installed_first(tmp_path: Path) -> None:
    done = made_bench(tmp_path, "./there-is-no-such-package\n")
    assert "there-is-no-such-package" in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "--quiet", "docs", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "train.epochs" in (tmp_path / "settings.html").read_text(encoding="utf-8")
