import pytest

from atrous.data.batch import Examples
from atrous.errors import ConfigError
from atrous.exporting import agreeing
from atrous.exporting.agreeing import WAY, in_openvino
from atrous.exporting.parity import alone, ready
from atrous.runtime.graph import Exported
from atrous.runtime.sessions import openvino_is_here

needs_openvino = pytest.mark.skipif(not openvino_is_here(), reason="OpenVINO is not installed")
ROWS = ["a good film of Ann", "", "bad", "good " * 400]


@needs_openvino
def test_an_export_says_whether_openvino_agrees(tagger, tagger_export, exported):
    said = tagger_export.about["openvino"]
    assert said["agrees"]
    assert 0 <= said["difference"] < 1e-4
    assert said["version"].startswith("20")
    # The numbers of bigrams need 64 bits, of which OpenVINO has 32.
    assert not exported.about["openvino"]["agrees"]
    assert "so that onnxruntime runs it" in exported.about["openvino"]["reason"]
    with pytest.raises(ConfigError, match="OpenVINO does not answer as this model does"):
        Exported(exported.folder, runtime="openvino")


@needs_openvino
def test_openvino_answers_as_the_model_does(tagger, tagger_export):
    graph = Exported(tagger_export.folder, runtime="openvino")
    for ours, theirs in zip(graph.predict(ROWS), tagger.predict(ROWS), strict=True):
        assert ours.tags == theirs.tags
        assert ours.probabilities == pytest.approx(theirs.probabilities, abs=2e-6)
    assert "_onnxruntime" not in graph._whole.__dict__


@needs_openvino
def test_numbers_of_another_model_are_refused_but_no_failure(tagger, tagger_export):
    rows = Examples.of(tagger.reader, ROWS)
    reference = alone(ready(tagger.model), rows)
    kept = {}
    assert in_openvino(tagger_export.folder, rows, reference, kept=kept).verdict == "agrees"
    assert [*kept] == [WAY]
    other = in_openvino(tagger_export.folder, rows, reference + 1)
    assert other.passed
    assert "its numbers differ by 1.0e+00, so that onnxruntime runs it" in other.verdict


def test_without_openvino_there_is_nothing_to_say(tagger, tagger_export, monkeypatch):
    monkeypatch.setattr(agreeing, "openvino_is_here", lambda: False)
    rows = Examples.of(tagger.reader, ROWS)
    assert in_openvino(tagger_export.folder, rows, alone(ready(tagger.model), rows)) is None
