from __future__ import annotations

import gzip
import io
import itertools
import json
import os
import subprocess
import sys
import tracemalloc

import pyarrow
import pyarrow.parquet
import pytest

from atrous.data.given import Given
from atrous.data.tables import Columns, Row, columns, read, read_texts
from atrous.errors import ConfigError, DataError

ANNOUNCED = "{path}: text = 'review', label = 'stars' (guessed; --text and --label choose)"


@pytest.fixture
def file(tmp_path):
    def write(name: str, content: str):
        path = tmp_path / name
        path.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
        return path

    return write


@pytest.fixture
def standard_input(monkeypatch):
    def give(content: str) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))

    return give


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "review,stars\ngood,5\nbad,1\n"),
        ("a.tsv", "stars\treview\n5\tgood\n1\tbad\n"),
        ("a.jsonl", '{"review": "good", "stars": 5}\n{"stars": "1", "review": "bad"}\n'),
        ("a.csv.gz", "id,stars,review\n1,5,good\n2,1,bad\n"),
    ],
)
def test_every_format_gives_the_same_rows(file, name, content):
    path = file(name, content)
    found, announcement = columns(path)
    assert found == Columns("review", "stars", None)
    assert announcement == ANNOUNCED.format(path=path)
    first = 1 if "jsonl" in name else 2
    assert list(read(path, found)) == [Row("good", "5", "", first), Row("bad", "1", "", first + 1)]


def test_named_columns_are_not_announced(file):
    path = file("a.csv", "a,b,c\n1,2,3\n")
    assert columns(path, text="b", label="a", group="c") == (Columns("b", "a", "c"), "")
    assert list(read(path, Columns("b", "a", "c"))) == [Row("2", "1", "3", 2)]


def test_only_what_was_guessed_is_announced(file):
    path = file("a.csv", "a,label,text\n1,2,3\n")
    assert columns(path, text="a") == (
        Columns("a", "label", None),
        f"{path}: label = 'label' (guessed; --label chooses)",
    )
    assert columns(path, label="label", need_label=False)[1] == f"{path}: text = 'text' (guessed; --text chooses)"


def test_columns_are_guessed_by_content_where_names_say_nothing(file):
    rows = "".join(f"{n},{'ab'[n % 2]},some words that are long {n}\n" for n in range(9))
    found, announcement = columns(file("a.csv", f"v1,v2,v3\n{rows}"))
    assert found == Columns("v3", "v2", None)
    assert "text = 'v3', label = 'v2' (guessed" in announcement


def test_a_group_is_never_guessed_nor_taken_for_something_else(file):
    path = file("a.csv", "text,label,group\nx,1,g\n")
    assert columns(path)[0].group is None
    rows = "".join(f"{n % 2},{n % 3},text {n}\n" for n in range(9))
    assert columns(file("b.csv", f"v1,v2,v3\n{rows}"), group="v1")[0] == Columns("v3", "v2", "v1")


def test_without_need_a_label_is_none(file):
    assert columns(file("a.csv", "text,label\nx,y\n"), need_label=False)[0] == Columns("text", None, None)
    assert columns(file("a.csv", "text,label\nx,y\n"), need_label=False, label="label")[0].label == "label"


def test_plain_text_is_a_column_without_labels(file):
    path = file("a.txt", "one\n\ntwo\n")
    found = columns(path, need_label=False)
    assert found == (Columns("text", None, None), "")
    assert [row.text for row in read(path, found[0])] == ["one", "", "two"]
    with pytest.raises(ConfigError, match=r"a\.txt: plain text has no columns; give labelled rows as \.csv"):
        columns(path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"text": "txet"}, r"a\.csv: no column 'txet' \(did you mean 'text'\?\); the columns are 'text', 'kind'"),
        ({"label": "Kind"}, r"no column 'Kind' \(did you mean 'kind'\?\)"),
        ({"group": "who"}, "no column 'who'"),
        ({"text": "text", "label": "text"}, r"a\.csv: column 'text' was named twice; the columns are"),
    ],
)
def test_wrong_column_names_are_refused(file, options, words):
    with pytest.raises(ConfigError, match=words):
        columns(file("a.csv", "text,kind\nx,y\n"), **options)


def test_a_table_of_one_column_has_no_label(file):
    with pytest.raises(ConfigError, match="no column looks like the label; name it with --label: the only column is"):
        columns(file("a.csv", "text\nx\n"))


def test_objects_without_texts_have_no_text(file):
    with pytest.raises(ConfigError, match="no column looks like the text; name it with --text"):
        columns(file("a.jsonl", '{"a": [1], "b": null}\n'))


def test_a_source_that_passes_once_cannot_be_looked_at_first(tmp_path):
    with pytest.raises(ConfigError, match=r"standard input cannot be read twice, .*; save it to a file"):
        columns("-")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(ConfigError, match=r"pipe\.csv cannot be read twice"):
        columns(tmp_path / "pipe.csv")


