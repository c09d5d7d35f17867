import csv

import datasets
import pytest
import torch

import atrous
from atrous.config import load
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.errors import ConfigError, DataError, NotFinite, OutputExists
from atrous.training.run import accelerator, learn

SMALL = ["embed.channels=8", "encode.channels=8", "train.epochs=3", "train.batch=8", "train.rate=0.02"]


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for number in range(200):
            word, label = [("good", "pos"), ("bad", "neg")][number % 2]
            writer.writerow([f"a {word} film, seen {number} times", label])
    return path


def corpus(count=60):
    rows = [Row(f"{'good' if n % 2 else 'bad'} film {n}", "pos" if n % 2 else "neg", "", n) for n in range(count)]
    return Corpus(rows[: count // 2], rows[count // 2 : -10], rows[-10:], Targets(("neg", "pos")), ())


def test_train_returns_a_model_that_learnt_and_leaves_a_folder_that_loads(data, tmp_path, capsys):
    model = atrous.train(data, encode="ngram", set=SMALL, out=tmp_path / "model")
    assert model.scores["test"]["accuracy"] > 0.9
    assert [answer.label for answer in model.predict(["a good one", "a bad one"])] == ["pos", "neg"]
    again = atrous.load(tmp_path / "model")
    assert again.predict(["a good one"]) == model.predict(["a good one"])
    assert again.scores == model.scores
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert names == {"config.toml", "model.safetensors", "vocabulary.json", "scores.json", "README.md", "log.csv"}
    said = capsys.readouterr()
    assert "split by a hash of the text" in said.err
    assert "epoch 3 of 3" in said.err
    assert not said.out


def test_a_file_parquet_and_rows_of_python_give_the_same_model(data, tmp_path, capsys):
    rows = datasets.Dataset.from_csv(str(data), cache_dir=str(tmp_path / "cache"))
    rows.to_parquet(tmp_path / "reviews.parquet")
    classes = rows.class_encode_column("label")
    models = [
        atrous.train(given, encode="ngram", set=SMALL, quiet=True)
        for given in (data, tmp_path / "reviews.parquet", classes, iter(rows))
    ]
    weights = [torch.cat([part.flatten() for part in model.model.parameters()]) for model in models]
    assert all(torch.equal(weights[0], other) for other in weights[1:])
    assert [model.labels for model in models] == [("neg", "pos")] * 4
    assert models[2].scores["data"]["files"] == {"data": "rows of a Dataset"}
    assert all(models[0].evaluate(given) == models[0].evaluate(data) for given in (rows, classes, iter(rows)))


def test_rows_of_python_that_are_none_are_refused_in_words():
    good = {"text": "good", "label": "pos"}
    for rows, words in (
        ([good, "bad"], "data row 2: expected a dictionary from column to value, got a text"),
        ([], "data: no rows; give at least one"),
        (iter([]), "data: no rows; give at least one"),
        ([good, {"text": "bad"}], "data row 2: no column 'label'"),
        ([good, {"text": 3, "label": "neg"}], "data row 2: expected a text in 'text', got a number"),
    ):
        with pytest.raises((DataError, ConfigError), match=words):
            atrous.train(rows, quiet=True)
    with pytest.raises(DataError, match="dev row 1: expected a text or a number in 'label', got null"):
        atrous.train([good, {**good, "label": "neg"}] * 9, dev=[{"text": "x", "label": None}], test=[good], quiet=True)


@pytest.mark.parametrize("encode", ["tcn", "lstm", "attention"])
def test_the_same_seed_gives_the_same_model_and_another_seed_another(encode, tmp_path):
    def weights(seed):
        (tmp_path / str(len(list(tmp_path.iterdir())))).mkdir()
        settings = load(None, SMALL, encode=encode, train={"seed": seed, "epochs": 2})
        model = learn(corpus(), settings, work=max(tmp_path.iterdir())).model
        return torch.cat([parameter.flatten() for parameter in model.parameters()])

    first = weights(0)
    assert torch.equal(first, weights(0))
    assert not torch.equal(first, weights(1))


def test_the_best_epoch_on_dev_is_kept_and_patience_ends_a_run(tmp_path):
    settings = load(None, [*SMALL, "train.epochs=30", "train.patience=2"], encode="ngram")
    bundle = learn(corpus(), settings, work=tmp_path)
    with (tmp_path / "log.csv").open() as file:
        seen = [float(row["dev_accuracy"]) for row in csv.DictReader(file) if row["dev_accuracy"]]
    assert bundle.scores["dev"]["accuracy"] == pytest.approx(max(seen))
    assert len(seen) < 30


def test_a_loss_that_is_not_finite_stops_the_run_and_leaves_nothing(data, tmp_path):
    with pytest.raises(NotFinite, match=r"training step \d+: the loss is (nan|inf); .*; lower train.rate"):
        atrous.train(data, encode="ngram", set=[*SMALL, "train.rate=1e38"], out=tmp_path / "model", quiet=True)
    assert [path.name for path in tmp_path.iterdir()] == ["reviews.csv"]


def test_an_output_that_exists_is_refused_before_anything_is_read(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").write_text("precious")
    with pytest.raises(OutputExists, match="a folder with something else in it"):
        atrous.train("missing.csv", out=tmp_path / "model", force=True)


def test_force_replaces_a_model_folder_and_nothing_else(data, tmp_path):
    for seed in (0, 1):
        atrous.train(data, encode="bag", set=SMALL[:1] + SMALL[2:], seed=seed, out=tmp_path / "model", force=True)
    assert atrous.load(tmp_path / "model").scores["seed"] == 1
    with pytest.raises(OutputExists, match="replace it with --force"):
        atrous.train(data, out=tmp_path / "model")


def test_groups_stay_whole(tmp_path):
    path = tmp_path / "rows.csv"
    lines = [f"text {number} of {number % 40},{'ab'[number % 2]},{number % 40}" for number in range(400)]
    path.write_text("\n".join(["text,label,author", *lines]))
    scores = atrous.train(path, encode="bag", group="author", set=["train.epochs=1"], quiet=True).scores
    assert scores["data"]["test"] % 10 == scores["data"]["dev"] % 10 == 0


def test_a_label_that_no_training_row_has_is_announced(data, tmp_path, capsys):
    (tmp_path / "test.csv").write_text("text,label\na film,odd\n")
    atrous.train(data, test=tmp_path / "test.csv", encode="bag", set=["train.epochs=1"])
    assert "no training row has the label 'odd'; it cannot be learnt" in capsys.readouterr().err


def test_bad_input_is_refused_in_words(data):
    with pytest.raises(DataError, match=r"missing\.csv: "):
        atrous.train("missing.csv")
    with pytest.raises(ConfigError, match="expected auto, cpu or cuda"):
        atrous.train(data, device="tpu", quiet=True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_refused_with_a_remedy():
    assert accelerator("auto") == "cpu"
    with pytest.raises(ConfigError, match="no CUDA device here; use --device cpu"):
        accelerator("cuda")


def test_while_no_label_is_found_the_loss_says_which_epoch_is_best(tmp_path):
    rows = [Row(f"film {n % 7} {n}", "abcdefgh"[n % 7] if n % 2 else "", "", n) for n in range(80)]
    several = Targets(tuple("abcdefg"), several=True)
    settings = load(
        None,
        [*SMALL, "train.epochs=6", "train.patience=1", "train.rate=0.001", "predict.threshold=0.9"],
        encode="ngram",
        predict="labels",
    )
    bundle = learn(Corpus(rows[:50], rows[50:65], rows[65:], several, ()), settings, work=tmp_path)
    with (tmp_path / "log.csv").open() as file:
        seen = [row for row in csv.DictReader(file) if row["dev_micro_f1"]]
    assert {float(row["dev_micro_f1"]) for row in seen} == {0}
    losses = [float(row["dev_loss"]) for row in seen]
    assert len(losses) > 2
    assert bundle.scores["dev"]["loss"] == pytest.approx(min(losses), rel=1e-5)


@pytest.mark.parametrize("head", ["classes", "labels"])
@pytest.mark.parametrize("soft", [False, True])
def test_every_kind_of_target_is_learnt_from(head, soft, tmp_path):
    words = {"neg": "bad", "pos": "good"}
    answers = [("neg",), ("pos",)] if head == "classes" else [(), ("neg",), ("pos",), ("neg", "pos")]
    rows = []
    for number in range(120):
        having = answers[number % len(answers)]
        probable = {label: 0.95 if label in having else 0.05 for label in words} if soft else None
        text = " ".join([*(words[label] for label in having), f"film {number}"])
        rows.append(Row(text, "|".join(having), "", number, soft=probable))
    known = Targets(("neg", "pos"), several=head == "labels", soft=soft)
    options = [*SMALL, "embed.name=words", "train.class_weights=balanced", "train.label_smoothing=0.05"]
    settings = load(None, [*options, "train.epochs=20"], encode="ngram", predict=head)
    bundle = learn(Corpus(rows[:80], rows[80:100], rows[100:], known, ()), settings, work=tmp_path)
    assert bundle.scores["test"][bundle.model.predict.score] > 0.9
