import shutil
from random import Random

import pytest
import torch
from tests.exporting.conftest import fresh, fresh_tagger
from tests.laws.mutants import LostState

import atrous
from atrous.answering.worded import Worded
from atrous.encode import ENCODERS, WHOLE_ROWS
from atrous.errors import DataError, NotStreamable
from atrous.exporting import verifying
from atrous.exporting.agreeing import WAY
from atrous.exporting.rows import drawn
from atrous.runtime.features import Features
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.sessions import openvino_is_here
from atrous.runtime.tokeniser import Tokeniser

WAYS = ["alone", "padded", "batched", "streamed", "exported", "exported, streamed", *[WAY] * openvino_is_here()]
QUICK = ["attention", "bag", "lstm", "ngram"]


def is_green(encoder, folder):
    fresh(encoder).save(folder / encoder)
    found = atrous.verify(folder / encoder)
    verdicts = {reading.way: reading.verdict for reading in found.readings}
    assert list(verdicts) == [*WAYS[:4], *["looked up"] * (encoder == "ngram"), *WAYS[4:]]
    assert found.passed, verdicts
    refused = {way for way, verdict in verdicts.items() if verdict.startswith("refused") and way != WAY}
    assert refused == ({"streamed", "exported, streamed"} if encoder in WHOLE_ROWS else set()), verdicts


