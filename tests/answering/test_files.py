import csv
import gzip
import io
import json
import lzma
import os

import pytest

from atrous.answering.files import predict_file, style_of, windows
from atrous.answering.shown import Shown
from atrous.data.tables import Columns, read
from atrous.errors import ConfigError, DataError, OutputExists
from atrous.runtime.readable import Answer


def lengths(texts):
    """Answers that show which text they belong to."""
    return [Answer(str(len(text)), 0.5, {"a": 0.5, "b": 0.5}) for text in texts]


@pytest.mark.parametrize("rows", [1, 3, 4096])
def test_rows_are_answered_in_order_whatever_the_window(tmp_path, capsys, rows):
    source = tmp_path / "lines.txt"
    source.write_text("\n".join("x" * (7 * n % 11) for n in range(20)) + "\n")
    assert predict_file(lengths, source, rows=rows) == 20
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == [
        str(7 * n % 11) for n in range(20)
    ]


def test_a_text_that_is_refused_is_named_by_its_line_and_those_before_it_are_answered(tmp_path, capsys):
    def short_ones(texts):
        if any(len(text) > 5 for text in texts):
            raise DataError("a text of 9 tokens is too long")
        return lengths(texts)

    (tmp_path / "a.txt").write_text("one\n\nthree\ntoo long!\nfive\n")
    with pytest.raises(DataError, match=r"a\.txt line 4: a text of 9 tokens is too long$"):
        predict_file(short_ones, tmp_path / "a.txt")
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == ["3", "0", "5"]
    (tmp_path / "a.csv").write_text('text\n"a\nb"\n"much\ntoo long"\n')
    with pytest.raises(DataError, match=r"a\.csv line 4: a text"):
        predict_file(short_ones, tmp_path / "a.csv", tmp_path / "out.csv", rows=1, quiet=True)
    assert not (tmp_path / "out.csv").exists()


def test_a_window_ends_at_so_many_bytes():
    assert [len(window) for window in windows(iter(["ééé"] * 5), rows=9, size=12)] == [2, 2, 1]


def test_tables_and_json_lines_are_read_by_their_text_column(tmp_path, capsys):
    (tmp_path / "a.csv").write_text('id,text\n1,"two, words"\n')
    (tmp_path / "a.tsv").write_text("id\ttext\n1\tword\n")
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "x"}\n')
    for name in ("a.csv", "a.tsv", "a.jsonl"):
        predict_file(lengths, tmp_path / name, quiet=True)
    assert capsys.readouterr().out.splitlines() == ["10\t0.500000\ttwo, words", "4\t0.500000\tword", "1\t0.500000\tx"]


