import json

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from atrous.data.given import Given
from atrous.data.tagged.records import Fields, record_sentences
from atrous.errors import ConfigError, DataError

TOKENS = Fields("tokens", "tags")
SPANS = Fields(text="text", spans="spans")


def read(tmp_path, records, fields, **options):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return list(record_sentences(path, fields, **options))


@pytest.mark.parametrize(
    "record",
    [
        {"tokens": ["Ann", "left"], "tags": ["B-PER", "O"]},
        {"tokens": "Ann left", "tags": " B-PER  O"},
        {"tokens": [{"text": "Ann", "id": 0}, {"text": "left", "id": 1}], "tags": ["B-PER", "O "]},
    ],
)
def test_tokens_and_tags_are_lists_or_texts_of_as_many_words(tmp_path, record):
    [found] = read(tmp_path, [record], TOKENS)
    assert (found.tokens, found.tags, found.text) == (("Ann", "left"), ("B-PER", "O"), "Ann left")


def test_numbers_are_tokens_and_tags_as_they_are_written(tmp_path):
    [found] = read(tmp_path, [{"tokens": ["in", 1996, 1.50], "tags": [0, 3, 0]}], TOKENS)
    assert (found.tokens, found.tags) == (("in", "1996", "1.5"), ("0", "3", "0"))


def test_an_empty_sentence_is_a_row_of_no_tokens(tmp_path):
    [found] = read(tmp_path, [{"tokens": [], "tags": []}], TOKENS)
    assert (found.tokens, found.tags, found.text, found.offsets) == ((), (), "", ())


def test_a_token_may_hold_spaces(tmp_path):
    [found] = read(tmp_path, [{"tokens": ["New York", "slept"], "tags": ["B-LOC", "O"]}], TOKENS)
    assert [found.text[start:end] for start, end in found.offsets] == ["New York", "slept"]


def test_the_text_is_the_file_s_where_it_has_the_tokens(tmp_path):
    counted = []
    rows = [{"tokens": ["Ann", "."], "tags": ["O", "O"], "text": text} for text in ("Ann.", "Bob.")]
    first, second = read(tmp_path, rows, Fields("tokens", "tags", "text"), count=counted.append)
    assert (first.text, first.offsets) == ("Ann.", ((0, 3), (3, 4)))
    assert (second.text, second.offsets) == ("Ann .", ((0, 3), (4, 5)))
    assert counted == ["unaligned"]


@pytest.mark.parametrize("rule, tokens, tags", [
    ("fine", ("Ann", "left", "."), ("B-PER", "O", "O")),
    ("characters", tuple("Ann left."), ("B-PER", "I-PER", "I-PER", *"OOOOOO")),
])  # fmt: skip
def test_a_text_is_cut_by_the_rule_and_its_spans_become_tags(tmp_path, rule, tokens, tags):
    [found] = read(tmp_path, [{"text": "Ann left.", "spans": [[0, 3, "PER"]]}], SPANS, rule=rule)
    assert (found.tokens, found.tags) == (tokens, tags)
    assert tuple(found.text[start:end] for start, end in found.offsets) == tokens


def test_tokens_that_say_where_they_stand_are_those_of_the_spans(tmp_path):
    tokens = [{"text": "Ann", "start": 0, "end": 3, "id": 0}, {"text": "Lee's", "start": 4, "end": 9, "id": 1}]
    record = {
        "text": "Ann Lee's",
        "tokens": tokens,
        "spans": [{"start": 4, "end": 9, "label": "X"}],
        "answer": "accept",
    }
    counted = []
    rows = [record, {**record, "answer": "reject"}, {**record, "answer": "ignore"}]
    [found] = read(tmp_path, rows, Fields("tokens", text="text", spans="spans"), count=counted.append)
    assert (found.tokens, found.tags, counted) == (("Ann", "Lee's"), ("O", "B-X"), ["rejected", "rejected"])


def test_rows_of_python_and_parquet_read_alike(tmp_path):
    rows = [{"tokens": ["Ann", "left"], "tags": ["B-PER", "O"], "document": 7}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    fields = Fields("tokens", "tags", group="document")
    [stored] = record_sentences(tmp_path / "a.parquet", fields)
    [given] = record_sentences(Given(rows, "data"), fields)
    [arrays] = record_sentences(Given([{**rows[0], "tokens": np.array(["Ann", "left"])}], "data"), fields)
    assert stored == given == arrays
    assert given.document == "7"


@pytest.mark.parametrize(
    "record, message",
    [
        ({"tokens": ["a", "b"], "tags": ["O"]}, "2 tokens and 1 tags; give one tag a token"),
        ({"tokens": ["a", " "], "tags": ["O", "O"]}, "column 'tokens': token 2 is empty; remove it and its tag"),
        ({"tokens": ["a", None], "tags": ["O", "O"]}, "token 2 is null"),
        ({"tokens": ["a"], "tags": [""]}, "column 'tags': tag 1 is empty; write O"),
        ({"tokens": ["a"], "tags": [True]}, "tag 1 is a boolean"),
        ({"tokens": {"a": 1}, "tags": ["O"]}, "expected a list of tokens, got an object"),
        ({"tokens": 7, "tags": ["O"]}, "expected a list of tokens, got a number"),
        ({"tokens": ["a"], "tags": None}, "expected a list of tags, got null"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(tmp_path, record, message):
    with pytest.raises(DataError, match=rf"a\.jsonl line 2.*{message}"):
        read(tmp_path, [{"tokens": ["a"], "tags": ["O"]}, record], TOKENS)


def test_tokens_that_are_not_in_the_text_of_the_spans_are_named(tmp_path):
    with pytest.raises(DataError, match="line 1: the text does not have the tokens in their order"):
        read(tmp_path, [{"tokens": ["b"], "text": "a", "spans": []}], Fields("tokens", text="text", spans="spans"))


def test_a_column_that_a_row_lacks_is_named(tmp_path):
    with pytest.raises(ConfigError, match="line 1: no column 'tags'"):
        read(tmp_path, [{"tokens": ["a"]}], TOKENS)
    with pytest.raises(ConfigError, match="line 1: no column 'text'"):
        read(tmp_path, [{"spans": []}], SPANS)
