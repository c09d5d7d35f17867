import numpy as np
import pytest
import torch
import torchcrf
from hypothesis import given
from hypothesis import strategies as st
from tests.slow import paths

from atrous.predict import CRF, Tags
from atrous.runtime.schemes import follows, wrong

IOB2 = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
BILOU = ["O", *(f"{letter}-{kind}" for kind in ("LOC", "PER") for letter in "BILU")]


def crf(labels="abc", *, scheme="plain", inputs=4, seed=0, spread=1.0):
    torch.manual_seed(seed)
    head = CRF(inputs, labels, scheme=scheme).double()
    for part in (head.begin, head.transitions, head.end):
        torch.nn.init.normal_(part, std=spread)
    return head


def rows(head, lengths, *, scale=2.0):
    """Logits and targets of so many steps a row; the targets keep to the scheme."""
    logits = scale * torch.randn(len(lengths), max(lengths), len(head.labels), dtype=torch.double)
    real = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    wanted = head.best(torch.randn_like(logits), torch.tensor(lengths))
    return logits, torch.where(real, wanted, -1)


def numbers(head):
    return [part.detach().numpy() for part in head._parts()]


@given(
    st.integers(0, 2**32 - 1), st.lists(st.integers(0, 5), min_size=1, max_size=4), st.sampled_from(["iob2", "plain"])
)
def test_loss_path_and_probabilities_are_those_over_all_paths(seed, lengths, scheme):
    lengths = [*lengths, 1]
    head = crf(["B-PER", "I-PER", "O"], scheme=scheme, seed=seed)
    logits, targets = rows(head, lengths)
    best = head.best(logits, torch.tensor(lengths))
    probable = head.probabilities(logits, torch.tensor(lengths))
    expected = 0.0
    for row, length in enumerate(lengths):
        if length:
            emissions, chain = logits[row, :length].numpy(), numbers(head)
            path = tuple(targets[row, :length].tolist())
            expected += paths.log_total(emissions, chain) - paths.score(path, emissions, chain)
            assert tuple(best[row, :length].tolist()) == paths.paths(emissions, chain)[0][0]
            np.testing.assert_allclose(probable[row, :length].detach(), paths.marginals(emissions, chain), atol=1e-5)
        assert (best[row, length:] == -1).all() and not probable[row, length:].any()
    assert head.loss(logits, targets).item() == pytest.approx(expected / sum(lengths), abs=1e-5)


def test_likelihood_gradients_and_paths_are_those_of_pytorch_crf():
    head = crf("abcdefg", spread=2.0)
    theirs = torchcrf.CRF(7, batch_first=True).double()
    theirs.load_state_dict(
        {"start_transitions": head.begin, "transitions": head.transitions, "end_transitions": head.end}
    )
    lengths = [1, 40, 13, 28, 40, 2]
    logits, targets = rows(head, lengths)
    logits.requires_grad_()
    real = targets >= 0
    expected = -theirs(logits, targets.clamp(min=0), mask=real, reduction="token_mean")
    loss = head.loss(logits, targets)
    torch.testing.assert_close(loss, expected)
    wanted = torch.autograd.grad(
        expected, [logits, theirs.start_transitions, theirs.transitions, theirs.end_transitions]
    )
    found = torch.autograd.grad(loss, [logits, head.begin, head.transitions, head.end])
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other)
    best = head.best(logits, torch.tensor(lengths))
    assert [row[:length] for row, length in zip(best.tolist(), lengths, strict=True)] == theirs.decode(
        logits, mask=real
    )


def test_without_transitions_it_is_a_softmax_a_step():
    head, softmax = crf(IOB2, spread=0.0), Tags(4, IOB2, scheme="plain")
    logits, targets = rows(head, [5, 3, 9])
    torch.testing.assert_close(head.loss(logits, targets), softmax.loss(logits, targets))
    torch.testing.assert_close(head.probabilities(logits), softmax.probabilities(logits))
    assert head.counts(logits, targets) == softmax.counts(logits, targets)


@pytest.mark.parametrize("labels, scheme", [(IOB2, "iob2"), (BILOU, "bilou")])
def test_no_path_breaks_the_scheme_and_no_other_is_probable(labels, scheme):
    head = crf(labels, scheme=scheme, spread=5.0)
    lengths = torch.randint(1, 30, (50,))
    logits = 20 * torch.randn(50, 30, len(labels))
    for row, length in zip(head.best(logits, lengths).tolist(), lengths.tolist(), strict=True):
        assert wrong([labels[tag] for tag in row[:length]], scheme) is None
    first, pairs, last = follows(labels, scheme)
    for allowed, part in zip((first, pairs, last), head.chain, strict=True):
        assert ((part > -5000) == np.array(allowed)).all() and part.dtype == np.float32
    assert not head.probabilities(logits)[:, 0, [not one for one in first]].any()


