import gzip

import pytest

from atrous.data.tagged.columns import column_sentences
from atrous.errors import ConfigError, DataError


def read(tmp_path, content, **options):
    path = tmp_path / "a.conll"
    path.write_bytes(content.encode())
    return list(column_sentences(path, **options))


def test_sentences_end_at_empty_lines_and_documents_begin_where_the_file_says(tmp_path):
    found = read(tmp_path, "-DOCSTART- -X- O O\n\nAnn B-PER\nleft O\n\n\nIt O\n-DOCSTART- O\nNo O\n")
    assert [(one.tokens, one.tags, one.lines, one.document) for one in found] == [
        (("Ann", "left"), ("B-PER", "O"), (3, 4), "document 1"),
        (("It",), ("O",), (7,), "document 1"),
        (("No",), ("O",), (9,), "document 2"),
    ]


def test_a_file_without_documents_has_none(tmp_path):
    assert [one.document for one in read(tmp_path, "Ann B-PER\n\nIt O\n")] == ["", ""]


@pytest.mark.parametrize("options, tokens, tags", [
    ({}, ("EU", "rejects"), ("I-ORG", "O")),
    ({"tags": "2"}, ("EU", "rejects"), ("NNP", "VBZ")),
    ({"tokens": "2", "tags": "1"}, ("NNP", "VBZ"), ("EU", "rejects")),
    ({"tags": None}, ("EU", "rejects"), None),
])  # fmt: skip
@pytest.mark.parametrize("between", [" ", "\t", "   "])
def test_columns_are_numbers_and_stand_apart_by_spaces_or_tabs(tmp_path, options, tokens, tags, between):
    content = "EU NNP I-ORG\nrejects VBZ O\n".replace(" ", between)
    [found] = read(tmp_path, content, **options)
    assert (found.tokens, found.tags) == (tokens, tags)
    assert [found.text[start:end] for start, end in found.offsets] == list(tokens)


def test_between_tabs_a_token_may_hold_spaces(tmp_path):
    [found] = read(tmp_path, "New York\tB-LOC\n\u3000\tO\nslept \tO\n".replace("\u3000\tO\n", ""))
    assert found.tokens == ("New York", "slept")
    assert found.text == "New York slept"


def test_spaces_of_unicode_are_no_columns(tmp_path):
    [found] = read(tmp_path, "1\u00a0000 B-NUM\n")
    assert found.tokens == ("1\u00a0000",)


def test_comments_stand_before_a_sentence_and_a_sign_may_be_a_token(tmp_path):
    first, second = read(tmp_path, "# id 1\nAnn B-PER\n# O\n\n# stands alone\n\n# O\n")
    assert first.tokens == ("Ann", "#") and second.tokens == ("#",)
    assert first.source == ("# id 1", "Ann B-PER", "# O") and first.places == (1, 2)
    assert second.source == ("# stands alone", "", "# O") and second.places == (2,)


def test_comments_of_well_known_corpora_are_none_of_their_tokens(tmp_path):
    [found] = read(tmp_path, "# id 5f12 domain=en\nAnn _ _ B-PER\n")  # MultiCoNER
    assert found.tokens == ("Ann",)
    [found] = read(tmp_path, "#\thttp://a.b\t[2009-10-17]\n1\tAnn\tB-PER\tO\n", tokens="2", tags="3")  # GermEval
    assert (found.tokens, found.tags) == (("Ann",), ("B-PER",))


def test_what_is_no_token_can_be_put_back(tmp_path):
    content = "-DOCSTART- O\n\n# id one\nAnn B-PER\nleft O\n\nIt O\n"
    found = read(tmp_path, content)
    assert "\n\n".join("\n".join(one.source) for one in found) + "\n" == content
    assert [[one.source[place] for place in one.places] for one in found] == [["Ann B-PER", "left O"], ["It O"]]


def test_a_sentence_of_100_000_tokens_is_read(tmp_path):
    [found] = read(tmp_path, "token O\n" * 100_000)
    assert len(found.tokens) == 100_000 and found.offsets[-1] == (599_994, 599_999)


def test_an_archive_is_read(tmp_path):
    path = tmp_path / "a.conll.gz"
    path.write_bytes(gzip.compress(b"Ann B-PER\n"))
    assert next(column_sentences(path)).tokens == ("Ann",)


@pytest.mark.parametrize(
    "content, message",
    [
        ("Ann NNP B-PER\nleft O\n", r"a\.conll line 2: expected 3 columns, as line 1 has, got 2 in 'left O'; even"),
        ("Ann\tNNP\tO\nleft VBD O\n", r"line 2: expected 3 columns separated by tabs, as line 1 has, got 1 in "
         "'left VBD O'; separate them by tabs, as there"),
        ("Ann\tO\n\tO\n", r"line 2: the token in column 1 is empty; fill it in"),
        ("Ann\tO\nleft\t\n", r"line 2: the tag in column 2 is empty"),
        ("-DOCSTART- O\n\n", "no token; give a file of one token a line"),
    ],
)  # fmt: skip
def test_a_line_that_does_not_fit_is_named(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


@pytest.mark.parametrize("column", ["0", "3", "-1", "ner", "", "１", "9" * 5000])
def test_a_column_that_is_not_there_is_named(tmp_path, column):
    with pytest.raises(ConfigError, match=r"a\.conll line 1: no column .* the columns 1 to 2"):
        read(tmp_path, "Ann O\n", tags=column)


def test_a_file_of_one_column_has_no_tags(tmp_path):
    with pytest.raises(ConfigError, match="tokens and tags are both the only column of 'Ann'"):
        read(tmp_path, "Ann\nleft\n")
    assert read(tmp_path, "Ann\nleft\n", tags=None)[0].tokens == ("Ann", "left")
