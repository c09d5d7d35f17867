import inspect
import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.streaming.bundles import CHARACTERS, WORDS, agree, fresh, with_encoder

import atrous
from atrous import Session
from atrous.bundle import Bundle
from atrous.config import load
from atrous.encode import ENCODERS
from atrous.errors import DataError, FolderError, NotStreamable
from atrous.layers import Conv, Stack
from atrous.runtime.reader import Reader


def strided():
    """A bundle whose encoder has grain 6 and looks ahead."""

    def encode():
        looks_ahead, halves = Conv(3, 4, kernel=3, right=1), Conv(4, 4, kernel=2, stride=2)
        return Stack(looks_ahead, halves, Conv(4, 4, kernel=7, stride=3, right=5))

    bundle = with_encoder(fresh("ngram"), encode)
    assert (bundle.model.grain, bundle.delay > 0) == (6, True)
    return bundle


BUNDLES = {name: fresh(name) for name in ENCODERS}
STREAMING = {name: bundle for name, bundle in BUNDLES.items() if bundle.model.streams} | {
    "strided": strided(),
    "several labels": fresh("tcn", predict="labels"),
}
TEXTS = st.lists(st.text("abcdE ΣςA!", max_size=25), min_size=1, max_size=4)


def read_by_chance(bundle, texts, chance):
    """Each text in pieces of any size, empty ones too; rows join, push and leave at their own moments."""
    with Session(bundle) as session:
        whole, places, waits = {}, dict.fromkeys(range(len(texts)), 0), [chance.randrange(4) for _ in texts]
        while len(whole) < len(texts):
            waits = [wait - 1 for wait in waits]
            pieces = {}
            for row, text in enumerate(texts):
                if waits[row] < 0 and row not in whole and chance.random() < 0.7:
                    end = places[row] + chance.randrange(8)
                    pieces[row], places[row] = text[places[row] : end], end
            so_far = session.push(pieces)
            assert so_far.keys() == pieces.keys()
            ended = [row for row in session.rows if places[row] >= len(texts[row])]
            whole |= session.finish_all(chance.sample(ended, chance.randint(0, len(ended))))
        assert session.rows == ()
        return whole


def test_a_session_reads_no_more_of_a_row_than_predict_does():
    bundle = fresh("tcn")
    bundle.reader = Reader(CHARACTERS, max_steps=4)
    with Session(bundle) as session:
        for piece in ("abc", "da", "ae"):
            session.push({"row": piece})
        agree(session.finish("row"), bundle.predict("abcdaae")[0])
        session.push({"row": "abcd"})
        agree(session.finish("row"), bundle.predict("abcdaae")[0])


@pytest.mark.parametrize("name", STREAMING)
@given(texts=TEXTS, seed=st.integers(0, 2**16))
def test_a_session_answers_as_predict_does_however_texts_are_cut(name, texts, seed):
    bundle = STREAMING[name]
    found = read_by_chance(bundle, texts, random.Random(seed))
    for row, expected in enumerate(bundle.predict(texts)):
        agree(found[row], expected)


@given(texts=TEXTS, seed=st.integers(0, 2**16))
def test_words_may_be_cut_too(texts, seed):
    bundle = fresh("tcn", WORDS)
    found = read_by_chance(bundle, texts, random.Random(seed))
    for row, expected in enumerate(bundle.predict(texts)):
        agree(found[row], expected)


@pytest.mark.parametrize("name", ["tcn", "lstm"])
def test_what_is_decided_so_far_is_the_answer_to_the_text_so_far(name):
    bundle, text = STREAMING[name], "abad cab!"
    with Session(bundle) as session:
        for end in range(1, len(text)):
            agree(session.push({"row": text[end - 1 : end]})["row"], bundle.predict(text[:end])[0])


def test_a_model_that_looks_ahead_says_nothing_before_its_delay():
    bundle = STREAMING["residual"]
    assert bundle.delay == 6
    with Session(bundle) as session:
        answers = [session.push({"row": letter})["row"] for letter in "abcdabcda"]
        assert [answer is None for answer in answers] == [True] * 6 + [False] * 3
        assert session.finish("row") is not None


def test_a_stride_decides_whole_blocks():
    bundle = STREAMING["strided"]
    silent = bundle.delay * 6
    with Session(bundle) as session:
        answers = [session.push({"row": "a"})["row"] for _ in range(silent + 13)]
    decided = [number for number, answer in enumerate(answers, 1) if answer is not None]
    assert decided == list(range(silent + 6, silent + 14))


def test_a_word_is_decided_by_what_follows_it():
    bundle = fresh("tcn", WORDS)
    with Session(bundle) as session:
        assert session.push({"row": "bad"}) == {"row": None}
        agree(session.push({"row": " "})["row"], bundle.predict("bad")[0])


