"""One line on standard error naming file, line and remedy; exit status 2; nothing half-written."""

import json
import shutil
import subprocess
import sys

import pyarrow
import pyarrow.parquet
import pytest
import torch
from tests.cli.conftest import SMALL


def parquet(columns):
    """The bytes of a Parquet file with these columns."""
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table(columns), sink)
    return sink.getvalue().to_pybytes()


FILES = {
    "empty.csv": b"",
    "header.csv": b"text,label\n",
    "ragged.csv": b"text,label\ngood,pos\ngood, very good,pos\n",
    "quote.csv": b'text,label\ngood,pos\n"bad,neg\nworse,neg\n',
    "latin.csv": "text,label\ncafé,pos\n".encode("latin-1"),
    "one.csv": b"text,label\n" + b"good,pos\n" * 50,
    "names.csv": b"review,stars\ngood,5\nbad,1\n",
    "broken.jsonl": b'{"text": "good", "label": "pos"}\n{"text": "bad", "label"\n',
    "cut.parquet": parquet({"text": ["good", "bad"] * 500, "label": ["pos", "neg"] * 500})[:-100],
    "lists.parquet": parquet({"text": [["good"], ["bad"]], "label": ["pos", "neg"]}),
    "norows.parquet": parquet({"text": pyarrow.array([], "string"), "label": pyarrow.array([], "string")}),
    "hole.parquet": parquet({"text": ["good", None], "label": ["pos", "neg"]}),
}

TRAIN = [  # the file, what else is typed, what the one line says
    ("missing.csv", [], ["missing.csv", "check the path"]),
    ("empty.csv", [], ["empty.csv"]),
    ("header.csv", [], ["header.csv"]),
    ("ragged.csv", [], ["ragged.csv line 3: expected 2 columns, got 3", "quote"]),
    ("quote.csv", [], ["quote.csv line 3", "quote"]),
    ("latin.csv", [], ["latin.csv: byte 14", "--encoding"]),
    ("one.csv", [], ["one.csv: every row has the label 'pos'", "at least two"]),
    ("names.csv", ["--text", "reviews"], ["'reviews'", "did you mean 'review'"]),
    ("names.csv", ["--label", "star"], ["did you mean 'stars'"]),
    ("broken.jsonl", [], ["broken.jsonl line 2"]),
    ("cut.parquet", [], ["cut.parquet: damaged, cut short or not Parquet", "copy or write it again"]),
    ("lists.parquet", [], ["lists.parquet row 1: expected a text in 'text', got a list", "name another column"]),
    ("norows.parquet", [], ["norows.parquet: no rows; give a file that has at least one"]),
    ("hole.parquet", [], ["hole.parquet row 2: expected a text in 'text', got null"]),
    ("hole.parquet", ["--text", "txet"], ["hole.parquet: no column 'txet'", "did you mean 'text'"]),
    ("names.csv", ["--encode", "tcm"], ["did you mean 'tcn'"]),
    ("names.csv", ["--device", "tpu"], ["tpu"]),
    ("names.csv", ["--max-steps", "0"], ["'--max-steps': Input should be greater than or equal to 1", "--help"]),
    ("names.csv", ["--set", "data.max_steps=0"], ["'data.max_steps' is 0"]),
    ("names.csv", ["--nonsense"], ["--nonsense", "--help"]),
    ("names.csv", ["--encoding", "klingon"], ["klingon"]),
]


