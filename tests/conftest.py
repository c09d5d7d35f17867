"""What every test runs under: checked shapes, one thread, one source of examples."""

import doctest
import inspect
import os
import signal

import jaxtyping
import torch
import torch.export
from hypothesis import settings
from jaxtyping import install_import_hook

import tests.shapes

# Before anything imports atrous: from here on every annotation is checked at run time, shapes included.
install_import_hook("atrous", f"{tests.shapes.__name__}.check")

# While torch traces a model, sizes are symbols, and the check would pin them to numbers.
_export = torch.export.export


def _unchecked(*arguments, **options):
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        return _export(*arguments, **options)
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)


torch.export.export = _unchecked

torch.set_num_threads(1)

# What a shell starts in the background ignores Ctrl-C, and so would every program that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A few examples each time, others every time; HYPOTHESIS_PROFILE=thorough draws many.
settings.register_profile("here", deadline=None, max_examples=15)
settings.register_profile("everywhere the same", deadline=None, max_examples=15, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everywhere the same" if os.environ.get("CI") else "here"))

# The hook wraps functions, and doctest passes over a function whose globals are another module's: without this line
# the examples of plain functions would silently not run. tests/test_documents.py counts them.
_from_module = doctest.DocTestFinder._from_module
doctest.DocTestFinder._from_module = lambda finder, module, thing: _from_module(
    finder, module, inspect.unwrap(thing) if callable(thing) else thing
)
