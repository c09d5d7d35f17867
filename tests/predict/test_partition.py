import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.chains import drawn, iob, random_chain, random_emissions, small
from tests.slow import paths
from torch.autograd import gradcheck

from atrous.predict import partition
from atrous.predict.partition import log_partition, mixing, sums
from atrous.runtime.chain import FORBIDDEN


def tensors(*arrays, dtype=torch.double):
    return [torch.from_numpy(np.ascontiguousarray(array)).to(dtype) for array in arrays]


def some_rows(seed=0, *, batch=5, time=9, labels=4, dtype=torch.double):
    torch.manual_seed(seed)
    chain = [torch.randn(shape, dtype=dtype) for shape in (labels, (labels, labels), labels)]
    lengths = torch.randint(0, time + 1, (batch,))
    lengths[:2] = torch.tensor([time, 1])
    return 3 * torch.randn(batch, time, labels, dtype=dtype), lengths, *chain


@given(small, st.booleans())
def test_sums_are_those_over_all_paths(case, fast):
    emissions, chain = drawn(case)
    lengths = torch.tensor([len(emissions)])
    mixes = mixing(torch.from_numpy(chain.transitions > FORBIDDEN / 2)) if fast else None
    rows, *parts = tensors(emissions[None], *chain)
    assert log_partition(rows, lengths, *parts, mixes=mixes).item() == pytest.approx(
        paths.log_total(emissions, chain) if len(emissions) else 0.0, abs=1e-5
    )
    if len(emissions):
        found = sums(rows, lengths, *parts, mixes=mixes)
        np.testing.assert_allclose(found.marginals[0], paths.marginals(emissions, chain), atol=1e-5)
        np.testing.assert_allclose(found.moves[0], paths.moves(emissions, chain), atol=1e-5)


@pytest.mark.parametrize("mixes", [None, 1])
def test_the_gradient_is_the_limit_of_differences(mixes):
    rows, lengths, *chain = [
        one.requires_grad_() if one.is_floating_point() else one for one in some_rows(batch=3, time=4, labels=3)
    ]
    assert gradcheck(lambda *given: log_partition(given[0], lengths, *given[1:], mixes=mixes), (rows, *chain))


@pytest.mark.parametrize("every", [1, 3, 100])
def test_weights_and_logarithms_give_the_same_sums(monkeypatch, every):
    given = some_rows(batch=8, time=40)
    expected = sums(*given)
    monkeypatch.setattr(partition, "_rescaled", lambda *_: every)
    for fast, slow in zip(sums(*given, mixes=1), expected, strict=True):
        torch.testing.assert_close(fast, slow, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("mixes", [None, 1])
def test_padding_is_not_read(mixes):
    rows, lengths, *chain = some_rows()
    expected = sums(rows, lengths, *chain, mixes=mixes)
    filled = torch.where((torch.arange(rows.shape[1]) < lengths[:, None])[:, :, None], rows, torch.nan).requires_grad_()
    for one, other in zip(sums(filled, lengths, *chain, mixes=mixes), expected, strict=True):
        assert torch.equal(one, other)
    log_partition(filled, lengths, *chain, mixes=mixes).sum().backward()
    assert filled.grad.isfinite().all()
    for row, length in enumerate(lengths.tolist()):
        alone = sums(rows[row : row + 1, :length], lengths[row : row + 1], *chain) if length else None
        if alone is not None:
            torch.testing.assert_close(alone.total[0], expected.total[row])
            torch.testing.assert_close(alone.marginals[0], expected.marginals[row, :length])


def test_rows_without_steps_sum_to_one_and_teach_nothing():
    _, _, *chain = some_rows()
    for time in (0, 3):
        rows = torch.zeros(2, time, 4, dtype=torch.double, requires_grad=True)
        given = [one.clone().requires_grad_() for one in chain]
        total = log_partition(rows, torch.tensor([0, 0]), *given, mixes=1)
        total.sum().backward()
        assert total.tolist() == [0, 0]
        assert all(not one.grad.any() for one in (rows, *given))


def sticky(rng, labels):
    """A chain in which labels of one half never become those of the other."""
    sides = np.arange(labels) % 2
    chain = random_chain(rng, labels)
    return chain._replace(transitions=np.where(sides[:, None] == sides, chain.transitions, np.float32(FORBIDDEN)))


@pytest.mark.parametrize("scale", [1.0, 300.0])
@pytest.mark.parametrize("kind", ["iob", "sticky"])
def test_ten_thousand_steps_of_float32_sum_as_those_of_float64(kind, scale):
    rng = np.random.default_rng(5)
    names, constrained = iob(4)
    chain = constrained if kind == "iob" else sticky(rng, len(names))
    rows, *parts = tensors(random_emissions(rng, 10_000, len(names), scale=scale)[None], *chain, dtype=torch.float32)
    mixes = mixing(parts[1] > FORBIDDEN / 2)
    assert (mixes is None) == (kind == "sticky")
    gradients = []
    # The judge: logarithms in double.
    for dtype, how in ((torch.float32, mixes), (torch.float64, None)):
        given = [one.to(dtype).requires_grad_() for one in (rows, *parts)]
        total = log_partition(given[0], torch.tensor([10_000]), *given[1:], mixes=how)
        gradients.append([total, *torch.autograd.grad(total.sum(), given)])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one.double(), other, rtol=1e-6, atol=1e-6)


def test_scores_as_wide_as_weights_can_be_sum_as_exactly():
    rng = np.random.default_rng(7)
    names, chain = iob(4)
    rows, *parts = tensors(rng.random((1, 3_000, len(names))) * 168, *chain)
    assert partition._rescaled(rows, tuple(parts), mixes=mixing(parts[1] == 0)) == 1
    assert partition._rescaled(rows * 1.1, tuple(parts), mixes=2) == 0
    lengths = torch.tensor([3_000])
    for fast, slow in zip(sums(rows, lengths, *parts, mixes=2), sums(rows, lengths, *parts), strict=True):
        torch.testing.assert_close(fast, slow, rtol=1e-9, atol=1e-9)


def test_a_label_that_falls_far_behind_is_not_lost():
    # It is 10^-1303 of the other one after 300 steps, which no float holds, and wins by the last.
    rows = torch.zeros(1, 400, 2)
    rows[:, :300, 0], rows[:, 300:, 0] = -10.0, 60.0
    chain = [torch.zeros(2), torch.tensor([[0.0, FORBIDDEN], [FORBIDDEN, 0.0]]), torch.zeros(2)]
    assert log_partition(rows, torch.tensor([400]), *chain).item() == pytest.approx(100 * 60 - 300 * 10)
    # Scores so wide that even a label that can always be reached is lost beside the largest.
    chain[1] = torch.tensor([[0.0, -400.0], [-400.0, 0.0]])
    rows = 5 * rows
    found = sums(rows, torch.tensor([400]), *chain, mixes=1)
    assert found.total.item() == pytest.approx(100 * 300 - 400, abs=1e-6)
    assert found.marginals[0, 300].tolist() == pytest.approx([1, 0])


def test_what_mixes():
    assert mixing(torch.ones(3, 3, dtype=torch.bool)) == 1
    assert mixing(torch.tensor([[False, True], [True, False]])) is None  # there and back, for ever
    assert mixing(torch.from_numpy(iob(2)[1].transitions == 0)) == 2
    ring = torch.roll(torch.eye(5, dtype=torch.bool), 1, 1)
    ring[0, 2] = True
    assert mixing(ring) == 17  # the longest there is: (5 - 1)^2 + 1
