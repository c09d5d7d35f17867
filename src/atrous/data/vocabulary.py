"""The tokens that get an id, counted on the training texts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from atrous.runtime.tokeniser import Tokeniser


def fit(kind: str, texts: Iterable[str], *, lower: bool, minimum_count: int, limit: int | None) -> Tokeniser:
    """The tokeniser of the tokens that occur in the texts, the most frequent first, ties by code point.

    kind: "bytes", "characters" or "words".
    lower: whether texts are lower-cased first.
    minimum_count: how often a token must occur to get an id; the others are unknown.
    limit: how many tokens may have an id at most; None for no limit.

    The order of the texts does not matter. Bytes have a fixed table: then the texts are not read at all. A lone
    surrogate gets no id, so that every vocabulary can be written as UTF-8.

    >>> fit("words", ["so so good", "good grief"], lower=True, minimum_count=1, limit=3).tokens
    ('good', 'so', 'grief')

    Raises ValueError if the kind is unknown, or minimum_count or limit below 1.
    """
    if minimum_count < 1:
        raise ValueError(f"fit needs minimum_count >= 1, got minimum_count={minimum_count}")
    if limit is not None and limit < 1:
        raise ValueError(f"fit needs limit >= 1 or None, got limit={limit}")
    empty = Tokeniser(kind, lower, ())
    if kind == "bytes":
        return empty
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(empty.split(text))
    kept = [token for token, count in counts.items() if count >= minimum_count and _is_text(token)]
    kept.sort(key=lambda token: (-counts[token], token))
    return Tokeniser(kind, lower, tuple(kept[:limit]))


def _is_text(token: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in token)
