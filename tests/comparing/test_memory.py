import torch
from torch import nn

from atrous.comparing.memory import peak_bytes

ROWS, SIZE = 50, 100
FLOAT = 4  # bytes


def stepper(model, optimiser):
    def step():
        optimiser.zero_grad()
        model(torch.zeros(ROWS, SIZE)).sum().backward()
        optimiser.step()

    return step


def test_weights_gradients_and_moments_are_counted():
    model = nn.Linear(SIZE, SIZE, bias=False)
    weights = SIZE * SIZE * FLOAT
    plain = torch.optim.SGD(model.parameters(), lr=0.1)
    activations = 2 * ROWS * SIZE * FLOAT
    found = peak_bytes(model, stepper(model, plain), plain)
    assert 2 * weights + activations <= found <= 2 * weights + 3 * activations
    adam = torch.optim.AdamW(model.parameters(), lr=0.1, fused=True)
    assert 2 * weights <= peak_bytes(model, stepper(model, adam), adam) - found <= 3 * weights


def test_what_backward_keeps_grows_with_the_depth():
    def deep(depth):
        model = nn.Sequential(*[layer for _ in range(depth) for layer in (nn.Linear(SIZE, SIZE), nn.Sigmoid())])
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        return peak_bytes(model, stepper(model, optimiser), optimiser)

    one_more = SIZE * (SIZE + 1) * FLOAT + ROWS * SIZE * FLOAT  # its weights, and what its sigmoid's gradient needs
    assert deep(6) - deep(5) >= one_more


def test_the_count_is_the_same_every_time_and_nothing_is_said(capfd):
    model = nn.Linear(SIZE, SIZE)
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.1)
    step = stepper(model, optimiser)
    assert peak_bytes(model, step, optimiser) == peak_bytes(model, step, optimiser)
    assert capfd.readouterr() == ("", "")


def test_tensors_that_share_memory_count_once():
    model = nn.Linear(SIZE, SIZE, bias=False)
    model.register_buffer("same", model.weight.detach())
    assert peak_bytes(model, lambda: None) == SIZE * SIZE * FLOAT