@pytest.fixture
def files(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("name, more, words", TRAIN, ids=[f"{name} {' '.join(more)}" for name, more, _ in TRAIN])
def test_train_refuses_in_one_line_and_leaves_nothing(atrous, files, name, more, words):
    before = sorted(files.iterdir())
    code, out, err = atrous("train", "--data", name, "--out", "model", *more, *SMALL[:2])
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("atrous: ")
    assert all(word in line for word in words), line
    assert sorted(files.iterdir()) == before


def test_all_wrong_settings_are_told_at_once(atrous, files):
    (files / "my.toml").write_text("[train]\nepoch = 3\nbatch = 0\n[encode]\nname = 'tcn'\ndept = 2\n")
    code, _, err = atrous("train", "my.toml", "--data", "names.csv", "--out", "model")
    assert code == 2
    assert "my.toml line 2: unknown setting 'train.epoch' = 3 (did you mean 'train.epochs'?)" in err
    assert "my.toml line 3: 'train.batch' is 0" in err
    assert "did you mean 'encode.depth'" in err
    assert not (files / "model").exists()


def test_an_output_that_exists_is_refused(atrous, files, model):
    shutil.copytree(model, files / "model")
    code, _, err = atrous("train", "--data", "names.csv", "--out", "model")
    assert code == 2
    assert "replace it with --force" in err


@pytest.mark.parametrize("damage", ["truncated", "missing", "a file", "another folder"])
@pytest.mark.parametrize("command", ["predict", "evaluate", "field"])
def test_a_model_folder_that_is_not_whole_is_refused(atrous, files, model, damage, command):
    place = files / "model"
    if damage == "a file":
        place.write_text("hello")
    elif damage == "another folder":
        place.mkdir()
    elif damage == "truncated":
        shutil.copytree(model, place)
        (place / "model.safetensors").write_bytes((model / "model.safetensors").read_bytes()[:1000])
    words = [command, "model", *([] if command == "field" else ["names.csv"])]
    code, out, err = atrous(*words)
    assert (code, out) == (2, ""), err
    (line,) = [line for line in err.splitlines() if line.startswith("atrous: ")]
    assert "model" in line
    assert "Traceback" not in err


def test_predict_prints_the_rows_before_a_bad_one_and_names_it(atrous, files, model):
    code, out, err = atrous("predict", model, "ragged.csv", "--quiet")
    assert code == 2
    assert [line.split("\t")[2] for line in out.splitlines()] == ["good"]
    assert "ragged.csv line 3" in err
    code, out, _ = atrous("predict", model, "ragged.csv", "--out", "answers.csv", "--quiet")
    assert (code, out) == (2, "")
    assert not (files / "answers.csv").exists()


def test_evaluate_names_a_label_that_the_model_does_not_know(atrous, files, model):
    (files / "rows.csv").write_text("text,label\ngood,pos\nodd,strange\n")
    code, _, err = atrous("evaluate", model, "rows.csv")
    assert code == 2
    assert "rows.csv line 3: the model has no label 'strange'" in err


def test_compare_refuses_what_train_refuses(atrous, files):
    for more, words in (([], "ragged.csv line 3"), (["--encode", "tcm,bag"], "did you mean 'tcn'")):
        code, _, err = atrous("compare", "--data", "ragged.csv", "--out", "race", *more)
        assert code == 2
        assert words in err
    assert not (files / "race").exists()


def test_a_newer_folder_says_what_to_install(atrous, files, model):
    shutil.copytree(model, files / "model")
    config = files / "model" / "config.toml"
    config.write_text(config.read_text().replace("format = 1", "format = 2"))
    code, _, err = atrous("predict", "model", "names.csv")
    assert code == 2
    assert "reads formats up to 1" in err
    assert json.loads((files / "model" / "scores.json").read_text())


def test_the_remedies_that_errors_name_help(atrous, files, model):
    (files / "latin.csv").write_bytes("text,label\ncafé,pos\nthé,neg\n".encode("latin-1"))
    code, out, _ = atrous("predict", model, "latin.csv", "--encoding", "latin-1", "--quiet")
    assert code == 0
    assert [line.split("\t")[2] for line in out.splitlines()] == ["café", "thé"]
    assert atrous("evaluate", model, "latin.csv", "--encoding", "latin-1", "--quiet")[0] == 0


@pytest.mark.parametrize(
    "name", ["missing.csv", "empty.csv", "header.csv", "quote.csv", "latin.csv", "broken.jsonl", "cut.parquet"]
)
def test_predict_refuses_what_it_cannot_read_and_leaves_nothing(atrous, files, model, name):
    before = sorted(files.iterdir())
    code, out, err = atrous("predict", model, name, "--out", "new/answers.csv", "--quiet")
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith(f"atrous: {name}")
    assert sorted(files.iterdir()) == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize("command", ["train", "compare", "predict", "evaluate"])
def test_a_device_that_is_not_there_is_refused_in_one_line(atrous, files, model, reviews, command):
    before = sorted(files.iterdir())
    data = [model, reviews] if command in ("predict", "evaluate") else ["--data", reviews, "--out", "out"]
    code, out, err = atrous(command, *data, "--device", "cuda", *(["--quiet"] if command[0] in "pe" else []))
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert "torch sees no CUDA device here; use --device cpu" in line
    assert sorted(files.iterdir()) == before


@pytest.mark.parametrize("command", ["compare", "demo"])
def test_an_output_that_exists_is_refused_before_torch_is_imported(files, reviews, command):
    (files / "race").mkdir()
    (files / "race" / "results.json").write_text("{}")
    words = [command, "--out", "race", *(["--data", str(reviews)] if command == "compare" else [])]
    code = f"import sys; from atrous.cli import main; print(main({words!r}), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=files, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]
    assert done.stderr == "atrous: race: there already; name another folder with --out, or replace it with --force\n"


@pytest.mark.parametrize("command", ["train", "predict"])
def test_the_program_itself_says_one_line_and_exits_with_2(files, model, command):
    words = [command, "--data", "ragged.csv"] if command == "train" else [command, str(model), "missing.txt"]
    done = subprocess.run([sys.executable, "-m", "atrous", *words], cwd=files, capture_output=True, text=True)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_compare_and_evaluate_refuse_a_damaged_parquet_file(atrous, files, model):
    for words in (["compare", "--data", "cut.parquet", "--out", "race"], ["evaluate", model, "cut.parquet"]):
        code, out, err = atrous(*words)
        assert (code, out) == (2, "")
        (line,) = err.splitlines()
        assert "cut.parquet: damaged" in line
    code, _, err = atrous("evaluate", model, "hole.parquet")
    assert code == 2
    assert "hole.parquet row 2: expected a text" in err
    assert not (files / "race").exists()


def test_answers_are_not_written_as_parquet(atrous, files, model):
    code, out, err = atrous("predict", model, "names.csv", "--out", "answers.parquet", "--quiet")
    assert (code, out) == (2, "")
    assert "answers.parquet: answers are not written as Parquet; name a .csv, .tsv or .jsonl file" in err
