import copy
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws import laws
from tests.laws.rows import plans
from tests.laws.table import ENCODERS, NOT_STREAMABLE, TABLE, make

from atrous.contract import map_state, reorder, reset
from atrous.encode import residual, tcn
from atrous.layers import fold
from atrous.stepping import step
from atrous.stepping.plan import MOST
from atrous.stepping.quick import Running

# The layers of the table that have a plan, and the encoders that have none; a test holds this to be so.
QUICK = [
    *("highway", "densely", "Repeated", "Repeated, untied", "Repeated, concatenated", "Residual, centred inside"),
    *("Parallel, unequal delays", "encoder conv", "encoder conv, centred", "encoder dense"),
    *("encoder dense, no bottleneck", "encoder gated", "encoder highway", "encoder idcnn", "encoder multiscale"),
    *("encoder ngram", "encoder residual", "encoder tcn", "encoder tdnn", "encoder wavenet"),
]
SLOW = [f"encoder {name}" for name in ("bag", "conv, strided", "deep", "gru", "hybrid", "lstm", "rnn", "unet")]


class Quickly:
    """A layer whose `step` is the quick one."""

    def __init__(self, layer):
        self.layer = layer

    def __getattr__(self, name):
        return getattr(self.layer, name)

    def __call__(self, *given):
        return self.layer(*given)

    def step(self, x, mask, state):
        return step(self.layer, x, mask, state)


def drawn(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.double, generator=torch.Generator().manual_seed(seed))


def ones(rows, steps):
    return torch.ones(rows, steps, dtype=torch.bool)


def alike(ours, theirs):
    """Both states are the same; a line holds whatever stood at a step that is not real."""

    def same(one, other):
        laws.close(one.nan_to_num(9.0).double(), other.nan_to_num(9.0).double(), "state")
        return one

    map_state(same, ours, theirs)


def agree(layer, x, mask, ours, theirs):
    """Both states after one more chunk, read both ways; what is real must be the same."""
    y, real, ours = step(layer, x, mask, ours)
    z, same, theirs = layer.step(x, mask, theirs)
    assert torch.equal(real, same)
    laws.close(y[real], z[same], "outputs")
    alike(ours, theirs)
    return ours, theirs


@pytest.mark.parametrize("name", ["encoder multiscale", "encoder residual", "encoder wavenet"])
@settings(max_examples=6)
@given(plan=plans())
def test_law_1_holds_for_quick_steps(name, plan):
    laws.streaming_equals_batch(Quickly(make(name)), plan)


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=6)
@given(
    chunks=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=12),
    seed=st.integers(0, 9),
)
@torch.no_grad()
def test_quick_steps_are_the_layers_own(name, chunks, seed):
    """chunks: how many grains, how many steps of the second row are real, and how many states to go back."""
    layer = make(name)
    states, ended = [(layer.start(2), layer.start(2))], [False]
    for number, (grains, real, back) in enumerate(chunks):
        steps, place = grains * layer.grain, max(0, len(states) - 1 - back)
        x, mask = drawn(2, steps, layer.inputs or 3, seed=seed + number), ones(2, steps)
        real = 0 if ended[place] else real if real < steps else steps
        mask[1, real:] = False
        x[~mask] = torch.nan
        states.append(agree(layer, x, mask, *states[place]))
        ended.append(real < steps)


@pytest.mark.parametrize("name", SLOW)
@torch.no_grad()
def test_other_layers_step_themselves(name):
    layer = make(name)
    x, mask = drawn(2, 2 * layer.grain, 3), ones(2, 2 * layer.grain)
    ours, _ = agree(layer, x, mask, layer.start(2), layer.start(2))
    assert not isinstance(ours, Running)


@torch.no_grad()
def test_what_has_a_plan_is_what_is_said_here():
    def runs(name):
        layer = make(name)
        x = drawn(1, layer.grain, layer.inputs or 3)
        return isinstance(step(layer, x, ones(1, layer.grain), layer.start(1))[2], Running)

    assert [name for name in TABLE if name not in NOT_STREAMABLE and runs(name)] == sorted(QUICK, key=[*TABLE].index)
    assert {f"encoder {name}" for name in ENCODERS} - NOT_STREAMABLE <= {*QUICK, *SLOW}


@torch.no_grad()
@pytest.mark.parametrize("encoder", [tcn, residual])
def test_old_states_stay_what_they_were(encoder):
    layer = encoder(3, channels=4, depth=2).double().eval()
    x, states = drawn(1, 2 * MOST + 9, 3), [layer.start(1)]
    for t in range(x.shape[1]):
        states.append(step(layer, x[:, t : t + 1], ones(1, 1), states[-1])[2])
    whole = layer.step(x[:, :9], ones(1, 9), layer.start(1))[2]
    alike(states[9], whole)
    first = step(layer, drawn(1, 3, 3, seed=1), ones(1, 3), states[9])
    second = step(layer, drawn(1, 3, 3, seed=2), ones(1, 3), states[9])
    for seed, (y, _, _) in ((1, first), (2, second)):
        laws.close(y, layer.step(drawn(1, 3, 3, seed=seed), ones(1, 3), whole)[0], "after the old state")
    agree(layer, x[:, :1], ones(1, 1), states[-1], layer.step(x, ones(1, x.shape[1]), layer.start(1))[2])


