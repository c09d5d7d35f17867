import json

import numpy as np
import pytest
import torch
from tests.exporting.conftest import WORDS, bag, export, exported, fresh  # noqa: F401  (fixtures)

import atrous
from atrous.contract import Batch
from atrous.errors import FolderError, NotStreamable
from atrous.runtime import manifest
from atrous.runtime.graph import Exported, padded

TEXTS = ["a good film", "", "bad", "an unknown word", "good " * 700]


def test_an_export_answers_as_its_model_does(bag, exported):  # noqa: F811
    for ours, theirs in zip(exported.predict(TEXTS), bag.predict(TEXTS), strict=True):
        assert ours.label == theirs.label
        assert list(ours.probabilities) == list(theirs.probabilities)
        assert ours.probability == pytest.approx(theirs.probability, abs=2e-6)
    assert exported.predict([]) == []
    assert exported.predict("one text") == exported.predict(["one text"])


def test_its_graphs_can_be_fed_by_hand(bag, exported):  # noqa: F811
    rows = [WORDS(text) for text in ("a good film", "bad")]
    batch = padded(rows, time=5)
    with torch.no_grad():
        wanted = bag.model.eval()(Batch(*(torch.from_numpy(batch[name]) for name in ("ids", "lengths")))).numpy()
    np.testing.assert_allclose(exported.logits(batch), wanted, atol=1e-6)
    mask = np.arange(5) < batch["lengths"][:, None]
    state = exported.start(2)
    for now in (slice(0, 2), slice(2, 5)):
        logits, state = exported.step({"ids": batch["ids"][:, now]}, mask[:, now], state)
    np.testing.assert_allclose(logits, wanted, atol=1e-6)


def test_long_rows_are_read_in_chunks_with_the_same_answers(exported, monkeypatch):  # noqa: F811
    whole = exported.predict(TEXTS)
    batch = padded([WORDS(text) for text in TEXTS])
    np.testing.assert_allclose(exported.in_chunks(batch, chunk=64), exported.logits(batch), atol=1e-6)
    monkeypatch.setattr("atrous.runtime.graph.LONG", 100)
    read = []
    monkeypatch.setattr(
        exported, "in_chunks", lambda inputs: read.append(inputs) or type(exported).in_chunks(exported, inputs)
    )
    chunked = exported.predict(TEXTS)
    assert [inputs["lengths"].tolist() for inputs in read] == [[700]]
    for ours, theirs in zip(chunked, whole, strict=True):
        assert ours.probabilities == pytest.approx(theirs.probabilities, abs=2e-6)


@pytest.mark.parametrize("wrong", [-1, 6, 10**6])
def test_an_id_that_the_vocabulary_does_not_have_is_refused_in_words(exported, wrong):  # noqa: F811
    ids = np.array([[2, wrong]], np.int32)
    with pytest.raises(ValueError, match=f"ids of this model are from 0 to 5, got {wrong}"):
        exported.logits({"ids": ids, "lengths": np.array([2])})
    with pytest.raises(ValueError, match="ids of this model are from 0 to 5"):
        exported.step({"ids": ids}, np.ones((1, 2), np.bool_), exported.start(1))


def test_an_input_that_the_graph_does_not_have_is_refused_in_words(exported):  # noqa: F811
    with pytest.raises(ValueError, match="this model takes ids and lengths, got ids, words"):
        exported.logits({"ids": np.zeros((1, 2), np.int32), "words": np.zeros((1, 2), np.int32)})


@pytest.mark.slow
def test_a_model_that_sees_whole_texts_alone_says_so(tmp_path):
    exported = atrous.export(fresh("attention"), tmp_path / "out")  # noqa: F811
    assert not (tmp_path / "out" / "stream.onnx").exists()
    with pytest.raises(NotStreamable, match="must see a text to its end"):
        exported.start(1)


def test_rows_of_several_arrays_are_padded_together():
    rows = [{"ids": np.array([3]), "characters": np.ones((1, 2))}, {"ids": np.zeros(0), "characters": np.ones((0, 2))}]
    batch = padded(rows)
    assert batch["ids"].tolist() == [[3], [0]]
    assert batch["characters"].tolist() == [[[1, 1]], [[0, 0]]]
    assert batch["lengths"].tolist() == [1, 0]


