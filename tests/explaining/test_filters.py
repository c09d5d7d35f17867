"""What a filter sees and what it speaks for."""

import pytest
import torch
from tests.explaining.small import detector

from atrous.attend import KMax, Max
from atrous.embed import Tokens
from atrous.encode import ENCODERS, ngram
from atrous.errors import ConfigError
from atrous.explaining.filters import Speaks, need_filters, speaks_for, windows
from atrous.layers import Conv, Dropout, Parallel, Pointwise, Stack
from atrous.model import Model
from atrous.predict import Classes, Labels
from atrous.window import Window

REFUSED = {"attention", "bigru", "bilstm", "birnn", "gru", "hybrid", "lstm", "rnn"}


def model_of(encode, head=None, pool=Max, bigrams=0):
    attend = pool(encode.outputs or 4)
    return Model(Tokens(9, 4, bigrams=bigrams), encode, attend, head or Classes(attend.outputs, 3))


def test_each_filter_has_the_window_of_its_own_path():
    found = windows(model_of(ngram(4, channels=2, kernels=(2, 3)), bigrams=7))
    assert found == [Window(left=2)] * 2 + [Window(left=2, right=1)] * 2
    mixed = Stack(Parallel(Conv(4, 1, kernel=2), Stack()), Dropout(0.5), Pointwise(torch.relu), Conv(5, 2, kernel=3))
    assert windows(model_of(mixed)) == [Window(left=3)] * 2


@pytest.mark.parametrize("name", ENCODERS)
def test_every_filter_has_a_window_within_the_models(name):
    torch.manual_seed(0)
    encode = ENCODERS[name](4)
    model = model_of(encode)
    found = windows(model)
    assert len(found) == (encode.outputs or 4)
    assert max(window.left for window in found) == model.window.left
    assert max(window.right for window in found) == model.window.right


@pytest.mark.parametrize("name", ENCODERS)
def test_what_may_depend_on_everything_is_no_filter(name):
    if name in REFUSED:
        with pytest.raises(ConfigError, match="no filters that look for n-grams"):
            need_filters(model_of(ENCODERS[name](4)))
    else:
        need_filters(model_of(ENCODERS[name](4)))


def test_a_filter_speaks_for_the_label_it_raises_above_the_others():
    neg, pos, none = speaks_for(detector())[1], speaks_for(detector())[0], speaks_for(model_of(Stack()))[0]
    assert (neg, pos) == (Speaks(0, 1.5), Speaks(1, 0.5))
    assert none is not None


def test_a_filter_that_speaks_against_every_label_speaks_for_none():
    model = model_of(Stack(), Labels(4, 2))
    with torch.no_grad():
        model.predict.linear.weight.copy_(torch.tensor([[-1.0, 2.0, 0.5, -3.0], [-2.0, 1.0, 0.75, -4.0]]))
    assert speaks_for(model) == [None, Speaks(0, 2.0), Speaks(1, 0.75), None]


def test_what_the_pool_mixes_has_no_weight():
    assert speaks_for(model_of(Stack(), pool=KMax)) == [None] * 4
