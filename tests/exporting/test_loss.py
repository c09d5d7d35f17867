import numpy as np
import pytest

from atrous.errors import ConfigError, DataError, NotEqual
from atrous.exporting.loss import DRAWN, Held, lost
from atrous.runtime.graph import Exported

ROWS = [{"text": "a good film", "label": "pos"}, {"text": "bad", "label": "neg"}, {"text": "", "label": "neg"}]
TAGGED = [{"tokens": ["Ann", "film"], "tags": ["B-X", "O"]}, {"tokens": ["good"], "tags": ["B-X"]}]


def held(bundle, data):
    return Held.read(bundle, data, bundle.settings.data)


def test_an_exact_export_loses_nothing(bag, exported, tagger, tagger_export):
    for bundle, export, rows, name in ((bag, exported, ROWS, "accuracy"), (tagger, tagger_export, TAGGED, "span_f1")):
        found = lost(bundle, export.folder, held(bundle, rows), ["onnxruntime"])
        (own,) = found["runtimes"].values()
        assert (found["data"], found["rows"], found["score"]) == ("data", len(rows), name)
        assert found["exact"] == own["score"] == bundle.evaluate(rows)[name]
        assert own["equal"] == 1
        assert own["difference"] < 1e-4


def test_answers_that_changed_are_counted(bag, exported, monkeypatch):
    monkeypatch.setattr(Exported, "read", lambda self, rows: (np.array([[9, 0]] * len(rows), np.float32), None))
    before = [answer.label for answer in bag.predict([row["text"] for row in ROWS])]
    (own,) = lost(bag, exported.folder, held(bag, ROWS), ["onnxruntime"])["runtimes"].values()
    assert own["equal"] == before.count("neg") / 3
    assert own["score"] == 2 / 3
    assert own["difference"] > 1


def test_an_answer_that_is_no_number_is_refused(bag, exported, monkeypatch):
    monkeypatch.setattr(Exported, "read", lambda self, rows: (np.full((len(rows), 2), np.nan, np.float32), None))
    with pytest.raises(NotEqual, match="with exact numbers and onnxruntime some answers are no numbers"):
        lost(bag, exported.folder, held(bag, ROWS), ["onnxruntime"])


def test_without_data_texts_are_drawn_and_nothing_is_scored(bag, exported):
    drawn = held(bag, None)
    assert len(drawn.examples) == DRAWN
    found = lost(bag, exported.folder, drawn, ["onnxruntime"])
    assert (found["data"], found["score"], found["exact"]) == (None, None, None)
    assert found["runtimes"]["onnxruntime"]["score"] is None


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        ("text,label\ngood,great\n", DataError, "great"),
        ("text,label\n", DataError, "rows.csv"),
        ("review,stars\ngood,5\n", ConfigError, "rows.csv"),
    ],
)
def test_data_of_another_kind_are_refused(bag, tmp_path, content, error, words):
    (tmp_path / "rows.csv").write_text(content)
    with pytest.raises((error, DataError), match=words):
        held(bag, tmp_path / "rows.csv")