@pytest.mark.parametrize("content", ["", "text,label\n"])
def test_a_file_without_rows_is_refused_when_its_columns_are_sought(file, content):
    with pytest.raises(DataError, match=r"nothing in it|only a header"):
        columns(file("a.csv", content))


def test_a_second_file_must_have_the_columns_of_the_first(file):
    wanted = Columns("text", "label", None)
    with pytest.raises(ConfigError, match=r"dev\.csv: no column 'label'; the columns are 'text', 'stars'"):
        list(read(file("dev.csv", "text,stars\nx,1\n"), wanted))
    with pytest.raises(ConfigError, match=r"dev\.jsonl line 2: no column 'label'; the only column is 'text'"):
        list(read(file("dev.jsonl", '{"text": "x", "label": "y"}\n{"text": "x"}\n'), wanted))


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"text": 3, "label": "y"}, "line 1: expected a text in 'text', got a number; put the value in quotes"),
        ({"text": None, "label": "y"}, "line 1: expected a text in 'text', got null"),
        ({"text": "x", "label": True}, "line 1: expected a text or a number in 'label', got a boolean"),
        ({"text": "x", "label": None}, "line 1: expected a text or a number in 'label', got null"),
        ({"text": "x", "label": ["y"]}, "line 1: expected a text or a number in 'label', got a list"),
        ({"text": "x", "label": {}}, "line 1: expected a text or a number in 'label', got an object"),
        ({"text": "x", "label": " "}, "line 1: the label in column 'label' is empty; give the row a label"),
    ],
)
def test_values_that_are_no_text_are_refused(file, record, words):
    with pytest.raises(DataError, match=words):
        list(read(file("a.jsonl", json.dumps(record)), Columns("text", "label", None)))


def test_an_empty_label_in_a_table_is_named_by_its_line(file):
    with pytest.raises(DataError, match=r"a\.csv line 3: the label in column 'b' is empty; .* or remove it"):
        list(read(file("a.csv", "a,b\nx,y\nx,\n"), Columns("a", "b", None)))


def test_labels_lose_their_spaces_and_texts_keep_theirs(file):
    (row,) = read(file("a.csv", "a,b,c\n x , y , z \n"), Columns("a", "b", "c"))
    assert row == Row(" x ", "y", "z", 2)


def test_a_lone_surrogate_in_json_becomes_a_replacement_and_a_pair_stays(file):
    (row,) = read(file("a.jsonl", r'{"a": "x\ud800y \ud83d\ude00"}'), Columns("a", None, None))
    assert row.text == "x\ufffdy \U0001f600"


def test_texts_of_plain_lines_keep_empty_lines(file, standard_input):
    announcement, texts = read_texts(file("a.txt", "one\n\nthree"))
    assert (announcement, list(texts)) == ("", [(1, "one"), (2, ""), (3, "three")])
    standard_input("one\n\n")
    assert list(read_texts("-")[1]) == [(1, "one"), (2, "")]


@pytest.mark.parametrize(
    ("format", "content"),
    [
        ("csv", "id,review\n1,good\n2,bad\n"),
        ("tsv", "id\treview\n1\tgood\n2\tbad\n"),
        ("jsonl", '\n{"id": 1, "review": "good"}\n{"review": "bad"}\n'),
    ],
)
def test_texts_of_tables_come_from_standard_input_in_one_pass(standard_input, format, content):
    for text in ("review", None):
        standard_input(content)
        announcement, texts = read_texts("-", format=format, text=text)
        assert list(texts) == [(2, "good"), (3, "bad")]
        expected = "standard input: text = 'review' (guessed; --text chooses)"
        assert announcement == ("" if text else expected)


def test_texts_are_guessed_by_content_without_losing_a_row(standard_input):
    standard_input("v1,v2\n" + "".join(f"{n},some text {n}\n" for n in range(2500)))
    announcement, texts = read_texts("-", format="csv")
    assert "text = 'v2'" in announcement
    assert [text for _, text in texts] == [f"some text {n}" for n in range(2500)]


def test_a_usual_name_is_found_without_reading_ahead(monkeypatch, file):
    taken = itertools.count()

    def counted(path, **_):
        for line in range(2, 999):
            next(taken)
            yield line, {"text": "x"}

    monkeypatch.setattr("atrous.data.tables.records", counted)
    _, texts = read_texts("a.csv")
    assert next(texts) == (2, "x")
    assert next(taken) == 1


