"""Everything that a model can read, from settings to a trained folder to answers, as a user types it."""

import json
import struct

import numpy as np
import pytest
import torch
from tests.cli.conftest import SMALL

import atrous as package
from atrous.embed import Multichannel, Placed, Pretrained, Spelled, Tokens, Values

WORDS = {
    "good": [0.5, -1.0, 0.25, 2.0],
    "bad": [-0.5, 1.0, 0.75, -2.0],
    "film": [0.1, 0.2, 0.3, 0.4],
    "unseen": [9.0] * 4,
}
SMALL_WITHOUT_CHANNELS = SMALL[2:]


@pytest.fixture
def files(tmp_path, reviews):
    """Reviews with a translation, vectors in three forms, and series."""
    lines = reviews.read_text().splitlines()[1:]
    both = [line.rsplit(",", 1) for line in lines]
    german = {"good": "guter", "bad": "schlechter"}
    rows = [f"{text},ein {german[text.split()[1]]} Film,{label}" for text, label in both]
    (tmp_path / "both.csv").write_text("\n".join(["english,german,label", *rows]) + "\n")
    text = "".join(f"{word} {' '.join(map(str, vector))}\n" for word, vector in WORDS.items())
    (tmp_path / "glove.txt").write_text(text)
    (tmp_path / "word2vec.txt").write_text(f"{len(WORDS)} 4\n{text}")
    binary = b"".join(word.encode() + b" " + struct.pack("<4f", *vector) for word, vector in WORDS.items())
    (tmp_path / "word2vec.bin").write_bytes(f"{len(WORDS)} 4\n".encode() + binary)
    chance = np.random.default_rng(0)
    rising = [(chance.normal(n % 2 * 3, 1, 5).round(2), ["low", "high"][n % 2]) for n in range(100)]
    series = [f"{' '.join(map(str, numbers[:3]))} ? {numbers[4]},{label}" for numbers, label in rising]
    (tmp_path / "series.csv").write_text("\n".join(["values,label", *series]) + "\n")
    objects = [{"values": [[float(n), None] for n in numbers], "label": label} for numbers, label in rising]
    (tmp_path / "series.jsonl").write_text("".join(json.dumps(one) + "\n" for one in objects))
    return tmp_path


def settings(*pairs):
    return [word for pair in pairs for word in ("--set", pair)]


def trained(atrous, data, *words):
    """Train, and read the folder back: the bundle, and what was said on standard error."""
    code, _, err = atrous("train", "--data", data, "--encode", "ngram", "--out", "model", *words)
    assert code == 0, err
    return package.load("model"), err


def answers(atrous, *words, status=0):
    code, out, err = atrous("predict", "model", *words, "--json", "--quiet")
    assert code == status, err
    return [json.loads(line)["label"] for line in out.splitlines()]


