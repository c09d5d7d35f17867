"""Models to draw."""

from atrous.attend import POOLS
from atrous.config import load
from atrous.embed import Tokens
from atrous.encode import ENCODERS
from atrous.model import Model
from atrous.predict import Classes


def model_of(encode, *, pool="max", bigrams=0):
    attend = POOLS[pool](encode.outputs or encode.inputs or 3)
    return Model(Tokens(9, encode.inputs or 3, bigrams=bigrams), encode, attend, Classes(attend.outputs, 3))


def model_with_settings(name):
    """The model of that encoder as the settings make it when nobody says otherwise."""
    return model_of(ENCODERS[name](3, **load(encode=name).encode.options))
