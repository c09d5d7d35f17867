import json
import os
import pkgutil
import signal
import subprocess
import sys

import pyarrow.csv
import pyarrow.parquet
import pytest
from tests.cli.conftest import SMALL

import atrous as package


def test_train_says_how_good_it_is_and_what_to_type_next(atrous, reviews, tmp_path):
    code, out, err = atrous("train", "--data", reviews, "--encode", "ngram", "--out", "model", *SMALL)
    assert code == 0
    assert "Test accuracy" in out
    assert "2 back, 2 ahead" in out
    assert "| atrous predict model" in out
    assert "text = 'text', label = 'label' (guessed" in err
    assert "epoch 3 of 3" in err
    assert package.load(tmp_path / "model").predict("a good film")[0].label == "pos"


def test_train_as_json_is_one_object(atrous, reviews):
    code, out, err = atrous(
        "train", "--data", reviews, "--encode", "bag", "--json", "--quiet", "--set", "train.epochs=1"
    )
    found = json.loads(out)
    assert (code, err, found["folder"], found["window"]["left"]) == (0, "", "runs/bag", 1)


def test_settings_come_from_a_file_and_are_overridden(atrous, reviews, tmp_path):
    (tmp_path / "my.toml").write_text('encode = "ngram"\n[train]\nepochs = 1\nseed = 5\n')
    code, out, _ = atrous("train", "my.toml", "--data", reviews, "--set", "encode.channels=4", "--json", "--quiet")
    assert (code, json.loads(out)["seed"]) == (0, 5)
    assert package.load(tmp_path / "runs" / "ngram").settings.encode.channels == 4


def test_long_rows_are_cut_wherever_the_model_is_asked_and_the_user_is_told(atrous, reviews, tmp_path):
    words = ["--data", reviews, "--encode", "ngram", "--out", "model", "--max-steps", "12", *SMALL]
    code, out, err = atrous("train", *words, "--json")
    assert code == 0
    scores = json.loads(out)
    parts = ", ".join(f"{scores['data'][name]} {name}" for name in ("train", "dev", "test"))
    assert f"longer than 12 characters and cut to so many: {parts} rows" in err
    code, _, err = atrous("evaluate", "model", reviews)
    assert code == 0
    assert "200 of 200 rows are longer than 12 characters, which is all that model reads of a row, and were cut" in err
    (tmp_path / "texts.txt").write_text("good\na good film seen\n")
    code, out, err = atrous("predict", "model", "texts.txt")
    assert len(out.splitlines()) == 2
    assert "1 of 2 rows are longer than 12 characters" in err
    assert not atrous("predict", "model", "texts.txt", "--quiet")[2]
    few = ["--seeds", "1", "--rates", "1"]
    code, out, err = atrous("compare", *words[:2], "--encode", "bag", *few, "--max-steps", "12", *SMALL[:2])
    assert code == 0
    assert err.count(f"cut to so many: {parts} rows") == 1


def test_parquet_goes_wherever_a_table_goes(atrous, reviews, tmp_path):
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(reviews), tmp_path / "reviews.parquet")
    code, _, err = atrous("train", "--data", "reviews.parquet", "--encode", "ngram", "--out", "model", *SMALL)
    assert code == 0
    assert "reviews.parquet: text = 'text', label = 'label' (guessed" in err
    assert atrous("evaluate", "model", "reviews.parquet")[1] == atrous("evaluate", "model", reviews)[1]
    answers = atrous("predict", "model", reviews)[1]
    assert atrous("predict", "model", "reviews.parquet")[1] == answers
    (tmp_path / "reviews.parquet").rename(tmp_path / "table")
    assert atrous("predict", "model", "table", "--format", "parquet")[1] == answers


def test_data_lists_and_writes(atrous, tmp_path):
    assert "languages" in atrous("data")[1]
    code, out, _ = atrous("data", "languages", "--out", "here")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["dev.csv", "test.csv", "train.csv"]
    assert "atrous train --data here/train.csv" in out


