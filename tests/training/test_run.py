import csv
import signal

import datasets
import pytest
import torch

import atrous
from atrous.answering.predict import accelerator
from atrous.errors import ConfigError, DataError, NotFinite, OutputExists
from atrous.training import keeper

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


class Killed(Exception):
    pass


def killed(data, tmp_path, monkeypatch, **options):
    """A run that ends after its first epoch as a kill would end it: nothing is written any more."""
    saves = keeper.Keeper.save

    def save(*arguments):
        saves(*arguments)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(keeper.Keeper, "save", save)
        atrous.train(data, encode="ngram", set=SMALL, out=tmp_path / "model", quiet=True, **options)


def test_a_killed_run_is_kept_beside_its_output_and_goes_on(data, tmp_path, monkeypatch, capsys):
    whole = atrous.train(data, encode="ngram", set=SMALL, quiet=True)
    killed(data, tmp_path, monkeypatch)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.unfinished", "reviews.csv"]
    with pytest.raises(OutputExists, match="an unfinished run is there; go on with it with --resume"):
        atrous.train(data, encode="ngram", set=SMALL, out=tmp_path / "model", quiet=True)
    model = atrous.train(data, encode="ngram", set=SMALL, out=tmp_path / "model", resume=True)
    said = capsys.readouterr().err
    assert "nothing to resume" not in said
    assert "model.unfinished: going on after step " in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "reviews.csv"]
    for end in (model, atrous.load(tmp_path / "model")):
        ours, theirs = whole.model.state_dict(), end.model.state_dict()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)
        assert end.scores["curve"] == whole.scores["curve"]


def test_force_begins_anew(data, tmp_path, monkeypatch):
    killed(data, tmp_path, monkeypatch)
    killed(data, tmp_path, monkeypatch, force=True)
    model = atrous.train(data, encode="ngram", set=SMALL, out=tmp_path / "model", force=True, seed=1, quiet=True)
    assert model.scores["seed"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "reviews.csv"]


def test_with_nothing_to_resume_a_run_begins_and_a_finished_one_stays_as_it_is(data, tmp_path, capsys):
    options = {"encode": "ngram", "set": SMALL, "out": tmp_path / "model", "resume": True}
    first = atrous.train(data, **options)
    assert "model: there is nothing to resume; starting from the beginning" in capsys.readouterr().err
    before = {path: path.stat() for path in sorted(tmp_path.rglob("*"))}
    again = atrous.train(data, **options)
    assert "model: this run is finished; there is nothing to resume" in capsys.readouterr().err
    assert {path: path.stat() for path in sorted(tmp_path.rglob("*"))} == before
    assert again.scores == first.scores


def test_resume_needs_to_know_what(data):
    with pytest.raises(ConfigError, match="resume needs out"):
        atrous.train(data, resume=True)


def test_after_ctrl_c_there_is_a_model_and_the_run_goes_on(data, tmp_path, monkeypatch):
    out = tmp_path / "model"
    options = {"encode": "ngram", "set": SMALL, "quiet": True}
    whole = atrous.train(data, **options)
    ends = keeper.Keeper.on_train_batch_end

    def end(kept, trainer, *arguments):
        if trainer.global_step == 25:  # in the second epoch
            signal.raise_signal(signal.SIGINT)
        ends(kept, trainer, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(keeper.Keeper, "on_train_batch_end", end)
        atrous.train(data, **options, out=out)
    assert atrous.load(out).scores["interrupted"]
    assert len(atrous.load(out).scores["curve"]) == 1
    atrous.train(data, **options, out=out, resume=True)
    model = atrous.load(out)
    assert not model.scores["interrupted"]
    assert model.scores["curve"] == whole.scores["curve"]
    assert not out.with_name("model.unfinished").exists()
