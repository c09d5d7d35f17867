"""What compiled kernels do to activations in one pass, where torch makes several; the same by torch where they are not.

Each is used where the kernels are there and the numbers lie on the processor, but not while torch traces a model.
"""

from __future__ import annotations

import os
from typing import Any, cast

import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from atrous.contract import clear
from atrous.native import compiled

_SEEDS = 2**62
_PARTS = 2**16  # so finely a share is dropped
_FEW = 2**14  # numbers; for fewer of them a call of a kernel takes longer than torch's operations
_MANY = 2**18  # and for fewer than these if all that torch does is to put zeros before them


def relu_dropout(x: Tensor, probability: float, training: bool) -> Tensor:
    """ReLU, then each number dropped by itself and what is left scaled, so that the expectation stays.

    x: (batch, time, channels), float32 or bfloat16 for the kernel. The share that is dropped is rounded to 1 / 65,536.
    The gradient is that of the numbers that were kept. The seed is drawn from torch's generator, one for each call, so
    that `torch.manual_seed` decides what is dropped; the numbers are others than those of `F.dropout`.

    >>> relu_dropout(torch.tensor([[[-1.0, 2.0]]]), 0.5, training=False)
    tensor([[[0., 2.]]])

    Source: Srivastava et al. 2014, Dropout, section 4, https://jmlr.org/papers/v15/srivastava14a.html; the random
    numbers: Doty-Humphrey, PractRand, SFC32, https://pracrand.sourceforge.net/RNG_engines.txt
    """
    dropped = round(probability * _PARTS)
    if not training or not 0 < dropped < _PARTS or not _native(x) or x.dtype not in _KINDS:
        return F.dropout(F.relu(x), probability, training)
    return _apply(_ReLUDropout, x, dropped, int(torch.randint(_SEEDS, ())))


def relu_times(x: Tensor, factors: Tensor) -> Tensor:
    """ReLU, then every channel of a row times a factor of its own: dropout of whole channels, after a ReLU.

    x: (batch, time, channels), factors: (batch, 1, channels), 0 or more, without a gradient.

    >>> relu_times(torch.tensor([[[-1.0, 2.0], [3.0, 4.0]]]), torch.tensor([[[2.0, 0.0]]]))
    tensor([[[0., 0.],
             [6., 0.]]])
    """
    if not _native(x) or x.dtype not in _KINDS:
        return F.relu(x) * factors
    return _apply(_ReLUTimes, x, factors.float())


def placed(x: Tensor, mask: Tensor | None, left: int, beyond: int) -> Tensor:
    """The steps between so many steps of zeros, with zeros where they are not real: `F.pad` of `clear`, in one pass.

    x: (batch, time, channels), mask: (batch, time), None: all are real. left, beyond: below 0, so many are dropped.

    >>> placed(torch.ones(1, 3, 1), torch.tensor([[True, True, False]]), 2, -1).flatten()
    tensor([0., 0., 1., 1.])
    """
    here, later = _here(x), x.shape[1] + left + beyond
    if here and mask is not None and mask.all():  # it takes less to ask than to clear what is clear
        mask = None
    if not here or compiled is None or later < 1 or x.numel() < (_MANY if mask is None else _FEW):
        return F.pad(clear(x, mask), (0, 0, left, beyond))
    real = x.new_empty(0, dtype=torch.bool) if mask is None else mask
    if mask is not None and mask.shape != x.shape[:2]:
        real = mask.expand(x.shape[:2])
    if not (x.requires_grad and torch.is_grad_enabled()):
        return _place(x, real, left, later, of_out=False)
    return _apply(_Placed, x, real, left, later, False)


_KINDS = {torch.float32, torch.bfloat16}


def _here(x: Tensor) -> bool:
    """Whether the numbers of a tensor lie on the processor, to be looked at.

    While a model is traced nothing may be asked of a size. The numbers of a transform of torch.func are none; torch has
    no public name for it.
    """
    if torch.compiler.is_compiling() or type(x) is not Tensor or x.device.type != "cpu":
        return False
    return torch._C._functorch.peek_interpreter_stack() is None


def _native(x: Tensor) -> bool:
    """Whether a kernel may read the numbers, and is the sooner one."""
    return compiled is not None and _here(x) and x.numel() >= _FEW


def threads_sleep() -> bool:
    """Whether OpenMP was told that threads sleep while they wait for each other, as importing atrous tells it."""
    return os.environ.get("OMP_WAIT_POLICY", "").upper() == "PASSIVE"


def _threads() -> int:
    """How many threads a kernel may start: one where OpenMP's spin while they wait, for they keep the cores from it."""
    return torch.get_num_threads() if threads_sleep() else 1


def _array(x: Tensor) -> NDArray[Any]:
    """The numbers of a contiguous tensor, as numpy knows them or, being half a float, as whole numbers."""
    x = x.detach()
    return x.view(torch.int16).numpy() if x.dtype is torch.bfloat16 else x.numpy()


def _apply(function: type[torch.autograd.Function], *given: object) -> Tensor:
    return cast(Tensor, function.apply(*given))  # type: ignore[no-untyped-call]


class _ReLUDropout(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, dropped: int, seed: int) -> Tensor:
        assert compiled is not None
        x = x.contiguous()
        y = torch.empty_like(x)
        compiled.relu_dropout(_array(x), _array(y), dropped, seed, _threads())
        context.save_for_backward(y)
        context.dropped = dropped
        return y

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        assert compiled is not None
        (y,) = context.saved_tensors
        if torch.is_grad_enabled():  # somebody wants the gradient of the gradient
            scale = _PARTS / (_PARTS - context.dropped)
            return torch.where(y <= 0, y.new_zeros(()), gradient * scale), None, None
        gradient = gradient.contiguous()
        x = torch.empty_like(y)
        threads = _threads()
        compiled.relu_dropout_gradient(_array(y), _array(gradient), _array(x), context.dropped, threads)
        return x, None, None


class _ReLUTimes(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, factors: Tensor) -> Tensor:
        assert compiled is not None
        x, factors = x.contiguous(), factors.contiguous()
        y = torch.empty_like(x)
        compiled.relu_times(_array(x), None, _array(factors), _array(y), x.shape[-1], _threads())
        context.save_for_backward(y, factors)
        return y

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        assert compiled is not None
        y, factors = context.saved_tensors
        if torch.is_grad_enabled():
            return torch.where((y <= 0) | (factors == 0), y.new_zeros(()), gradient * factors.to(y.dtype)), None
        given = _array(y), _array(gradient.contiguous()), _array(factors)
        x = torch.empty_like(y)
        compiled.relu_times(*given, _array(x), y.shape[-1], _threads())
        return x, None


class _Placed(torch.autograd.Function):
    """Linear, and its own transpose but for where the steps come from: its gradient has a gradient too."""

    @staticmethod
    def forward(context: Any, x: Tensor, real: Tensor, left: int, later: int, of_out: bool) -> Tensor:
        context.save_for_backward(real)
        context.place = -left, x.shape[1], not of_out
        return _place(x, real, left, later, of_out=of_out)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:
        (real,) = context.saved_tensors
        return _apply(_Placed, gradient, real, *context.place), None, None, None, None


def _place(x: Tensor, real: Tensor, left: int, later: int, *, of_out: bool) -> Tensor:
    assert compiled is not None
    x, real = x.contiguous(), real.contiguous()
    rows, steps, channels = x.shape
    y = x.new_empty(rows, later, channels)
    threads = _threads()
    compiled.place_steps(_array(x), _array(real), _array(y), rows, steps, later, left, of_out, threads)
    return y
