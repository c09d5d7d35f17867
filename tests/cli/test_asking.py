import io
import json
import re
import shutil
import subprocess
import sys

import pyarrow.parquet
import pytest
from tests.cli.conftest import SMALL

import atrous as package
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser


def test_predict_answers_every_line_in_order(atrous, model, tmp_path):
    (tmp_path / "texts.txt").write_text("a good film\n\na bad film\n")
    code, out, _ = atrous("predict", model, "texts.txt")
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0
    assert [row[0] for row in rows][::2] == ["pos", "neg"]
    assert [row[2] for row in rows] == ["a good film", "", "a bad film"]


def test_predict_reads_standard_input(atrous, model, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a good film\n")))
    code, out, _ = atrous("predict", model, "-", "--json")
    assert code == 0
    assert json.loads(out)["label"] == "pos"


def test_evaluate_prints_a_table_or_one_object(atrous, model, reviews):
    code, out, _ = atrous("evaluate", model, reviews)
    assert code == 0
    assert "accuracy" in out.lower()
    found = json.loads(atrous("evaluate", model, reviews, "--json")[1])
    assert found["accuracy"] > 0.9
    assert found["rows"] == 200


def test_predict_ends_well_when_its_reader_has_had_enough(model):
    command = f"yes 'a good film' | {sys.executable} -m atrous predict {model} | head -2"
    done = subprocess.run(["bash", "-c", f"{command}; echo ${{PIPESTATUS[1]}}"], capture_output=True, text=True)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["pos", "pos", "0"]
    assert not done.stderr


def test_predict_names_the_column_that_the_model_was_trained_with(atrous, reviews, tmp_path):
    (tmp_path / "in.csv").write_text(reviews.read_text().replace("text,label", "said,mood"))
    words = ["--text", "said", "--label", "mood", "--encode", "bag", "--out", "m", "--set", "train.epochs=1", "--quiet"]
    assert atrous("train", "--data", "in.csv", *words)[0] == 0
    (tmp_path / "new.csv").write_text("text,said\nnot this,but this\n")
    assert atrous("predict", "m", "new.csv")[1].endswith("\tbut this\n")
    assert atrous("predict", "m", "new.csv", "--text", "text")[1].endswith("\tnot this\n")
    code, _, err = atrous("predict", "m", reviews)
    assert (code, "no column 'said'" in err) == (2, True)


def test_a_text_typed_at_a_terminal_is_answered_at_once(atrous, model, monkeypatch):
    class Terminal(io.TextIOWrapper):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(io.BytesIO(b"a good film\na bad film\n")))
    code, out, err = atrous("predict", model)
    assert (code, len(out.splitlines())) == (0, 2)
    assert err == "Type a text and Enter; Ctrl-D ends.\n"


@pytest.mark.parametrize("name", ["texts.txt", "texts.csv", "texts.tsv", "texts.jsonl", "texts.parquet", "-"])
def test_predict_shows_the_next_labels_and_abstains_whatever_it_reads(atrous, model, tmp_path, monkeypatch, name):
    texts = ["a good film", "a bad film", ""]
    (tmp_path / "texts.txt").write_text("\n".join(texts) + "\n")
    (tmp_path / "texts.csv").write_text("text,id\n" + "".join(f'"{text}",1\n' for text in texts))
    (tmp_path / "texts.tsv").write_text("text\tid\n" + "".join(f"{text}\t1\n" for text in texts))
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    pyarrow.parquet.write_table(pyarrow.table({"text": texts}), tmp_path / "texts.parquet")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a good film\na bad film\n\n")))
    plain = {label: float(share) for label, share in package.load(model).predict("")[0].probabilities.items()}
    least = max(plain.values()) + 0.001  # more than the empty text is worth, and less than the films are
    code, out, err = atrous("predict", model, name, "--top", "2", "--min-probability", str(least))
    rows = [line.split("\t") for line in out.splitlines()]
    assert (code, err.splitlines()[-1]) == (0, "abstained on 1 of 3")
    assert [row[0] for row in rows] == ["pos", "neg", ""]
    assert [row[2] for row in rows[:2]] == ["pos", "neg"]
    assert [row[-1] for row in rows] == texts
    assert [sum(map(float, row[3:6:2])) for row in rows] == [pytest.approx(1)] * 3


