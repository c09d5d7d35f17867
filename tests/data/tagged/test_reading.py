import json

import pytest

from atrous.data.given import Given
from atrous.data.tagged.reading import Layout, sentences
from atrous.data.tagged.records import Fields
from atrous.errors import ConfigError

WORD = "\t_\t{}" + "\t_" * 6 + "\n"


@pytest.mark.parametrize(
    "kind, name, content, fields",
    [
        ("columns", "a.conll", "Ann I-PER\nleft O\n", Fields("1", "last")),
        ("conllu", "a.conllu", "1\tAnn" + WORD.format("I-PER") + "2\tleft" + WORD.format("O"), Fields("form", "upos")),
        ("records", "a.jsonl", json.dumps({"w": ["Ann", "left"], "t": ["I-PER", "O"]}), Fields("w", "t")),
    ],
)
def test_every_kind_of_file_gives_the_same_sentence(tmp_path, kind, name, content, fields):
    path = tmp_path / name
    path.write_text(content)
    [found] = sentences(path, Layout(kind, fields, "iob1", "bilou"))
    assert (found.tokens, found.tags, found.text) == (("Ann", "left"), ("I-PER", "O"), "Ann left")


def test_rows_of_python_have_no_lines_of_one_token():
    with pytest.raises(ConfigError, match="data: expected a file of one token a line"):
        sentences(Given([{"a": "b"}], "data"), Layout("columns", Fields("1", "last"), "plain", "plain"))
