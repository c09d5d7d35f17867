"""What the filters of the best model look for, as results.json has it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from atrous.bundle import Bundle
from atrous.data.tables import Row
from atrous.errors import ConfigError, DataError

ROWS = 1000  # of the test rows, the first ones: enough to see what a filter looks for, in a second or two
FILTERS, NGRAMS = 12, 5


def ngrams_on_test(bundle: Bundle, rows: Sequence[Row]) -> list[dict[str, Any]] | None:
    """The winning n-grams of the filters that move the answers most, over the first test rows.

    None for a tagger, whose steps are all read and none wins; for a model without filters, a recurrence or attention;
    and for one that is dead.
    """
    if bundle.model.tags:
        return None
    given = [row.given for row in islice(rows, ROWS)]
    try:
        found = bundle.ngrams(given, filters=FILTERS, top=NGRAMS)
    except (ConfigError, DataError):
        return None
    return [one.to_json() for one in found]
