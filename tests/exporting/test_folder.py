import dataclasses
import importlib.util
import re
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from packaging.requirements import Requirement
from tests.exporting.conftest import SPELLED, WORDS, fresh

import atrous
from atrous.config import load
from atrous.contract import Batch
from atrous.errors import DataError, FolderError, MissingExtra, NotEqual, OutputExists
from atrous.exporting import folder as exporting
from atrous.exporting.copied import runtime_files
from atrous.exporting.parity import ready
from atrous.layers import Conv
from atrous.runtime import manifest
from atrous.runtime.graph import Exported, padded

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]


def test_the_folder_holds_what_runs_and_nothing_of_this_machine(exported):
    names = {path.name for path in exported.folder.iterdir()}
    assert names == {
        "README.md", "export.json", "model.onnx", "requirements.txt", "run.py", "runtime", "settings.toml",
        "start.npz", "stream.onnx", "vocabulary.json",
    }  # fmt: skip
    here = str(Path(atrous.__file__).parents[2])
    for path in exported.folder.rglob("*"):
        if path.is_file():
            assert here.encode() not in path.read_bytes(), path


def test_what_runs_is_copied_as_it_stands(exported):
    for place, path in runtime_files().items():
        assert (exported.folder / "runtime" / "atrous" / place).read_bytes() == path.read_bytes()
    assert (exported.folder / "run.py").read_bytes() == Path(exporting.__file__).with_name("run.py").read_bytes()


def test_its_settings_are_those_of_the_model(bag, exported):
    assert load(exported.folder / "settings.toml") == bag.settings


def test_what_it_needs_is_what_the_project_allows(exported):
    extras = PROJECT["optional-dependencies"]["onnx"]
    allowed = {Requirement(line).name: line for line in (*PROJECT["dependencies"], *extras)}
    for name, line in exporting.RUNS_WITH.items():
        assert str(Requirement(line)) == str(Requirement(allowed[name]))
    assert (exported.folder / "requirements.txt").read_text().split() == ["numpy>=2.0", "onnxruntime>=1.22"]


def test_weight_norm_is_folded_away(tmp_path):
    bundle = fresh("tcn", "encode.depth=1")
    own = exporting.write(bundle, tmp_path)
    assert not [name for name, _ in own.named_parameters() if "original" in name]
    assert bundle.predict("good")  # and the bundle still answers


@pytest.mark.slow
def test_an_export_cuts_and_refuses_long_rows_as_its_model_does(tmp_path):
    reader = dataclasses.replace(WORDS, max_steps=3)
    bundle = fresh("birnn", reader=reader)
    exported = atrous.export(bundle, tmp_path / "out")
    long, cut = exported.predict(["good bad film a a bad", "good bad film"])
    assert long.probabilities == cut.probabilities == pytest.approx(bundle.predict("good bad film")[0].probabilities)
    exported.about["longest"] = 2
    with pytest.raises(DataError, match=r"a text of 3 tokens is too long for this model, .* at most 2; cut the text"):
        exported.predict("good bad film a")


class TracedAtOneLength(Conv):
    """Writes down the length it was traced at, as a size taken out of torch's hands does."""

    def forward(self, x, mask=None):
        return super().forward(x, mask) / (12 if torch.compiler.is_exporting() else x.shape[1])


def test_an_export_that_differs_is_refused_with_the_difference_and_leaves_nothing(tmp_path):
    bundle = fresh("bag")
    bundle.model.encode = TracedAtOneLength(8, 8, kernel=3)
    out = tmp_path / "deep" / "out"
    with pytest.raises(NotEqual, match=rf"{out}: not written: read as exported, .* is \d\.\de.\d+, and 1\.0e-04"):
        atrous.export(bundle, out)
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_replaced_only_if_it_is_an_export_and_that_is_asked_for(export, bag, monkeypatch):
    written = []
    monkeypatch.setattr(exporting, "write", lambda *_, **__: written.append(1))
    with pytest.raises(OutputExists, match="export: there already; name another folder, or replace it with --force"):
        atrous.export(bag, export)
    (export / "export.json").unlink()
    with pytest.raises(OutputExists, match="export: a folder with something else in it is there already; name another"):
        atrous.export(bag, export, force=True)
    (export.parent / "file").write_text("x")
    with pytest.raises(OutputExists, match="file: a file is there already"):
        atrous.export(bag, export.parent / "file", force=True)
    assert not written