TEXTS = {  # settings, and the class of the embedding
    "bpe": (["embed.name=bpe", "embed.limit=300"], Tokens),
    "two tokenisations": (["embed.name=words", "embed.beside=characters"], Multichannel),
    "side by side": (
        ["embed.name=words", "embed.beside=bpe", "embed.join=concatenate", "embed.limit=300"],
        Multichannel,
    ),
    "letters": (["embed.name=words", "embed.letters=6"], Multichannel),
    "positions": (["embed.name=words", "embed.positions=true"], Placed),
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_representation_of_a_text_trains_and_answers(atrous, reviews, tmp_path, name):
    overrides, kind = TEXTS[name]
    bundle, _ = trained(atrous, reviews, *SMALL, *settings(*overrides), "--quiet")
    assert isinstance(bundle.model.embed, kind)
    assert bundle.scores["test"]["accuracy"] > 0.9
    (tmp_path / "two.txt").write_text("a good film\na bad film\n")
    assert answers(atrous, "two.txt") == ["pos", "neg"]
    assert [answer.label for answer in bundle.predict(["a good film \ud800", ""])][:1] == ["pos"]
    if name == "letters":
        assert any(isinstance(part, Spelled) for part in bundle.model.embed.modules())


@pytest.mark.parametrize("file", ["glove.txt", "word2vec.txt", "word2vec.bin"])
@pytest.mark.parametrize("tuning", ["static", "tuned", "both"])
def test_pretrained_vectors_are_put_in_kept_or_tuned_and_saved(atrous, reviews, files, file, tuning):
    overrides = settings("embed.name=words", f"embed.vectors={file}", f"embed.tuning={tuning}")
    bundle, err = trained(atrous, reviews, *SMALL_WITHOUT_CHANNELS, *overrides)
    tokens = bundle.reader.tokeniser.tokens
    assert f"3 of {len(tokens)} words found in {file}" in err
    assert bundle.settings.embed.channels == bundle.model.embed.outputs == 4
    (files / file).unlink()  # a model depends on its own folder alone
    bundle = package.load("model")
    tables = [part for part in bundle.model.embed.modules() if isinstance(part, Pretrained)]
    assert [table.tuned for table in tables] == {"static": [False], "tuned": [True], "both": [False, True]}[tuning]
    for table in tables:
        found = table.table()[2 + tokens.index("good")]
        kept = torch.allclose(found, torch.tensor(WORDS["good"]))
        assert kept is not table.tuned
        assert torch.allclose(found, torch.tensor(WORDS["good"]), atol=0.5)
        others = torch.stack([table.table()[2 + tokens.index(word)] for word in ("a", "seen", "times")])
        assert others.abs().max() <= (0.25 if kept else 0.75)
    assert bundle.predict("a good film")[0].label == "pos"


def test_the_same_seed_draws_the_same_vectors_for_missing_words(atrous, reviews, files):
    overrides = settings("embed.name=words", "embed.vectors=glove.txt", "embed.tuning=static", "train.epochs=1")
    tables = []
    for seed in ("1", "1", "2"):
        bundle, _ = trained(atrous, reviews, *overrides, "--seed", seed, "--force", "--quiet")
        tables.append(bundle.model.embed.table())
    assert torch.equal(tables[0], tables[1])
    assert not torch.equal(tables[0], tables[2])


def test_two_languages_are_two_channels(atrous, files):
    columns = ["--text", "english", "--beside", "german", "--label", "label"]
    bundle, _ = trained(atrous, "both.csv", *columns, *SMALL, *settings("embed.name=words"), "--quiet")
    assert bundle.scores["test"]["accuracy"] > 0.9
    assert "guter" in bundle.reader.beside.tokens
    assert "guter" not in bundle.reader.tokeniser.tokens
    assert bundle.predict(("a good film", "ein guter Film"))[0].label == "pos"
    (files / "new.csv").write_text("german,english\nein guter Film,a good film\nein schlechter Film,a bad film\n")
    assert answers(atrous, "new.csv") == ["pos", "neg"]  # columns as they were named when the model was trained
    code, out, _ = atrous("evaluate", "model", "both.csv", "--json")
    assert (code, json.loads(out)["rows"]) == (0, 200)
    (files / "plain.txt").write_text("a good film\n")
    code, _, err = atrous("predict", "model", "plain.txt")
    assert code == 2
    assert "plain.txt: read as plain text, which has no column 'german'; name a table that has it" in err
    code, _, err = atrous("train", "--data", "both.csv", "--beside", "french", "--out", "x")
    assert code == 2
    assert "no column 'french'" in err


@pytest.mark.parametrize("file", ["series.csv", "series.jsonl"])
def test_series_of_values_train_and_answer(atrous, files, file):
    bundle, err = trained(atrous, file, *SMALL_WITHOUT_CHANNELS, *settings("embed.name=values"))
    assert "text = 'values', label = 'label' (guessed" in err
    assert isinstance(bundle.model.embed, Values)
    assert bundle.scores["test"]["accuracy"] > 0.8
    features = {"series.csv": 1, "series.jsonl": 2}[file]
    assert bundle.reader.sizes == {"values": features}
    low, high = (" ".join([f"{value}{',?' * (features - 1)}"] * 4) for value in (0, 3))
    (files / "new.txt").write_text(f"{low}\n{high}\n")
    assert answers(atrous, "new.txt") == ["low", "high"]
    assert [answer.label for answer in bundle.predict([[[0.0] * features] * 4, [[3.0] * features] * 4])] == [
        "low",
        "high",
    ]
    (files / "wrong.txt").write_text(f"{low}\n1 2,3,4\n")
    code, out, err = atrous("predict", "model", "wrong.txt", "--quiet")
    assert code == 2
    assert f"wrong.txt line 2: column 'text': step {3 - features} has {[0, 3, 1][features]} values, expected" in err
    assert out.count("\n") == 1  # the row before the bad one


def test_a_race_takes_every_representation(atrous, reviews, files):
    overrides = settings("embed.name=words", "embed.vectors=glove.txt", "embed.tuning=both", "train.epochs=1")
    code, out, err = atrous("compare", "--data", reviews, "--encode", "bag,ngram", "--seeds", "1", *overrides)
    assert (code, err.count("words found in glove.txt")) == (0, 1)
    code, out, err = atrous(
        "compare", "--data", "both.csv", "--text", "english", "--beside", "german", "--encode", "bag,ngram",
        "--seeds", "1", "--out", "race", *settings("train.epochs=1"), "--quiet",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert out.endswith("atrous predict race/best FILE\n")
    overrides = settings("embed.name=values", "train.epochs=1", "encode.channels=4")
    code, out, err = atrous(
        "compare", "--data", "series.jsonl", "--encode", "bag,tcn", "--seeds", "1", "--out", "series", *overrides
    )
    assert code == 0, err
    assert out.endswith("echo '1.5 ? 2' | atrous predict series/best\n")


def test_field_knows_the_channels_of_the_vectors(atrous, files):
    code, out, _ = atrous("field", "ngram", "--json", *settings("embed.name=words", "embed.vectors=glove.txt"))
    assert code == 0
    assert any(layer["parameters"] == 258 * 4 for layer in json.loads(out)["layers"] if layer["part"] == "embed")


BAD = {  # the file of vectors, and what the one line on standard error says
    b"good 1 2 3\nbad 1 2\n": "line 2: expected a word and 3 numbers as on the lines before, got 2",
    b"good 1 2 3\nbad 1 x 3\n": "line 2: expected 3 numbers after the word, got 'x'",
    b"text,label\ngood,pos\n": "no file of vectors: line 1 is neither",
    b"2 2\ngood " + struct.pack("<2f", 1, 2) + b"bad " + struct.pack("<f", 1): "cut short in word 2 of 2, at byte 17",
    b"Gut 1 2 3\n": "has none of the",
}


@pytest.mark.parametrize("written", BAD)
def test_a_bad_file_of_vectors_is_refused_in_one_line(atrous, reviews, tmp_path, written):
    (tmp_path / "vectors").write_bytes(written)
    overrides = settings("embed.name=words", "embed.vectors=vectors")
    code, out, err = atrous("train", "--data", reviews, "--out", "model", "--quiet", *overrides)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert BAD[written] in err
    assert not (tmp_path / "model").exists()


def test_channels_of_another_number_than_the_vectors_have_are_refused(atrous, reviews, files):
    overrides = settings("embed.name=words", "embed.vectors=glove.txt", "embed.channels=5")
    code, _, err = atrous("train", "--data", reviews, "--out", "model", *overrides)
    assert code == 2
    assert "'embed.channels' is 5, but the vectors in glove.txt have 4 numbers; leave embed.channels out" in err


def test_a_series_that_is_none_is_refused_by_line(atrous, tmp_path):
    (tmp_path / "bad.csv").write_text('values,label\n1 2,a\n"1,2 3",b\n')
    code, _, err = atrous("train", "--data", "bad.csv", "--out", "model", *settings("embed.name=values"))
    assert code == 2
    assert "bad.csv line 3: column 'values': step 1 has 2 values, expected 1" in err
