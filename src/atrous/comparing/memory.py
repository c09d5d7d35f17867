"""How much memory a training step takes at its peak: what torch's allocator hands out, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def peak_bytes(model: nn.Module, step: Callable[[], object], optimiser: Optimizer | None = None) -> int:
    """Bytes of all tensors alive at the peak of one step: weights, gradients, moments, and what backward needs.

    Not the process's memory: the interpreter and torch's own code, some hundreds of megabytes, are the same for all.
    On the CPU the number depends on shapes alone, not on the machine or on what else runs.

    step: one training step of the model; it is called twice, for the first makes the moments.

    >>> linear = nn.Linear(100, 100, bias=False)
    >>> peak_bytes(linear, lambda: linear(torch.zeros(1, 100)))  # weights, one input, one output
    40800
    """
    step()
    model.zero_grad()  # so that the step frees nothing that was there before it: the profiler does not know its size
    held = sum({tensor.untyped_storage().data_ptr(): tensor.nbytes for tensor in _held(model, optimiser)}.values())
    device = next(model.parameters()).device
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        step()
        torch.cuda.synchronize(device)
        return held + torch.cuda.max_memory_allocated(device) - before
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        step()
    if seen.profiler is None or seen.profiler.kineto_results is None:
        raise RuntimeError("torch's profiler recorded nothing")
    events = [event for event in seen.profiler.kineto_results.events() if event.name() == "[memory]"]
    alive = peak = held
    for event in sorted(events, key=lambda one: one.start_ns()):
        alive += event.nbytes()
        peak = max(peak, alive)
    return peak


def _held(model: nn.Module, optimiser: Optimizer | None) -> Iterator[Tensor]:
    """What is alive before a step begins."""
    yield from model.parameters()
    yield from model.buffers()
    for kept in [] if optimiser is None else optimiser.state.values():
        yield from (value for value in kept.values() if isinstance(value, Tensor))
