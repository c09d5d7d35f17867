import pytest
from tests.data.tagged.test_conllu import TRICKY

from atrous.data.tagged.columns import column_sentences
from atrous.data.tagged.conllu import conllu_sentences
from atrous.data.tagged.put import put


@pytest.fixture
def tricky(tmp_path):
    (tmp_path / "a.conllu").write_text(TRICKY)
    return tmp_path / "a.conllu"


@pytest.mark.parametrize("column", ["upos", "form", "4", "misc:NER", "feats:Case"])
def test_a_file_s_own_tags_give_the_file_back(tricky, column):
    found = list(conllu_sentences(tricky, tags=column))
    assert "\n\n".join("\n".join(put(one, one.tags, "conllu", column)) for one in found) + "\n" == TRICKY


def test_other_tags_stand_where_the_old_ones_did_and_all_else_stays(tricky, tmp_path):
    found = list(conllu_sentences(tricky))
    lines = [line for one in found for line in (*put(one, ["X"] * len(one.tokens), "conllu", "upos"), "")]
    (tmp_path / "b.conllu").write_text("\n".join(lines))
    again = list(conllu_sentences(tmp_path / "b.conllu"))
    assert [set(one.tags) for one in again] == [{"X"}] * 3
    assert [one._replace(tags=None, source=()) for one in again] == [
        one._replace(tags=None, source=()) for one in found
    ]
    changed = [(old, new) for old, new in zip(TRICKY.splitlines(), lines, strict=False) if old != new]
    assert len(changed) == sum(len(one.tokens) for one in found)


def test_a_single_value_joins_the_others_of_its_column(tricky):
    first = next(conllu_sentences(tricky))
    lines = put(first, ["B-X", *"OOOOOOOO"], "conllu", "misc:NER")
    assert lines[5].endswith("\tNER=B-X") and lines[10].endswith("\tSpaceAfter=No")


@pytest.mark.parametrize("content, lines", [
    ("# id 7\nAnn NNP\nleft VBD\n", ["# id 7", "Ann NNP B-PER", "left VBD O"]),
    ("-DOCSTART- -X-\n\nAnn NNP\nleft VBD\n", ["-DOCSTART- -X- O", "", "Ann NNP B-PER", "left VBD O"]),
    ("Ann\tNNP\nleft\tVBD\n", ["Ann\tNNP\tB-PER", "left\tVBD\tO"]),
])  # fmt: skip
def test_columns_get_one_more(tmp_path, content, lines):
    (tmp_path / "a.conll").write_text(content)
    [found] = column_sentences(tmp_path / "a.conll")
    assert put(found, ["B-PER", "O"], "columns") == lines


def test_every_token_needs_a_tag(tricky):
    with pytest.raises(ValueError, match="one tag for each of 9 tokens, got 1"):
        put(next(conllu_sentences(tricky)), ["X"], "conllu")
    with pytest.raises(ValueError, match="not in tuple"):
        put(next(conllu_sentences(tricky)), ["X"] * 9, "conllu", "upso")
