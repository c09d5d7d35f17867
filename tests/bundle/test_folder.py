import json
import struct

import pytest
import torch

import atrous
from atrous.bundle import Bundle
from atrous.config import Settings, load
from atrous.errors import FolderError, OutputExists
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

BYTES = Reader(Tokeniser("bytes", False, ()))


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    Bundle.fresh(load(encode="ngram"), BYTES, ("neg", "pos")).save(tmp_path / "model")
    return tmp_path / "model"


def test_a_folder_reads_back_as_the_same_model(folder):
    model = atrous.load(folder)
    model.save(folder.parent / "again")
    texts = ["one", "", "a longer text"]
    assert atrous.load(folder.parent / "again").predict(texts) == model.predict(texts)
    assert not model.model.training


def test_no_file_of_the_folder_is_a_pickle(folder):
    for path in folder.iterdir():
        start = path.read_bytes()[:2]
        assert not start.startswith(b"\x80"), path  # pickle's protocol mark
        assert start != b"PK", path  # torch.save's archive
    (length,) = struct.unpack("<Q", (folder / "model.safetensors").read_bytes()[:8])
    assert json.loads((folder / "model.safetensors").read_bytes()[8 : 8 + length])


@pytest.mark.parametrize("name", ["model.safetensors", "vocabulary.json", "scores.json"])
def test_a_truncated_file_is_named(folder, name):
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: max(1, len(whole) // 2)])
    with pytest.raises(FolderError, match=rf"{name}: truncated"):
        atrous.load(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "vocabulary.json", "scores.json", "config.toml"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(FolderError, match=name):
        atrous.load(folder)


def test_weights_of_another_model_are_refused(folder, tmp_path):
    Bundle.fresh(load(encode="ngram"), BYTES, ("a", "b", "c")).save(tmp_path / "other")
    (tmp_path / "other" / "model.safetensors").replace(folder / "model.safetensors")
    with pytest.raises(FolderError, match=r"'predict.linear.bias' should have the shape \(2,\), has \(3,\)"):
        atrous.load(folder)


def test_a_folder_of_a_later_format_says_what_to_install(folder):
    config = folder / "config.toml"
    text = config.read_text().replace("format = 1", "format = 9").replace('atrous = "0.1.0"', 'atrous = "4.0.0"')
    config.write_text(text)
    with pytest.raises(FolderError, match=r"written by atrous 4\.0\.0 in format 9.*install atrous 4\.0\.0 or later"):
        atrous.load(folder)


def test_a_setting_that_this_version_does_not_know_is_named(folder):
    with (folder / "config.toml").open("a") as file:
        file.write("\n[predict.more]\nx = 1\n")
    with pytest.raises(FolderError, match="predict"):
        atrous.load(folder)


@pytest.mark.parametrize("make", ["nothing", "file", "empty folder"])
def test_what_is_no_model_folder_is_refused_in_words(tmp_path, make):
    path = tmp_path / "thing"
    if make == "file":
        path.write_text("hello")
    elif make == "empty folder":
        path.mkdir()
    with pytest.raises(FolderError, match="model folder"):
        atrous.load(path)


def test_saving_over_something_is_refused(folder):
    model = atrous.load(folder)
    with pytest.raises(OutputExists, match="replace it with --force"):
        model.save(folder)
    model.save(folder, force=True)


def test_a_failure_while_writing_leaves_what_was_there(folder, monkeypatch):
    from atrous.bundle import folder as module

    def breaks(*_):
        raise RuntimeError("the disk is gone")

    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    model = atrous.load(folder)
    monkeypatch.setattr(module, "card", breaks)
    with pytest.raises(RuntimeError, match="disk"):
        model.save(folder, force=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_the_default_settings_are_what_a_fresh_bundle_resolves():
    assert Bundle.fresh(Settings(), BYTES, ("a", "b")).settings == Settings().resolved()


def test_loading_leaves_the_callers_random_numbers_as_they_were(folder):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    atrous.load(folder)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("labels", [["one"], ["twice", "twice"], [1, 2], "ab", None])
def test_labels_that_are_no_labels_are_refused(folder, labels):
    vocabulary = json.loads((folder / "vocabulary.json").read_text())
    (folder / "vocabulary.json").write_text(json.dumps({**vocabulary, "labels": labels}))
    with pytest.raises(FolderError, match=r"vocabulary\.json: no list of two labels or more"):
        atrous.load(folder)


def test_a_folder_of_the_first_version_holds_a_tokeniser_alone(folder):
    file = folder / "vocabulary.json"
    tokeniser = json.loads(file.read_text(encoding="utf-8"))["reader"]["tokeniser"]
    file.write_text(json.dumps({"tokeniser": tokeniser, "labels": ["neg", "pos"]}), encoding="utf-8")
    assert atrous.load(folder).reader == BYTES


def test_a_tagger_keeps_the_words_of_its_training_rows(tmp_path):
    words = Reader(Tokeniser("words", True, ("ann", "left")), rule="fine")
    bundle = Bundle.fresh(load(task="tag", encode="residual"), words, ("B-PER", "O"))
    bundle.seen = frozenset({"ann", "lee"})
    bundle.save(tmp_path / "model")
    assert atrous.load(tmp_path / "model").seen == bundle.seen
    kept = json.loads((tmp_path / "model" / "vocabulary.json").read_text())
    (tmp_path / "model" / "vocabulary.json").write_text(json.dumps({**kept, "seen": 3}))
    with pytest.raises(FolderError, match=r"vocabulary\.json: expected the words of the training rows, got 3"):
        atrous.load(tmp_path / "model")


@pytest.mark.parametrize(
    "name, said, found",
    [
        ("config.toml", 'task = "tag"', 'task = "classify"'),
        ("config.toml", 'scheme = "bilou"', 'scheme = "iob2"'),
        ("vocabulary.json", '"U-PER"', '"X-PER"'),
        ("vocabulary.json", '"rule": "fine"', '"rule": "characters"'),
        ("vocabulary.json", '"rule": "fine"', '"rule": null'),
    ],
)
def test_a_tagger_that_was_changed_by_hand_is_refused(tmp_path, name, said, found):
    words, tags = Reader(Tokeniser("words", True, ("ann", "left")), rule="fine"), [f"{one}-PER" for one in "BILU"]
    settings = load(task="tag", encode="residual", overrides=["predict.scheme=bilou"])
    Bundle.fresh(settings, words, (*tags, "O")).save(tmp_path / "model")
    assert atrous.load(tmp_path / "model").labels == (*tags, "O")
    file = tmp_path / "model" / name
    text = file.read_text(encoding="utf-8")
    assert said in text
    if "classify" in found:
        text = text.replace('name = "tags"', 'name = "classes"').replace('scheme = "bilou"\n', "")
    file.write_text(text.replace(said, found), encoding="utf-8")
    with pytest.raises(FolderError, match=r"vocabulary\.json: (texts are not cut as|the labels are not the tags)"):
        atrous.load(tmp_path / "model")
