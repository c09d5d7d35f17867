import shutil

import pytest
import torch

import atrous
from atrous.bundle import Bundle
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

WORDS = Reader(Tokeniser("words", True, ("good", "bad", "film", "a")))


SMALL = {  # what is few enough to trace, of the encoders that are not told so by their channels
    "bag": [],
    "deep": ["encode.channels=8", "encode.depth=2"],
    "dense": ["encode.growth=4", "encode.depth=2"],
    "unet": ["encode.channels=8", "encode.depth=1"],
    "wavenet": ["encode.channels=8", "encode.depth=3"],
}


def fresh(encoder, *settings, reader=WORDS):
    """An untrained model: what is proved of exports and readings holds for any weights."""
    torch.manual_seed(0)
    small = ["embed.channels=8", *SMALL.get(encoder, ["encode.channels=8"]), *settings]
    return Bundle.fresh(load(None, small, encode=encoder), reader, ("neg", "pos"))


SPELLED = Reader(Tokeniser("words", True, ("good", "bad", "film", "a", "ann")), rule="treebank")
TAGS = ("B-X", "I-X", "O")


def fresh_tagger(encoder, head="tags", *settings, reader=SPELLED):
    """An untrained tagger whose tags vary."""
    options = ["embed.channels=8", *SMALL.get(encoder, ["encode.channels=8"]), *settings]
    kind = {"name": reader.tokeniser.kind}
    chosen = load(None, options, task="tag", encode=encoder, embed=kind, predict={"name": head, "scheme": "iob2"})
    torch.manual_seed(0)
    bundle = Bundle.fresh(chosen, reader, TAGS)
    torch.manual_seed(2)
    with torch.no_grad():
        for parameter in bundle.model.parameters():
            parameter.add_(torch.randn_like(parameter))
    return bundle


@pytest.fixture(scope="session")
def tagger():
    """A CRF over convolutions that look ahead."""
    return fresh_tagger("conv", "crf", "encode.dilations=[1, 2]", "encode.strides=[1, 1]", "encode.centred=true")


@pytest.fixture(scope="session")
def tagger_export(tagger, tmp_path_factory):
    """An export of it that no test changes."""
    return atrous.export(tagger, tmp_path_factory.mktemp("export") / "tagger")


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
