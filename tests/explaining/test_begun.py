import numpy as np
import pytest
from tests.explaining.small import LABELS, READER, detector

from atrous.errors import DataError
from atrous.explaining import begun
from atrous.explaining.begun import begin, need_moved


def test_a_row_begins_with_its_steps_and_pieces():
    found = begin(detector(), READER, "a good film", method="both", words=False)
    assert found.steps == len(found.arrays["ids"]) == len(found.pieces) == 3
    assert found.examples.lengths.tolist() == [3]


def test_what_cannot_be_explained_is_refused(monkeypatch):
    with pytest.raises(ValueError, match="'gradient' or 'occlusion', got method='guess'"):
        begin.__wrapped__(detector(), READER, "good", method="guess", words=False)
    with pytest.raises(DataError, match="the text is empty"):
        begin(detector(), READER, " ", method="both", words=False)
    monkeypatch.setattr(begun, "LONGEST", 2)
    with pytest.raises(DataError, match="3 tokens is too long to be explained: at most 2"):
        begin(detector(), READER, "a good film", method="both", words=False)


@pytest.mark.parametrize(
    ("losses", "whole", "moves"), [([0.0, 0.0], 0.0, False), ([0.0, 1e-3], 0.0, True), ([0.0, 0.0], -1.0, True)]
)
def test_something_must_move_the_answer(losses, whole, moves):
    def look():
        need_moved(LABELS[0], "occlusion", None, np.array(losses), whole, 2.0)

    if moves:
        look()
        return
    with pytest.raises(DataError, match="leaving pieces out, or all of it, changes nothing; the model is dead"):
        look()
