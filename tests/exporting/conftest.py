import shutil

import pytest
import torch

import atrous
from atrous.bundle import Bundle
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

WORDS = Reader(Tokeniser("words", True, ("good", "bad", "film", "a")))


def fresh(encoder, *settings, reader=WORDS):
    """An untrained model: what is proved of exports and readings holds for any weights."""
    torch.manual_seed(0)
    small = ["embed.channels=8", *([] if encoder == "bag" else ["encode.channels=8"]), *settings]
    return Bundle.fresh(load(None, small, encode=encoder), reader, ("neg", "pos"))


@pytest.fixture(scope="session")
def bag():
    return fresh("bag")


@pytest.fixture(scope="session")
def exported(bag, tmp_path_factory):
    """An export that no test changes."""
    return atrous.export(bag, tmp_path_factory.mktemp("export") / "bag")


@pytest.fixture
def export(exported, tmp_path):
    """A copy of it, to be damaged."""
    return shutil.copytree(exported.folder, tmp_path / "export")