def test_a_piece_of_no_characters_changes_nothing():
    bundle = STREAMING["tcn"]
    with Session(bundle) as session:
        assert session.push({}) == {}
        assert session.push({"row": "", "other": "a"})["row"] is None
        answer = session.push({"row": "ab"})["row"]
        assert session.push({"row": ""}) == {"row": answer}
        assert session.finish("row") == answer
        agree(session.finish("other"), bundle.predict("a")[0])


def test_a_row_that_said_nothing_gets_the_answer_to_no_text():
    for bundle in STREAMING.values():
        with Session(bundle) as session:
            session.push({"row": ""})
            agree(session.finish("row"), bundle.predict("")[0])


def test_ids_are_read_as_their_text_is():
    bundle = STREAMING["residual"]
    ids = bundle.reader.tokeniser("abcab dec")
    with Session(bundle) as session:
        session.push_ids({"row": ids[:4], 7: []})
        session.push_ids({"row": ids[4:].tolist()})
        session.push({"text": "abcab dec"})
        found = session.finish_all()
    assert list(found) == ["row", 7, "text"]
    agree(found["row"], found["text"])
    agree(found["row"], bundle.predict("abcab dec")[0])


def test_a_row_may_leave_without_an_answer_and_come_again():
    bundle = STREAMING["lstm"]
    with Session(bundle) as session:
        session.push({"row": "abc", "other": "b"})
        session.drop("row")
        assert session.rows == ("other",)
        agree(session.push({"row": "a"})["row"], bundle.predict("a")[0])


def test_a_long_session_keeps_no_more_than_its_rows():
    bundle = STREAMING["tcn"]
    with Session(bundle) as session:
        for number in range(20):
            session.push({number: "abc", "long": "abcde"})
            if number >= 3:
                session.finish(number - 3)
        assert len(session._table) <= 8
        assert all(array.nbytes == 0 for row in session._rows.values() for array in row._arrays.values())


def test_a_session_stores_nothing_on_the_model():
    bundle = fresh("tcn")
    bundle.model.train()
    before = {name: value.clone() for name, value in [*bundle.model.named_parameters(), *bundle.model.named_buffers()]}
    attributes = [vars(module).keys() for module in bundle.model.modules()]
    with Session(bundle) as one, Session(bundle) as other:
        one.push({"row": "abc"})
        other.push({"row": "ccc"})
        first, second = one.finish("row"), other.finish("row")
    assert bundle.model.training
    assert [vars(module).keys() for module in bundle.model.modules()] == attributes
    after = dict([*bundle.model.named_parameters(), *bundle.model.named_buffers()])
    assert after.keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in after.items())
    agree(first, bundle.predict("abc")[0])
    agree(second, bundle.predict("ccc")[0])


def test_rows_with_as_much_to_read_are_read_together(monkeypatch):
    bundle, shapes = fresh("tcn"), []
    step = bundle.model.step
    monkeypatch.setattr(
        bundle.model, "step", lambda batch, mask, state: shapes.append(tuple(mask.shape)) or step(batch, mask, state)
    )
    with Session(bundle) as session:
        session.push({1: "abcdabc", 2: "abcda", 3: "ab"})
        assert shapes == [(2, 4), (2, 2), (2, 1)]
        session.push({1: "abcdabc", 3: "abcdabc"})
        assert shapes[3:] == [(2, 7)]
        session.push({1: "a" * 10_000})
        assert shapes[4:] == [(1, 4096), (1, 4096), (1, 1792), (1, 16)]


def test_a_session_opens_a_folder(tmp_path):
    bundle = Bundle.fresh(load(encode="lstm"), Reader(CHARACTERS), ("bad", "good"))
    bundle.save(tmp_path / "model")
    with Session(str(tmp_path / "model")) as session:
        session.push({"row": "abc"})
        agree(session.finish("row"), atrous.load(tmp_path / "model").predict("abc")[0])
    with pytest.raises(FolderError, match="no-model"):
        Session(tmp_path / "no-model")


@pytest.mark.parametrize("name", [name for name in ENCODERS if name not in STREAMING])
def test_a_model_that_does_not_stream_is_refused_with_what_to_use(name):
    with pytest.raises(NotStreamable, match=rf"this model, {name}, must see the whole .* such as tcn or lstm"):
        Session(BUNDLES[name])


