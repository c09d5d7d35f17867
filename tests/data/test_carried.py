import json

import pytest

from atrous.data.carried import read_carrying
from atrous.errors import ConfigError, DataError


def test_other_columns_go_with_their_text_as_the_file_writes_them(tmp_path):
    rows = [
        {"id": 1.50, "text": "one", "tags": ["a", "é"], "seen": True},
        {"id": None, "text": "two", "tags": {}},
        {"text": "three", "id": "\ud83d", "tags": "x"},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    announcement, found = read_carrying(tmp_path / "a.jsonl", ["tags", "id", "seen"])
    assert "text = 'text'" in announcement
    assert [(text, kept) for _, text, kept in found] == [
        ("one", ('["a", "é"]', "1.5", "true")),
        ("two", ("{}", None, None)),
        ("three", ("x", "\ufffd", None)),
    ]


@pytest.mark.parametrize("text", [None, "said"])
def test_the_rows_of_a_table_stay_together_whatever_is_read_ahead(tmp_path, text):
    lines = [f"{number},{'word ' * (number % 7)}text {number},no" for number in range(2500)]
    (tmp_path / "a.csv").write_text("\n".join(["id,said,more", *lines]) + "\n")
    _, found = read_carrying(tmp_path / "a.csv", ["id"], text=text)
    assert all(given.endswith(f"text {kept[0]}") for _, given, kept in found)


def test_a_column_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,one\n")
    with pytest.raises(ConfigError, match=r"a\.csv: no column 'di'"):
        read_carrying(tmp_path / "a.csv", ["di"])
    (tmp_path / "a.txt").write_text("one\n")
    with pytest.raises(ConfigError, match=r"a\.txt: read as plain text, which has no column 'id'; name a table"):
        read_carrying(tmp_path / "a.txt", ["id"])
    (tmp_path / "b.csv").write_text("id,text\n1,one\n1\n")
    with pytest.raises(DataError, match="line 3"):
        list(read_carrying(tmp_path / "b.csv", ["id"])[1])
