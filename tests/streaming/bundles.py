"""Small untrained bundles, and answers that are the same."""

import itertools

import pytest
import torch
from tests.laws.table import ENCODERS

from atrous.attend import Max
from atrous.attend.keep import Keep
from atrous.bundle import Bundle
from atrous.config import load
from atrous.embed import Tokens
from atrous.model import Model
from atrous.predict import HEADS, TAGGERS
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

CHARACTERS = Tokeniser("characters", True, tuple("abcde σς"))
WORDS = Tokeniser("words", True, ("a", "bad", "bed", "c", "σας", "!"))
TAGS = ("B-X", "I-X", "B-Y", "I-Y", "O")


def fresh(name, tokeniser=CHARACTERS, predict="classes"):
    """A bundle of the small encoder that the laws read."""
    settings = load(encode=name, predict=predict)
    return with_encoder(Bundle.fresh(settings, Reader(tokeniser), ("bad", "good", "fair")), ENCODERS[name])


def with_encoder(bundle, make):
    """The bundle with that encoder, and weights whose answers tell texts apart: else no test of them could fail."""
    for seed in range(50):
        torch.manual_seed(seed)
        encode = make()
        channels = encode.outputs or 3
        embed, attend = Tokens(bundle.reader.sizes["ids"], 3, bigrams=20), Max(channels)
        predict = HEADS[bundle.settings.predict.name](channels, 3)
        bundle.model = Model(embed, encode, attend, predict).eval()
        with torch.no_grad():
            for parameter in bundle.model.parameters():
                parameter.add_(0.3 * torch.randn_like(parameter))
        answers = [answer.probabilities["bad"] for answer in bundle.predict(["", "a bad c", "cbab cab ab", "bed dd! "])]
        if min(abs(one - other) for one, other in itertools.combinations(answers, 2)) > 1e-2:
            return bundle
    raise AssertionError("no seed gives answers that differ")


def tagger(name, predict="tags", *, tokeniser=WORDS, rule="fine", scheme="iob2", max_steps=None):
    """A tagger of the small encoder that the laws read, with weights that give its tokens many tags."""
    settings = load(
        task="tag",
        encode=name,
        predict={"name": predict, "scheme": scheme},
        embed={"name": tokeniser.kind},
    )
    bundle = Bundle.fresh(settings, Reader(tokeniser, rule=rule, max_steps=max_steps), TAGS)
    torch.manual_seed(1)
    encode = ENCODERS[name]()
    channels = encode.outputs or 3
    head = TAGGERS[predict](channels, TAGS, scheme=scheme)
    bundle.model = Model(Tokens(bundle.reader.sizes["ids"], 3, bigrams=20), encode, Keep(channels), head).eval()
    with torch.no_grad():
        for parameter in bundle.model.parameters():
            parameter.add_(torch.randn_like(parameter))
    return bundle


def agree(answer, expected):
    assert type(answer) is type(expected)
    assert answer.probabilities.keys() == expected.probabilities.keys()
    for label, probability in answer.probabilities.items():
        assert probability == pytest.approx(expected.probabilities[label], abs=1e-5)
