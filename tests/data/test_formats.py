from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.data.formats import at, format_of, head, records
from atrous.data.given import Given
from atrous.data.values import Number
from atrous.errors import ConfigError, DataError

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6)


@pytest.fixture
def file(tmp_path):
    def write(name: str, content: str):
        path = tmp_path / name
        path.write_bytes(content.encode())
        return path

    return write


def read(path):
    return list(records(path, encoding="utf-8", format=format_of(path)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "csv"),
        ("a.CSV.xz", "csv"),
        ("a.tsv.gz", "tsv"),
        ("a.json", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.jsonl.gz", "jsonl"),
        ("a.parquet", "parquet"),
        ("a.txt", "text"),
        ("csv", "text"),
        ("folder.csv/a", "text"),
        ("-", "text"),
    ],
)
def test_the_ending_decides_the_format(name, expected):
    assert format_of(name) == expected


def test_a_given_format_wins_over_the_ending():
    assert format_of("a.csv", "text") == "text"
    with pytest.raises(ConfigError, match="unknown format 'xlsx'; the formats are csv, tsv, jsonl, parquet, text"):
        format_of("a.csv", "xlsx")


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6), st.sampled_from([(",", "csv"), ("\t", "tsv")]))
def test_any_cells_survive_a_table(tmp_path_factory, rows, kind):
    delimiter, ending = kind
    path = tmp_path_factory.mktemp("tables") / f"a.{ending}"
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *rows])
    path.write_bytes(written.getvalue().encode())
    found = read(path)
    assert [tuple(record.values()) for _, record in found] == rows
    starts = [2]
    for first, second in rows[:-1]:
        starts.append(starts[-1] + 1 + first.count("\n") + second.count("\n"))
    assert [line for line, _ in found] == starts


@given(st.lists(st.dictionaries(CELL, CELL, max_size=3), min_size=1, max_size=6))
def test_any_objects_survive_json_lines(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tables") / "a.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert read(path) == list(enumerate(rows, 1))


def test_blank_lines_hold_no_record_but_count(file):
    assert read(file("a.csv", "\na,b\n\n1,2\n  \n3,4\n\n")) == [(4, {"a": "1", "b": "2"}), (6, {"a": "3", "b": "4"})]
    assert read(file("a.jsonl", '\n{"a": "1"}\n \n{"a": "2"}\n')) == [(2, {"a": "1"}), (4, {"a": "2"})]


def test_spaces_around_a_column_name_do_not_count(file):
    assert read(file("a.csv", "a, b\n1, 2\n")) == [(2, {"a": "1", "b": " 2"})]


def test_a_quoted_empty_text_is_a_row(file):
    assert read(file("a.csv", 'a\n""\n')) == [(2, {"a": ""})]


def test_windows_line_ends_inside_quotes_become_line_feeds(file):
    assert read(file("a.csv", 'a,b\r\n"x\r\ny",2\r\n3,4\r\n')) == [
        (2, {"a": "x\ny", "b": "2"}),
        (4, {"a": "3", "b": "4"}),
    ]


def test_a_text_of_a_million_characters_is_fine(file):
    ((_, record),) = read(file("a.csv", f"a,b\n{'x' * 1_000_000},2\n"))
    assert len(record["a"]) == 1_000_000


def test_numbers_stay_as_they_are_written(file):
    ((_, record),) = read(file("a.jsonl", '{"a": 1.50, "b": 1e3, "c": 12345678901234567890}\n'))
    assert record == {"a": "1.50", "b": "1e3", "c": "12345678901234567890"}
    assert {type(value) for value in record.values()} == {Number}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "a,b\n1,2\nx, y,2\n", "a.csv line 3: expected 2 columns, got 3; quote a text that contains a comma"),
        ("a.tsv", "a\tb\n1\t2\t3\n", "a.tsv line 2: expected 2 columns, got 3; quote a text that contains a tab"),
        ("a.csv", 'a,b\n"x\ny",2\n1\n', "a.csv line 4: expected 2 columns, got 1; fill in what is missing"),
        ("a.csv", "a\n1,2\n", "a.csv line 2: expected 1 column, got 2; quote"),
        ("a.csv", 'a,b\n1,2\n3,"x\n5,6\n', "a.csv line 3: a quote opens in this row and never closes; close it"),
        ("a.csv", 'a,b\n"x,2\n3,"y"\n', "a.csv line 2: text follows a closing quote on line 3; double a quote"),
        ("a.csv", 'a,b\n"x" y,2\n', "a.csv line 2: text follows a closing quote; double a quote"),
        ("a.csv", "a,b\rx,2\r", "a.csv line 1: a carriage return stands within a row; end lines in"),
        ("a.csv", "a,b,a\n1,2,3\n", "a.csv line 1: two columns are named 'a'; rename one of them"),
        ("a.csv", "a,b\n", "a.csv: only a header, no rows; give a file with a header and at least one row"),
        ("a.csv", "\n\n", "a.csv: only blank lines, no rows"),
        ("a.csv", "", "a.csv: nothing in it"),
        ("a.jsonl", "", "a.jsonl: nothing in it"),
        ("a.jsonl", "\n\n", "a.jsonl: only blank lines; give a file with one JSON object a line"),
        (
            "a.jsonl",
            '{"a": 1}\n{"a": \n',
            r"a.jsonl line 2: not JSON \(Expecting value at column \d\); write one whole",
        ),
        ("a.jsonl", '{"a": NaN}\n', r"a.jsonl line 1: not JSON \(NaN is not JSON\)"),
        ("a.jsonl", "[" * 100_000, r"a.jsonl line 1: not JSON \(nested too deeply\)"),
        ("a.json", '[{"a": 1}]\n', "a.json line 1: expected an object, got a list; write one object a line"),
        ("a.jsonl", '\n"text"\n', "a.jsonl line 2: expected an object, got a text"),
        ("a.jsonl", "null\n", "a.jsonl line 1: expected an object, got null"),
        ("a.jsonl", "3\n", "a.jsonl line 1: expected an object, got a number"),
        ("a.jsonl", "true\n", "a.jsonl line 1: expected an object, got a boolean"),
    ],
)
def test_a_bad_record_is_named_by_file_and_line(file, name, content, words):
    with pytest.raises(DataError, match=words):
        read(file(name, content))


def test_rows_before_a_bad_one_are_given_first(file):
    found = records(file("a.csv", "a,b\n1,2\n3\n"), encoding="utf-8", format="csv")
    assert next(found) == (2, {"a": "1", "b": "2"})


def test_a_place_is_a_line_where_there_are_lines_and_else_a_row():
    assert at("-", 3) == "standard input line 3"
    assert at("a.parquet", 3) == at("a.parquet", 3, "parquet") == "a.parquet row 3"
    assert at("table", 3, "parquet") == "table row 3"
    assert at(Given([{}], "dev"), 3) == "dev row 3"


def test_looking_at_the_head_leaves_the_first_row_where_it_is(file):
    path = file("a.csv", "a,b\n1,2\n3,4\n")
    for data in (path, Given(iter([{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]), "data")):
        options = {"encoding": "utf-8", "format": format_of(data)}
        assert head(data, 1, **options) == [{"a": "1", "b": "2"}]
        assert [record["a"] for _, record in records(data, **options)] == ["1", "3"]