def test_counts_divide_to_the_f1_of_the_decoded_spans():
    head = crf(BILOU, scheme="bilou", spread=0.0)
    wanted = [BILOU.index(tag) for tag in ["B-PER", "L-PER", "O", "U-LOC"]]
    targets = torch.tensor([[*wanted, -1]])
    logits = torch.zeros(1, 5, len(BILOU))
    logits[0, range(4), wanted] = 9.0
    assert [float(one) for one in head.counts(logits, targets)] == [4.0, 4.0]
    logits[0, 3] = 0.0
    logits[0, 3, BILOU.index("I-LOC")] = 50.0  # no path ends so: the next best is given
    right, both = head.counts(logits, targets)
    assert float(right) == 2 and float(both) in (3, 4)


def test_every_parameter_learns():
    for seed in range(3):
        head = crf(BILOU, scheme="bilou", seed=seed).eval()
        largest: dict[str, float] = {}
        for _ in range(8):
            head.zero_grad()
            _, targets = rows(head, [8, 12])
            head.loss(head(torch.randn(2, 12, 4, dtype=torch.double)), targets).backward()
            for name, parameter in head.named_parameters():
                assert parameter.grad.isfinite().all()
                largest[name] = max(largest.get(name, 0.0), float(parameter.grad.abs().max()))
        assert largest.keys() == {"linear.weight", "linear.bias", "begin", "transitions", "end"}
        assert min(largest.values()) > 1e-8 * max(largest.values())
        assert head.cost.parameters == sum(parameter.numel() for parameter in head.parameters())


@pytest.mark.parametrize("scale", [1.0, 40.0])
def test_ten_thousand_steps_of_float32_are_learnt_as_those_of_float64(scale):
    double = crf(IOB2, scheme="iob2")
    logits, targets = rows(double, [10_000, 7], scale=scale)
    single = crf(IOB2, scheme="iob2").float()
    single.load_state_dict(double.state_dict())
    double.load_state_dict(single.state_dict())  # the same numbers, rounded once
    logits, found = logits.float(), []
    for head in (single, double):
        given = logits.to(head.begin.dtype).requires_grad_()
        loss = head.loss(given, targets)
        found.append([loss, *torch.autograd.grad(loss, [given, head.begin, head.transitions, head.end])])
    assert found[0][0].dtype == torch.float32
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one.double(), other, rtol=1e-5, atol=1e-9)


def test_logits_of_half_precision_lose_nothing_more():
    head = crf(IOB2, scheme="iob2").float()
    logits, targets = rows(head, [300, 7])
    half = logits.bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, probable = head.loss(half, targets), head.probabilities(half)
    assert loss.dtype == probable.dtype == torch.float32
    torch.testing.assert_close(loss, head.loss(half.float(), targets))
    torch.testing.assert_close(probable, head.probabilities(half.float()))


def test_tags_that_break_the_scheme_have_a_finite_loss_and_still_teach():
    head = crf(IOB2, scheme="iob2")
    logits = torch.zeros(1, 3, 5, dtype=torch.double, requires_grad=True)
    head.loss(logits, torch.tensor([[4, 2, 4]])).backward()  # O I-LOC O
    assert logits.grad.isfinite().all() and logits.grad.any()


@pytest.mark.parametrize("shape", [(2, 3), (2, 0), (0, 0)])
def test_rows_without_steps_have_no_loss(shape):
    head = crf()
    targets = torch.full(shape, -1)
    logits = torch.zeros(*shape, 3, dtype=torch.double, requires_grad=True)
    loss = head.loss(logits, targets)
    loss.backward()
    assert loss.item() == 0 and not logits.grad.any()
    assert [float(one) for one in head.counts(logits, targets)] == [0, 0]
    assert head.best(logits, torch.zeros(shape[0], dtype=torch.long)).shape == shape


@pytest.mark.slow
def test_a_row_of_twenty_thousand_steps_is_learnt_and_decoded():
    head = crf(BILOU, scheme="bilou").float()
    logits, targets = rows(head, [20_000])
    logits = logits.float().requires_grad_()
    head.loss(logits, targets).backward()
    assert logits.grad.isfinite().all()
    assert head.probabilities(logits).sum(2).sub(1).abs().max() < 1e-5
    assert wrong([BILOU[tag] for tag in head.best(logits, torch.tensor([20_000]))[0].tolist()], "bilou") is None


def test_what_it_cannot_do_is_refused():
    with pytest.raises(ValueError, match="at least two tags, got 1"):
        CRF(3, ["O"], scheme="plain")
    head = crf()
    logits, targets = rows(head, [2])
    for options in ({"weights": torch.ones(3, dtype=torch.double)}, {"smoothing": 0.1}):
        with pytest.raises(ValueError, match="no weights of labels and no smoothing"):
            head.loss(logits, targets, **options)
