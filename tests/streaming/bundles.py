"""Small untrained bundles, and answers that are the same."""

import pytest
import torch

from atrous.bundle import Bundle
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

CHARACTERS = Tokeniser("characters", True, tuple("abcde σς"))
WORDS = Tokeniser("words", True, ("a", "bad", "bed", "c", "σας", "!"))
SETTINGS = {"bag": ["embed.bigrams=50"], "tcn": ["encode.depth=2"], "residual": ["encode.depth=2"]}


def fresh(name, tokeniser=CHARACTERS, pool=None):
    torch.manual_seed(1)
    settings = load(None, ["embed.channels=8", *SETTINGS.get(name, [])], encode=name)
    bundle = Bundle.fresh(settings, Reader(tokeniser), ("bad", "good", "fair"))
    with torch.no_grad():
        for parameter in bundle.model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    bundle.model.eval()
    return bundle


def agree(answer, expected):
    assert answer.probabilities.keys() == expected.probabilities.keys()
    for label, probability in answer.probabilities.items():
        assert probability == pytest.approx(expected.probabilities[label], abs=1e-5)
