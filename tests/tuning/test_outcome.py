import pytest

from atrous.config import load
from atrous.data.asked import Asked
from atrous.errors import NotFinite
from atrous.tuning.journal import Journal, Record
from atrous.tuning.outcome import outcome, settings_of

pytestmark = pytest.mark.usefixtures("hushed")


def test_the_settings_of_a_trial_are_those_asked_with_what_it_tried():
    chosen = [load(None, ["train.epochs=4"], encode=name) for name in ("bag", "ngram")]
    kept = {"encode.kernels": [2, 3], "train.rate": 0.004}  # as JSON gives them back
    found = settings_of(chosen, Record(3, "ngram", kept, "complete", 0.5, [], 1.0))
    assert (found.encode.name, found.encode.kernels, found.train.rate, found.train.epochs) == (
        "ngram",
        (2, 3),
        0.004,
        4,
    )
    assert found == found.resolved()


def test_where_no_trial_ended_well_the_first_failure_is_told(rows, tmp_path):
    asked = Asked(rows)
    journal = Journal(tmp_path / "journal.log", seed=0)
    for number in (1, 2):
        journal.ask(lambda trial: None)
        journal.tell(Record(number, "tcn", {}, "failed", None, [], 1.0, f"step {number}: the loss is nan"))
    with pytest.raises(NotFinite, match="none of 2 trials ended well; the first: step 1: the loss is nan"):
        outcome([asked.chosen()], asked.corpus(asked.chosen()), journal, work=tmp_path, device="cpu", files={})