@pytest.mark.parametrize("encoder", QUICK)
def test_a_model_reads_the_same_in_every_way(encoder, tmp_path):
    is_green(encoder, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("encoder", sorted(set(ENCODERS) - set(QUICK)))
def test_every_model_reads_the_same_in_every_way(encoder, tmp_path):
    is_green(encoder, tmp_path)


WORDS = Tokeniser("words", True, ("good", "bad", "film"))
CASED = Tokeniser("words", False, ("good", "Good", "film"))
LETTERS = Tokeniser("characters", True, tuple("abdfgilmo"))
READS = {  # what a model may read besides one kind of token, or answer besides one label: its settings, its reader
    "a second representation": (["embed.beside=characters"], Reader(WORDS, beside=LETTERS)),
    "two texts": (["embed.beside=words"], Reader(WORDS, beside=WORDS, two_texts=True)),
    "letters": (["embed.name=words", "embed.letters=3"], Reader(WORDS, spelling=LETTERS, letters=3)),
    "letters and features": (
        [
            "embed.name=words",
            "embed.letters=3",
            "embed.letter_channels=5",
            "embed.shape=true",
            "embed.affixes=2",
            "embed.hashed=40",
            "embed.word_dropout=0.2",
        ],
        Reader(CASED, spelling=LETTERS, letters=3, features=Features(shape=True, affixes=2, hashed=40)),
    ),
    "positions": (["embed.positions=true"], Reader(WORDS)),
    "both channels": (["embed.name=words", "embed.vectors=a.txt", "embed.tuning=both"], Reader(WORDS)),
    "several labels": (["predict.name=labels", "data.separator=';'"], Reader(WORDS)),
    "series": (["embed.name=values"], Reader(series=Series((1.0, 2.0), (0.5, 2.0)))),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", READS)
def test_whatever_a_model_reads_and_answers_it_is_the_same_in_every_way(kind, tmp_path):
    settings, reader = READS[kind]
    bundle = fresh("bag", *settings, reader=reader)
    assert atrous.verify(bundle).passed
    exported = atrous.export(bundle, tmp_path / "out")
    assert set(exported.about["inputs"]) == {*reader.sizes, "lengths"}
    rows = drawn(reader, [3, 0, 7], Random(0))
    for ours, theirs in zip(exported.predict(rows), bundle.predict(rows), strict=True):
        assert type(ours) is type(theirs)
        assert (ours.label, ours.probabilities) == (theirs.label, pytest.approx(theirs.probabilities, abs=2e-6))


@pytest.fixture
def not_exported(monkeypatch, exported):
    """Without the seconds that tracing takes: the export is one that was made before."""
    monkeypatch.setattr(
        verifying, "write", lambda _, folder, **__: shutil.copytree(exported.folder, folder, dirs_exist_ok=True)
    )


@pytest.mark.usefixtures("not_exported")
def test_rows_are_the_first_of_the_data_or_drawn(bag, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("text,id\n" + "a good film,1\nbad,2\n,3\n" * 5)
    found = atrous.verify(bag, path, rows=4)
    assert (found.rows, found.drawn, found.longest, found.passed) == (4, False, 3, True)
    assert atrous.verify(bag, ["good", "a bad film"]).rows == 2
    found = atrous.verify(bag)
    assert (found.rows, found.drawn, found.longest > 3) == (16, True, True)
    assert found == atrous.verify(bag, seed=0)


@pytest.mark.usefixtures("not_exported")
def test_a_model_that_loses_its_state_fails_where_it_streams(bag):
    bundle = fresh("bag")
    bundle.model.load_state_dict(bag.model.state_dict())
    bundle.model.encode = LostState(8, 8, kernel=3).eval()
    found = atrous.verify(bundle)
    assert not found.passed
    failed = {reading.way for reading in found.readings if not reading.passed}
    assert failed == {"streamed", "exported", "exported, streamed"}  # the export is that of another model


@pytest.mark.usefixtures("not_exported")
def test_a_refusal_that_nobody_expects_of_the_encoder_fails(bag, monkeypatch):
    def refuses(*_):
        raise NotStreamable("needs the end of its row")

    bundle = fresh("bag")
    bundle.model.load_state_dict(bag.model.state_dict())
    monkeypatch.setattr(bundle.model.attend, "step", refuses)
    monkeypatch.setattr(bundle.model.attend, "forward", bag.model.attend.forward)
    found = {reading.way: reading for reading in atrous.verify(bundle).readings}
    assert not found["streamed"].passed
    assert found["streamed"].verdict == "refused: needs the end of its row"
    monkeypatch.setattr(bundle.model.attend, "streams", False, raising=False)
    assert {reading.way: reading for reading in atrous.verify(bundle).readings}["streamed"].passed


@pytest.fixture
def tagger_not_exported(monkeypatch, tagger_export):
    """As `not_exported`, of a tagger."""
    monkeypatch.setattr(
        verifying, "write", lambda _, folder, **__: shutil.copytree(tagger_export.folder, folder, dirs_exist_ok=True)
    )


@pytest.mark.usefixtures("tagger_not_exported")
def test_a_tagger_is_verified_token_by_token_with_its_tags_at_the_end(tagger, tmp_path):
    (tmp_path / "rows.conll").write_text("Ann B-X\nfilm O\n\na O\ngood O\nfilm B-X\n\n")
    for data, rows, longest in (
        (None, 16, None),
        (["a good film", ["Ann", "film"]], 2, 3),
        (tmp_path / "rows.conll", 2, 3),
    ):
        found = atrous.verify(tagger, data)
        assert [reading.way for reading in found.readings] == [*WAYS[:4], "remembered", *WAYS[4:], "tags"]
        assert found.passed
        assert found.rows == rows
        assert longest in (None, found.longest)
        assert found.to_json()["ways"]["tags"]["verdict"] == "agrees"


@pytest.mark.usefixtures("tagger_not_exported")
def test_a_tagger_whose_export_is_of_another_fails_in_its_tags_too(tagger):
    other = fresh_tagger("conv", "crf", "encode.dilations=[1, 2]", "encode.strides=[1, 1]", "encode.centred=true")
    with torch.no_grad():
        other.model.predict.linear.weight.neg_()
    failed = {reading.way for reading in atrous.verify(other).readings if not reading.passed}
    assert failed == {"exported", "exported, streamed", "tags"}


@pytest.mark.usefixtures("tagger_not_exported")
def test_a_tagger_that_remembers_something_else_fails(tagger, monkeypatch):
    made = Worded._made
    monkeypatch.setattr(Worded, "_made", lambda *given: made(*given) + 0.1)
    failed = {reading.way for reading in atrous.verify(tagger, ["a good film"]).readings if not reading.passed}
    assert "remembered" in failed
    assert not failed - {"remembered", "tags"}


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ["bilstm", "tcn", "unet"])
def test_every_kind_of_tagger_is_the_same_in_every_way(encoder):
    found = atrous.verify(fresh_tagger(encoder))
    assert found.passed
    refused = {reading.way for reading in found.readings if reading.refused}
    assert refused == ({"streamed", "exported, streamed"} if encoder == "bilstm" else set())


def test_a_model_that_cannot_be_exported_says_why(bag, monkeypatch):
    def refuses(*_, **__):
        raise atrous.NotExportable("torch cannot trace the model")

    monkeypatch.setattr(verifying, "write", refuses)
    found = atrous.verify(bag, ["good"])
    assert [reading.way for reading in found.readings if not reading.passed] == ["exported", "exported, streamed"]
    assert not found.passed
    assert found.to_json()["ways"]["exported"] == {
        "difference": None, "tolerance": None, "verdict": "refused", "reason": "torch cannot trace the model",
        "expected": False,
    }  # fmt: skip


def test_no_row_is_refused(bag, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(DataError, match="nothing in it"):
        atrous.verify(bag, tmp_path / "empty.txt")
    with pytest.raises(DataError, match="verify needs at least one row"):
        atrous.verify(bag, [])
    with pytest.raises(ValueError, match="rows >= 1, got rows=0"):
        atrous.verify(bag, rows=0)


def test_verifying_leaves_the_model_in_its_mode(bag, monkeypatch):
    monkeypatch.setattr(verifying, "need_onnx", lambda: (_ for _ in ()).throw(atrous.MissingExtra("no onnx")))
    bag.model.train()
    atrous.verify(bag, ["good"])
    assert bag.model.training
    bag.model.eval()
