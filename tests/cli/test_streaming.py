import io
import json
import os
import pty
import signal
import subprocess
import sys

import pytest
import torch

from atrous.bundle import Bundle
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

TEXTS = "a good film\r\n\na bad film, seen twice\nunended"


@pytest.fixture
def typed(monkeypatch):
    """Give bytes on standard input."""

    def give(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


def running(model, *words, **more):
    """The command itself, its standard input and output in our hands."""
    command = [sys.executable, "-m", "atrous", "predict", str(model), "--stream", *words]
    # Who starts the tests in the background may have told all their children to ignore Ctrl-C.
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **{**pipes, **more}
    )


def test_a_stream_ends_each_line_with_the_answer_of_predict(atrous, model, typed, tmp_path):
    (tmp_path / "texts.txt").write_text(TEXTS)
    expected = [json.loads(line) for line in atrous("predict", model, "texts.txt", "--json")[1].splitlines()]
    typed(TEXTS.encode())
    code, out, err = atrous("predict", model, "--stream", "--json")
    assert (code, err) == (0, "")
    final = [found for found in map(json.loads, out.splitlines()) if found["final"]]
    assert [(found["line"], found["tokens"]) for found in final] == [(1, 11), (2, 0), (3, 22), (4, 7)]
    for found, wanted in zip(final, expected, strict=True):
        assert found["label"] == wanted["label"]
        assert found["probabilities"] == pytest.approx(wanted["probabilities"], abs=1e-5)


def test_every_so_many_tokens_there_is_a_row(atrous, model, typed):
    typed(b"a good film\na bad\n")
    code, out, _ = atrous("predict", model, "--stream", "--every", "4")
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0
    assert [row[:3] for row in rows] == [
        ["1", "4", "so far"],
        ["1", "8", "so far"],
        ["1", "11", "final"],
        ["2", "4", "so far"],
        ["2", "5", "final"],
    ]
    assert {row[3] for row in rows} <= {"pos", "neg"}
    assert all(0.5 <= float(row[4]) <= 1 for row in rows)


def test_a_stream_shows_the_next_labels_and_counts_the_lines_it_abstained_on(atrous, model, typed):
    typed(b"a good film\na bad\n")
    code, out, err = atrous("predict", model, "--stream", "--every", "4", "--top", "2", "--min-probability", "1")
    rows = [line.split("\t") for line in out.splitlines()]
    assert (code, err) == (0, "abstained on 2 of 2\n")
    assert [(row[2], row[3]) for row in rows if row[2] == "final"] == [("final", "")] * 2
    assert all({row[5], row[7]} == {"pos", "neg"} and row[4] == row[6] for row in rows)
    typed(b"a good film\n")
    code, out, err = atrous("predict", model, "--stream", "--top", "1", "--min-probability", "1", "--json", "--quiet")
    assert (code, err) == (0, "")
    found = json.loads(out.splitlines()[-1])
    assert (found["label"], [one["label"] for one in found["top"]]) == (None, ["pos"])


def test_what_is_written_is_answered_before_the_line_ends(model):
    process = running(model, "--json")
    process.stdin.write("a good é".encode()[:-1])  # half a character, which says nothing yet
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["tokens"] == 7
    process.stdin.write("é".encode()[-1:])
    process.stdin.flush()
    found = json.loads(process.stdout.readline())
    assert (found["line"], found["tokens"], found["final"], found["label"]) == (1, 8, False, "pos")
    out, err = process.communicate(b"\n")
    assert [json.loads(line)["final"] for line in out.splitlines()] == [True]
    assert (process.returncode, err) == (0, b"")


def test_on_a_terminal_a_line_is_written_over(model):
    ours, theirs = pty.openpty()
    process = running(model, stdout=theirs)
    process.stdin.write(b"a good")
    process.stdin.flush()
    shown = b""
    while b"so far" not in shown:
        shown += os.read(ours, 1000)
    process.communicate(b" film\n")
    while b"final" not in shown:
        shown += os.read(ours, 1000)
    first, second, rest = shown.split(b"\r", 2)[1], shown.split(b"\r", 2)[2], shown.count(b"\n")
    assert first.startswith(b"line 1, 6 tokens, so far: pos 0.")
    assert second.startswith(b"line 1, 11 tokens, final: pos 0.")
    assert rest == 1
    os.close(ours)
    os.close(theirs)