def rewritten(folder, edit=lambda about: None):
    """What export.json says after an edit, with the sizes and hashes of what is there now: a stranger can do that."""
    about = json.loads((folder / manifest.MANIFEST).read_text())
    (folder / manifest.MANIFEST).unlink()
    edit(about)
    del about["format"], about["files"]
    manifest.write(folder, about)


@pytest.mark.parametrize(
    "edit",
    [
        lambda about: about.update(readable={"kind": "classes"}),
        lambda about: about.update(readable=[]),
        lambda about: about["readable"].update(kind="run"),
        lambda about: about["readable"].update(labels=[1, 2]),
        lambda about: about["readable"].update(threshold=7.0),
        lambda about: about.update(inputs=3),
        lambda about: about["inputs"]["ids"].update(size="many"),
        lambda about: about["inputs"]["ids"].update(size=10**400),
        lambda about: about["stream"].update(grain=0),
        lambda about: about["stream"].update(flush=10**15),
        lambda about: about["stream"].update(states=[[]]),
        lambda about: about["stream"].pop("grain"),
        lambda about: about.pop("inputs"),
    ],
)
def test_a_manifest_that_describes_no_export_is_refused(export, edit):  # noqa: F811
    rewritten(export, edit)
    with pytest.raises(FolderError, match=r"export\.json: damaged, it does not describe an export"):
        Exported(export)


def test_files_that_are_no_graphs_are_refused_by_name(export):  # noqa: F811
    (export / "model.onnx").write_bytes(b"garbage" * 100)
    (export / "start.npz").write_bytes(b"PK garbage")
    rewritten(export)
    broken = Exported(export)
    with pytest.raises(FolderError, match=r"model\.onnx: onnxruntime cannot run it"):
        broken.predict(["good"])
    with pytest.raises(FolderError, match=r"start\.npz: damaged"):
        broken.start(1)


def test_a_graph_of_another_model_is_refused(export):  # noqa: F811
    (export / "model.onnx").write_bytes((export / "stream.onnx").read_bytes())
    rewritten(export)
    with pytest.raises(FolderError, match=r"model\.onnx: onnxruntime cannot run it"):
        Exported(export).predict(["good"])


def test_more_labels_than_the_graph_answers_are_refused(export):  # noqa: F811
    rewritten(export, lambda about: about["readable"].update(labels=["a", "b", "c"]))
    with pytest.raises(FolderError, match="not a graph that answers with these labels"):
        Exported(export).predict(["good"])


def test_a_graph_that_reads_a_file_elsewhere_is_refused(export):  # noqa: F811
    """ONNX lets a graph name files of weights: those of another folder are not this graph's to read."""
    import onnx

    np.zeros(10**6, np.float32).tofile(export.parent / "secret.bin")
    model = onnx.load(export / "model.onnx")
    for weights in model.graph.initializer:
        if weights.raw_data:
            count = len(weights.raw_data)
            weights.ClearField("raw_data")
            weights.data_location = onnx.TensorProto.EXTERNAL
            for key, value in (("location", "../secret.bin"), ("offset", "0"), ("length", str(count))):
                weights.external_data.add(key=key, value=value)
    (export / "model.onnx").write_bytes(model.SerializeToString())
    rewritten(export)
    with pytest.raises(FolderError, match=r"model\.onnx: onnxruntime cannot run it"):
        Exported(export).predict(["good"])


def test_a_start_that_unpacks_to_more_than_a_state_may_hold_is_refused(export, monkeypatch):  # noqa: F811
    monkeypatch.setattr("atrous.runtime.graph._LARGEST_STATE", 10**6)
    np.savez_compressed(export / "start.npz", state_0=np.zeros(2 * 10**6, np.int8))
    assert (export / "start.npz").stat().st_size < 10_000
    rewritten(export)
    with pytest.raises(FolderError, match=r"start\.npz: damaged \(more than"):
        Exported(export).start(1)
