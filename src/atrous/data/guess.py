"""Which column holds the texts and which the labels, where the user did not say."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from atrous.data.values import Record
from atrous.errors import ConfigError, quoted

USUAL_TEXTS = (
    *("text", "texts", "sentence", "review", "review_text", "content", "body", "comment", "message", "tweet"),
    *("document", "question", "utterance", "post", "description", "title", "headline", "name"),
)
USUAL_SERIES = ("values", "series", "signal", "x")
USUAL_LABELS = (
    *("label", "labels", "class", "category", "sentiment", "intent", "target", "topic", "stars", "rating", "score"),
    *("emotion", "language", "lang", "genre", "tag", "polarity", "y"),
)


def column_names(records: Iterable[Record]) -> list[str]:
    """Every column of the records, in the order in which they first come.

    >>> column_names([{"a": "1"}, {"b": "2", "a": "3"}])
    ['a', 'b']
    """
    return list(dict.fromkeys(name for record in records for name in record))


def known(name: str, given: str, names: Sequence[str]) -> str:
    """The column that was given, if the file has it.

    >>> known("a.csv", "Review", ["review", "stars"])
    Traceback (most recent call last):
    atrous.errors.ConfigError: a.csv: no column 'Review' (did you mean 'review'?); the columns are 'review', 'stars'

    Raises ConfigError, with the columns there are, if not.
    """
    if given in names:
        return given
    folded = {column.casefold(): column for column in reversed(names)}
    near = difflib.get_close_matches(given.casefold(), folded, 1)
    guess = f" (did you mean {quoted(folded[near[0]])}?)" if near else ""
    raise ConfigError(f"{name}: no column {quoted(given)}{guess}; {there_are(names)}")


def there_are(names: Sequence[str]) -> str:
    """The columns as messages list them; a file without a header may have its first text for a name, so names are cut.

    >>> there_are(["review", "stars"])
    "the columns are 'review', 'stars'"
    """
    shown = [quoted(name, 40) for name in names[:20]]
    rest = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"the {'columns are' if len(names) > 1 else 'only column is'} {', '.join(shown)}{rest}"


def usual(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    """The column whose name comes first in a list of usual names, capitals or not.

    >>> usual(["id", "Review", "Title"], USUAL_TEXTS)
    'Review'
    """
    folded = {name.casefold(): name for name in reversed(names)}
    return next((folded[name] for name in wanted if name in folded), None)


def guess_text(records: Sequence[Record], names: Sequence[str]) -> str | None:
    """The column of these whose values are longest on average; None if no column holds text.

    >>> guess_text([{"id": "17", "said": "a long day"}], ["id", "said"])
    'said'
    """
    lengths = {name: [len(value) for value in values_of(records, name)] for name in names}
    means = {name: sum(of) / len(of) for name, of in lengths.items() if any(of)}
    return max(means, key=means.__getitem__) if means else None


def guess_label(records: Sequence[Record], names: Sequence[str]) -> str | None:
    """The column of these with the fewest distinct values, which must repeat; one that never changes comes last.

    >>> rows = [{"id": "1", "from": "x", "mood": "good"}, {"id": "2", "from": "x", "mood": "bad"}]
    >>> guess_label([*rows, {"id": "3", "from": "x", "mood": "good"}], ["id", "from", "mood"])
    'mood'

    None if no column repeats a value, unless there is but one.
    """
    distinct: dict[str, int] = {}
    for name in names:
        values = [value for value in values_of(records, name) if value]
        if values and (len(set(values)) < len(values) or len(names) == 1):
            distinct[name] = len(set(values))
    return min(distinct, key=lambda name: (distinct[name] < 2, distinct[name])) if distinct else None


def values_of(records: Iterable[Record], name: str) -> list[str]:
    """A column's values that are text or numbers."""
    return [value for record in records if isinstance(value := record.get(name), str)]
