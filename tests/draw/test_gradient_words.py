import math

import pytest
from tests.draw.probed import probed

from atrous.draw.gradient_words import verdict
from atrous.draw.gradients import Gradients, Lags, LayerGradient, Profile
from atrous.window import Window


def layers(*norms, dead=0.0, names=("embed: Tokens(9, 4)", "encode: Conv(4, 4, kernel=3)", "encode: LSTM(4, 4)")):
    return tuple(LayerGradient(name, 1.0, norm, dead) for name, norm in zip(names, norms, strict=True))


def test_the_used_part_of_the_window_is_said():
    first, *_ = verdict(probed())
    assert first == (
        "95 % of the gradient comes from 9 tokens, 8 back to its own, of the 61 that a step of the encoder sees; "
        "before training from 38 tokens, 38 back to 1 back."
    )


@pytest.mark.parametrize(
    "norms, says",
    [
        ((1e-4, 0.01, 1.0), "vanishes on its way back: at the embedding it is 0.0001 times"),
        ((2e4, 5.0, 1.0), "explodes on its way back: at the embedding it is 2e+04 times"),
        ((0.5, 0.5, 1.0), "gets there: at the embedding it is 0.5 times"),
    ],
)
def test_vanishing_and_exploding_are_told_apart(norms, says):
    assert says in " ".join(verdict(probed(layers=layers(*norms))))


def test_dead_layers_and_dead_units_are_named():
    said = " ".join(verdict(probed(layers=layers(1.0, 0.0, 1.0))))
    assert "No gradient reaches encode: Conv(4, 4, kernel=3): dead, nothing is learnt there." in said
    assert "No row's gradient reaches 25 %" not in said
    said = " ".join(verdict(probed()))
    assert "no row's gradient reaches 25 % of the channels of encode: Conv(4, 4, kernel=3)." in said


def test_a_gradient_that_is_no_number_is_said_to_be_none():
    said = " ".join(verdict(probed(layers=layers(math.nan, math.inf, 1.0))))
    assert "The gradient is not finite: from encode: Conv(4, 4, kernel=3) on" in said


def test_an_encoder_without_layers_has_no_depth():
    one = (LayerGradient("embed: Tokens(9, 4)", 1.0, 1.0), LayerGradient("predict: Classes", 1.0, 1.0))
    assert len(verdict(probed(layers=one))) == 1


def test_what_lies_beyond_and_remarks_come_last():
    found = probed(layers=(), remarks=("no row is long",))
    lags = Lags(Window(math.inf), -1, 0, None, Profile((0.4, 0.4), 0.2, (-5, 0)))
    assert verdict(Gradients(1, lags, (), found.remarks)) == [
        "95 % of the gradient comes from 6 tokens, 5 back to its own; 20.0 % of it comes from beyond what is shown.",
        "No row is long.",
    ]
    wrong = Lags(Window(1), -1, 0, None, Profile((0.4, 0.4), 0.2, (-5, 0)))
    assert "20.0 % of it comes from beyond the declared window, which is wrong." in verdict(Gradients(1, wrong, ()))[0]


def test_no_gradient_at_all_is_said():
    assert verdict(Gradients(1, Lags(Window(), 0, 0, None, None), ()))[0].startswith("No gradient comes from any token")
