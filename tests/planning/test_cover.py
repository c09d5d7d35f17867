import itertools
import random
import subprocess
import sys

import pytest
import torch
from tests.laws.laws import operations
from tests.slow import plans

from atrous.config import load
from atrous.encode import conv
from atrous.errors import ConfigError
from atrous.planning import cheapest, cover, kinds

DRAWN = random.Random(0)
SIZES = {"channels": 3, "inputs": 5, "steps": 13}


def built(plan):
    return conv(
        plan.inputs, channels=plan.channels, kernel=plan.kernel, dilations=plan.dilations, strides=plan.strides,
        centred=plan.centred,
    ).eval()  # fmt: skip


def price(plan, by):
    return (plan.parameters, plan.flops, plan.sees) if by == "parameters" else (plan.flops, plan.parameters, plan.sees)


@pytest.mark.parametrize("by", ["parameters", "flops"])
@pytest.mark.parametrize("window", [1, 2, 3, 4, 5, 6, 8, 9, pytest.param(13, marks=pytest.mark.slow)])
def test_no_plan_is_cheaper_than_the_cheapest(window, by):
    for kind, plan in kinds(window, by=by, **SIZES).items():
        assert plan.layers <= 4
        best = plans.cheapest(kind, window, by=by, widest=9, deepest=4, one_stride=by == "flops", **SIZES)
        assert price(plan, by) == best


@pytest.mark.parametrize("window", [5, 6, 7])
def test_among_plans_that_cost_as_much_the_one_that_sees_least_beyond_is_taken(window):
    sizes = {"channels": 3, "inputs": 3, "steps": 1}  # where a stride saves nothing
    strided = kinds(window, **sizes)["strided"]
    assert price(strided, "parameters") == plans.cheapest(
        "strided", window, by="parameters", widest=9, deepest=4, one_stride=True, **sizes
    )
    assert strided.sees < strided.kernel**strided.layers


@pytest.mark.parametrize("window", [*range(1, 40), *(DRAWN.randint(40, 100_000) for _ in range(40)), 10**6, 2**31 - 1])
def test_every_plan_sees_what_was_asked_for_and_leaves_no_hole(window):
    for plan in cover(window, by=DRAWN.choice(["parameters", "flops"])):
        assert plan.overshoot == plan.sees - window >= 0
        step = below = 1  # what is read below each level, and how far apart its steps are
        for dilation, stride in zip(plan.dilations, plan.strides, strict=True):
            assert dilation * step <= below
            below += (plan.kernel - 1) * dilation * step
            step *= stride
            assert step <= below
        assert below == plan.sees


def read(layer, *, steps, output):
    """The input steps that reach an output, each by its own gradient."""
    x = torch.randn(16, steps, layer.inputs, dtype=torch.double, generator=torch.Generator().manual_seed(0))
    layer.double()(x.requires_grad_())[:, output].sum().backward()
    return set(x.grad.abs().sum((0, 2)).nonzero()[:, 0].tolist())