@torch.no_grad()
def test_a_running_state_is_reordered_reset_copied_and_pickled_as_any():
    layer = make("encoder residual")
    _, _, ours = step(layer, drawn(2, 5, 3), ones(2, 5), layer.start(2))
    _, _, theirs = layer.step(drawn(2, 5, 3), ones(2, 5), layer.start(2))
    assert isinstance(ours, Running)
    assert len(ours) == len(theirs)
    rows, again = torch.tensor([1, 1, 0]), torch.tensor([True, False])
    for count, other, own in (
        (3, reorder(ours, rows), reorder(theirs, rows)),
        (2, reset(ours, layer.start(2), again), reset(theirs, layer.start(2), again)),
        (2, copy.deepcopy(ours), theirs),
        (2, pickle.loads(pickle.dumps(ours)), theirs),
    ):
        agree(layer, drawn(count, 2, 3, seed=1), ones(count, 2), other, own)


@torch.no_grad()
@pytest.mark.parametrize(
    "change",
    [
        lambda layer: layer.parts[0].sum.paths[1].parts[0].parametrizations.weight.original1.mul_(2),
        lambda layer: setattr(layer.parts[0].sum.paths[1].parts[0].bias, "data", torch.ones(4, dtype=torch.double)),
        lambda layer: layer.load_state_dict({name: value + 1 for name, value in layer.state_dict().items()}),
        lambda layer: layer.load_state_dict({k: v + 1 for k, v in layer.state_dict().items()}, assign=True),
        lambda layer: [parameter.mul_(3) for parameter in fold(layer).parameters()],
    ],
)
def test_weights_that_change_between_steps_are_seen(change):
    layer = make("encoder tcn")
    states = agree(layer, drawn(1, 3, 3), ones(1, 3), layer.start(1), layer.start(1))
    before = step(layer, drawn(1, 1, 3), ones(1, 1), states[0])[0]
    change(layer)
    states = agree(layer, drawn(1, 1, 3), ones(1, 1), *states)
    assert not torch.equal(before, step(layer, drawn(1, 1, 3), ones(1, 1), states[0])[0])
    agree(layer, drawn(1, 2, 3), ones(1, 2), *states)


def test_with_a_gradient_the_layer_steps_itself():
    layer = make("encoder tcn")
    with torch.no_grad():
        state = step(layer, drawn(1, 3, 3), ones(1, 3), layer.start(1))[2]
    x = drawn(1, 2, 3).requires_grad_()
    y, _, later = step(layer, x, ones(1, 2), state)
    y.sum().backward()
    assert not isinstance(later, Running)
    assert x.grad is not None and x.grad.abs().sum() > 0


@torch.no_grad()
def test_while_training_the_layer_steps_itself():
    layer, x = make("encoder tcn"), drawn(1, 3, 3)
    assert isinstance(step(layer, x, ones(1, 3), layer.start(1))[2], Running)
    layer.parts[0].sum.paths[1].parts[2].train()  # one dropout alone
    assert not isinstance(step(layer, x, ones(1, 3), layer.start(1))[2], Running)
    layer.train()
    assert not isinstance(step(layer, x, ones(1, 3), layer.start(1))[2], Running)


@torch.no_grad()
def test_who_has_hung_a_hook_onto_a_function_is_called():
    layer, x, seen = make("encoder tcn"), drawn(1, 3, 3), []
    assert isinstance(step(layer, x, ones(1, 3), layer.start(1))[2], Running)
    hook = layer.parts[1].register_forward_hook(lambda part, given, found: seen.append(found))
    step(layer, x, ones(1, 3), layer.start(1))
    assert len(seen) == 1
    hook.remove()
    assert isinstance(step(layer, x, ones(1, 3), layer.start(1))[2], Running)


@torch.no_grad()
def test_halves_are_the_layers_own_and_bits_do_not_differ():
    layer = tcn(3, channels=4, depth=2).bfloat16().eval()
    x = drawn(1, 4, 3).bfloat16()
    y, _, state = step(layer, x, ones(1, 4), layer.start(1))
    assert not isinstance(state, Running)
    assert torch.equal(y, layer.step(x, ones(1, 4), layer.start(1))[0])
    single = layer.float()
    with torch.autocast("cpu", torch.bfloat16):
        assert not isinstance(step(single, x.float(), ones(1, 4), single.start(1))[2], Running)
    y, _, state = step(single, x.float(), ones(1, 4), single.start(1))
    assert isinstance(state, Running)
    torch.testing.assert_close(y, single(x.float()), rtol=1e-5, atol=1e-5)


def test_a_state_of_inference_mode_goes_on_without_it():
    layer = make("encoder tcn")
    with torch.inference_mode():
        ours, theirs = agree(layer, drawn(1, 3, 3), ones(1, 3), layer.start(1), layer.start(1))
        agree(layer, drawn(1, 1, 3), ones(1, 1), ours, theirs)
    with torch.no_grad():
        ours, theirs = agree(layer, drawn(1, 2, 3, seed=1), ones(1, 2), ours, theirs)
        assert isinstance(ours, Running)
    with torch.inference_mode():
        agree(layer, drawn(1, 2, 3, seed=2), ones(1, 2), ours, theirs)


@torch.no_grad()
def test_a_long_chunk_between_short_ones_is_the_layers_own():
    layer = make("encoder residual")
    states = agree(layer, drawn(2, 3, 3), ones(2, 3), layer.start(2), layer.start(2))
    for steps in (MOST, MOST + 1, 1):
        states = agree(layer, drawn(2, steps, 3, seed=steps), ones(2, steps), *states)
        assert isinstance(states[0], Running) == (steps <= MOST)