def test_a_stream_is_stopped_by_ctrl_c_and_ends_with_its_reader(model):
    with running(model) as process:
        process.stdin.write(b"a good film")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr.read() == b"atrous: stopped\n"
    command = f"yes 'a good film' | {sys.executable} -m atrous predict {model} --stream | head -2"
    done = subprocess.run(["bash", "-c", f"{command}; echo ${{PIPESTATUS[1]}}"], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0"
    assert not done.stderr


@pytest.mark.parametrize(
    ("words", "content", "said"),
    [
        (["--stream"], b"good\nb\xffd\n", "standard input: byte 6 is not UTF-8; name the file's encoding"),
        (["--stream"], b"", "standard input: nothing in it"),
        (["--stream", "--encoding", "klingon"], b"good\n", "unknown encoding 'klingon'"),
        (["--every", "3"], b"good\n", "--every goes with --stream"),
        (["--stream", "--every", "0"], b"good\n", "--every"),
        (["texts.txt", "--stream"], b"good\n", "--stream reads standard input, not texts.txt"),
        (["--stream", "--out", "answers.csv"], b"good\n", "--out does not go with --stream"),
        (["--stream", "--text", "said"], b"good\n", "--text does not go with --stream"),
        (["--stream", "--format", "csv"], b"good\n", "--format does not go with --stream"),
    ],
)
def test_what_a_stream_does_not_take_is_refused_in_one_line(atrous, model, typed, tmp_path, words, content, said):
    typed(content)
    code, _, err = atrous("predict", model, *words)
    (line,) = err.splitlines()
    assert (code, line.startswith("atrous: ")) == (2, True)
    assert said in line
    assert not list(tmp_path.glob("answers*"))


def test_a_bad_line_of_a_series_is_named_after_the_answers_before_it(atrous, typed):
    settings = load(encode="tcn", embed="values")
    Bundle.fresh(settings, Reader(series=Series((0.0,), (1.0,))), ("neg", "pos")).save("m")
    typed(b"1 2 ?\n1 x\n2\n")
    code, out, err = atrous("predict", "m", "--stream")
    assert (code, [line.split("\t")[:3] for line in out.splitlines()]) == (2, [["1", "3", "final"]])
    assert err.startswith("atrous: standard input line 2: after 1 steps, step 1: 'x' is no finite number")


def test_another_encoding_is_read(atrous, model, typed):
    typed("a good café\n".encode("utf-16"))
    code, out, _ = atrous("predict", model, "--stream", "--encoding", "utf-16", "--every", "100")
    assert (code, out.split("\t")[:3]) == (0, ["1", "11", "final"])


def test_a_model_that_does_not_stream_is_refused(atrous, typed):
    Bundle.fresh(load(encode="bilstm"), Reader(Tokeniser("bytes", False, ())), ("neg", "pos")).save("m")
    typed(b"good\n")
    code, out, err = atrous("predict", "m", "--stream")
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert "must see the whole of a text" in line
    assert "such as tcn or lstm" in line


@pytest.fixture
def tagger(atrous):
    """A folder with a tagger of words that looks ahead."""
    settings = load(None, ["encode.depth=1"], task="tag", encode="residual", embed="words", predict={"scheme": "plain"})
    reader = Reader(Tokeniser("words", True, ("ann", "left", "rome")), rule="fine")
    torch.manual_seed(0)
    bundle = Bundle.fresh(settings, reader, ("NOUN", "VERB", "OTHER"))
    bundle.save("tagger")
    return bundle


def test_a_tagger_prints_each_token_once_with_its_tag_and_an_empty_line_behind_a_line(atrous, tagger, typed):
    typed(b"Ann left Rome.\n\nAnn le")
    code, out, err = atrous("predict", "tagger", "--stream")
    assert (code, err) == (0, "")
    expected = tagger.predict(["Ann left Rome.", "", "Ann le"])
    rows = [[f"{token}\t{tag}" for token, tag in zip(one.tokens, one.tags, strict=True)] + [""] for one in expected]
    assert out.split("\n")[:-1] == [row for line in rows for row in line]
    typed(b"Ann left Rome.\n\nAnn le")
    found = [json.loads(line) for line in atrous("predict", "tagger", "--stream", "--json")[1].splitlines()]
    assert [one["line"] for one in found if one["final"]] == [1, 2, 3]
    assert [tag for one in found for tag in one["tags"]] == [tag for one in expected for tag in one.tags]


def test_a_tagger_tags_before_the_line_ends(tagger):
    delay = tagger.delay
    assert delay > 0
    process = running("tagger")
    process.stdin.write(b"Ann left Rome " + b"and " * delay)
    process.stdin.flush()
    said = [process.stdout.readline().decode().rstrip("\n").split("\t") for _ in range(3)]
    assert [token for token, _ in said] == ["Ann", "left", "Rome"]
    out, err = process.communicate(b".\n")
    assert (process.returncode, err) == (0, b"")
    assert [line.split("\t")[0] for line in out.decode().splitlines()] == ["and"] * delay + [".", ""]


def test_the_tags_of_spans_are_written_as_predict_writes_them(atrous, typed):
    settings = load(None, ["encode.depth=1"], task="tag", encode="tcn", embed="words", predict={"name": "crf"})
    settings = settings.model_copy(update={"predict": settings.predict.model_copy(update={"scheme": "bilou"})})
    torch.manual_seed(0)
    reader = Reader(Tokeniser("words", True, ("ann", "left")), rule="fine")
    bundle = Bundle.fresh(settings, reader, ("B-X", "I-X", "L-X", "U-X"))  # every token is in a span
    bundle.save("spans")
    for options in ([], ["--scheme", "bilou"]):
        typed(b"Ann left Ann\n")
        code, whole, _ = atrous("predict", "spans", "--as", "conll", *options)
        assert (code, "U-X" in whole or "L-X" in whole) == (0, bool(options))
        typed(b"Ann left Ann\n")
        assert atrous("predict", "spans", "--stream", *options) == (0, whole, "")
    typed(b"Ann left Ann\n")
    code, _, err = atrous("predict", "spans", "--stream", "--top", "2")
    assert (code, "--top does not go with --stream" in err) == (2, True)


@pytest.mark.usefixtures("tagger")
@pytest.mark.parametrize(
    ("words", "content", "said"),
    [
        (["--as", "conll"], b"good\n", "--as does not go with --stream"),
        (["--tokens", "1"], b"good\n", "--tokens does not go with --stream"),
        (["--scheme", "iob2"], b"good\n", "--scheme iob2: this model gives every token a tag, and no spans"),
        (["--every", "3"], b"good\n", "--every does not go with a tagger, which says the tag of each token once"),
        ([], b"", "standard input: nothing in it"),
        ([], b"good\nb\xffd\n", "standard input: byte 6 is not UTF-8"),
    ],
)
def test_what_a_tagger_does_not_take_is_refused_in_one_line(atrous, typed, words, content, said):
    typed(content)
    code, _, err = atrous("predict", "tagger", "--stream", *words)
    (line,) = err.splitlines()
    assert (code, said in line) == (2, True)