@pytest.mark.parametrize(
    ("name", "content", "options", "words"),
    [
        ("a.txt", "x", {"text": "b"}, r"a\.txt: read as plain text, which has no column 'b'; leave --text out"),
        ("a.csv", "a\nx\n", {"text": "b"}, r"a\.csv: no column 'b'; the only column is 'a'"),
        ("a.jsonl", '{"a": "x"}', {"text": "b"}, r"a\.jsonl: no column 'b'; the only column is 'a'"),
        ("a.csv", "a\nx\n", {"format": "xls"}, "unknown format 'xls'"),
    ],
)
def test_wrong_options_are_refused_before_the_first_text(file, name, content, options, words):
    with pytest.raises(ConfigError, match=words):
        read_texts(file(name, content), **options)


def test_an_empty_file_is_refused_before_the_first_text(file):
    with pytest.raises(DataError, match="nothing in it"):
        read_texts(file("a.txt", ""))


def test_memory_does_not_grow_with_the_number_of_texts(file):
    path = file("a.csv.gz", "v1,v2\n" + "1,a text of some length\n" * 30_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_texts(path)[1]) == 30_000
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_the_readers_load_nothing_that_takes_long():
    code = "import sys, atrous.data.tables; sys.exit(bool({'torch', 'numpy', 'pyarrow', 'django'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)


TABLES = {"review": ["good", "bad"], "stars": [5, 1], "writer": ["ann", "bob"]}


def parquet_of(path, columns):
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def test_parquet_and_rows_of_python_give_the_same_rows(tmp_path):
    rows = [dict(zip(TABLES, values, strict=True)) for values in zip(*TABLES.values(), strict=True)]
    for data in (parquet_of(tmp_path / "a.parquet", TABLES), Given(rows, "data"), Given(iter(rows), "data")):
        found, announcement = columns(data, group="writer")
        assert found == Columns("review", "stars", "writer")
        assert announcement.endswith(": text = 'review', label = 'stars' (guessed; --text and --label choose)")
        assert list(read(data, found)) == [Row("good", "5", "ann", 1), Row("bad", "1", "bob", 2)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([["a"], ["b"]], "row 1: expected a text in 'text', got a list; name another column"),
        (["x", None], "row 2: expected a text in 'text', got null; .*fill in or remove the row"),
        (["x", None], "row 2: expected a text in 'text', got null"),
        ([True, False], "row 1: expected a text in 'text', got a boolean"),
        ([b"x", b"y"], "row 1: expected a text in 'text', got a value of type bytes"),
    ],
)
def test_a_typed_column_that_is_no_text_is_named_by_its_row(tmp_path, values, words):
    rows = [{"text": value, "label": "y"} for value in values]
    path = parquet_of(tmp_path / "a.parquet", {"text": values, "label": ["y", "n"]})
    for data, name in ((path, r"a\.parquet "), (Given(rows, "data"), "data ")):
        with pytest.raises(DataError, match=name + words):
            list(read(data, Columns("text", "label", None)))


def test_a_row_of_python_that_lacks_a_column_is_named_by_its_number():
    rows = Given([{"text": "x", "label": "y"}, {"text": "x", "lable": "y"}], "data")
    with pytest.raises(ConfigError, match=r"data row 2: no column 'label' \(did you mean 'lable'\?\)"):
        list(read(rows, Columns("text", "label", None)))


def test_booleans_of_typed_columns_are_labels(tmp_path):
    path = parquet_of(tmp_path / "a.parquet", {"text": ["x", "y"], "spam": [True, False]})
    assert [row.label for row in read(path, Columns("text", "spam", None))] == ["true", "false"]


def test_texts_of_parquet_are_read_alone(tmp_path):
    path = parquet_of(tmp_path / "table", TABLES)
    announcement, texts = read_texts(path, format="parquet")
    assert list(texts) == [(1, "good"), (2, "bad")]
    assert "text = 'review'" in announcement
    with pytest.raises(DataError, match="table row 1: expected a text in 'stars', got a number"):
        list(read_texts(path, format="parquet", text="stars")[1])


def test_a_second_text_is_read_beside_the_first(tmp_path):
    path = tmp_path / "both.csv"
    path.write_text("german,text,label\ngut,good,pos\n")
    found, _ = columns(path, beside="german")
    assert found == Columns("text", "label", None, "german")
    assert [row.given for row in read(path, found)] == [("good", "gut")]
    assert list(read_texts(path, text="text", beside="german")[1]) == [(2, ("good", "gut"))]
    assert list(read_texts(path, beside="text")[1]) == [(2, ("gut", "good"))]  # the other one is guessed
    with pytest.raises(ConfigError, match="column 'text' was named twice"):
        columns(path, text="text", beside="text")
    path.write_text('{"text": "good", "german": 3, "label": "pos"}\n')
    path.rename(tmp_path / "both.jsonl")
    with pytest.raises(DataError, match="line 1: expected a text in 'german', got a number"):
        list(read(tmp_path / "both.jsonl", found))
