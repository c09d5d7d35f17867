import os
import subprocess
import sys

from atrous.exporting.copied import PACKAGE, runtime_files
from atrous.native import OFF

LOADED = """
import sys
sys.path.insert(0, {package!r})
import atrous.exporting.run, atrous.answering.files, atrous.runtime.graph
print(*sorted(name for name in sys.modules if name.startswith("atrous.")))
print("torch" in sys.modules)
"""


def test_what_is_copied_is_what_the_program_loads():
    code = LOADED.format(package=str(PACKAGE.parent))
    loaded, torch = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, OFF: "off"}, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert torch == "False"
    found = set()
    for place in runtime_files():
        found.add(".".join(["atrous", *place.removesuffix(".py").removesuffix("__init__").strip("/").split("/")]))
    assert {name for name in loaded.split() if not name.startswith("atrous.exporting")} <= found


def test_no_file_is_copied_that_needs_torch():
    for place, path in runtime_files().items():
        assert not place.startswith(("layers", "model", "exporting", "training", "cli")), place
        assert "import torch" not in path.read_text(), place
