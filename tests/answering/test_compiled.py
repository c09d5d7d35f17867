import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch._inductor import metrics

import atrous
from atrous.answering.compiled import compiled_of
from atrous.config import load
from atrous.errors import ConfigError, MissingExtra
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

ROOT = Path(__file__).parents[2]
# Of one row and of several, of no token, of one, and of more than any window.
TEXTS = ["", "a", "a good film", "no", "what a long and dull film " * 9, *["so so"] * 40, "x" * 300]


def fresh(encode, *settings, task=None):
    torch.manual_seed(0)
    asked = load(encode=encode, overrides=settings, **({} if task is None else {"task": task}))
    reader = Reader(Tokeniser("words", True, ("a", "good", "film", "so", "what")), rule="fine" if task else None)
    labels = ("B-X", "I-X", "O") if task else ("neg", "pos")
    return atrous.Bundle.fresh(asked, reader, labels)


def numbers(bundle):
    """The probabilities of all labels, at every token if it is a tagger's; of all texts together, and of one alone."""
    found = [*bundle.predict(TEXTS), *bundle.predict(TEXTS[2]), *bundle.predict(TEXTS[1])]
    return np.concatenate([np.ravel([*answer.probabilities.values()]) for answer in found])


@pytest.mark.slow
def test_compiled_answers_are_those_of_the_model_and_no_shape_compiles_anew():
    shutil.which("g++") or pytest.skip("needs a C++ compiler")
    bundle = fresh("tcn", "encode.channels=8", "embed.channels=8", "encode.depth=1")
    wanted = numbers(bundle)
    bundle.compiled = True
    bundle.predict(TEXTS[2:4])
    before = metrics.generated_kernel_count
    np.testing.assert_allclose(numbers(bundle), wanted, atol=1e-5)
    assert (before > 0, metrics.generated_kernel_count) == (True, before)


# In a process of its own, for torch cannot trace the checks of annotations that the tests bring.
RECURRENT = """
import sys
import numpy as np
from torch._dynamo.utils import counters
from tests.answering.test_compiled import TEXTS, fresh, numbers
bundle = fresh("lstm", "encode.channels=8", "embed.channels=8")
wanted = numbers(bundle)
bundle.compiled = True
np.testing.assert_allclose(numbers(bundle), wanted, atol=1e-5)
print(counters["stats"]["unique_graphs"])
"""


@pytest.mark.slow
def test_a_compiled_lstm_answers_as_before_and_is_compiled_for_one_row_and_for_several():
    shutil.which("g++") or pytest.skip("needs a C++ compiler")
    done = subprocess.run([sys.executable, "-c", RECURRENT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr


def test_the_model_is_computed_again_when_that_is_asked():
    bundle = fresh("tcn")
    assert not bundle.compiled
    bundle.compiled = True
    assert bundle.compiled and compiled_of(bundle.model) is not None
    bundle.compiled = False
    assert compiled_of(bundle.model) is None


def test_a_loop_over_steps_is_not_compiled():
    bundle = fresh("rnn")
    with pytest.raises(ConfigError, match="step by step in Python"):
        bundle.compiled = True


def test_without_a_compiler_it_is_refused_before_anything_is_read(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    bundle = fresh("tcn")
    with pytest.raises(MissingExtra, match="no-such-compiler is not found"):
        bundle.compiled = True
    assert not bundle.compiled
