"""The tokens that get an id, counted on the training texts alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from atrous.runtime import bpe
from atrous.runtime.tokeniser import Tokeniser

PAIRS = 8000  # tokens of byte pair encoding, where there is no limit


def fit(
    kind: str, texts: Iterable[str | Sequence[str]], *, lower: bool, minimum_count: int, limit: int | None
) -> Tokeniser:
    """The tokeniser of the tokens that occur in the texts, the most frequent first, ties by code point.

    kind: "bytes", "characters", "words" or "bpe", byte pairs.
    texts: a text may be the list of its tokens.
    lower: whether texts are lower-cased first.
    minimum_count: how often a token must occur to get an id; the others are unknown. For bpe, how often a pair must.
    limit: how many tokens may have an id at most; None for no limit, for bpe `PAIRS`.

    The order of the texts does not matter. Bytes have a fixed table: then the texts are not read at all. A lone
    surrogate gets no id, so that every vocabulary can be written as UTF-8.

    >>> fit("words", ["so so good", "good grief"], lower=True, minimum_count=1, limit=3).tokens
    ('good', 'so', 'grief')

    Raises ValueError if the kind is unknown, minimum_count or limit below 1, or the limit of bpe below 256, which has a
    token for every byte.
    """
    if minimum_count < 1:
        raise ValueError(f"fit needs minimum_count >= 1, got minimum_count={minimum_count}")
    if limit is not None and limit < 1:
        raise ValueError(f"fit needs limit >= 1 or None, got limit={limit}")
    if kind == "bpe":
        return _pairs(map(str, texts), lower, minimum_count, PAIRS if limit is None else limit)
    empty = Tokeniser(kind, lower, ())
    if kind == "bytes":
        return empty
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(empty.split(text) if isinstance(text, str) else empty.names(text))
    kept = [token for token, count in counts.items() if count >= minimum_count and _is_text(token)]
    kept.sort(key=lambda token: (-counts[token], token))
    return Tokeniser(kind, lower, tuple(kept[:limit]))


def _pairs(texts: Iterable[str], lower: bool, minimum_count: int, limit: int) -> Tokeniser:
    if limit < len(bpe.ALPHABET):
        raise ValueError(f"fit needs limit >= {len(bpe.ALPHABET)} for bpe, one for every byte, got limit={limit}")
    tokenizers = bpe.needed()
    # Counted first: the trainer then reads each piece of a large corpus once, and the order of texts cannot matter.
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(bpe.pieces(text.lower() if lower else text))
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=limit, min_frequency=minimum_count, initial_alphabet=list(bpe.ALPHABET), show_progress=False
    )
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    made.train_from_iterator((" ".join([piece] * counts[piece]) for piece in sorted(counts)), trainer)
    model = json.loads(made.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    return Tokeniser("bpe", lower, tuple(tokens), tuple(" ".join(pair) for pair in model["merges"]))


def _is_text(token: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in token)
