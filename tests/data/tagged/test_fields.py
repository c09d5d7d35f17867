import pytest

from atrous.config.fields import Data
from atrous.data.tagged.fields import find_fields
from atrous.data.tagged.records import Fields
from atrous.errors import ConfigError

OBJECTS = [{"text": "Ann", "start": 0, "end": 3, "id": 0}]


@pytest.mark.parametrize(
    "record, found",
    [
        ({"id": "1", "tokens": ["Ann"], "ner_tags": [1], "pos_tags": [2]}, Fields("tokens", "ner_tags")),
        ({"Words": ["Ann"], "labels": ["B-PER"]}, Fields("Words", "labels")),
        ({"text": "Ann", "tokens": ["Ann"], "tags": ["O"]}, Fields("tokens", "tags", "text")),
        ({"words": "Ann left", "tags": "B-PER O"}, Fields("words", "tags")),
        ({"text": "Ann", "label": [[0, 3, "PER"]]}, Fields(text="text", spans="label")),
        ({"id": 1, "text": "Ann", "entities": [{"id": 1, "start_offset": 0, "end_offset": 3, "label": "P"}], "x": []},
         Fields(text="text", spans="entities")),
        ({"text": "Ann", "label": [{"start": 0, "end": 3, "text": "Ann", "labels": ["PER"]}], "annotator": 1},
         Fields(text="text", spans="label")),
        ({"text": "Ann", "tokens": OBJECTS, "spans": [{"start": 0, "end": 3, "label": "PER"}], "answer": "accept"},
         Fields("tokens", text="text", spans="spans")),
        ({"tokens": ["Ann"], "text": "Ann", "spans": [{"start": 0, "end": 3, "label": "PER"}]},
         Fields(text="text", spans="spans")),
        ({"said": "Ann", "spans": []}, Fields(text="said", spans="spans")),
    ],
)  # fmt: skip
def test_columns_are_found_by_their_names_and_by_what_they_hold(record, found):
    assert find_fields("a.jsonl", [record], Data())[0] == found


def test_what_was_guessed_is_announced_and_what_was_named_is_not():
    record = {"tokens": ["Ann"], "ner_tags": [1], "pos_tags": [2]}
    assert find_fields("a.jsonl", [record], Data())[1] == (
        "a.jsonl: tokens = 'tokens', tags = 'ner_tags' (guessed; --tokens and --tags choose)"
    )
    found, said = find_fields("a.jsonl", [record], Data(tokens="tokens", tags="pos_tags"))
    assert (found.tags, said) == ("pos_tags", "")


def test_documents_are_told_apart_by_a_column_where_they_are_rows():
    record = {"tokens": ["Ann"], "tags": ["O"], "doc_id": "7"}
    assert find_fields("a.jsonl", [record], Data())[0].group is None
    found, said = find_fields("a.jsonl", [record], Data(tokens="tokens", tags="tags", context="document"))
    assert (found.group, said) == ("doc_id", "a.jsonl: group = 'doc_id' (guessed; --group chooses)")


def test_without_tags_only_what_is_cut_is_looked_for():
    assert find_fields("a.jsonl", [{"tokens": ["Ann"], "tags": ["O"]}], Data(), need_tags=False)[0] == Fields("tokens")
    assert find_fields("a.jsonl", [{"text": "Ann", "id": "1"}], Data(), need_tags=False)[0] == Fields(text="text")


@pytest.mark.parametrize(
    "record, asked, message",
    [
        (
            {"text": "Ann", "label": "pos"},
            {},
            "no column looks like tokens and tags, or spans; name them with --tokens",
        ),
        ({"tokens": ["Ann"], "id": "1"}, {"tokens": "tokens"}, "no column looks like the tags or spans"),
        ({"tags": ["O"], "id": "1"}, {"tags": "tags"}, "no column looks like the tokens"),
        ({"tokens": ["Ann"], "tags": ["O"]}, {"tags": "ner"}, "no column 'ner'"),
        ({"tokens": ["Ann"], "tags": ["O"], "spans": []}, {"tags": "tags", "spans": "spans"}, "are both named"),
        ({"spans": [[0, 1, "X"]]}, {}, "no column looks like the text; name it with --text"),
        ({}, {}, "no column looks like tokens and tags"),
    ],
)
def test_what_cannot_be_found_is_named(record, asked, message):
    with pytest.raises(ConfigError, match=f"a.jsonl: .*{message}"):
        find_fields("a.jsonl", [record], Data(**asked))
