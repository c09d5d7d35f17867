"""How exact an export is asked to be. No torch."""

from __future__ import annotations

from atrous.errors import ConfigError, suggestion
from atrous.runtime.sessions import EXACT, PRECISIONS


def check_precision(precision: str, *, data: bool) -> None:
    """Refuse a precision that there is none of, and data without one. data: whether some are given.

    >>> check_precision("int4", data=False)
    Traceback (most recent call last):
    atrous.errors.ConfigError: --precision: expected exact, bf16 or int8, got 'int4' (did you mean 'int8'?)

    Raises ConfigError.
    """
    if precision not in PRECISIONS:
        near = suggestion(precision, PRECISIONS)
        raise ConfigError(f"--precision: expected exact, bf16 or int8, got {precision[:40]!r}{near}")
    if data and precision == EXACT:
        raise ConfigError(
            "--data: is what the loss of smaller numbers is measured on, and an exact export loses nothing; add "
            "--precision bf16 or int8, or leave --data out"
        )
