"""Compiled kernels, where the installation found a C compiler. Whoever uses them has another way, and needs none.

Needs the standard library alone; every export carries a copy of this file, without what is compiled.
"""

from __future__ import annotations

import os
from types import ModuleType

OFF = "ATROUS_COMPILED"  # "off" in the environment: as if there were no compiler

compiled: ModuleType | None = None

if os.environ.get(OFF) != "off":
    try:
        from atrous.native import _compiled as compiled
    except ImportError:
        compiled = None


def described() -> str:
    """What `atrous --version` says of them.

    >>> described().split()[0] in ("compiled", "no")
    True
    """
    if compiled is not None:
        return f"compiled kernels, {compiled.processor()}"
    if os.environ.get(OFF) == "off":
        return f"no compiled kernels: {OFF} is off"
    return "no compiled kernels: the installation found no C compiler; install one, then atrous again, for more speed"
