import pytest
import torch

from atrous.comparing.budget import SLACK, fitted, width_of
from atrous.config import ENCODE_SETTINGS, load
from atrous.encode import ENCODERS
from atrous.errors import ConfigError

WIDENED = [name for name in ENCODE_SETTINGS if width_of(name)]


@pytest.mark.parametrize("name", WIDENED)
@pytest.mark.parametrize("budget, inputs", [(50_000, 64), (100_000, 64), (300_000, 32)])
def test_every_encoder_meets_every_budget_within_five_percent(name, budget, inputs):
    found = fitted(load(encode=name), inputs, budget)
    built = ENCODERS[name](inputs, **found.settings.encode.options)
    counted = built.cost.parameters  # a law holds that to be what torch counts
    assert counted == found.parameters
    assert abs(counted - budget) <= SLACK * budget
    # The settings are such as a file could hold.
    assert type(found.settings.encode).model_validate(found.settings.encode.model_dump()) == found.settings.encode


@pytest.mark.parametrize("name", ["tcn", "kmax"])
def test_no_other_width_comes_nearer(name):
    found = fitted(load(encode=name), 64, 77_000)
    step = 2 if name == "kmax" else 1
    for value in (found.value - step, found.value + step):
        encode = found.settings.encode.model_copy(update={found.field: value})
        other = ENCODERS[name](64, **encode.options).cost.parameters
        assert abs(other - 77_000) >= abs(found.parameters - 77_000)


def test_solving_draws_no_random_numbers():
    torch.manual_seed(3)
    first = torch.rand(1)
    torch.manual_seed(3)
    fitted(load(encode="lstm"), 64)
    assert torch.rand(1) == first


def test_a_width_that_was_set_is_left_and_noted():
    found = fitted(load(None, ["encode.channels=32"]), 64, fixed=["channels"])
    assert found.settings.encode.channels == 32
    assert found.note == "encode.channels was set to 32"
    assert fitted(load(None, ["encode.depth=2"]), 64, fixed=["depth"]).note == ""


def test_a_bag_has_nothing_to_widen():
    found = fitted(load(encode="bag"), 64)
    assert (found.exempt, found.field, found.parameters) == (True, None, 0)
    assert found.note


def test_a_budget_that_other_settings_exceed_is_refused():
    with pytest.raises(
        ConfigError, match=r"no attention of 50,000 .* encode.wide = 1, has 1\d\d,\d+; .*--set encode.depth=1"
    ):
        fitted(load(None, ["encode=attention", "encode.channels=128"]), 64, 50_000)