@pytest.mark.parametrize("window", [1, 2, 5, 9, 20, 27, 30])
def test_what_is_planned_is_what_an_output_reads_and_nothing_in_it_is_left_out(window):
    for plan in cover(window, channels=4, inputs=3, centred=window % 2 == 0):
        left, right, stride = (int(one) for one in (plan.window.left, plan.window.right, plan.window.stride))
        output = -(-left // stride)
        own = output * stride
        found = read(built(plan), steps=own + right + 3, output=output)
        assert found == {*range(own - left, own + right + 1)}
        assert plans.is_whole(plan.kernel, plan.dilations, plan.strides)


@pytest.mark.parametrize("dilations, strides", [((1, 4), (1, 1)), ((2, 3), (1, 1)), ((1, 1), (4, 1))])
def test_one_step_more_than_the_rule_allows_leaves_a_hole(dilations, strides):
    layer = conv(3, channels=4, kernel=3, dilations=dilations, strides=strides)
    found = read(layer, steps=40, output=20 // int(layer.window.stride))
    assert found < {*range(min(found), max(found) + 1)}
    assert not plans.is_whole(3, dilations, strides)


@pytest.mark.parametrize("window", [1, *(DRAWN.randint(2, 3000) for _ in range(12))])
def test_the_encoder_costs_what_the_plan_says(window):
    sizes = {"channels": DRAWN.randint(1, 6), "inputs": DRAWN.randint(1, 6), "steps": DRAWN.randint(1, 60)}
    for plan in cover(window, **sizes, by=DRAWN.choice(["parameters", "flops"]), centred=DRAWN.random() < 0.5):
        layer = built(plan)
        assert layer.window == plan.window
        assert layer.cost.parameters == plan.parameters == sum(one.numel() for one in layer.parameters())
        counted = operations(layer, torch.zeros(1, plan.steps, plan.inputs))
        assert layer.cost.flops(plan.steps) == plan.flops == counted


def test_plain_grows_with_the_window_and_dilated_with_its_logarithm():
    depths = {kind: [] for kind in ("plain", "dilated", "strided")}
    for window in (30, 60, 120, 240):
        for plan in cover(window):
            depths[plan.kind].append(plan.layers * plan.kernel)
    plain, dilated, strided = depths.values()
    assert [later / plain[0] for later in plain] == pytest.approx([1, 2, 4, 8], rel=0.1)
    assert max(b - a for a, b in itertools.pairwise(dilated)) <= 3  # e ln 2 = 1.9 a doubling, in whole levels
    assert strided == dilated


def test_strides_make_it_cheaper_to_compute_and_dilations_do_not():
    plain, dilated, strided = cover(64, steps=1000)
    assert strided.parameters == dilated.parameters < plain.parameters
    assert strided.flops < dilated.flops / 5
    assert cheapest([plain, dilated, strided]) == strided


def test_what_is_cheapest_depends_on_what_is_counted():
    few, fast = (cover(20, by=by)[2] for by in ("parameters", "flops"))
    assert few.parameters < fast.parameters
    assert few.flops > fast.flops


def test_a_kind_that_would_be_too_deep_says_how_far_it_can_see():
    found = kinds(242)
    assert found["plain"] == "plain: 30 levels of kernel 9, the most a plan takes, see 241 steps"
    assert [plan.kind for plan in cover(242)] == ["dilated", "strided"]
    assert cover(241)[0].layers == 30


def test_a_budget_leaves_out_what_is_dearer():
    assert [plan.kind for plan in cover(64, most_parameters=60_000)] == ["dilated", "strided"]
    (strided,) = cover(64, most_flops=1_200_000)
    assert strided.flops <= 1_200_000
    assert strided.parameters > cover(64)[2].parameters  # the cheapest by parameters takes more operations


def test_a_budget_that_nothing_meets_says_what_would():
    with pytest.raises(ConfigError) as error:
        cover(1000, most_parameters=20_000)
    said = str(error.value)
    assert said.startswith("no plan sees 1,000 steps within 20,000 parameters: plain: 30 levels of kernel 9")
    assert "dilated: needs 82,240 parameters at least; strided: needs 82,240 parameters at least" in said
    assert "; it would fit with 31 channels" in said
    assert cover(1000, most_parameters=20_000, channels=31)
    with pytest.raises(ConfigError):
        cover(1000, most_parameters=20_000, channels=32)


def test_budgets_that_only_together_cannot_be_met_say_so():
    few, fast = (cheapest(cover(64, by=by), by) for by in ("parameters", "flops"))
    with pytest.raises(
        ConfigError, match="strided: meets one budget, not both: 49,344 parameters take 1,277,952 FLOPs"
    ):
        cover(64, most_parameters=few.parameters, most_flops=fast.flops)


def test_a_budget_below_one_channel_says_nothing_of_channels():
    with pytest.raises(ConfigError) as error:
        cover(50, inputs=64, most_parameters=3)
    assert "channels" not in str(error.value)


@pytest.mark.parametrize("words, said", [
    ({"window": 0}, "window >= 1 and <= 2,147,483,647, got 0"),
    ({"window": 2**31}, "got 2,147,483,648"),
    ({"window": 5, "channels": 0}, "channels >= 1, got 0"),
    ({"window": 5, "most_flops": 0}, "most_flops >= 1, got 0"),
    ({"window": 5, "by": "seconds"}, "'seconds'"),
    ({"window": 5, "channels": 2.5}, "2.5"),
    ({"window": "64"}, "'64'"),
])  # fmt: skip
def test_what_cannot_be_planned(words, said):
    with pytest.raises((ValueError, TypeError), match=said):
        cover(**words)


def test_the_settings_of_every_kind_are_read_back(tmp_path):
    from atrous.planning import settings_of

    for plan in cover(100, channels=7, inputs=9, centred=True):
        path = tmp_path / f"{plan.kind}.toml"
        path.write_text(settings_of(plan))
        assert conv(9, **load(path).encode.options).window == plan.window


def test_planning_needs_no_torch():
    code = (
        "import sys; from atrous.planning import cover; print(len(cover(10**6)), {'torch', 'numpy'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "set()"]