@pytest.mark.parametrize(
    "words, said",
    [
        (["--top", "0"], "--top 0: expected a number from 1 to 2"),
        (["--top", "-1"], "--top -1: expected a number from 1 to 2"),
        (["--top", "3"], "--top 3: expected a number from 1 to 2"),
        (["--top", "1.5"], "'--top'"),
        (["--min-probability", "0"], "--min-probability 0: expected a number above 0 and at most 1"),
        (["--min-probability", "1.5"], "--min-probability 1.5: expected"),
        (["--min-probability", "nan"], "--min-probability nan: expected"),
        (["--min-probability", "much"], "'--min-probability'"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_anything_is_read(atrous, model, words, said):
    code, out, err = atrous("predict", model, "missing.txt", *words)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err


def test_evaluate_says_what_abstaining_brings(atrous, model, reviews):
    code, out, _ = atrous("evaluate", model, reviews, "--min-probability", "0.6")
    assert code == 0
    assert re.search(r"^Answered with at least 0.6: [\d.]+% of the rows, [\d.]+% of them right\.$", out, re.MULTILINE)
    found = json.loads(atrous("evaluate", model, reviews, "--min-probability", "1", "--json")[1])
    assert found["answered"] == {"min_probability": 1, "rows": 0, "share": 0, "accuracy": None}
    assert found["rows"] == 200
    code, _, err = atrous("evaluate", model, reviews, "--min-probability", "2")
    assert (code, "--min-probability 2: expected" in err) == (2, True)


def test_eight_bits_answer_and_say_what_they_cost(atrous, model, reviews):
    pytest.importorskip("atrous.native._compiled", reason="no compiled kernels")
    code, out, _ = atrous("evaluate", model, reviews, "--int8", "--quiet")
    assert code == 0
    assert re.search(r"That is in 8 bits; in 32: accuracy [01]\.\d{4} \([+-]0\.\d{4} with 8\), loss \d", out)
    scores = json.loads(atrous("evaluate", model, reviews, "--int8", "--json", "--quiet")[1])
    assert scores["loss"] != scores["float32"]["loss"] == pytest.approx(scores["loss"], abs=0.05)
    plain = atrous("predict", model, reviews, "--quiet")[1].splitlines()
    fewer = atrous("predict", model, reviews, "--int8", "--quiet")[1].splitlines()
    assert [line.split("\t")[0] for line in plain] == [line.split("\t")[0] for line in fewer]


def test_eight_bits_of_another_model_are_refused(atrous, model, reviews):
    assert atrous("train", "--data", reviews, "--encode", "tcn", "--out", "tcn", "--quiet", *SMALL)[0] == 0
    code, _, err = atrous("predict", "tcn", reviews, "--int8")
    assert (code, "--int8: tcn is no n-gram classifier" in err) == (2, True)
    code, _, err = atrous("predict", model, "--int8", "--stream")
    assert (code, "--int8 does not go with --stream" in err) == (2, True)


@pytest.fixture
def computed(tmp_path):
    """The folder of a model that is computed."""
    reader = Reader(Tokeniser("words", True, ("a", "good", "film")))
    package.Bundle.fresh(load(encode="bag"), reader, ("neg", "pos")).save(tmp_path / "computed")
    return tmp_path / "computed"


@pytest.mark.slow
def test_a_compiled_model_gives_the_same_answers_and_says_why_the_first_takes_a_while(atrous, computed, reviews):
    shutil.which("g++") or pytest.skip("needs a C++ compiler")
    said = "compiling the model before its first answer, which takes seconds, or a minute\n"
    code, plain, err = atrous("predict", computed, reviews, "--quiet")
    assert (code, err) == (0, "")
    code, compiled, err = atrous("predict", computed, reviews, "--text", "text", "--compile")
    assert (code, err.count(said)) == (0, 1)
    for one, other in zip(plain.splitlines(), compiled.splitlines(), strict=True):
        (label, probability, text), found = one.split("\t"), other.split("\t")
        assert (found[0], found[2]) == (label, text)
        assert float(found[1]) == pytest.approx(float(probability), abs=1e-4)


def test_compile_is_refused_where_it_cannot_be_or_gains_nothing(atrous, model, computed, reviews, monkeypatch):
    for words, said in (
        ([model, reviews], f"--compile: the answers of {model} are looked up, so nothing is computed; leave it out"),
        ([model, reviews, "--int8"], "--int8 looks answers up, and --compile computes them; leave one out"),
        ([computed, "--stream"], "--compile does not go with --stream"),
    ):
        code, out, err = atrous("predict", *words, "--compile", "--quiet")
        assert (code, out, said in err) == (2, "", True)
    monkeypatch.setenv("CXX", "no-such-compiler")
    for command in ("predict", "evaluate"):
        code, out, err = atrous(command, computed, reviews, "--compile")
        assert (code, out) == (2, "")
        assert err.startswith("atrous: compiling a model needs a C++ compiler, and no-such-compiler is not found")
