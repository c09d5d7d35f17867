"""Passes by compiled kernels, held against torch's own operations, which are their definitions."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from atrous.contract import clear
from atrous.layers import Conv, Dropout, Pointwise, SpatialDropout, Stack, fused
from atrous.layers.fused import placed, relu_dropout, relu_times
from atrous.native import compiled, described

needs_compiled = pytest.mark.skipif(compiled is None, reason=described())
KINDS = [torch.float32, torch.bfloat16]


@pytest.fixture(params=["kernels", "torch"])
def either(request, monkeypatch):
    """With the kernels, and as if no compiler had been found."""
    if request.param == "torch":
        monkeypatch.setattr(fused, "compiled", None)
    elif compiled is None:
        pytest.skip(described())


@pytest.fixture(autouse=True, scope="module")
def for_any_number():
    """The kernels even where torch's operations would be faster."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fused, "_FEW", 1)
        yield


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("probability", [0.0, 0.1, 0.5, 0.97])
def test_relu_dropout_drops_its_share_and_scales_the_rest(dtype, probability):
    torch.manual_seed(0)
    x = torch.randn(40, 70, 101).to(dtype)
    y = relu_dropout(x, probability, training=True)
    kept = y > 0
    torch.testing.assert_close(y[kept], (x[kept].float() / (1 - probability)).to(dtype), rtol=1e-2, atol=0)
    positive = x > 0
    assert not (kept & ~positive).any() and (y >= 0).all()
    share = 1 - kept[positive].float().mean().item()
    assert abs(share - probability) < 4 * (probability * (1 - probability) / positive.sum().item()) ** 0.5 + 1e-5
    assert torch.equal(relu_dropout(x, probability, training=False), F.relu(x))


@needs_compiled
def test_what_is_dropped_is_random_in_every_direction():
    torch.manual_seed(0)
    x = torch.ones(64, 64, 64)
    first, second = ((relu_dropout(x, 0.5, training=True) > 0).flatten().float() * 2 - 1 for _ in range(2))
    limit = 5 / x.numel() ** 0.5  # standard errors of a mean of signs
    assert abs((first * second).mean()) < limit
    for lag in (1, 2, 15, 16, 17, 31, 32, 64, 4096, 1 << 14):
        assert abs((first[lag:] * first[:-lag]).mean()) < limit, lag
    places = first.view(-1, 32).mean(0)  # of the lanes in which the kernel draws
    assert places.abs().max() < 5 / (x.numel() / 32) ** 0.5


@needs_compiled
def test_the_seed_decides_what_is_dropped_and_the_number_of_threads_does_not():
    x = torch.randn(8, 500, 101)
    found = []
    for seed, threads in ((3, 1), (3, 2), (3, 7), (4, 1)):
        torch.manual_seed(seed)
        y = torch.empty_like(x)
        compiled.relu_dropout(x.numpy(), y.numpy(), 20_000, int(torch.randint(2**62, ())), threads)
        found.append(y)
    assert torch.equal(found[0], found[1]) and torch.equal(found[0], found[2])
    assert not torch.equal(found[0], found[3])
    torch.manual_seed(3)
    assert torch.equal(relu_dropout(x, 20_000 / 65_536, training=True), found[0])


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("dtype", KINDS)
def test_the_gradient_of_relu_dropout_is_that_of_what_was_kept(dtype):
    torch.manual_seed(0)
    x = torch.randn(3, 50, 17).to(dtype).requires_grad_()
    y = relu_dropout(x, 0.4, training=True)
    pulled = torch.randn(3, 50, 17).to(dtype)
    (gradient,) = torch.autograd.grad(y, x, pulled, retain_graph=True)
    expected = torch.where(y > 0, pulled.float() / 0.6, 0).to(dtype)
    torch.testing.assert_close(gradient, expected, rtol=1e-2, atol=0)
    (again,) = torch.autograd.grad(y, x, pulled, create_graph=True)
    torch.testing.assert_close(again.detach(), gradient, rtol=1e-2, atol=0)


@needs_compiled
def test_what_is_no_number_stays_none_where_it_is_kept():
    x = torch.tensor([[[float("nan"), float("inf"), -float("inf"), -0.0, 3e38, 1e-45]]])
    for dtype in KINDS:
        y = relu_times(x.to(dtype), torch.ones(1, 1, 6))
        torch.testing.assert_close(y, F.relu(x.to(dtype)), equal_nan=True)
    assert relu_dropout(x.expand(50, 20, 6), 0.5, training=True)[..., 0].isnan().float().mean().item() > 0.4


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("channels", [1, 16, 37])
def test_relu_times_is_relu_times_the_factors(dtype, channels):
    torch.manual_seed(0)
    x = torch.randn(5, 9, channels).to(dtype).requires_grad_()
    factors = F.dropout(torch.ones(5, 1, channels), 0.5).to(dtype)
    y, expected = relu_times(x, factors), F.relu(x) * factors
    torch.testing.assert_close(y, expected)
    pulled = torch.randn_like(x)
    for graph in (False, True):
        found, defined = (torch.autograd.grad(one, x, pulled, create_graph=graph)[0] for one in (y, expected))
        torch.testing.assert_close(found, defined)
        y, expected = relu_times(x, factors), F.relu(x) * factors


numbers = st.integers(-4, 4)


