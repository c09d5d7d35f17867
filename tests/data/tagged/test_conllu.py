"""CoNLL-U against the `conllu` package, on what is tricky in the format."""

import conllu
import pytest

from atrous.data.tagged.conllu import conllu_sentences
from atrous.errors import ConfigError, DataError

TRICKY = """\
# newdoc id = first
# newpar
# sent_id = 1
# text = Vámonos al mar, he said.
1-2	Vámonos	_	_	_	_	_	_	_	_
1	Vamos	ir	VERB	_	Mood=Imp|Number=Plur	0	root	_	_
2	nos	nosotros	PRON	_	Case=Acc	1	obj	_	_
3-4	al	_	_	_	_	_	_	_	_
3	a	a	ADP	_	_	5	case	_	_
4	el	el	DET	_	_	5	det	_	_
5	mar	mar	NOUN	_	_	1	obl	_	SpaceAfter=No|NER=B-LOC
6	,	,	PUNCT	_	_	1	punct	_	_
7	he	he	PRON	_	_	8	nsubj	_	_
8	said	say	VERB	_	_	1	parataxis	_	SpaceAfter=No
8.1	so	so	ADV	_	_	_	_	8:advmod	_
9	.	.	PUNCT	_	_	1	punct	_	_

# sent_id = 2
1-2	didn't	_	_	_	_	_	_	_	SpaceAfter=No
1	did	do	AUX	_	_	0	root	_	_
2	n't	not	PART	_	_	1	advmod	_	_
3	100 000	100000	NUM	_	_	1	obj	_	_
4	_	_	SYM	_	_	1	punct	_	_

# newdoc
# text = Bye   now
1	Bye	bye	INTJ	_	_	0	root	_	SpacesAfter=\\s\\s\\s
2	now	now	ADV	_	_	1	advmod	_	_
"""
REST = "\t_" * 6


def read(tmp_path, content, **options):
    path = tmp_path / "a.conllu"
    path.write_bytes(content.encode())
    return list(conllu_sentences(path, **options))


@pytest.mark.parametrize("content", [TRICKY, TRICKY.replace("\n", "\r\n"), "\ufeff" + TRICKY, TRICKY.rstrip()])
def test_words_and_tags_are_those_that_conllu_reads(tmp_path, content):
    judged = conllu.parse(TRICKY)
    for column in ("form", "lemma", "upos", "deprel"):
        found = read(tmp_path, content, tags=column)
        words = [[word for word in one if isinstance(word["id"], int)] for one in judged]
        assert [one.tokens for one in found] == [tuple(word["form"] for word in some) for some in words]
        assert [one.tags for one in found] == [tuple(word[column] for word in some) for some in words]


def test_the_text_has_every_word_where_its_offsets_say(tmp_path):
    counted = []
    found = read(tmp_path, TRICKY, count=counted.append)
    assert [one.text for one in found] == ["Vamos nos a el mar, he said.", "didn't100 000 _", "Bye   now"]
    for one in found:
        assert tuple(one.text[start:end] for start, end in one.offsets) == one.tokens
    assert counted == ["replaced"]  # the words of the first do not make up its multiword tokens


def test_a_text_that_does_not_have_the_words_gives_way_to_the_spaces_between_them(tmp_path):
    rows = ["# text = Something else.", f"1\tmar\tmar\tNOUN{REST[:-1]}SpaceAfter=No", f"2\t,\t,\tPUNCT{REST}"]
    content = "\n".join([*rows, f"3\the\the\tPRON{REST}\n"])
    assert read(tmp_path, content)[0].text == "mar, he"


def test_documents_begin_where_comments_say(tmp_path):
    assert [one.document for one in read(tmp_path, TRICKY)] == ["first", "first", "document 2"]


def test_what_is_no_word_can_be_put_back(tmp_path):
    found = read(tmp_path, TRICKY)
    assert "\n\n".join("\n".join(one.source) for one in found) + "\n" == TRICKY
    assert [[one.source[place].split("\t")[0] for place in one.places] for one in found] == [
        list("123456789"), list("1234"), list("12")
    ]  # fmt: skip
    assert [one.lines[0] for one in found] == [6, 20, 27]


def test_single_values_of_a_column_are_tags(tmp_path):
    first = read(tmp_path, TRICKY, tags="misc:NER")[0]
    assert first.tags == ("O",) * 4 + ("B-LOC",) + ("O",) * 4
    assert read(tmp_path, TRICKY, tags="feats:Case")[0].tags[:2] == ("_", "Acc")
    assert read(tmp_path, TRICKY, tags="4")[0].tags[0] == "VERB"
    assert read(tmp_path, TRICKY, tokens="lemma")[0].text == "ir nosotros a el mar , he say ."
    assert read(tmp_path, TRICKY, tags=None)[0].tags is None


WORD = "\t_" * 8 + "\n"


@pytest.mark.parametrize(
    "content, message",
    [
        (
            "1 Ann _ _ _ _ _ _ _ _\n",
            "line 1: expected 10 columns separated by tabs, got 1 in .*; separate them by tabs",
        ),
        ("1\tAnn\tAnn\n", "line 1: expected 10 columns separated by tabs, got 3"),
        ("one\tAnn" + WORD, "line 1: 'one' numbers no word; expected 1, 1-2 or 1.1"),
        ("9" * 5000 + "\tAnn" + WORD, "line 1: '9+...' numbers no word"),
        ("1\tAnn" + WORD + "3\tleft" + WORD, "line 2: expected word 2, got '3'"),
        ("1\tAnn" + WORD + "# late\n2\tleft" + WORD, "line 2: a comment between words"),
        ("1\t " + WORD, "line 1: the form is empty"),
        ("2-1\tAnn" + WORD, "line 1: expected word 1, got '2-1'"),
        ("1-3\tAnn" + WORD + "1\tA" + WORD + "2\tn" + WORD, "line 3: a multiword token goes on to word 3, got 2 words"),
        ("1-2\tAn" + WORD + "1\tA" + WORD + "2-3\tAn" + WORD, "line 3: the multiword token '2-3' is no new range"),
        ("# only\n", "no word; give a file of ten columns"),
        ("1\tAnn" + WORD, "line 1: no upos is given; fill it in, or name another column with --tags"),
    ],
)
def test_what_is_no_conllu_is_named(tmp_path, content, message):
    with pytest.raises(DataError, match=rf"a\.conllu: {message}|a\.conllu {message}"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "column, message", [("upso", r"did you mean 'upos'"), ("upos:x", "no column 'upos:x'"), ("misc:", "no column")]
)
def test_a_column_that_is_not_there_is_named(tmp_path, column, message):
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, TRICKY, tags=column)
