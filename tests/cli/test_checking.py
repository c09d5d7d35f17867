import json
import shutil
import subprocess
import sys

import pytest
from tests.exporting.conftest import bag, exported, fresh  # noqa: F401  (fixtures)

from atrous.cli import checking
from atrous.exporting import verifying
from atrous.runtime.sessions import openvino_is_here


@pytest.fixture
def untrained(tmp_path):
    fresh("bag").save(tmp_path / "model")


@pytest.fixture
def not_exported(monkeypatch, exported):  # noqa: F811
    """Without the seconds that tracing takes: the export is that of the same model, made before."""
    monkeypatch.setattr(
        verifying, "write", lambda _, folder, **__: shutil.copytree(exported.folder, folder, dirs_exist_ok=True)
    )


def test_export_writes_a_folder_and_names_the_next_command(atrous, model, tmp_path):
    code, out, err = atrous("export", model, "out", "--quiet")
    assert (code, err) == (0, "")
    assert "model.onnx and stream.onnx" in out
    assert out.splitlines()[-1] == "  echo 'a text' | python out/run.py --json"
    code, out, err = atrous("export", model, "out", "--quiet")
    assert (code, out) == (2, "")
    assert err == "atrous: out: there already; name another folder, or replace it with --force\n"
    code, out, _ = atrous("export", model, "out", "--quiet", "--force", "--json")
    assert code == 0
    assert json.loads(out)["inputs"]["ids"]["type"] == "int32"
    code, out, _ = atrous("predict", "out", "x.txt")
    assert code == 2


@pytest.mark.parametrize("command", ["export", "verify"])
@pytest.mark.parametrize("damage", ["missing", "a file", "another folder", "truncated"])
def test_what_is_no_model_folder_is_refused_and_leaves_nothing(atrous, model, tmp_path, command, damage):
    place = tmp_path / "model"
    if damage == "a file":
        place.write_text("hello")
    elif damage == "another folder":
        place.mkdir()
    elif damage == "truncated":
        shutil.copytree(model, place)
        (place / "model.safetensors").write_bytes((model / "model.safetensors").read_bytes()[:1000])
    before = sorted(tmp_path.iterdir())
    code, out, err = atrous(command, "model", *(["out"] if command == "export" else ["--json"]))
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("atrous: model")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "command", [["export", "missing", "out"], ["verify", "missing"], ["verify", "{model}", "no.csv"]]
)
def test_what_is_wrong_is_refused_before_torch_is_imported(model, tmp_path, command):
    words = [word.format(model=model) for word in command]
    code = f"import sys; from atrous.cli import main; print(main({words!r}), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]


@pytest.mark.usefixtures("not_exported", "untrained")
def test_verify_prints_a_line_for_each_way(atrous):
    code, out, err = atrous("verify", "model")
    assert (code, err) == (0, "")
    head, *ways, last = out.splitlines()
    assert head.split() == ["way", "largest", "difference", "tolerance", "verdict"]
    assert [way[:18].strip() for way in ways] == [
        "alone", "padded", "batched", "streamed", "exported", "exported, streamed",
        *["exported, OpenVINO"] * openvino_is_here(),
    ]  # fmt: skip
    assert all(way.endswith("  agrees") for way in ways[:6])
    assert last.startswith("Every way that it can be read agrees: 16 texts drawn from the model's own vocabulary")


@pytest.mark.usefixtures("not_exported", "untrained")
def test_verify_reads_the_first_rows_of_the_data(atrous, tmp_path):
    (tmp_path / "rows.csv").write_text("review,id\n" + "a good film,1\nbad,2\n" * 9)
    code, out, err = atrous("verify", "model", "rows.csv", "--rows", "5")
    assert code == 0
    assert out.splitlines()[-1] == "Every way that it can be read agrees: 5 texts, the longest of 3 tokens."
    assert err == "rows.csv: text = 'review' (guessed; --text chooses)\n"
    found = json.loads(atrous("verify", "model", "rows.csv", "--json", "--quiet")[1])
    assert (found["passed"], found["rows"], found["drawn"], found["longest"]) == (True, 18, False, 3)
    assert found["ways"]["streamed"]["verdict"] == "agrees"


@pytest.mark.usefixtures("untrained")
def test_verify_exits_with_1_where_a_way_fails_or_is_refused(atrous, monkeypatch, tmp_path):
    def refuses(*_, **__):
        from atrous.errors import NotExportable

        raise NotExportable("torch cannot trace the model")

    monkeypatch.setattr(verifying, "write", refuses)
    code, out, err = atrous("verify", "model")
    assert (code, err) == (1, "")
    assert "refused: torch cannot trace the model" in out
    assert out.splitlines()[-1].startswith("2 of 6 ways FAILED: ")
    assert json.loads(atrous("verify", "model", "--json")[1])["passed"] is False


@pytest.mark.usefixtures("untrained")
def test_an_export_that_differs_exits_with_1_and_leaves_nothing(atrous, monkeypatch, tmp_path):
    from atrous.exporting import parity

    monkeypatch.setattr(parity, "EXPORT_ROUNDING", -1.0)
    code, out, err = atrous("export", "model", "out", "--quiet")
    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    assert line.startswith("atrous: out: not written: read as exported, the largest difference to the model is ")
    assert not (tmp_path / "out").exists()


def test_the_number_of_rows_is_the_functions_own():
    # Written out there, so that the help imports nothing heavy.
    assert checking.ROWS == verifying.ROWS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--precision", "int9"], "--precision: expected exact, bf16 or int8, got 'int9' (did you mean 'int8'?)"),
        (["--data", "rows.csv"], "--data: is what the loss of smaller numbers is measured on"),
        (["--precision", "int8", "--data", "missing.csv"], "missing.csv: no such file"),
        (["--precision", "int8", "--data", "rows.csv"], "rows.csv"),
        (["--precision", "int8", "--data", "empty.csv"], "empty.csv"),
    ],
)
@pytest.mark.usefixtures("untrained")
def test_a_precision_and_data_that_do_not_fit_are_refused_in_one_line(atrous, tmp_path, words, said):
    (tmp_path / "rows.csv").write_text("text,label\ngood,great\n")
    (tmp_path / "empty.csv").write_text("")
    code, out, err = atrous("export", "model", "out", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert not (tmp_path / "out").exists()