# Without the tests' own check of annotations, which would refuse first.
push, push_ids, push_steps = map(inspect.unwrap, (Session.push, Session.push_ids, Session.push_steps))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda session: push(session, "text"), TypeError, "mapping from rows to pieces, got str"),
        (
            lambda session: push(session, {"row": "c", "new": b"text"}),
            TypeError,
            "row 'new': Reader needs texts, got bytes",
        ),
        (lambda session: push_ids(session, [1]), TypeError, "mapping from rows to ids, got list"),
        (lambda session: push_ids(session, {"row": [2], "new": [10]}), ValueError, "row 'row' comes as text"),
        (lambda session: push_ids(session, {"ids": [2], "new": [2, 10]}), ValueError, "row 'new': ids: 10 at step 1"),
        (lambda session: push_steps(session, {"new": [2]}), ValueError, "row 'new': this model reads ids, .* got list"),
        (lambda session: push(session, {"ids": "a"}), ValueError, "row 'ids' comes as steps"),
        (lambda session: session.finish("new"), ValueError, "no row 'new' in this session; its rows are: 'row', 'ids'"),
        (lambda session: session.finish_all(["row", "new"]), ValueError, "no row 'new'"),
        (lambda session: session.drop("row", "new"), ValueError, "no row 'new'"),
    ],
)
def test_what_is_refused_changes_nothing(call, error, words):
    bundle = STREAMING["tcn"]
    with Session(bundle) as session:
        session.push({"row": "ab"})
        session.push_ids({"ids": [2, 3]})
        with pytest.raises(error, match=words):
            call(session)
        assert session.rows == ("row", "ids")
        agree(session.push({"row": "c"})["row"], bundle.predict("abc")[0])


@pytest.mark.parametrize(
    "call",
    [
        lambda session: session.push({"row": "a"}),
        lambda session: session.push_ids({"row": [2]}),
        lambda session: session.finish("row"),
        lambda session: session.finish_all(),
        lambda session: session.drop("row"),
    ],
)
def test_a_closed_session_says_so(call):
    session = Session(STREAMING["tcn"])
    session.push({"row": "a"})
    session.close()
    session.close()
    with pytest.raises(ValueError, match=r"the session is closed; open another with atrous.Session"):
        call(session)


def test_a_session_whose_model_failed_half_way_is_closed(monkeypatch):
    bundle = fresh("tcn")
    session = Session(bundle)
    session.push({"row": "a"})
    monkeypatch.setattr(bundle.model.embed, "step", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        session.push({"row": "b"})
    with pytest.raises(ValueError, match="closed"):
        session.push({"row": "b"})


def test_a_series_comes_as_text_or_as_numbers(numbers):
    with Session(numbers) as session:
        session.push({"text": "1,2 3", "numbers": [[1, 2]]})
        session.push({"text": ",? 5,6", "numbers": [[3, None], [5, 6]]})
        session.push_steps({"steps": numbers.reader("1,2 3,? 5,6")})
        found = session.finish_all()
    (expected,) = numbers.predict(["1,2 3,? 5,6"])
    for answer in found.values():
        agree(answer, expected)


def test_a_number_that_is_none_is_refused_with_its_row_and_changes_no_row(numbers):
    with Session(numbers) as session:
        session.push({"row": "1,2 3"})
        with pytest.raises(DataError, match="row 'other': step 2: 'x' is no finite number"):
            session.push({"row": ",4 ", "new": "1,1", "other": "1,1 x,2 "})
        with pytest.raises(ValueError, match=r"row 'new': this model reads values, .* got \['ids'\]"):
            session.push_ids({"new": [1]})
        assert session.rows == ("row",)
        session.push({"row": ",x"})
        with pytest.raises(DataError, match="row 'row': after 1 steps, step 1: 'x' is no finite number"):
            session.finish_all()
        session.drop("row")
        session.push({"row": "1,2 3,5"})
        agree(session.finish("row"), numbers.predict(["1,2 3,5"])[0])


def test_a_pair_of_texts_comes_in_pairs_of_pieces():
    bundle = fresh("tcn")
    bundle.reader = Reader(CHARACTERS, beside=WORDS, two_texts=True)
    with Session(bundle) as session:
        session.push({"row": ("ab", "bad ")})
        session.push({"row": ("c", "be")})
        session.push({"row": ("", "d")})
        agree(session.finish("row"), bundle.predict([("abc", "bad bed")])[0])


def test_a_text_of_several_labels_gets_them_while_it_streams():
    settings = load(encode="tcn", predict="labels")
    bundle = Bundle.fresh(settings, Reader(CHARACTERS), ("art", "sport", "war"))
    with Session(bundle) as session:
        so_far = session.push({"row": "abad"})["row"]
        whole = session.finish("row")
    for found, expected in zip((so_far, whole), bundle.predict(["abad", "abad"]), strict=True):
        assert found.labels == expected.labels
        agree(found, expected)


def test_ids_may_be_any_kind_of_whole_numbers():
    bundle = STREAMING["tcn"]
    with Session(bundle) as session:
        for key, kind in enumerate((np.int64, np.int32, np.uint8)):
            session.push_ids({key: np.array([2, 3], kind)})
        found = session.finish_all()
    assert found[0] == found[1] == found[2]
