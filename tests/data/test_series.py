import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import atrous
from atrous.data.formats import records
from atrous.data.given import Given
from atrous.data.series import series, written
from atrous.data.tables import Columns, columns, read, read_texts
from atrous.errors import ConfigError, DataError
from atrous.runtime.series import parse

NUMBER = st.floats(allow_infinity=False)


@given(st.lists(st.tuples(NUMBER, NUMBER), max_size=5))
def test_what_is_written_reads_back_to_the_same_numbers(steps):
    again = parse(written([list(step) for step in steps]), features=2)
    assert again.tolist() == [list(step) for step in steps] or any(value != value for step in steps for value in step)
    assert len(again) == len(steps)


def test_a_text_stays_as_it_is_and_a_list_becomes_text():
    assert series("a.csv", 1, {"x": "1.50 ?"}, "x", 0) == ("1.50 ?", 1)
    assert series("a.jsonl", 1, {"x": [1, None]}, "x", 0) == ("1.0 ?", 1)
    assert series("a.csv", 1, {"x": ""}, "x", 0) == ("", 0)


def test_the_first_series_rules_how_many_features_the_others_have(tmp_path):
    path = tmp_path / "series.jsonl"
    rows = [[], [[1, 2]], [[3, 4], [5, None]], [6, 7]]
    path.write_text("".join(json.dumps({"x": row, "label": "a"}) + "\n" for row in rows))
    found = read(path, Columns("x", "label", None, features=0))
    assert [next(found).text for _ in range(3)] == ["", "1.0,2.0", "3.0,4.0 5.0,?"]
    with pytest.raises(DataError, match=r"series.jsonl line 4: column 'x': step 1 has 1 values, expected 2"):
        next(found)


def test_rows_of_python_hold_lists_of_numbers():
    rows = Given([{"x": [1.0, float("nan")], "label": "a"}, {"x": "2 ?", "label": "b"}], "data")
    assert [row.text for row in read(rows, Columns("x", "label", None, features=0))] == ["1.0 ?", "2 ?"]
    with pytest.raises(DataError, match="data row 1: column 'x': expected a series of numbers, got bool"):
        list(read(Given([{"x": True}], "data"), Columns("x", None, None, features=0)))


def test_a_list_is_no_text_where_texts_are_read(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": [1], "label": "a"}\n')
    with pytest.raises(DataError, match="expected a text in 'text', got a list"):
        list(read(tmp_path / "a.jsonl", Columns("text", "label", None)))


def test_the_column_of_series_is_guessed_by_its_usual_names(tmp_path):
    (tmp_path / "a.csv").write_text("title,signal,label\nlong title,1 2,a\n")
    assert columns(tmp_path / "a.csv", features=0)[0].text == "signal"
    assert columns(tmp_path / "a.csv")[0].text == "title"
    said, rows = read_texts(tmp_path / "a.csv", features=0)
    assert (list(rows), "text = 'signal'" in said) == ([(2, "1 2")], True)


def test_a_missing_column_is_named():
    with pytest.raises(ConfigError, match="no column 'y'"):
        series("a.csv", 1, {"x": "1"}, "y", 0)


def test_a_model_trains_on_series_out_of_python_and_parquet(tmp_path):
    import pyarrow
    import pyarrow.parquet

    rows = [{"x": [float(n % 2), None, 1.0], "label": "ab"[n % 2]} for n in range(60)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    assert len(list(records(tmp_path / "a.parquet", encoding="utf-8", format="parquet"))) == 60
    options = {"encode": "bag", "set": ["embed.name=values", "train.epochs=1"], "quiet": True}
    test = rows[:10]
    one = atrous.train(rows, dev=test, test=test, text="x", **options)
    two = atrous.train(tmp_path / "a.parquet", dev=test, test=test, text="x", **options)
    assert one.predict([[0.0, None, 1.0]]) == two.predict("0 ? 1")
