"""What filters look for, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atrous.page.words import counted, shown

_LETTERS = 60  # of an n-gram


def filters(found: Sequence[Mapping[str, Any]], *, rows: int) -> str:
    """Filters and their n-grams, as `Filter.to_json` gives them; rows: of how many they were found in.

    >>> one = {"text": "not a bad", "activation": 3.21, "rows": 4}
    >>> print(filters([{"filter": 17, "label": "pos", "weight": 0.82, "ngrams": [one]}], rows=100))
    filter 17, for pos, weight +0.820
        3.210     4 rows  |not a bad|
    <BLANKLINE>
    The largest activation of each n-gram and the rows whose winner it is, of 100 rows.
    """
    lines: list[str] = []
    for one in found:
        says = "" if one["label"] is None else f", for {shown(one['label'], 40)}, weight {one['weight']:+.3f}"
        lines.append(f"filter {one['filter']}{says}")
        # Bars around it show the white space at its ends.
        lines += [
            f"{gram['activation']:9.3f} {counted(gram['rows'], 'row'):>10}  |{shown(gram['text'], _LETTERS)}|"
            for gram in one["ngrams"]
        ]
        lines.append("")
    said = f"The largest activation of each n-gram and the rows whose winner it is, of {counted(rows, 'row')}."
    return "\n".join([*lines, said])
