"""What the machine did not give, room, memory or a permission, in one line. Every export carries a copy of this."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator

# What torch and others say, in exceptions of no class of their own, when memory is not given.
_NO_MEMORY = re.compile(
    r"can't allocate memory|not enough memory|out of memory|bad_alloc|unable to mmap|cannot allocate memory|"
    r"storage size calculation overflowed|failed to allocate memory",
    re.IGNORECASE,
)
_TRIED = re.compile(r"(?:tried to allocate|malloc of size) ([\d.]+ ?\w*)|(?:Unable to allocate|requested) ([\d.]+ \w+)")
# Writers that lose the reason: torch's own, and numpy's. In both, the disk took less than it was given.
_CUT_SHORT = re.compile(r"inline_container|PytorchStreamWriter|requested and \d+ written")
_NUMBERED = re.compile(r"\(os error (\d+)\)")  # how libraries written in Rust tell errno

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_TOO_MANY = (errno.EMFILE, errno.ENFILE)


def refusal(error: BaseException, *, place: str = "") -> str:
    """One line: which file or folder, what the machine refused, and what to do; "" if it was not the machine.

    place: what was written to, where the error does not say it.

    >>> refusal(OSError(28, "No space left on device", "runs/tcn"))
    'runs/tcn: no room left (No space left on device); make room there, or write to another disk'
    >>> refusal(RuntimeError("a bug")), refusal(MemoryError()).partition(";")[0]
    ('', 'not enough memory')
    """
    if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)):
        tried = _TRIED.search(str(error))
        amount = f" (asked for {tried[1] or tried[2]})" if tried else ""
        return (
            f"not enough memory{amount}; make the model, its batch or the longest rows (--max-steps) smaller, "
            "or close other programs"
        )
    if _CUT_SHORT.search(str(error)):
        found = next((one for one in _chain(error) if isinstance(one, OSError) and one.errno), None)
        return _of_system(found or _numbered(errno.ENOSPC), place)
    if isinstance(error, OSError):
        return _of_system(error, place)
    numbered = _NUMBERED.search(str(error))
    return _of_system(_numbered(int(numbered[1])), place) if numbered else ""


def _numbered(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, and those that it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _of_system(error: OSError, place: str) -> str:
    said = error.strerror or str(error) or type(error).__name__
    named = error.filename if isinstance(error.filename, str | bytes | os.PathLike) else place
    start = f"{os.fsdecode(named)}: " if named else ""
    if error.errno in _NO_ROOM:
        return f"{start}no room left ({said}); make room there, or write to another disk"
    if error.errno == errno.EFBIG:
        return f"{start}more than a file may hold here ({said}); raise the limit (ulimit -f), or write to another disk"
    if error.errno in _NOT_ALLOWED:
        return f"{start}not allowed ({said}); check its permissions, or name another place"
    if error.errno in _TOO_MANY:
        return f"{start}too many files are open ({said}); raise the limit (ulimit -n)"
    return f"{start}{said}; check the path and the disk it is on"
