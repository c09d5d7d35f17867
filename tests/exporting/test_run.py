"""The program of an export, run as its users run it: by a Python that finds neither torch nor atrous."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from atrous.cli import main as command
from atrous.exporting.run import main
from atrous.runtime.sessions import openvino_is_here

ROOT = Path(__file__).parents[2]

# As a user's Python would: numpy and onnxruntime are there, torch is not, and atrous is what lies beside run.py.
ALONE = """
import runpy, sys
for name in ("torch", "pydantic", "safetensors", "lightning", "typer", "pyarrow", "tokenizers", *{more}):
    sys.modules[name] = None
program, *sys.argv[1:] = sys.argv[1:]
sys.argv[0] = program
sys.path[:] = [path for path in sys.path if "atrous" not in path and not path.endswith("/src")]
sys.meta_path[:] = [one for one in sys.meta_path if "editable" not in repr(one)]
try:
    runpy.run_path(program, run_name="__main__")
finally:
    places = {{module.__file__ for name, module in sys.modules.items() if name.split(".")[0] == "atrous"}}
    assert all("/runtime/atrous/" in place for place in places if place), places
"""


def run(folder, *words, given="", without=(), cwd=None):
    """Run it: (exit status, standard output, standard error)."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-c", ALONE.format(more=tuple(without)), str(folder / "run.py"), *map(str, words)]
    done = subprocess.run(
        command, input=given.encode(), capture_output=True, env=environment, cwd=cwd or folder.parent, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def apart(text):
    """What is printed without its probabilities of six digits, and these."""
    return re.sub(r"\d\.\d{6}", "#", text), [*map(float, re.findall(r"\d\.\d{6}", text))]


def test_it_answers_texts_as_predict_does(bag, exported, tmp_path):
    texts = ["a good film", "", "bad bad film"]
    (tmp_path / "texts.txt").write_text("\n".join(texts) + "\n")
    code, out, err = run(exported.folder, tmp_path / "texts.txt", "--json")
    assert (code, err) == (0, "")
    for line, answer in zip(out.splitlines(), bag.predict(texts), strict=True):
        found, wanted = json.loads(line), answer.to_json()
        assert list(found) == list(wanted)
        assert found["label"] == wanted["label"]
        assert found["probabilities"] == pytest.approx(wanted["probabilities"], abs=2e-6)
    code, out, _ = run(exported.folder, given="a good film\n")
    assert code == 0
    label, _, text = out.rstrip("\n").split("\t")
    assert (label, text) == (bag.predict("a good film")[0].label, "a good film")


def test_it_tags_texts_as_predict_does(tagger, tagger_export, tmp_path):
    texts = ["a good film of Ann.", "", "J. Smith", "bad"]
    (tmp_path / "texts.txt").write_text("\n".join(texts) + "\n")
    code, out, err = run(tagger_export.folder, tmp_path / "texts.txt", "--json")
    assert (code, err) == (0, "")
    for line, answer in zip(out.splitlines(), tagger.predict(texts), strict=True):
        found, wanted = json.loads(line), answer.to_json()
        assert (found["tokens"], found["tags"]) == (wanted["tokens"], wanted["tags"])
        assert [span["text"] for span in found["spans"]] == [span["text"] for span in wanted["spans"]]
        assert found["probabilities"] == pytest.approx(wanted["probabilities"], abs=2e-6)


def test_it_writes_tags_as_the_command_predict_does(tagger, tagger_export, tmp_path, capsys):
    tagger.save(tmp_path / "model")
    (tmp_path / "texts.txt").write_text("a good film of Ann.\n\nJ. Smith\n")
    (tmp_path / "rows.conll").write_text("Ann X O\ngood X O\n\nfilm X O\n\n")
    (tmp_path / "rows.conllu").write_text("1\tAnn" + "\t_" * 8 + "\n2\tbad" + "\t_" * 8 + "\n\n")
    for words in (["texts.txt"], ["texts.txt", "--as", "conll"], ["texts.txt", "--top", "2"], ["rows.conll"],
                  ["rows.conllu", "--as", "conll"]):  # fmt: skip
        file, *options = [str(tmp_path / words[0]), *words[1:]]
        assert command(["predict", str(tmp_path / "model"), file, *options]) == 0
        wanted = capsys.readouterr().out
        assert main([file, *options], folder=tagger_export.folder) == 0
        (found, numbers), (wanted, expected) = apart(capsys.readouterr().out), apart(wanted)
        assert found == wanted, words
        assert numbers == pytest.approx(expected, abs=2e-6)  # the last of the printed digits may be rounded otherwise
    out = tmp_path / "tagged.conll"
    assert run(tagger_export.folder, tmp_path / "rows.conll", "--out", out) == (0, "", "")
    assert [line.split()[:3] for line in out.read_text().splitlines() if line] == [
        ["Ann", "X", "O"], ["good", "X", "O"], ["film", "X", "O"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--as", "spans", "--json"], "--as spans: is for standard output without --json"),
        (["--as", "spans", "--top", "2"], "--top: several answers to a text have no place there"),
        (["--out", "a.csv", "--json"], "--json: a.csv is written otherwise"),
        (["missing.conll"], "missing.conll: no such file"),
    ],
)
def test_what_a_tagger_does_not_take_is_refused_in_one_line(tagger_export, words, said):
    code, out, err = run(tagger_export.folder, *words, given="good\n")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_ways_to_write_tags_are_refused_where_there_are_none(exported):
    code, _, err = run(exported.folder, "--as", "tags", given="good\n")
    assert (code, err) == (2, "run.py: --as: this export is no tagger's; leave it out\n")


def test_it_reads_tables_and_writes_them(exported, tmp_path):
    (tmp_path / "rows.csv").write_text("review,id\na good film,1\nbad,2\n")
    code, out, err = run(exported.folder, "rows.csv", "--out", "answers.csv", cwd=tmp_path)
    assert (code, out, err) == (0, "", "rows.csv: text = 'review' (guessed; --text chooses)\n")
    header, *rows = (tmp_path / "answers.csv").read_text().splitlines()
    assert header == "label,probability,text"
    assert [row.rsplit(",", 1)[1] for row in rows] == ["a good film", "bad"]
    code, _, err = run(exported.folder, "rows.csv", "--out", "answers.csv", cwd=tmp_path)
    assert (code, "replace it with --force" in err) == (2, True)
    assert run(exported.folder, "rows.csv", "--text", "id", "--quiet", cwd=tmp_path)[2] == ""


def test_it_shows_the_next_labels_and_abstains_as_predict_does(bag, exported):
    answer = bag.predict("a good film")[0]
    code, out, err = run(exported.folder, "--top", "2", "--min-probability", "1", given="a good film\n")
    assert (code, err) == (0, "abstained on 1 of 1\n")
    label, _, *top, text = out.rstrip("\n").split("\t")
    assert (label, top[::2], text) == ("", [label for label, _ in answer.top(2)], "a good film")
    code, out, _ = run(exported.folder, "--top", "1", "--json", given="a good film\n")
    assert [one["label"] for one in json.loads(out)["top"]] == [answer.label]


@pytest.mark.parametrize("words", [["--top", "3"], ["--top", "0"], ["--min-probability", "1.5"]])
def test_what_an_export_cannot_show_is_refused_in_words(exported, words):
    line = one_line(*run(exported.folder, *words, given="text\n"))
    assert f"{' '.join(words)}: expected a number" in line


def one_line(code, out, err):
    assert (code, out) == (2, ""), err
    (line,) = err.splitlines()
    assert line.startswith("run.py: ")
    return line


@pytest.mark.parametrize("name", ["model.onnx", "vocabulary.json", "export.json", "runtime/atrous/runtime/graph.py"])
def test_a_missing_file_is_named_with_what_to_do(export, name):
    (export / name).unlink()
    line = one_line(*run(export, given="text\n"))
    assert f"{export / name}: missing; copy the whole export again" in line


def test_a_file_of_another_export_is_named_with_what_to_do(export):
    words = (export / "vocabulary.json").read_text()
    (export / "vocabulary.json").write_text(words.replace('"neg"', '"bad"'))
    line = one_line(*run(export, given="text\n"))
    assert f"{export / 'vocabulary.json'}: not the file that export.json lists: as long, but" in line


@pytest.mark.parametrize("damage", ["missing", "cut short"])
@pytest.mark.parametrize("name", ["errors.py", "runtime/manifest.py", "__init__.py"])
def test_what_it_imports_before_it_can_check_is_named_too(export, name, damage):
    path = export / "runtime" / "atrous" / name
    path.unlink() if damage == "missing" else path.write_text(path.read_text()[:-20] + '\n"""')
    line = one_line(*run(export, given="text\n"))
    assert "runtime/atrous" in line
    assert "copy the whole export again" in line


@pytest.mark.parametrize("name", ["numpy", "onnxruntime"])
def test_what_is_not_installed_is_named_with_the_command_that_installs_it(export, name):
    line = one_line(*run(export, given="text\n", without=[name]))
    assert line == f"run.py: {name} is not installed; python -m pip install -r {export / 'requirements.txt'}"


def test_a_reader_that_is_no_requirement_is_named_with_the_command_that_installs_it(export, tmp_path):
    (tmp_path / "rows.parquet").write_bytes(b"PAR1")
    line = one_line(*run(export, "rows.parquet", without=["pyarrow"]))
    assert line == "run.py: pyarrow is not installed; python -m pip install pyarrow"


@pytest.mark.parametrize("words", [["missing.csv"], ["--encoding", "klingon"], ["--format", "klingon"], ["--nonsense"]])
def test_wrong_words_are_refused_in_words(export, words):
    code, out, err = run(export, *words, given="text\n")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("run.py: ")
    assert words[-1] in err.splitlines()[-1]


def test_who_edits_the_list_of_packages_or_the_readme_breaks_nothing(export):
    with (export / "requirements.txt").open("a") as file:
        file.write("rich\n")
    (export / "README.md").unlink()
    assert run(export, given="good\n")[0] == 0


def test_ctrl_c_ends_it_with_one_line_and_130(export, monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr("atrous.answering.files.predict_file", stopped)
    assert main(["--json"], folder=export) == 130
    assert capsys.readouterr() == ("", "run.py: stopped\n")


def test_a_reader_that_has_had_enough_is_no_error(export):
    command = f"yes 'a good film' | {sys.executable} {export / 'run.py'} | head -2"
    done = subprocess.run(["bash", "-c", f"{command}; echo ${{PIPESTATUS[1]}}"], capture_output=True, text=True)
    assert done.stdout.splitlines()[2:] == ["0"]
    assert not done.stderr


@pytest.mark.slow
def test_it_runs_where_only_its_requirements_are_installed(bag, exported, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    folder = shutil.copytree(exported.folder, tmp_path / "elsewhere", ignore=shutil.ignore_patterns("__pycache__"))
    install = ["-m", "pip", "install", "--quiet", "-r", folder / "requirements.txt", "-c", ROOT / "constraints.txt"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def do(*words, code=0, given=None):
        done = subprocess.run(
            [python, *words], input=given, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
        )
        assert done.returncode == code, done.stderr
        return done

    do(*install)
    for name in ("torch", "atrous"):
        assert f"No module named '{name}'" in do("-c", f"import {name}", code=1).stderr
    texts = ["a good film", "", "bad", "good " * 300]
    done = do(folder / "run.py", "--json", given="\n".join(texts) + "\n")
    for line, answer in zip(done.stdout.splitlines(), bag.predict([text.rstrip() for text in texts]), strict=True):
        assert json.loads(line)["label"] == answer.label
        assert json.loads(line)["probabilities"] == pytest.approx(answer.probabilities, abs=2e-6)


def test_a_runtime_may_be_chosen(tagger, tagger_export, exported):
    expected = run(tagger_export.folder, "--as", "tags", given="a good film of Ann\n")
    assert expected[0] == 0
    assert (
        run(tagger_export.folder, "--as", "tags", "--runtime", "onnxruntime", given="a good film of Ann\n") == expected
    )
    if openvino_is_here():
        chosen = run(tagger_export.folder, "--as", "tags", "--runtime", "openvino", given="a good film of Ann\n")
        assert chosen == expected
        line = one_line(*run(exported.folder, "--runtime", "openvino", given="good\n"))
        assert line.startswith("run.py: runtime: OpenVINO does not answer as this model does (its numbers differ by")


def test_openvino_that_is_not_installed_is_no_harm_until_it_is_asked_for(tagger_export):
    long = "good film " * 600 + "\n"
    expected = run(tagger_export.folder, "--as", "tags", given=long)
    assert expected[0] == 0
    hidden = ALONE.replace('"tokenizers",', '"tokenizers", "openvino",')
    command = [sys.executable, "-c", hidden.format(more=()), str(tagger_export.folder / "run.py"), "--as", "tags"]
    done = subprocess.run(command, input=long.encode(), capture_output=True, check=False)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, expected[1], b"")
    done = subprocess.run([*command, "--runtime", "openvino"], input=b"good\n", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith("run.py: OpenVINO is not installed; python -m pip install openvino")