def test_data_says_what_a_tagger_of_japanese_is_told(atrous, tmp_path):
    pytest.importorskip("hironsan")
    _, out, _ = atrous("data", "ner-ja", "--out", "here")
    assert (
        "atrous train --data here/train.jsonl --dev here/dev.jsonl --test here/test.jsonl --encode residual --set"
        in out
    )
    assert "--set embed.name=characters --set predict.name=crf" in out
    assert sorted(path.suffix for path in (tmp_path / "here").iterdir()) == [".conll"] * 3 + [".jsonl"] * 3 + [".txt"]


def test_data_makes_rows_of_a_known_length(atrous, tmp_path):
    assert "dependency" in atrous("data")[1]
    code, _, _ = atrous("data", "dependency", "--length", "2", "--seed", "1", "--out", "here")
    assert code == 0
    first = (tmp_path / "here" / "train.csv").read_text().splitlines()[1]
    assert "A B" in first or "B A" in first
    code, _, err = atrous("data", "languages", "--length", "2", "--out", "there")
    assert (code, err.startswith("atrous: --length is for the data set 'dependency'")) == (2, True)


@pytest.mark.parametrize(
    "words, said",
    [
        (["dependency", "--seed", "-5", "--out", "here"], "--seed -5: expected 0 or more"),
        (["--length", "3", "--out", "here"], "--out, --length: only for a data set; name one, such as dependency"),
    ],
)
def test_data_refuses_what_it_cannot_make(atrous, tmp_path, words, said):
    code, out, err = atrous("data", *words)
    assert (code, out, said in err) == (2, "", True), err
    assert not (tmp_path / "here").exists()