def test_an_export_is_replaced_by_force(bag, export):
    (export / "model.onnx").unlink()
    atrous.export(bag, export, force=True).predict("good")


def test_what_is_no_model_folder_is_refused(tmp_path, exported):
    for folder, words in ((tmp_path / "none", "no such model folder"), (exported.folder, "an export, not a model")):
        with pytest.raises(FolderError, match=words):
            atrous.export(folder, tmp_path / "out")


def test_without_onnx_it_says_what_to_install(bag, tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if "onnx" in name else find(name, *more))
    words = 'onnx and onnxruntime and onnxscript, which is not installed; install it with: pip install "atrous[onnx]"'
    with pytest.raises(MissingExtra, match=re.escape(words)):
        atrous.export(bag, tmp_path / "out")


TAGGED = ["a good film of Ann", "", "bad", ["a", "token of", "a", "list"], "good. " * 60, "J. Smith"]


def same_tags(ours, theirs):
    assert ours[:2] == theirs[:2]
    assert (ours.offsets, ours.tags, ours.scheme) == (theirs.offsets, theirs.tags, theirs.scheme)
    assert ours.probabilities == pytest.approx(theirs.probabilities, abs=2e-6)
    assert [span[:4] for span in ours.spans] == [span[:4] for span in theirs.spans]
    assert [span[4] for span in ours.spans] == pytest.approx([span[4] for span in theirs.spans], abs=2e-6)


def test_an_exported_tagger_answers_as_its_model_does(tagger, tagger_export, monkeypatch):
    expected = tagger.predict(TAGGED)
    assert len({tag for answer in expected for tag in answer.tags}) == 3
    assert any(answer.spans for answer in expected)
    for ours, theirs in zip(tagger_export.predict(TAGGED), expected, strict=True):
        same_tags(ours, theirs)
    assert tagger_export.predict([]) == tagger_export.best([], count=2) == []
    several = zip(tagger_export.best(TAGGED[:3], count=3), tagger.best(TAGGED[:3], count=3), strict=True)
    assert all([one.tags for one in ours] == [one.tags for one in theirs] for ours, theirs in several)
    monkeypatch.setattr("atrous.runtime.graph.LONG", 50)
    in_chunks = tagger_export.in_chunks
    monkeypatch.setattr(tagger_export, "in_chunks", lambda inputs: in_chunks(inputs, chunk=7))
    for ours, theirs in zip(tagger_export.predict(TAGGED), expected, strict=True):
        same_tags(ours, theirs)


