"""Train, dev and test out of one file, so that no text is in two of them and a later row moves no earlier one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from atrous.data.tables import Row
from atrous.errors import DataError

Splits = tuple[list[Row], list[Row], list[Row]]

_DIGEST = 8  # bytes


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
    shares = _shares_by_group(rows, seed_text) if by_group else [share(row.text, seed_text=seed_text) for row in rows]
    parts: Splits = ([], [], [])
    for row, place in zip(rows, shares, strict=True):
        parts[2 if place < test else 1 if place < test + dev else 0].append(row)
    for name, part, wanted in zip(("train", "dev", "test"), parts, (1.0, dev, test), strict=True):
        if wanted and not part:
            what = "groups, which stay whole and are joined by texts they share" if by_group else "distinct texts"
            remedy = "give more rows" if name == "train" else f"give more rows, or a file of its own with --{name}"
            raise DataError(f"no row falls to {name}: {len(rows)} rows hold too few {what}; {remedy}")
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


def labels_of(*splits: Iterable[Row], name: str = "the data") -> tuple[str, ...]:
    """Every label of the splits once, in code point order.

    name: what messages call the data.

    >>> labels_of([Row("good", "pos", "", 1)], [Row("bad", "neg", "", 1)])
    ('neg', 'pos')

    Raises DataError if there are fewer than two.
    """
    labels = tuple(sorted({row.label for rows in splits for row in rows}))
    if not labels:
        raise DataError(f"{name}: no rows; a classifier needs rows of at least two labels")
    if len(labels) == 1:
        raise DataError(f"{name}: every row has the label {labels[0]!r}; a classifier needs at least two")
    return labels


def _digest(role: str, text: str, seed_text: str) -> bytes:
    # The role keeps a group apart from a text that is spelled alike; a null character ends it.
    written = "\0".join((seed_text, role, text)).encode("utf-8", "surrogatepass")
    return blake2b(written, digest_size=_DIGEST).digest()


def _number(digest: bytes) -> float:
    # 53 bits fit a float exactly, so that the number never rounds up to 1.
    return (int.from_bytes(digest, "big") >> (8 * _DIGEST - 53)) / 2**53


def _shares_by_group(rows: Sequence[Row], seed_text: str) -> list[float]:
    """One number a row, the same for rows that a chain of shared groups and texts ties together."""
    parents: dict[bytes, bytes] = {}

    def root(node: bytes) -> bytes:
        parents.setdefault(node, node)
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    # Nodes order groups before texts, so that a component without a chance twin has its group's hash, whatever texts
    # are added to it; and the smaller root wins, so that a root is its component's smallest node.
    nodes = []
    for row in rows:
        node = b"t" + _digest("text", same(row.text), seed_text)
        if row.group:
            ends = sorted((root(node), root(b"g" + _digest("group", row.group, seed_text))))
            parents[ends[1]] = ends[0]
        else:
            root(node)
        nodes.append(node)
    return [_number(blake2b(root(node), digest_size=_DIGEST).digest()) for node in nodes]
