import numpy as np
import pytest

from atrous.answering import tagged
from atrous.answering.marked import Style
from atrous.answering.shown import Shown
from atrous.answering.tagged import of_sentences, of_texts, tag_file
from atrous.data.tagged.sentences import Sentence, joined
from atrous.errors import DataError
from atrous.runtime.reader import Reader
from atrous.runtime.tagging import tags_answers
from atrous.runtime.tokeniser import Tokeniser

LABELS = ("B-PER", "L-PER", "O", "U-PER")


def predict(rows, kind="words"):
    """Capitalised tokens are spans, two in a row one span."""
    reader, answers = Reader(Tokeniser(kind, False, ()), rule="characters" if kind == "characters" else "fine"), []
    for row in rows:
        if row == "refused":
            raise DataError("too long")
        cut = reader.cut(row)
        big = [token.istitle() for token in cut[1]] + [False]
        logits = np.zeros((len(cut[1]), 4), np.float32)
        for place in range(len(cut[1])):
            before, here, after = place > 0 and big[place - 1], big[place], big[place + 1]
            logits[place, 2 if not here else 1 if before else 0 if after else 3] = 2 if here else 9
        answers.append(tags_answers(logits, np.array([0, len(logits)]), [cut], LABELS, scheme="bilou"))
    return answers


def sentence(*tokens, document="", line=1, between=" "):
    text, offsets = joined(tokens, between)
    source = tuple(f"{token} x" for token in tokens)
    return Sentence(tokens, line, (), None, text, offsets, document, source, tuple(range(len(tokens))))


def written(rows, style, capsys, **options):
    count = tag_file(options.pop("predict", predict), rows, style, quiet=True, **options)
    return count, capsys.readouterr().out


def test_every_text_has_its_answer_in_order(capsys):
    texts = [(line, text) for line, text in enumerate(["Ann Lee left.", "", "then Bob", " "], 1)]
    for window in (1, 3, 1000):
        count, out = written(of_texts(texts, str), Style("marked", "iob2"), capsys, window=window)
        assert (count, out) == (4, "[Ann Lee](PER 0.51) left.\n\nthen [Bob](PER 0.71)\n\n")


def test_tokens_of_a_file_keep_its_text_and_its_lines(capsys):
    rows = [sentence("Ann", "left", line=3), sentence("Bob", line=9)]
    _, out = written(of_sentences(rows, str), Style("conll", "iob2", "columns"), capsys)
    assert out == "Ann x B-PER\nleft x O\n\nBob x B-PER\n\n"
    together = rows[0]._replace(text="Ann,left", offsets=((0, 3), (4, 8)))
    _, out = written(of_sentences([together], str), Style("spans", "iob2"), capsys)
    assert out == "3\t0\t3\tPER\t0.711235\tAnn\n"


def test_the_sentences_of_a_document_are_read_together_and_written_apart(capsys):
    rows = [sentence("Ann", document="a"), sentence("Lee", "left", document="a"), sentence("Bob", document="b")]
    asked = [*of_sentences(rows, str, documents=True), *of_sentences([sentence("Ann")] * 2, str, documents=True)]
    assert [row.given for row in asked] == [("Ann", "Lee", "left"), ("Bob",), ("Ann",), ("Ann",)]
    count, out = written(iter(asked[:2]), Style("conll", "bilou", "columns"), capsys)
    assert (count, out) == (2, "Ann x U-PER\n\nLee x U-PER\nleft x O\n\nBob x U-PER\n\n")
    _, out = written(iter(asked[:1]), Style("spans", "iob2"), capsys)
    assert out == "1\t0\t7\tPER\t0.505855\tAnn Lee\n"


def test_a_model_of_characters_tags_the_tokens_of_a_file(capsys):
    rows = [sentence("x", "A", "Bc", between="", document="a"), sentence("D", document="a")]
    for documents in (False, True):
        asked = of_sentences(rows, str, documents=documents, characters=True)
        _, out = written(
            asked, Style("conll", "iob2", "columns"), capsys, predict=lambda some: predict(some, "characters")
        )
        assert out == "x x O\nA x B-PER\nBc x I-PER\n\nD x B-PER\n\n"


def test_spans_that_are_left_out_are_counted(capsys):
    rows = of_texts([(1, "Ann Lee left"), (2, "Bob")], str)
    tag_file(predict, rows, Style("marked", "iob2"), shown=Shown(min_probability=0.6))
    said = capsys.readouterr()
    assert said.out == "Ann Lee left\n[Bob](PER 0.71)\n"
    assert "left out 1 of 2 spans" in said.err


def test_a_row_that_is_refused_is_named_and_those_before_it_are_answered(capsys):
    rows = of_texts([(4, "Ann"), (7, "refused"), (8, "Bob")], lambda line: f"a.txt line {line}")
    with pytest.raises(DataError, match=r"a\.txt line 7: too long"):
        tag_file(predict, rows, Style("marked", "iob2"), quiet=True)
    assert capsys.readouterr().out == "[Ann](PER 0.71)\n"


def test_memory_does_not_grow_with_the_rows(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(tagged, "SIZE", 60)
    texts = ((line, "word " * 5) for line in range(100))
    written(
        of_texts(texts, str),
        Style("tags", "iob2"),
        capsys,
        predict=lambda some: seen.append(len(some)) or predict(some),
    )
    assert sum(seen) == 100 and max(seen) <= 3
