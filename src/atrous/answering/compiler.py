"""Which C++ compiler torch would use, asked before torch is imported."""

from __future__ import annotations

import os
import shutil
import sys

from atrous.errors import MissingExtra


def need_compiler() -> str:
    """The C++ compiler that builds what torch generates: the one that CXX names, else g++, on macOS clang++.

    Raises MissingExtra if it is not there.
    """
    name = os.environ.get("CXX") or ("clang++" if sys.platform == "darwin" else "g++")
    found = shutil.which(name)
    if found is None:
        raise MissingExtra(
            f"compiling a model needs a C++ compiler, and {name} is not found; install one (on Debian: apt-get install "
            "g++), name yours in CXX, or leave --compile out"
        )
    return found
