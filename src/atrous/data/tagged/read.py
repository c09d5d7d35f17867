"""The rows of a file of tagged tokens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from atrous.data.given import Table
from atrous.data.tables import Row
from atrous.data.tagged.columns import blocks
from atrous.data.tagged.layout import Layout
from atrous.runtime.schemes import spans_of, tags_of


def read(data: Table, layout: Layout) -> Iterator[Row]:
    """The rows of a file, one at a time, tags in the scheme that is taught. Raises what `blocks` raises."""
    for block in blocks(data, encoding=layout.encoding):
        tokens = tuple(cells[layout.tokens] for _, cells in block)
        tags = tuple(cells[layout.tags] for _, cells in block)
        if layout.taught != layout.scheme:
            tags = tuple(tags_of(spans_of(tags, layout.scheme), len(tags), layout.taught))
        starts = accumulate((len(token) + 1 for token in tokens), initial=0)
        offsets = tuple((start, start + len(token)) for start, token in zip(starts, tokens, strict=False))
        yield Row(" ".join(tokens), "", "", block[0][0], tokens=tokens, tags=tags, offsets=offsets)
