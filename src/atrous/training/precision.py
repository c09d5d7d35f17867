"""With how many bits a run computes. What is kept always has 32."""

from __future__ import annotations

from typing import Literal

import torch

from atrous.errors import ConfigError, suggestion

PRECISIONS = ("32", "bf16")


def lightnings(precision: str, device: str) -> Literal["32-true", "bf16-mixed"]:
    """What Lightning calls a precision. device: "cpu" or "cuda".

    bf16: products in numbers of 16 bits with the range of 32, sums and weights in 32 (torch's autocast).

    >>> lightnings("32", "cpu")
    '32-true'

    Raises ConfigError for an unknown one, and for bf16 where the processor or GPU would only imitate it.
    """
    if precision not in PRECISIONS:
        raise ConfigError(f"--precision {precision}: expected 32 or bf16{suggestion(precision, PRECISIONS)}")
    if precision == "32":
        return "32-true"
    if not (torch.cuda.is_bf16_supported(including_emulation=False) if device == "cuda" else _processor_has_it()):
        what = "GPU" if device == "cuda" else "processor"
        raise ConfigError(f"--precision bf16: this {what} has no bf16 arithmetic and would only be slower; use 32")
    return "bf16-mixed"


def _processor_has_it() -> bool:
    return any(there for name, there in torch.cpu.get_capabilities().items() if "bf16" in name)
