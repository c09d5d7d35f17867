import json

import pytest

from atrous.config import load
from atrous.data.tagged.layout import layout
from atrous.data.tagged.read import read
from atrous.errors import DataError


def rows(tmp_path, content, *overrides, name="a.conll", count=None):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    found, _ = layout(path, load(None, list(overrides), task="tag"))
    return list(read(path, found, count) if count else read(path, found))


def test_rows_have_tokens_tags_as_they_are_taught_and_places_in_the_text(tmp_path):
    [row] = rows(tmp_path, "New I-LOC\nYork I-LOC\nslept O\n")
    assert row.tokens == ("New", "York", "slept") and row.tags == ("B-LOC", "L-LOC", "O")
    assert [row.text[start:end] for start, end in row.offsets] == list(row.tokens)


@pytest.mark.parametrize(
    "written, taught, tags",
    [
        ("I-A I-A B-A O", "iob2", "B-A I-A B-A O"),
        ("B-A I-A B-A O", "bilou", "B-A L-A U-A O"),
        ("B-A E-A S-A O", "bilou", "B-A L-A U-A O"),
        ("B-A E-A S-A O", "iob2", "B-A I-A B-A O"),
        ("B-A I-A B-A O", "iob2", "B-A I-A B-A O"),
        ("B-A I-A B-A O", "plain", "B-A I-A B-A O"),
    ],
)
def test_tags_are_turned_into_the_scheme_that_is_taught(tmp_path, written, taught, tags):
    content = "".join(f"word {tag}\n" for tag in written.split())
    [row] = rows(tmp_path, content, f"predict.scheme={taught}")
    assert row.tags == tuple(tags.split())


BROKEN = "Ann B-PER\n\nleft O\nLee I-PER\n\n" + "Bob B-PER\n\n" * 3


def test_a_tag_that_breaks_its_scheme_is_named_with_the_line_of_its_token(tmp_path):
    with pytest.raises(
        DataError, match=r"a\.conll line 4: I-PER follows O: a span of IOB2 begins with B-; mend it, or set data.repair"
    ):
        rows(tmp_path, BROKEN)


def test_it_is_read_leniently_and_counted_where_the_user_says_so(tmp_path):
    counted = []
    found = rows(tmp_path, BROKEN, "data.repair=true", count=counted.append)
    assert found[1].tags == ("O", "U-PER") and counted == ["repaired"]
    same = rows(tmp_path, BROKEN, "data.repair=true", "predict.scheme=iob2")
    assert same[1].tags == ("O", "B-PER")


@pytest.mark.parametrize("repair", ["true", "false"])
def test_a_tag_of_no_scheme_is_named_in_any_case(tmp_path, repair):
    with pytest.raises(
        DataError, match="line 4: 'X-PER' is no tag of IOB2, which are O, B-LABEL and I-LABEL; mend it, or name"
    ):
        rows(tmp_path, "Ann B-PER\nleft O\nLee B-PER\nRay X-PER\n", f"data.repair={repair}")


def test_characters_have_the_tags_of_the_spans_they_are_in(tmp_path):
    [row] = rows(tmp_path, "New I-A\nYork I-A\n! O\n", "embed.name=characters", "predict.scheme=iob2")
    assert row.text == "New York !" and row.tokens == tuple(row.text)
    assert row.tags == ("B-A", *["I-A"] * 7, "O", "O")
    [row] = rows(
        tmp_path, json.dumps({"text": "Ann's", "spans": [[0, 3, "A"]]}), "embed.name=characters", name="a.jsonl"
    )
    assert row.tags == ("B-A", "I-A", "L-A", "O", "O")


def test_tokens_of_one_character_keep_their_tags(tmp_path):
    [row] = rows(tmp_path, "日 x\n本 y\n", "embed.name=characters")
    assert (row.text, row.tokens, row.tags) == ("日本", ("日", "本"), ("x", "y"))
    [row] = rows(tmp_path, "a x\nb y\n", "embed.name=characters")
    assert (row.text, row.tags) == ("ab", ("x", "y"))


def test_plain_tags_of_longer_tokens_are_none_of_their_characters(tmp_path):
    with pytest.raises(DataError, match="line 1: the tag 'NN' belongs to a token of several characters"):
        rows(tmp_path, "Ann NN\n", "embed.name=characters")


DOCUMENTS = "-DOCSTART- O\n\nAnn B-A\nleft O\n\nBob B-A\n\n-DOCSTART- O\n\nIt O\n"


def test_rows_may_be_whole_documents(tmp_path):
    first, second = rows(tmp_path, DOCUMENTS, "data.context=document")
    assert first.text == "Ann left\nBob" and first.tokens == ("Ann", "left", "Bob") and first.breaks == (2,)
    assert [first.text[start:end] for start, end in first.offsets] == list(first.tokens)
    assert first.tags == ("U-A", "O", "U-A") and (second.tokens, second.breaks) == (("It",), ())
    assert (first.line, second.line) == (3, 10)


def test_between_the_sentences_of_a_document_stands_a_character_in_no_span(tmp_path):
    first, _ = rows(tmp_path, DOCUMENTS, "data.context=document", "embed.name=characters", "predict.scheme=iob2")
    assert first.text == "Ann left\nBob" and first.tokens == tuple(first.text) and first.breaks == (9,)
    assert first.tags[7:10] == ("O", "O", "B-A")
    assert [first.text[start:end] for start, end in first.offsets] == list(first.tokens)


def test_documents_of_records_are_rows_of_equal_values_that_stand_together(tmp_path):
    records = [{"tokens": [one], "tags": ["O"], "of": of} for one, of in (("a", 1), ("b", 1), ("c", 2))]
    content = "\n".join(map(json.dumps, records))
    found = rows(tmp_path, content, "data.context=document", "data.group=of", name="a.jsonl")
    assert [row.tokens for row in found] == [("a", "b"), ("c",)]
    with pytest.raises(DataError, match="line 4: the document '1' ended before, and goes on here; put the rows"):
        rows(tmp_path, f"{content}\n{json.dumps(records[0])}", "data.context=document", "data.group=of", name="a.jsonl")


def test_empty_sentences_are_rows_and_break_no_document(tmp_path):
    records = [{"tokens": list(one), "tags": ["B-A"] * len(one), "of": "x"} for one in ("", "a", "", "b")]
    content = "\n".join(map(json.dumps, records))
    assert [row.tokens for row in rows(tmp_path, content, name="a.jsonl")] == [(), ("a",), (), ("b",)]
    [row] = rows(tmp_path, content, "data.context=document", "data.group=of", name="a.jsonl")
    assert row.tokens == ("a", "b") and row.breaks == (1,)
    assert [row.text[start:end] for start, end in row.offsets] == ["a", "b"]
