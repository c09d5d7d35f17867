"""What a race says of its best model's filters."""

import json

from tests.explaining.small import LABELS, READER, bundle_of, detector

from atrous.bundle import Bundle
from atrous.comparing.ngrams import ROWS, ngrams_on_test
from atrous.config import load
from atrous.data.tables import Row


def rows(*texts):
    return [Row(text, "pos", "", line) for line, text in enumerate(texts, 1)]


def test_the_filters_are_json_by_what_they_move():
    found = ngrams_on_test(bundle_of(detector()), rows("a good film", "not good", "bad"))
    assert json.loads(json.dumps(found)) == found
    assert [(one["filter"], one["label"], one["ngrams"][0]["text"]) for one in found] == [
        (1, "neg", "not good"),
        (0, "pos", "good"),
    ]


def test_no_more_rows_are_read_than_are_needed():
    found = ngrams_on_test(bundle_of(detector()), rows(*["bad"] * (ROWS - 1), "good", "not good"))
    assert [one["ngrams"][0]["rows"] for one in found] == [1, 1]


def test_a_model_without_filters_and_a_dead_one_have_nothing_to_say():
    recurrent = Bundle.fresh(load(None, ["embed.name=words"], encode="gru"), READER, LABELS)
    assert ngrams_on_test(recurrent, rows("a good film")) is None
    assert ngrams_on_test(bundle_of(detector()), rows("", "")) is None
