"""Every exception of atrous that a caller may want to catch.

    AtrousError
    ├── InputError         the input is at fault: the command line prints one line and exits 2
    │   ├── DataError      a file of texts, labels or values
    │   ├── ConfigError    settings, options and columns
    │   ├── FolderError    a model folder that is truncated, of another version, or not one
    │   ├── OutputExists   an output that is there already
    │   └── MissingExtra   an optional part that is not installed
    ├── NotFinite          a loss that is no longer a finite number
    ├── NotStreamable      a layer that must see its whole row at once
    ├── NotExportable      a model that cannot be written as a graph
    └── NotEqual           two readings of a model that should agree and do not: the command line exits 1

Arguments of layers and functions raise `ValueError` and `TypeError`.
"""

from collections.abc import Iterable


class AtrousError(Exception):
    """The root: everything atrous raises on purpose, except plain argument errors."""


class InputError(AtrousError):
    """The input is at fault; the message names file, place and remedy."""


class DataError(InputError):
    """A data file that cannot be read as what it was said to be."""


class ConfigError(InputError):
    """Settings or options that are unknown, missing or out of range."""


class FolderError(InputError):
    """A model folder that cannot be loaded."""


class OutputExists(InputError):
    """An output that is there already and that nobody allowed to replace."""


class MissingExtra(InputError):
    """An optional part of atrous that is not installed."""


class NotFinite(AtrousError):
    """Training met a loss that is not finite; the message names step and layer."""


class NotStreamable(AtrousError):
    """`step` was called on a layer whose answer depends on steps still to come without limit."""


class NotExportable(AtrousError):
    """A model that cannot be written as a graph; the message says what stands in the way."""


class NotEqual(AtrousError):
    """Two ways of reading one model differ by more than rounding; the message has the largest difference."""


def suggestion(given: str, known: Iterable[str]) -> str:
    """What was probably meant, as a message says it after what was given; "" if nothing is near.

    >>> suggestion("tnc", ["bag", "tcn"]), suggestion("xyz", ["bag", "tcn"])
    (" (did you mean 'tcn'?)", '')
    """
    import difflib  # only once something is wrong

    near = difflib.get_close_matches(given, list(known), 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def quoted(given: str, most: int = 60) -> str:
    """A text of the user's as a message shows it: in quotes, cut where it is long.

    >>> quoted("pos"), quoted("a" * 100, 5)
    ("'pos'", "'aaaaa...'")
    """
    return repr(given if len(given) <= most else f"{given[:most]}...")
