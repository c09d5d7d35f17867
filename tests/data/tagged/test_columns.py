import pytest

from atrous.data.tagged.columns import blocks
from atrous.errors import DataError


def test_sentences_end_at_blank_lines_and_at_documents(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("-DOCSTART- O\n\nAnn B-PER\nleft O\n\n\nIt O\n")
    assert list(blocks(path, encoding="utf-8")) == [
        [(3, ["Ann", "B-PER"]), (4, ["left", "O"])],
        [(7, ["It", "O"])],
    ]


def test_a_line_of_another_width_is_named(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("Ann NNP B-PER\nleft O\n")
    with pytest.raises(DataError, match=r"a\.conll line 2: 2 columns, and 3 on the lines before"):
        list(blocks(path, encoding="utf-8"))