@needs_compiled
@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 3), numbers, numbers, st.data())
def test_placed_steps_are_cleared_and_padded(rows, steps, channels, left, beyond, data):
    dtype = data.draw(st.sampled_from([torch.float64, torch.float32, torch.bfloat16, torch.float16]))
    x = torch.arange(1.0, 1 + rows * steps * channels).view(rows, steps, channels).to(dtype)
    x[0, 0, 0] = data.draw(st.sampled_from([1.0, float("nan")]))
    mask = data.draw(st.none() | st.lists(st.booleans(), min_size=rows * steps, max_size=rows * steps))
    real = None if mask is None else torch.tensor(mask).view(rows, steps)
    if steps + left + beyond < 0 or steps + min(left, 0) + min(beyond, 0) < 0:
        return
    again = x.clone().requires_grad_()
    x = x.requires_grad_()
    y, expected = placed(x, real, left, beyond), F.pad(clear(again, real), (0, 0, left, beyond))
    torch.testing.assert_close(y, expected, rtol=0, atol=0, equal_nan=True)
    if y.numel():
        pulled = torch.randn(y.shape).to(dtype)
        y.backward(pulled), expected.backward(pulled)
        torch.testing.assert_close(x.grad, again.grad, rtol=0, atol=0)


@needs_compiled
def test_placed_steps_have_gradients_of_gradients_and_take_any_view():
    x = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    mask = torch.tensor([[True, False, True], [True, True, False]])
    assert torch.autograd.gradgradcheck(lambda x: placed(x, mask, 2, -1), x)
    view = x.transpose(1, 2)
    torch.testing.assert_close(placed(view, None, 1, 0), F.pad(view, (0, 0, 1, 0)))
    wide = mask[:1].expand(2, 3)
    torch.testing.assert_close(placed(x, wide, 0, 0), clear(x, wide))


@needs_compiled
def test_transforms_of_torch_func_take_the_definition():
    x, mask = torch.randn(4, 1, 3, 2), torch.tensor([[True, True, False]])
    mapped = torch.func.vmap(lambda one: placed(one, mask, 1, 0))(x)
    torch.testing.assert_close(mapped, torch.stack([placed(one, mask, 1, 0) for one in x]))


@needs_compiled
def test_a_traced_convolution_is_for_rows_of_any_size(monkeypatch):
    monkeypatch.setattr(fused, "_FEW", 100)
    conv = Conv(4, 4, kernel=3).eval()
    sizes = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    given = torch.randn(2, 5, 4), torch.ones(2, 5, dtype=torch.bool)
    traced = torch.export.export(conv, given, dynamic_shapes=(sizes, sizes)).module()
    for rows, steps in ((2, 5), (3, 50), (40, 7)):  # fewer numbers than the kernels are for, and more
        x, mask = torch.randn(rows, steps, 4), torch.rand(rows, steps) < 0.7
        torch.testing.assert_close(traced(x, mask), conv(x, mask))


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("kind", [Dropout, SpatialDropout])
def test_a_stack_makes_one_pass_of_a_relu_and_the_dropout_after_it(kind, monkeypatch):
    called = []
    monkeypatch.setattr(kind, "after_relu", lambda self, x: called.append(self) or F.relu(x))
    dropout = kind(0.5)
    stack = Stack(Pointwise(torch.relu), Conv(3, 3, kernel=2), Pointwise(torch.relu), dropout, Pointwise(torch.tanh))
    x = torch.randn(2, 5, 3)
    trained, looked = stack.train()(x), stack.eval()(x)
    assert called == [dropout]
    torch.testing.assert_close(trained, looked)
    (iterated,) = stack.train().iterates(x)
    assert len(called) == 2
    torch.testing.assert_close(iterated, looked)
    seen = []
    stack.parts[2].register_forward_hook(lambda *given: seen.append(given))
    stack(x)
    assert len(called) == 2 and len(seen) == 1


@pytest.mark.parametrize("kind", [Dropout, SpatialDropout])
def test_dropout_after_relu_has_the_statistics_of_both(kind):
    torch.manual_seed(0)
    x = torch.randn(400, 10, 50)
    y = kind(0.3).train().after_relu(x)
    assert abs(y.mean() - F.relu(x).mean()) < 0.01
    assert abs(y.square().mean() - F.relu(x).square().mean() / 0.7) < 0.02
    if kind is SpatialDropout:
        dropped = (y == 0).all(1) & (x > 0).any(1)
        assert abs(dropped.float().mean() - 0.3) < 0.02
    torch.testing.assert_close(kind(0.3).eval().after_relu(x), F.relu(x))


def test_a_kernel_starts_threads_only_where_those_of_openmp_sleep(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 5)
    for policy, threads in (("PASSIVE", 5), ("passive", 5), ("ACTIVE", 1), ("", 1)):
        monkeypatch.setenv("OMP_WAIT_POLICY", policy)
        assert fused._threads() == threads
    monkeypatch.delenv("OMP_WAIT_POLICY")
    assert fused._threads() == 1


def test_arrays_of_half_floats_are_seen_as_they_lie():
    x = torch.tensor([1.0, -2.0], dtype=torch.bfloat16)
    np.testing.assert_array_equal(fused._array(x), np.array([0x3F80, -0x4000], np.int16))
