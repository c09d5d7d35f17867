import pytest

from atrous.data.tagged.blocks import blocks
from atrous.errors import DataError


def written(tmp_path, content, name="a.conll"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content", ["a O\nb O\n\nc O", "\n\na O\nb O\n \t\n\nc O\n\n", "\ufeffa O\r\nb O\r\n\r\nc O\r\n"]
)
def test_lines_come_in_blocks_whatever_ends_them(tmp_path, content):
    assert [[line for _, line in block] for block in blocks(written(tmp_path, content))] == [["a O", "b O"], ["c O"]]


def test_every_line_knows_its_number(tmp_path):
    assert list(blocks(written(tmp_path, "\na O\n\n\nb O"))) == [[(2, "a O")], [(5, "b O")]]


@pytest.mark.parametrize(
    "content, message",
    [
        ("\n \n\n", "only empty lines; give a file that has at least one token"),
        ("", "nothing in it"),
        ("a O\rb O\n", "line 1: a carriage return stands within the line"),
    ],
)
def test_a_file_of_nothing_and_lines_within_lines_are_named(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        list(blocks(written(tmp_path, content)))
