"""Texts of a file together with other columns of their rows, which go with them unread."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import tee
from typing import Any

from atrous.data.cells import whole
from atrous.data.tables import text_records, texts_of
from atrous.data.text import Source

Carried = tuple[int, str | tuple[str, str], tuple[str | None, ...]]


def read_carrying(
    path: Source,
    carry: Sequence[str] = (),
    *,
    text: str | None = None,
    beside: str | None = None,
    features: int | None = None,
    encoding: str = "utf-8",
    format: str | None = None,
) -> tuple[str, Iterator[Carried]]:
    """What `read_texts` gives, and beside each text what the columns of `carry` hold in its row.

    Values are texts, as the file writes them; None where a row has none; lists and objects are JSON.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "reviews.csv"
    ...     _ = path.write_text("id,text\\n17,good\\n")
    ...     list(read_carrying(path, ["id"])[1])
    [(2, 'good', ('17',))]

    Raises what `read_texts` raises, and ConfigError for a column that is not there.
    """
    announcement, columns, rows = text_records(
        path, text=text, beside=beside, carry=carry, features=features, encoding=encoding, format=format
    )
    ahead, behind = tee(rows)  # in step: neither is more than a row before the other
    texts = texts_of(path, ahead, columns, format=format)
    return announcement, (
        (line, given, tuple(_written(record.get(column)) for column in carry))
        for (line, given), (_, record) in zip(texts, behind, strict=True)
    )


def _written(value: Any) -> str | None:
    if value is None:
        return None
    return whole(str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
