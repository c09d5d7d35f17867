import json

import pytest

from atrous.answering.marked import Style, kind_of
from atrous.data.tagged.sentences import Sentence
from atrous.errors import ConfigError
from atrous.runtime.tagging import SpanAnswer, TagsAnswer

OFFSETS = ((0, 3), (4, 7), (8, 12), (13, 17))
SPANS = (SpanAnswer(0, 7, "PER", "Ann\nLee", 0.875), SpanAnswer(13, 17, "LOC", "Rome", 0.5))
TAGS = ("B-PER", "L-PER", "O", "U-LOC")
ANSWER = TagsAnswer(
    "Ann\nLee left Rome", ("Ann", "Lee", "left", "Rome"), OFFSETS, TAGS, (0.9,) * 4, 0.25, SPANS, "bilou"
)
PLAIN = ANSWER._replace(tags=("NNP", "NNP", "VBD", "NNP"), spans=(), scheme="plain")


@pytest.mark.parametrize(
    "kind, row",
    [
        ("marked", "[Ann Lee](PER 0.88) left [Rome](LOC 0.50)\n"),
        ("tags", "Ann/B-PER Lee/I-PER left/O Rome/B-LOC\n"),
        ("spans", "7\t0\t7\tPER\t0.875000\tAnn Lee\n7\t13\t17\tLOC\t0.500000\tRome\n"),
        ("csv", '7,0,7,PER,0.875000,"Ann\nLee"\n7,13,17,LOC,0.500000,Rome\n'),
        ("conll", "Ann\tB-PER\nLee\tI-PER\nleft\tO\nRome\tB-LOC\n\n"),
    ],
)
def test_an_answer_is_written_as_was_asked(kind, row):
    assert Style(kind, "iob2").row(7, [ANSWER]) == row
    assert Style(kind, "iob2").head == ("line,start,end,label,probability,text\n" if kind == "csv" else "")


@pytest.mark.parametrize(
    "kind, row",
    [
        ("marked", "Ann/NNP Lee/NNP left/VBD Rome/NNP\n"),
        ("tsv", "7\t0\t3\tNNP\t0.900000\tAnn\n"),
        ("conll", "Ann\tNNP\nLee\tNNP\n"),
        ("conllu", "# text = Ann Lee left Rome\n1\tAnn\t_\tNNP\t_\t_\t_\t_\t_\t_\n2\tLee\t"),
    ],
)
def test_plain_tags_are_written_token_by_token(kind, row):
    assert Style(kind, "plain").row(7, [PLAIN]).startswith(row)


def test_an_object_has_the_tags_in_the_scheme_that_was_asked():
    found = json.loads(Style("json", "iob1").row(1, [ANSWER]))
    assert found["tags"] == ["I-PER", "I-PER", "O", "I-LOC"]
    assert found["spans"][0] == {"start": 0, "end": 7, "label": "PER", "text": "Ann\nLee", "probability": 0.875}
    assert "top" not in found


def test_several_answers_are_lines_or_a_list():
    other = ANSWER._replace(tags=("O",) * 4, spans=(), probability=0.125)
    lines = Style("marked", "iob2", top=True).row(1, [ANSWER, other]).splitlines()
    assert lines == ["0.250000\t[Ann Lee](PER 0.88) left [Rome](LOC 0.50)", "0.125000\tAnn Lee left Rome"]
    (first, second) = json.loads(Style("json", "iob2", top=True).row(1, [ANSWER, other]))["top"]
    assert first["tags"] == ["B-PER", "I-PER", "O", "B-LOC"]
    assert second == {"tags": ["O"] * 4, "spans": [], "probability": 0.125}


def test_the_lines_of_a_file_are_kept():
    source = ("# one", "Ann NNP", "Lee NNP", "left VBD", "Rome NNP")
    sentence = Sentence(ANSWER.tokens, 1, text=ANSWER.text, offsets=OFFSETS, source=source, places=(1, 2, 3, 4))
    found = Style("conll", "iob2", "columns").row(1, [ANSWER], [(0, sentence)])
    assert found == "# one\nAnn NNP B-PER\nLee NNP I-PER\nleft VBD O\nRome NNP B-LOC\n\n"
    conllu = sentence._replace(source=("# one", *(f"{n}\tx" + "\t_" * 8 for n in range(1, 5))))
    found = Style("conllu", "iob2", "conllu", "misc:NER").row(1, [ANSWER], [(0, conllu)])
    assert found.splitlines()[1].endswith("\tNER=B-PER") and found.splitlines()[3].endswith("\t_")


def test_tokens_that_are_spaces_have_no_line():
    text = "a b"
    letters = ANSWER._replace(text=text, tokens=tuple(text), offsets=((0, 1), (1, 2), (2, 3)))
    letters = letters._replace(tags=("B-PER", "I-PER", "L-PER"), spans=(SpanAnswer(0, 3, "PER", "a b", 0.5),))
    assert Style("conll", "iob2").row(1, [letters]) == "a\tB-PER\nb\tI-PER\n\n"


def test_the_name_of_a_file_says_how_it_is_written():
    assert [kind_of(name) for name in ("a.CONLL", "a.bio.xz", "a.conllu.gz", "a.tsv", "a")] == [
        "conll", "conll", "conllu", "tsv", "marked",
    ]  # fmt: skip
    with pytest.raises(ConfigError, match=r"a\.parquet: answers are not written as Parquet"):
        kind_of("a.parquet")