def test_json_is_one_object_a_row(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("one\n\n")
    predict_file(lengths, tmp_path / "a.txt", json=True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == {"label": "3", "probability": 0.5, "probabilities": {"a": 0.5, "b": 0.5}}
    assert len(rows) == 2


@pytest.mark.parametrize("name, reader", [("o.csv", open), ("o.csv.gz", gzip.open), ("o.tsv.xz", lzma.open)])
def test_the_ending_of_out_says_how_it_is_written(tmp_path, name, reader):
    (tmp_path / "a.txt").write_text('say "hi", you\n')
    predict_file(lengths, tmp_path / "a.txt", tmp_path / name)
    with reader(tmp_path / name, "rt", encoding="utf-8") as file:
        head, row = file.read().splitlines()
    assert head.replace("\t", ",") == "label,probability,text"
    assert '"say ""hi"", you"' in row


def test_with_out_a_bad_row_leaves_nothing_and_on_standard_output_the_rows_before_it(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("text,id\none,1\ntwo,2\nthree,3,4\n")
    with pytest.raises(DataError, match=r"a\.csv line 4: expected 2 columns, got 3"):
        predict_file(lengths, tmp_path / "a.csv", tmp_path / "o.csv", rows=2, quiet=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    with pytest.raises(DataError, match="line 4"):
        predict_file(lengths, tmp_path / "a.csv", rows=4, quiet=True)
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_an_output_that_exists_is_refused_and_forced(tmp_path):
    (tmp_path / "a.txt").write_text("one\n")
    (tmp_path / "o.txt").write_text("precious")
    with pytest.raises(OutputExists, match="--force"):
        predict_file(lengths, tmp_path / "a.txt", tmp_path / "o.txt")
    predict_file(lengths, tmp_path / "a.txt", tmp_path / "o.txt", force=True)
    assert (tmp_path / "o.txt").read_text() == "3\t0.500000\tone\n"


def test_json_in_a_table_is_refused():
    with pytest.raises(ConfigError, match=r"name a \.jsonl file"):
        style_of("o.csv", json=True)


def test_every_row_of_a_table_written_reads_back_as_it_was(tmp_path):
    texts = ["plain", "", "two\nlines", 'a "quote"', "tab\there", "comma, here", " spaces ", "中文"]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    for name in ("o.csv", "o.tsv", "o.jsonl", "o.csv.xz", "o.jsonl.gz"):
        predict_file(lengths, source, tmp_path / name)
        rows = list(read(tmp_path / name, Columns("text", "label", None)))
        assert [row.text for row in rows] == texts, name
        assert [row.label for row in rows] == [str(len(text)) for text in texts], name


def test_a_row_stays_a_line_on_standard_output(tmp_path, capsys):
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": "a\tb\nc\u2028d"}) + "\n")
    predict_file(lengths, tmp_path / "in.jsonl")
    assert capsys.readouterr().out == "7\t0.500000\ta b c d\n"


def test_the_same_answers_are_the_same_bytes_compressed_too(tmp_path):
    (tmp_path / "a.txt").write_text("one\n")
    for name in ("first.csv.gz", "second.csv.gz"):
        predict_file(lengths, tmp_path / "a.txt", tmp_path / name)
    assert (tmp_path / "first.csv.gz").read_bytes() == (tmp_path / "second.csv.gz").read_bytes()


def test_a_window_is_answered_before_the_next_is_read(monkeypatch, capsys):
    """A pipe that trickles: what is asked first is answered while the rest is still to come."""
    reader, writer = (os.fdopen(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
    standard_input = io.TextIOWrapper(reader)
    monkeypatch.setattr("sys.stdin", standard_input)
    answered = []

    def answer(texts):
        answered.append(list(texts))
        if len(answered) < 3:
            writer.write(f"text {len(answered)}\n".encode())
            writer.flush()
        else:
            writer.close()
        return lengths(texts)

    writer.write(b"text 0\n")
    writer.flush()
    with standard_input:
        assert predict_file(answer, "-", "-", rows=1) == 3
    assert answered == [["text 0"], ["text 1"], ["text 2"]]
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_file_that_cannot_be_read_is_told_before_anything_is_answered(tmp_path):
    def answer(texts):
        raise AssertionError("the model is not asked")

    with pytest.raises(DataError, match="no such file"):
        predict_file(answer, tmp_path / "missing.csv", tmp_path / "new" / "o.csv")
    (tmp_path / "a.csv").write_text("text,id\none,1\n")
    with pytest.raises(ConfigError, match="no column 'texts' \\(did you mean 'text'"):
        predict_file(answer, tmp_path / "a.csv", tmp_path / "new" / "o.csv", text="texts")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["o.csv", "o.tsv.gz", "o.jsonl", "o.txt", None])
def test_the_labels_that_come_next_are_columns_before_the_text_or_a_list(tmp_path, capsys, name):
    (tmp_path / "a.txt").write_text("one\nthree\n")
    shown = Shown(top=2, min_probability=0.9)
    predict_file(lengths, tmp_path / "a.txt", name and tmp_path / name, shown=shown)
    said = capsys.readouterr()
    assert said.err == "abstained on 2 of 2\n"
    if name == "o.jsonl":
        top = [{"label": "a", "probability": 0.5}, {"label": "b", "probability": 0.5}]
        rows = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        assert rows == [{"text": text, "label": None, "probability": 0.5, "top": top} for text in ("one", "three")]
        return
    if name in ("o.csv", "o.tsv.gz"):
        head, row, _ = read_back(tmp_path / name)
        assert head == ["label", "probability", "label_1", "probability_1", "label_2", "probability_2", "text"]
    else:
        row = ((tmp_path / name).read_text() if name else said.out).splitlines()[0].split("\t")
    assert row == ["", "0.500000", "a", "0.500000", "b", "0.500000", "one"]


def read_back(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", newline="") as file:
        return list(csv.reader(file, delimiter="," if ".csv" in path.name else "\t"))


def test_quietly_it_abstains_without_a_word(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("one\n")
    predict_file(lengths, tmp_path / "a.txt", shown=Shown(min_probability=0.5), quiet=True)
    predict_file(lengths, tmp_path / "a.txt", shown=Shown(min_probability=0.6), quiet=True)
    assert capsys.readouterr() == ("3\t0.500000\tone\n\t0.500000\tone\n", "")