def run_until_the_first_epoch(folder, reviews, *words):
    """A training run in a process of its own, interrupted once its first epoch is over."""
    command = [sys.executable, "-m", "atrous", "train", "--data", str(reviews), "--encode", "ngram", "--out", "model"]
    process = subprocess.Popen(
        [*command, *SMALL, "--set", "train.epochs=100000", "--set", "train.patience=100000", *words],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        # Who starts the tests in the background may have told all their children to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    for line in process.stderr:
        if "epoch 1 of" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_ctrl_c_keeps_the_best_model_so_far(tmp_path, reviews):
    code, out, err = run_until_the_first_epoch(tmp_path, reviews)
    assert code == 130, err
    assert "Traceback" not in err
    assert "Stopped by Ctrl-C; this is the best model up to then" in out
    model = package.load(tmp_path / "model")
    assert model.scores["interrupted"]
    assert model.predict("a good film")[0].label in ("pos", "neg")


@pytest.mark.parametrize("rate", ["1e30", "1e38"])
def test_a_loss_that_is_not_finite_is_one_line_and_leaves_nothing(atrous, reviews, tmp_path, rate):
    words = ["--encode", "ngram", "--out", "model", "--quiet", *SMALL, "--set", f"train.rate={rate}"]
    code, out, err = atrous("train", "--data", reviews, *words)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "the loss is" in err
    assert not list(tmp_path.iterdir())


def test_train_begins_with_a_model_and_says_what_it_takes_from_it(atrous, reviews, model, tmp_path):
    words = ["--data", reviews, "--init", model, "--out", "next", "--set", "train.epochs=1"]
    code, out, err = atrous("train", *words, "--set", "train.rate=1e-9")
    assert code == 0
    assert f"{model}: its reader, embedding and encoder are taken over, and its head goes on" in err
    assert "Test accuracy 1.0000" in out
    assert package.load(tmp_path / "next").scores["init"] == {"head": "kept", "model": str(model)}
    assert (
        f"It began from the weights of another model, {model}, its head too."
        in (tmp_path / "next" / "README.md").read_text()
    )
    (tmp_path / "stars.csv").write_text(reviews.read_text().replace(",pos", ",five").replace(",neg", ",one"))
    code, _, err = atrous("train", *words, "--data", "stars.csv", "--force")
    assert code == 0
    assert "its labels are others, and the head begins anew" in err
    assert package.load(tmp_path / "next").labels == ("five", "one")


def test_what_contradicts_the_model_to_begin_with_is_refused_before_anything_is_read(atrous, reviews, model, tmp_path):
    code, out, err = atrous("train", "--data", reviews, "--init", model, "--encode", "lstm", "--out", "next")
    assert (code, out) == (2, "")
    assert err == (
        f"atrous: --init {model}: that model has encode.name = 'ngram', and the settings say 'lstm'; "
        "leave encode.name out, or train without --init\n"
    )
    assert atrous("train", "--data", reviews, "--init", "missing")[2].startswith(
        "atrous: missing: no such model folder"
    )
    assert not list(tmp_path.iterdir())


def test_train_logs_for_tensorboard_into_the_model_folder(atrous, reviews, tmp_path):
    words = ["--data", reviews, "--encode", "ngram", "--out", "model", *SMALL]
    assert atrous("train", *words, "--logger", "tensorboard")[0] == 0
    assert any(path.name.startswith("events.") for path in (tmp_path / "model" / "tensorboard").iterdir())
    code, _, err = atrous("train", *words, "--logger", "wandb", "--force")
    assert (code, err) == (2, "atrous: --logger wandb: expected tensorboard\n")
    code, _, err = atrous("train", *words, "--precision", "64", "--force")
    assert (code, err) == (2, "atrous: --precision 64: expected 32 or bf16\n")


def test_a_finished_run_is_left_alone_by_resume(atrous, reviews, tmp_path):
    words = ["train", "--data", reviews, "--encode", "ngram", "--out", "model", *SMALL, "--resume"]
    code, out, err = atrous(*words)
    assert code == 0
    assert "there is nothing to resume; starting from the beginning" in err

    def written():  # reading changes when a file was last read
        found = {path: path.stat() for path in tmp_path.rglob("*")}
        return {path: (one.st_ino, one.st_size, one.st_mtime_ns) for path, one in found.items()}

    before = written()
    again = atrous(*words)
    assert again[:2] == (0, out)
    assert "this run is finished" in again[2]
    assert written() == before


STAGES = {
    "reading": "atrous.data.corpus._rows",
    "tokenising": "atrous.training.tokens.fit_reader",
    "before the first step": "atrous.training.keeper.Keeper.on_train_start",
    "validating": "atrous.training.learner.Learner.on_validation_epoch_end",
    "scoring": "atrous.bundle.trained.Bundle.score_of",
    "writing the folder": "atrous.bundle.folder.card",
}


@pytest.mark.parametrize("stage", STAGES)
def test_ctrl_c_at_any_stage_is_one_line_and_leaves_nothing_half_written(atrous, reviews, tmp_path, monkeypatch, stage):
    words = ["train", "--data", reviews, "--encode", "ngram", "--out", "model", *SMALL, "--quiet"]
    words += ["--set", "train.batch=32", "--set", "train.epochs=2"]
    owner, _, name = STAGES[stage].rpartition(".")
    place = pkgutil.resolve_name(owner)
    meant, times = getattr(place, name), iter([True])

    def pressed(*arguments, **options):
        if next(times, False):
            signal.raise_signal(signal.SIGINT)
        return meant(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(place, name, pressed)
        code, out, err = atrous(*words)
    assert code == 130
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "atrous: stopped"
    assert {path.name for path in tmp_path.iterdir()} <= {"model", "model.unfinished"}
    if (tmp_path / "model").exists():
        assert package.load("model").scores["interrupted"]
    assert ("model" in out) == (stage == "validating")
    code, _, err = atrous(*words, "--resume")
    assert code == 0, err
    assert len(package.load("model").scores["curve"]) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"model"}
