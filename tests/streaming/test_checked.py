import inspect

import numpy as np
import pytest

from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser
from atrous.streaming.checked import checked

LETTERS = Tokeniser("characters", False, ("a", "b"))
IDS = Reader(LETTERS)
SPELLED = Reader(Tokeniser("words", False, ("a",)), beside=LETTERS, spelling=LETTERS, letters=3)
VALUES = Reader(series=Series((0.0, 0.0), (1.0, 1.0)))


@pytest.mark.parametrize("reader", [IDS, SPELLED, VALUES])
def test_what_the_reader_gives_is_let_through(reader):
    for row in ("1,2 3,4" if reader is VALUES else "a ab c", ""):
        arrays = reader(row)
        found = checked(reader, {name: array.tolist() if array.size else array for name, array in arrays.items()})
        assert found.keys() == arrays.keys()
        for name, array in arrays.items():
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize(
    ("reader", "steps", "words"),
    [
        (IDS, [1], "this model reads ids, one array each, got list"),
        (IDS, {"ids": [1], "values": [1]}, r"reads ids, one array each, got \['ids', 'values'\]"),
        (SPELLED, {"ids": [1]}, "reads ids and beside and characters"),
        (IDS, {"ids": [2, 4]}, "ids: 4 at step 1 is no id of this model, whose ids are 1 to 3; take ids from its own"),
        (IDS, {"ids": [0]}, "ids: 0 at step 0"),
        (IDS, {"ids": [-1]}, "ids: -1 at step 0"),
        (IDS, {"ids": [2**40]}, "ids: 1099511627776 at step 0"),
        (IDS, {"ids": [1.0]}, r"ids: expected whole numbers of shape \(steps\), got float64"),
        (IDS, {"ids": 1}, r"got int64 of shape \(\)"),
        (IDS, {"ids": "ab"}, "expected whole numbers"),
        (IDS, {"ids": [[1]]}, r"got int64 of shape \(1, 1\)"),
        (VALUES, {"values": [[1, 2, 3]]}, r"values: expected numbers of shape \(steps, 2\)"),
        (SPELLED, {"ids": [1], "beside": [0], "characters": [[1, 4, 0]]}, "characters: 4 at step 0 .* are 0 to 3"),
        (SPELLED, {"ids": [1], "beside": [0, 1], "characters": [[1, 1, 0]]}, r"as many steps .* got \[1, 1, 2\]"),
    ],
)
def test_what_it_does_not_give_is_refused(reader, steps, words):
    with pytest.raises(ValueError, match=words):
        inspect.unwrap(checked)(reader, steps)
