import gc
import weakref

import pytest
import torch
from tests.laws.table import make
from torch import nn
from torch.nn.utils import parametrize

from atrous.encode import tcn
from atrous.layers import Conv, LayerNorm, Pointwise, Stack, weight_norm
from atrous.stepping import step
from atrous.stepping.plan import LEAST, MOST, Plan, Unplanned
from atrous.stepping.quick import _PLANS


class Doubled(Conv):
    def forward(self, x, mask=None):
        return 2 * super().forward(x, mask)


class Half(nn.Module):
    def forward(self, weight):
        return weight / 2


def halved():
    conv = Conv(3, 4, kernel=2)
    parametrize.register_parametrization(conv, "weight", Half())
    return conv


@pytest.mark.parametrize(
    "layer",
    [
        Conv(3, 4, kernel=2),  # a layer alone: there is little to gain, and a plan would keep it alive
        Stack(LayerNorm(3), Pointwise(torch.relu)),
        Stack(Conv(3, 4, kernel=2, stride=2)),
        Stack(Conv(4, 4, kernel=2, groups=2)),
        Stack(Conv(3, 4, kernel=2, valid=True)),
        Stack(Doubled(3, 4, kernel=2)),
        Stack(halved()),
        Stack(Conv(3, 4, kernel=2).double(), Conv(4, 4, kernel=2)),
        Stack(Conv(3, 4, kernel=2)).half(),
    ],
)
def test_what_is_not_known_has_no_plan(layer):
    with pytest.raises(Unplanned):
        Plan(layer.eval())


def test_weights_made_in_inference_mode_have_no_plan():
    with torch.inference_mode():
        layer = Stack(Conv(3, 4, kernel=2)).eval()
    with pytest.raises(Unplanned):
        Plan(layer)


def test_a_plan_knows_its_delay_and_what_is_kept():
    layer = make("encoder residual")
    plan = Plan(layer)
    assert plan.late == plan.root.lag == layer.delay
    assert sum(part.steps for part in plan.parts) == 2 * 2 + 2 * 4 + (2 + 4)  # convolutions, and the lines beside them


@pytest.mark.parametrize("depth, steps, room", [(1, 1, LEAST), (7, 1, 36), (9, 1, MOST), (1, 50, 50)])
def test_the_room_is_about_what_is_kept(depth, steps, room):
    plan = Plan(tcn(2, channels=2, depth=depth).eval())
    assert sum(part.steps for part in plan.parts) // len(plan.parts) == {1: 2, 7: 36, 9: 113}[depth]
    assert plan.room(steps) == room


@pytest.mark.parametrize("name", ["conv", "weight norm"])
def test_a_plan_holds_until_a_weight_changes(name):
    conv = Conv(3, 4, kernel=2)
    layer = Stack(weight_norm(conv) if name == "weight norm" else conv).eval()
    plan = Plan(layer)
    assert plan.holds()
    with torch.no_grad():
        next(layer.parameters()).add_(1)
    assert not plan.holds()
    assert Plan(layer).holds()
    layer.double()
    assert not plan.holds()


def test_a_plan_does_not_keep_its_layer_alive():
    layer = make("encoder tcn")
    with torch.no_grad():
        x, mask = torch.zeros(1, 1, 3, dtype=torch.double), torch.ones(1, 1, dtype=torch.bool)
        _, _, state = step(layer, x, mask, layer.start(1))
    assert layer in _PLANS
    gone = weakref.ref(layer)
    del layer
    gc.collect()
    assert gone() is None
    assert state[0] is not None
