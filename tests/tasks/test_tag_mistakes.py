import numpy as np
import pytest

from atrous.data.tables import Row
from atrous.runtime.reader import Reader
from atrous.runtime.schemes import Span
from atrous.runtime.tagging import tags_answers
from atrous.runtime.tokeniser import Tokeniser
from atrous.tasks import tag_mistakes
from atrous.tasks.tag_mistakes import confused, mistakes, surest

TAGS = ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")


def judged(*rows, scheme="iob2", labels=TAGS):
    """Mistakes of answers that give these tags, each more surely than the one before."""
    reader, answers, wanted = Reader(Tokeniser("words", False, ()), rule="fine"), [], []
    for line, (text, tags, given) in enumerate(rows, 1):
        cut = reader.cut(text)
        logits = np.zeros((len(cut[1]), len(labels)), np.float32)
        for place, tag in enumerate(given.split()):
            logits[place, labels.index(tag)] = place + line
        answers += tags_answers(logits, np.array([0, len(logits)]), [cut], labels, scheme=scheme)
        wanted.append(Row(text, "", "", line, tokens=tuple(cut[1]), tags=tuple(tags.split())))
    return answers, wanted, [*mistakes(answers, wanted)]


def test_each_mistake_is_told_once():
    _, _, found = judged(
        ("Ann left Rome", "B-PER O B-LOC", "B-PER O B-LOC"),  # right
        ("Ann left Rome", "B-PER O B-LOC", "B-PER O O"),  # missed
        ("Ann left Rome", "O O O", "O B-PER O"),  # invented
        ("New York Times", "B-LOC I-LOC I-LOC", "B-LOC I-LOC O"),  # other ends
        ("New York Times", "B-LOC I-LOC O", "B-PER I-PER O"),  # another type
        ("New York Times", "B-LOC I-LOC I-LOC", "B-LOC B-PER I-PER"),  # cut in two: the longer piece
    )
    assert [(one.row, one.wanted, one.given) for one in found] == [
        (1, Span(2, 3, "LOC"), None),
        (2, None, Span(1, 2, "PER")),
        (3, Span(0, 3, "LOC"), Span(0, 2, "LOC")),
        (4, Span(0, 2, "LOC"), Span(0, 2, "PER")),
        (5, Span(0, 3, "LOC"), Span(1, 3, "PER")),
    ]
    assert confused(found, 2) == [
        {"wanted": "LOC", "given": "PER", "count": 2},
        {"wanted": "LOC", "given": "LOC", "count": 1},
    ]


def test_spans_are_held_against_those_that_lie_over_them_alone(monkeypatch):
    compared, shared = [], tag_mistakes._shared
    monkeypatch.setattr(tag_mistakes, "_shared", lambda *spans: compared.append(spans) or shared(*spans))
    count = 300  # of spans in one row: 300 times 300 would be 90,000
    _, _, found = judged(("New York left " * count, "B-LOC I-LOC O " * count, "B-LOC O B-PER " * count))
    assert len(found) == 2 * count and len(compared) == count


def test_the_surest_mistakes_come_first_with_what_stands_around_them():
    filler = "so " * 40
    answers, rows, found = judged(
        ("Ann left Rome", "B-PER O O", "B-LOC O O"),
        (f"{filler}Ann {filler}".strip(), "O " * 40 + "B-PER" + " O" * 40, "O " * 40 + "O" + " O" * 40),
    )
    first, second = surest(found, answers, rows, 5)
    assert first["text"].startswith("…") and first["text"].endswith("…") and " Ann " in first["text"]
    assert len(first["text"]) == 60 + 3 + 60 + 2
    assert (first["wanted"]["text"], first["given"], first["line"]) == ("Ann", None, 2)
    assert first["probability"] == answers[1].probabilities[40]
    assert second["given"] == {"label": "LOC", "text": "Ann", "start": 0, "end": 3}
    assert (second["text"], second["probability"]) == ("Ann left Rome", answers[0].spans[0].probability)
    assert surest(found, answers, rows, 1) == [first]


def test_plain_tags_are_wrong_token_by_token():
    _, _, found = judged(("he saw it", "PR VB PR", "PR NN PR"), scheme="plain", labels=("NN", "PR", "VB"))
    assert [(one.wanted, one.given) for one in found] == [(Span(1, 2, "VB"), Span(1, 2, "NN"))]
    assert found[0].probability == pytest.approx(np.exp(2) / (np.exp(2) + 2), abs=1e-5)


def test_tokens_that_were_not_read_are_no_mistakes():
    answers, rows, _ = judged(("Ann left Rome", "B-PER O B-LOC", "B-PER O B-LOC"))
    assert [*mistakes([answers[0]._replace(tags=answers[0].tags[:2], spans=answers[0].spans[:1])], rows)] == []
