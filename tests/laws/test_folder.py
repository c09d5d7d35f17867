"""Law 5: a bundle written and read back, in a new process, gives the same numbers."""

import json
import subprocess
import sys

import torch

from atrous.bundle import Bundle
from atrous.config import load
from atrous.layers import fold
from atrous.runtime.tokeniser import Tokeniser
from tests.laws.table import MODELS

TEXTS = ["one", "", "a longer text, of many more tokens", "zwei Wörter"]

READ = """
import json, sys, pathlib, atrous, torch
from atrous.answering.predict import logits
from atrous.data.batch import Examples
found = {}
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    bundle = atrous.load(folder)
    found[folder.name] = logits(bundle.model, Examples.of(bundle.tokeniser, json.loads(sys.argv[2]))).tolist()
print(json.dumps(found))
"""


def test_every_model_read_in_a_new_process_gives_the_same_numbers(tmp_path):
    from atrous.answering.predict import logits
    from atrous.data.batch import Examples

    torch.manual_seed(0)
    expected = {}
    for name, (encoder, pool) in MODELS.items():
        options = ["embed.channels=4"] + (["encode.channels=4"] if encoder != "bag" else [])
        bundle = Bundle.fresh(
            load(None, options, encode=encoder, attend=pool), Tokeniser("bytes", False, ()), ("a", "b")
        )
        fold(bundle.model).eval()
        expected[name] = logits(bundle.model, Examples.of(bundle.tokeniser, TEXTS)).tolist()
        bundle.save(tmp_path / name)
    command = [sys.executable, "-c", READ, str(tmp_path), json.dumps(TEXTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == expected
