import json

import pytest

from atrous.config import load
from atrous.data.given import Given
from atrous.data.tagged.layout import is_tagged, layout
from atrous.data.tagged.records import Fields
from atrous.errors import ConfigError, DataError

IOB1 = "Ann NNP I-PER\nleft VBD O\n\nBob NNP I-PER\n"


def settings(*overrides):
    return load(None, list(overrides), task="tag")


def written(tmp_path, content, name="a.conll"):
    path = tmp_path / name
    path.write_text(content)
    return path


def test_the_scheme_is_guessed_and_announced(tmp_path):
    path = written(tmp_path, IOB1)
    found, said = layout(path, settings())
    assert (found.kind, found.fields, found.scheme, found.taught) == ("columns", Fields("1", "last"), "iob1", "bilou")
    assert said == f"{path}: tags are IOB1 spans of PER (guessed; data.scheme chooses)"


def test_settings_choose(tmp_path):
    found, said = layout(written(tmp_path, IOB1), settings("data.tags=2", "data.scheme=plain", "data.repair=true"))
    assert (found.fields.tags, found.scheme, found.taught, found.repair, said) == ("2", "plain", "plain", True, "")


def test_what_is_taught_follows_from_the_data_unless_settings_say_it(tmp_path):
    path = written(tmp_path, IOB1)
    assert layout(path, settings("data.tags=2"))[0].taught == "plain"
    assert layout(path, settings("predict.scheme=iob2"))[0].taught == "iob2"
    with pytest.raises(ConfigError, match=r"predict\.scheme = bilou needs spans, and tags such as 'NNP' write none"):
        layout(path, settings("data.tags=2", "predict.scheme=bilou"))


def test_a_dev_file_may_be_written_otherwise_and_is_taught_the_same(tmp_path):
    train, _ = layout(written(tmp_path, IOB1), settings("predict.scheme=iob2"))
    dev, said = layout(written(tmp_path, "Ann B-PER\n", "b.conll"), settings(), like=train)
    assert (dev.scheme, dev.taught) == ("iob2", "iob2") and "tags are IOB2 spans of PER" in said
    assert layout(written(tmp_path, IOB1, "e.conll"), settings(), like=train)[1] == ""
    odd, _ = layout(written(tmp_path, "Ann NNP\n", "c.conll"), settings(), like=train)
    assert (odd.scheme, odd.taught) == ("iob1", "iob2")  # so that its tags are refused with their line
    plain, _ = layout(written(tmp_path, IOB1), settings("data.tags=2"))
    assert layout(written(tmp_path, "Ann O\n", "d.conll"), settings(), like=plain)[0].scheme == "plain"


def test_spans_need_no_scheme_and_tokens_their_columns(tmp_path):
    path = written(tmp_path, json.dumps({"text": "Ann left", "spans": [[0, 3, "PER"]]}), "a.jsonl")
    found, said = layout(path, settings())
    assert (found.kind, found.rule, found.taught) == ("records", "fine", "bilou")
    assert said == f"{path}: text = 'text', spans = 'spans' (guessed; --text and data.spans choose)"
    found, said = layout(Given([{"words": ["Ann"], "ner": ["U-PER"]}], "data"), settings("predict.scheme=iob2"))
    assert (found.fields, found.scheme, found.taught) == (Fields("words", "ner"), "bilou", "iob2")
    assert said.startswith(
        "data: tokens = 'words', tags = 'ner' (guessed; --tokens and --tags choose); data: tags are BILOU"
    )


def test_rows_that_can_be_read_once_are_still_there():
    rows = Given(iter([{"words": ["Ann"], "ner": ["U-PER"]}]), "data")
    layout(rows, settings())
    assert len(list(rows.records())) == 1


@pytest.mark.parametrize("tokens, between", [(["日本", "に", "行く"], ""), (["go", "to", "日本"], " "), (["."], " ")])
def test_scripts_without_spaces_between_words_have_none_in_the_text(tokens, between):
    assert layout(Given([{"tokens": tokens, "tags": ["O"] * len(tokens)}], "data"), settings())[0].between == between


@pytest.mark.parametrize(
    "name, content, remedy",
    [
        ("a.conll", "Ann O\n", "a line -DOCSTART- before each"),
        ("a.conllu", "1\tAnn\t_\tNOUN" + "\t_" * 6, "a comment '# newdoc' before each"),
        ("a.jsonl", '{"tokens": ["Ann"], "tags": ["O"]}', "named with --group"),
    ],
)
def test_documents_must_be_marked_where_they_are_wanted(tmp_path, name, content, remedy):
    with pytest.raises(ConfigError, match=rf"{name}: data.context = document, .* have no document; .*{remedy}"):
        layout(written(tmp_path, content, name), settings("data.context=document"))


def test_what_is_asked_about_need_not_be_marked(tmp_path):
    path = written(tmp_path, "Ann O\n")
    found, said = layout(path, settings("data.context=document"), need_tags=False)
    assert (found.context, said) == ("sentence", f"{path}: no documents are marked; each row is read by itself")


def test_a_table_of_cells_and_a_pipe_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="a table has one value a cell, and every token needs a tag"):
        layout(written(tmp_path, "text,label\n", "a.csv"), settings())
    with pytest.raises(ConfigError, match="standard input cannot be read twice"):
        layout("-", settings())
    with pytest.raises(ConfigError, match=r"data\.spans is for JSON lines"):
        layout(written(tmp_path, IOB1), settings("data.spans=x"))
    with pytest.raises(DataError, match="no such file"):
        layout(tmp_path / "none.conll", settings())


def test_a_tab_separated_file_and_plain_lines_have_columns(tmp_path):
    for name in ("a.tsv", "a.txt"):
        assert layout(written(tmp_path, "Ann\tB-PER\n", name), settings())[0].kind == "columns"


def test_without_tags_none_is_read(tmp_path):
    found, said = layout(written(tmp_path, "Ann\nleft\n"), settings(), need_tags=False)
    assert (found.fields, said) == (Fields("1", None), "")


def test_names_and_first_rows_say_what_is_tagged(tmp_path):
    assert is_tagged("x.CoNLLU.xz") and not is_tagged("x.csv") and not is_tagged("-")
    assert not is_tagged(tmp_path / "none.jsonl")
    assert is_tagged(
        written(tmp_path, '{"text": "Ann", "entities": [{"start": 0, "end": 3, "label": "P"}]}', "a.jsonl")
    )
    assert not is_tagged(written(tmp_path, '{"text": "Ann", "label": "pos"}', "b.jsonl"))
    assert not is_tagged(written(tmp_path, '{"text": "Ann", "labels": ["pos", "odd"]}', "c.jsonl"))


@pytest.mark.parametrize(
    "record, tagged",
    [
        ({"words": ["Ann", "left"], "tags": ["O", "O"], "language": "en"}, True),
        ({"words": "Ann left", "labels": "O O"}, True),
        ({"text": "Ann", "entities": [[0, 3, "PER"]], "label": "pos"}, False),
        ({"words": ["Ann", "left"], "tags": ["O", "O"], "label": "pos"}, False),
        ({"text": "Ann left", "words": ["Ann", "left"], "tags": ["short"]}, False),
    ],
)
def test_rows_that_have_a_label_are_texts(record, tagged):
    assert is_tagged(Given([record], "data")) is tagged
