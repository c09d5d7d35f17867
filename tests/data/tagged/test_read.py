from atrous.config import load
from atrous.data.tagged.layout import layout
from atrous.data.tagged.read import read


def test_rows_have_tokens_tags_as_they_are_taught_and_places_in_the_text(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("New I-LOC\nYork I-LOC\nslept O\n")
    [row] = read(path, layout(path, load(task="tag"))[0])
    assert row.tokens == ("New", "York", "slept") and row.tags == ("B-LOC", "L-LOC", "O")
    assert [row.text[start:end] for start, end in row.offsets] == list(row.tokens)
