"""Train, dev and test out of one file, so that no text is in two of them and a later row moves no earlier one."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from atrous.data.rows import take
from atrous.data.spool import Spool
from atrous.data.tables import Row
from atrous.errors import DataError, quoted

Splits = tuple[Sequence[Row], Sequence[Row], Sequence[Row]]
Shares = NDArray[np.float64]
Digests = NDArray[np.uint64]
Numbers = NDArray[np.int32]

_DIGEST = 8  # bytes
_BLOCK = 1 << 18  # rows that are looked up together
_MANY = 100  # texts of which a tenth is never none by chance


def split(
    rows: Sequence[Row], *, by_group: bool, dev: float = 0.1, test: float = 0.1, seed_text: str = "atrous"
) -> Splits:
    """The rows of train, dev and test, each in the order they came.

    by_group: whether rows of one group stay together; a row without a group ("") is a group of its own.
    dev, test: the shares, in expectation; 0 gives an empty list, for a file that the user has.
    seed_text: another text gives another split.

    A row's place follows from a hash of its text, spaces and Unicode forms evened out: texts that are the same never
    straddle two splits, and rows added to the file move no others. With by_group it follows from a hash of the group;
    groups that share a text are one group, under the smallest of their hashes hashed once more (the smallest itself
    would favour test, which holds the smallest numbers).

    >>> rows = [Row(f"text {number}", "pos", "", number) for number in range(1000)]
    >>> [len(part) for part in split(rows, by_group=False)]
    [829, 89, 82]

    Raises DataError if a split that should have rows has none, and ValueError if the shares leave train nothing.
    """
    if dev < 0 or test < 0 or dev + test >= 1:
        raise ValueError(f"split needs dev >= 0, test >= 0 and dev + test < 1, got dev={dev}, test={test}")
    if by_group:
        shares = _shares_by_group(rows, seed_text)
    else:
        shares = np.fromiter((share(row.text, seed_text=seed_text) for row in rows), np.float64, len(rows))
    later = shares >= test
    parts = (take(rows, shares >= test + dev), take(rows, later & (shares < test + dev)), take(rows, ~later))
    for name, part, wanted in zip(("train", "dev", "test"), parts, (1.0, dev, test), strict=True):
        if wanted and not len(part):
            what = "groups, which stay whole and are joined by texts they share" if by_group else "distinct texts"
            remedy = "give more rows" if name == "train" else f"give more rows, or a file of its own with --{name}"
            cause = f"{len(rows)} rows hold too few {what}"
            if not by_group and name != "train" and len({row.text for row in rows}) >= _MANY:
                cause = f"all {len(rows)} rows seem to be what this very split left of a larger file"
            raise DataError(f"no row falls to {name}: {cause}; {remedy}")
    return parts


def share(text: str, *, seed_text: str = "atrous") -> float:
    """A number from 0 to below 1 that follows from the text alone: below 0.1 for one text in ten.

    >>> share("a  text ") == share("a text"), share("a text") == share("another")
    (True, False)
    """
    return _number(_digest("text", same(text), seed_text))


def same(text: str) -> str:
    """The form in which two texts count as the same: Unicode's composed form, one space between words.

    >>> same(" cafe\\u0301   noir") == "café noir"
    True
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def held_out(rows: Sequence[Row], fraction: float, *, seed: int) -> list[bool]:
    """Which rows to choose by, where they are that few that every label counts: a share of each label's distinct texts.

    A text is always on one side, that of its first row's label. Of each label one text at least stays; one at least is
    taken, if a label has two and the fraction is above 0. Which, follows from the texts and the seed.

    >>> rows = [Row(text, label, "", 1) for text, label in zip("abcdabcd", "xxyyxxyy")]
    >>> held_out(rows, 0.5, seed=0)
    [False, True, True, False, False, True, True, False]
    """
    label_of: dict[str, str] = {}
    texts = [same(row.text) for row in rows]
    for text, row in zip(texts, rows, strict=True):
        label_of.setdefault(text, row.label)
    of_label: dict[str, list[str]] = {}
    for text in sorted(label_of, key=lambda text: (share(text, seed_text=str(seed)), text)):
        of_label.setdefault(label_of[text], []).append(text)
    chosen = {text for some in of_label.values() for text in some[: min(round(fraction * len(some)), len(some) - 1)]}
    if not chosen and fraction and len(label_of) > len(of_label):
        chosen = {max(of_label.values(), key=len)[0]}
    return [text in chosen for text in texts]


