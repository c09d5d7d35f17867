import io
import json
import sys

import pytest
import torch

import atrous as package


def test_a_text_is_explained_with_signs_where_there_are_no_colours(atrous, model):
    code, out, err = atrous("explain", model, "a good film seen 1 times")
    assert (code, err) == (0, "")
    assert out.startswith("The model answers pos: probability ")
    assert "gradient × input:\n" in out and "occlusion:\n" in out
    assert "\x1b" not in out and "[+++" in out


def test_a_terminal_gets_colours_unless_nobody_wants_them(atrous, model, monkeypatch):
    monkeypatch.setattr("atrous.cli.explaining.sys", type("Sys", (), {"stdout": _Terminal(), "stderr": sys.stderr}))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[38;5;16;48;5;33m" in atrous("explain", model, "a good film")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in atrous("explain", model, "a good film")[1]


class _Terminal:
    def isatty(self):
        return True


def test_json_is_one_object_of_the_label_that_was_asked(atrous, model):
    code, out, _ = atrous(
        "explain", model, "a good film", "--label", "neg", "--method", "occlusion", "--words", "--json"
    )
    found = json.loads(out)
    assert (code, found["label"], found["answer"]) == (0, "neg", "pos")
    assert [one["text"] for one in found["pieces"]] == ["a", " good", " film"]
    assert min(found["pieces"], key=lambda one: one["occlusion"])["text"] == " good"
    assert "gradient" not in found["pieces"][0]


def test_a_page_is_written_once(atrous, model, tmp_path):
    assert atrous("explain", model, "a שלום film", "--html", "why.html")[0] == 0
    page = (tmp_path / "why.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "ש" in page
    code, _, err = atrous("explain", model, "a good film", "--html", "why.html")
    assert (code, "why.html" in err, "--force" in err) == (2, True, True)
    assert atrous("explain", model, "a good film", "--html", "why.html", "--force")[0] == 0


def test_a_text_comes_from_standard_input_or_out_of_a_file(atrous, model, reviews, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a bad film\n")))
    assert json.loads(atrous("explain", model, "-", "--json")[1])["texts"] == ["a bad film"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("caf\u00e9\r\n".encode("latin-1"))))
    assert json.loads(atrous("explain", model, "-", "--json", "--encoding", "latin-1")[1])["texts"] == ["caf\u00e9"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9\n")))
    assert "standard input: byte 3 is not UTF-8; name the file's encoding" in atrous("explain", model, "-")[2]
    code, out, _ = atrous("explain", model, "--file", reviews, "--line", 3, "--json")
    assert (code, json.loads(out)["texts"]) == (0, ["a bad film seen 1 times"])
    assert json.loads(atrous("explain", model, "--file", reviews, "--json")[1])["texts"] == ["a good film seen 0 times"]


def test_the_ngrams_of_the_filters_are_listed(atrous, model, reviews):
    code, out, _ = atrous("explain", model, "--ngrams", reviews, "--top", 2, "--quiet")
    assert code == 0
    assert out.count("filter ") == 2 and out.rstrip().endswith("of 200 rows.")
    found = json.loads(
        atrous("explain", model, "--ngrams", reviews, "--rows", 50, "--filter", 3, "--json", "--quiet")[1]
    )
    assert (found["rows"], [one["filter"] for one in found["filters"]]) == (50, [3])


def test_a_filter_is_projected_back(atrous, model, reviews):
    code, out, _ = atrous("explain", model, "a good film", "--deconv")
    assert code == 0 and out.startswith("Filter ") and "strength     own  piece" in out
    found = json.loads(atrous("explain", model, "--ngrams", reviews, "--deconv", "--json", "--quiet")[1])
    assert found["activation"] > 0 and found["texts"][0].startswith("a ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([""], "the text is empty"),
        (["  "], "the text is empty"),
        ([], "needs a TEXT (- is standard input), --file FILE or --ngrams DATA, got nothing"),
        (["a", "--file", "x.csv"], "got more than one of them"),
        (["a", "--line", "2"], "--line goes with --file"),
        (["a", "--filter", "2"], "--filter goes with --ngrams or --deconv"),
        (["a", "--deconv", "--label", "pos"], "--label goes with the explanation of a text"),
        (["a", "--deconv", "--words"], "--words goes with the explanation of a text"),
        (["--ngrams", "x.csv", "--method", "both"], "--method goes with the explanation of a text"),
        (["a", "--deconv", "--top", "3"], "--top goes with lists of pieces or of filters"),
        (["a", "--rows", "3"], "--rows goes with --ngrams"),
        (["--file", "x.csv", "--rows", "3"], "--rows goes with --ngrams"),
        (["a", "--text", "t", "--encoding", "utf-8"], "--text, --encoding: only for a file; give one with --file"),
        (["a", "--deconv", "--filter", "100000"], "there is no filter 100000: this model has the filters 0 to"),
        (["a", "--label", "posh"], "no label 'posh' (did you mean 'pos'?)"),
        (["--file", "empty.csv"], "empty.csv: "),
        (["--ngrams", "empty.csv"], "empty.csv: "),
        (["--ngrams", "blank.txt"], "no row has a token"),
        (["--file", "blank.txt", "--line", "9"], "blank.txt: no row begins in line 9"),
        (["--ngrams", "none.csv"], "none.csv"),
        (["a", "--method", "guess"], "'guess' is not one of"),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_line(atrous, model, tmp_path, words, said):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "blank.txt").write_text("\n\n")
    code, out, err = atrous("explain", model, *words)
    assert (code, out, said in err) == (2, "", True), err
    assert "Traceback" not in err


def test_a_dead_model_and_one_without_filters_are_called_so(atrous, model, reviews, tmp_path):
    dead = package.load(model)
    with torch.no_grad():
        for weight in dead.model.encode.parameters():
            weight.fill_(-1.0)
        dead.model.embed.vectors.abs_()
    dead.save(tmp_path / "dead")
    for words in (["a good film"], ["--ngrams", reviews], ["a good film", "--deconv"]):
        code, _, err = atrous("explain", "dead", *words)
        assert (code, "the model is dead" in err) == (2, True), err
    settings = ["--set", "train.epochs=1", "--set", "encode.channels=4", "--quiet"]
    assert atrous("train", "--data", reviews, "--encode", "gru", "--out", "gru", *settings)[0] == 0
    for words, said in (
        (["--ngrams", reviews], "no filters that look for n-grams"),
        (["a", "--deconv"], "GRU: it is no"),
    ):
        code, _, err = atrous("explain", "gru", *words)
        assert (code, said in err) == (2, True), err
    assert atrous("explain", "gru", "a good film")[0] == 0