def test_the_graphs_of_a_tagger_can_be_fed_by_hand(tagger, tagger_export):
    batch = padded([SPELLED("a good film of Ann"), SPELLED("bad")], time=6)
    with torch.no_grad():
        wanted = tagger.model.eval()(Batch(*(torch.from_numpy(batch[name]) for name in ("ids", "lengths")))).numpy()
    real = np.arange(6) < batch["lengths"][:, None]
    np.testing.assert_allclose(tagger_export.logits(batch)[real], wanted[real], atol=1e-5)
    for chunk in (1, 4, 100):
        np.testing.assert_allclose(tagger_export.in_chunks(batch, chunk=chunk)[real], wanted[real], atol=1e-5)
    flush = tagger_export.about["stream"]["flush"]
    assert flush == tagger.delay > 0
    ids, mask = (np.pad(part, [(0, 0), (0, flush)]) for part in (batch["ids"], real))
    state, found = tagger_export.start(2), [[], []]
    for now in (slice(0, 1), slice(1, 5), slice(5, 6 + flush)):
        logits, state = tagger_export.step({"ids": ids[:, now]}, mask[:, now], state)
        assert logits.shape[:2] == state["decided"].shape
        for row, decided in enumerate(state["decided"]):
            found[row] += list(logits[row][decided])
    np.testing.assert_allclose(np.stack([*found[0], *found[1]]), wanted[real], atol=1e-5)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"ids": [[2]]}, "this model takes ids and lengths, got ids"),
        ({"ids": [2], "lengths": [1]}, r"ids of this model are \(batch, time, ...\), got an array of shape \(1,\)"),
        ({"ids": [[2, 99]], "lengths": [2]}, "ids of this model are from 0 to 6, got 99"),
    ],
)
def test_wrong_inputs_of_a_tagger_are_refused_in_words(tagger_export, inputs, words):
    inputs = {name: np.array(part, np.int32 if name == "ids" else np.int64) for name, part in inputs.items()}
    with pytest.raises(ValueError, match=words):
        tagger_export.logits(inputs)


def test_tokens_are_refused_where_texts_are_expected_and_what_is_neither_by_a_tagger(exported, tagger_export):
    with pytest.raises(TypeError, match="Reader needs texts, got list"):
        exported.predict([["a", "good", "film"]])
    with pytest.raises(TypeError, match="Reader needs texts, or sequences of tokens, got int: 3"):
        tagger_export.predict(["good", 3])


@pytest.fixture
def traced(monkeypatch, exported):
    """Without the seconds that tracing takes: the graphs are those of the same model, made before."""

    def copied(bundle, folder, **_):
        shutil.copytree(exported.folder, folder, dirs_exist_ok=True)
        about = {name: said for name, said in exported.about.items() if name not in ("format", "files", "openvino")}
        for name in ("export.json", "README.md", "run.py", "requirements.txt"):
            (folder / name).unlink()
        manifest.write(folder, about)
        return ready(bundle.model)

    monkeypatch.setattr(exporting, "write", copied)


ROWS = [{"text": "a good film", "label": "pos"}, {"text": "bad", "label": "neg"}, {"text": "a film", "label": "neg"}]


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize(("precision", "runs"), [("bf16", "kept as bf16"), ("int8", "computed with 8 bits")])
def test_an_export_of_smaller_numbers_says_what_it_loses(bag, tmp_path, precision, runs):
    out = tmp_path / "out"
    small = atrous.export(bag, out, precision=precision, data=ROWS)
    said = small.about["precision"]
    assert (said["name"], said["data"], said["rows"], said["score"]) == (precision, "data", 3, "accuracy")
    assert said["exact"] == bag.evaluate(ROWS)["accuracy"]
    own = said["runtimes"]["onnxruntime"]
    assert 0 < own["difference"] < 0.2
    text = (out / "README.md").read_text()
    assert runs in text
    assert f"{precision} in onnxruntime, on 3 rows of data: accuracy {own['score']:.4f} instead of" in text
    assert len(Exported(out).predict(["a good film"])) == 1  # every file is the one that is listed


@pytest.mark.usefixtures("traced")
def test_without_data_the_loss_is_measured_on_texts_that_were_drawn(bag, tmp_path):
    said = atrous.export(bag, tmp_path / "out", precision="bf16").about["precision"]
    assert (said["data"], said["score"], said["rows"]) == (None, None, 256)
    assert "256 texts drawn from its vocabulary" in (tmp_path / "out" / "README.md").read_text()


def test_data_that_do_not_fit_are_refused_before_anything_is_traced(bag, tmp_path):
    for rows, error, words in (
        ([{"text": "good", "label": "great"}], DataError, "great"),
        ([], DataError, "data"),
    ):
        with pytest.raises(error, match=words):
            atrous.export(bag, tmp_path / "out", precision="int8", data=rows)
    assert not list(tmp_path.iterdir())