def labels_of(
    *splits: Iterable[Row], name: str = "the data", having: Callable[[Row], Iterable[str]] | None = None
) -> tuple[str, ...]:
    """Every label of the splits once, those of their probabilities too, in code point order.

    name: what messages call the data. having: the labels of a row, where it can have several.

    >>> labels_of([Row("good", "pos", "", 1)], [Row("bad", "neg", "", 1)])
    ('neg', 'pos')

    Raises DataError if there are fewer than two.
    """
    of = having or (lambda row: (row.label,))
    labels = tuple(sorted({label for rows in splits for row in rows for label in (*of(row), *(row.soft or ()))}))
    if not labels:
        raise DataError(f"{name}: no rows with a label; a classifier needs rows of at least two labels")
    if len(labels) == 1:
        what = "no label but" if having else "every row has the label"
        raise DataError(f"{name}: {what} {quoted(labels[0])}; a classifier needs at least two")
    return labels


def _digest(role: str, text: str, seed_text: str) -> bytes:
    # The role keeps a group apart from a text that is spelled alike; a null character ends it.
    written = "\0".join((seed_text, role, text)).encode("utf-8", "surrogatepass")
    return blake2b(written, digest_size=_DIGEST).digest()


def _number(digest: bytes) -> float:
    # 53 bits fit a float exactly, so that the number never rounds up to 1.
    return (int.from_bytes(digest, "big") >> (8 * _DIGEST - 53)) / 2**53


def _shares_by_group(rows: Sequence[Row], seed_text: str) -> Shares:
    """One number a row, the same for rows that a chain of shared groups and texts ties together.

    That of the smallest group of the chain; without any, that of the text, so that a chain has its group's number
    whatever texts are added to it.
    """
    digests = Spool(np.uint64), Spool(np.uint64)
    for row in rows:
        digests[0].add(_native(_digest("text", same(row.text), seed_text)))
        digests[1].add(_native(_digest("group", row.group, seed_text)) if row.group else bytes(_DIGEST))
    texts, groups = (spool.read() for spool in digests)
    chain_of, chains = _chains(texts, groups)
    numbers = np.fromiter((_rehashed(b"g", int(group)) for group in chains), np.float64, len(chains))
    shares = np.empty(len(rows))
    tied = chain_of < len(chains)
    shares[tied] = numbers[chain_of[tied]]
    for place in np.flatnonzero(~tied):
        shares[place] = _rehashed(b"t", int(texts[place]))
    return shares


def _native(digest: bytes) -> bytes:
    """A digest as a number in memory, so that numbers have the order of the digests."""
    return int.from_bytes(digest, "big").to_bytes(_DIGEST, sys.byteorder)


def _rehashed(role: bytes, digest: int) -> float:
    return _number(blake2b(role + digest.to_bytes(_DIGEST, "big"), digest_size=_DIGEST).digest())


def _chains(texts: Digests, groups: Digests) -> tuple[Numbers, Digests]:
    """Of each row, the number of the smallest group that shared texts and groups tie it to, and the groups in order.

    groups: 0 where a row has none. A row that is tied to no group has a number above all.
    Memory: 25 bytes a row; the digests may be on disk.
    """
    (text_of, found_texts), (group_of, found) = _ranks(texts), _ranks(groups)
    none, count, distinct = len(found) and not found[0], len(found), len(found_texts)
    del found_texts
    smallest = np.arange(count, dtype=np.int32)
    if none:
        smallest[0] = count  # rows without a group tie nothing
    while True:
        of_text = np.full(distinct, count, np.int32)
        for block in _blocks(len(texts)):
            np.minimum.at(of_text, text_of[block], smallest[group_of[block]])
        now = np.append(smallest, np.int32(count))
        for block in _blocks(len(texts)):
            np.minimum.at(now, group_of[block], of_text[text_of[block]])
        if none:
            now[0] = count
        now = now[now[:-1]]  # a chain of n links is walked in about log n rounds
        if np.array_equal(now, smallest):
            return of_text[text_of], found
        smallest = now


def _ranks(values: Digests) -> tuple[Numbers, Digests]:
    """Of each value its place among the distinct ones, and those in order."""
    ordered = np.sort(values)
    first = np.ones(len(values), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    distinct = ordered[first]
    del ordered, first
    ranks = np.empty(len(values), np.int32)
    for block in _blocks(len(values)):
        ranks[block] = np.searchsorted(distinct, values[block])
    return ranks, distinct


def _blocks(count: int) -> Iterator[slice]:
    return (slice(first, first + _BLOCK) for first in range(0, count, _BLOCK))
