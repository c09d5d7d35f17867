import threading

import numpy as np
import pytest
import torch

from atrous import Bundle, Session
from atrous.answering import predict, spread, worded
from atrous.answering.predict import logits
from atrous.answering.spread import LITTLE, MUCH, alone
from atrous.answering.spread import spread as spread_over
from atrous.answering.worded import Worded
from atrous.config import load
from atrous.data.batch import Examples
from atrous.runtime.lengths import by_length
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.tasks.classify import build
from atrous.tasks.tag import build as build_tagger

READER = Reader(Tokeniser("bytes", False, ()))
TEXTS = ["a good film " * (1 + number % 7) for number in range(40)] + ["", "x"]


@pytest.fixture
def three():
    """Three threads, which this machine may not have, for the test that asks for them."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def small_batches(monkeypatch):
    """Few rows a batch, so that there are several; each worth a thread."""
    monkeypatch.setattr(spread, "LITTLE", 0)
    for part in (predict, worded):
        monkeypatch.setattr(part, "by_length", lambda lengths: by_length(lengths, rows=4))


def said():
    return threading.current_thread(), torch.get_num_threads(), torch.is_inference_mode_enabled()


@pytest.mark.usefixtures("three")
def test_several_items_are_worked_on_by_threads_that_compute_alone():
    together = threading.Barrier(3, timeout=20)  # passed only where three are at work at once

    def work(item):
        together.wait()
        return item, *said()

    found = spread_over(work, [5, 6, 7], operations=lambda item: MUCH - 1)
    assert [item for item, *_ in found] == [5, 6, 7]
    assert len({thread for _, thread, *_ in found}) == 3
    assert all(others == [1, True] for _, _, *others in found)
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three")
def test_an_item_of_many_operations_is_shared_and_the_others_are_not():
    sizes = [5, MUCH, MUCH - 1, 2 * MUCH]
    found = spread_over(lambda size: (size, *said()[:2]), sizes, operations=int)
    here = threading.current_thread()
    assert [size for size, *_ in found] == sizes
    assert [threads for *_, threads in found] == [1, 3, 1, 3]
    assert [thread is here for _, thread, _ in found] == [False, True, False, True]


@pytest.mark.usefixtures("three")
def test_no_thread_is_started_for_one_item_or_for_little():
    here = threading.current_thread()
    assert spread_over(said, [], operations=len) == []
    assert spread_over(lambda item: said()[:2], [0], operations=lambda item: MUCH - 1) == [(here, 1)]
    assert spread_over(lambda item: said()[:2], [0, 1], operations=lambda item: LITTLE // 2 - 1) == [(here, 1)] * 2


@pytest.mark.usefixtures("three")
def test_what_an_item_raises_is_raised_and_the_rest_is_left_out():
    begun, go = [], threading.Event()

    def work(item):
        begun.append(item)
        if item == 0:
            raise KeyError("wrong")
        go.wait(20)

    threading.Timer(0.2, go.set).start()
    with pytest.raises(KeyError, match="wrong"):
        spread_over(work, range(50), operations=lambda item: LITTLE)
    assert len(begun) < 50
    assert torch.get_num_threads() == 3
    with pytest.raises(ZeroDivisionError), alone():
        assert torch.get_num_threads() == 1
        1 / 0  # noqa: B018
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three", "small_batches")
@pytest.mark.parametrize("encode", ["tcn", "lstm", "ngram"])
def test_several_threads_answer_what_one_does(encode):
    torch.manual_seed(0)
    model, rows = build(load(encode=encode), sizes=READER.sizes, labels=tuple("abc")).eval(), Examples.of(READER, TEXTS)
    found = logits(model, rows)
    with alone():
        torch.testing.assert_close(found, logits(model, rows), rtol=0, atol=0)


@pytest.mark.usefixtures("three", "small_batches")
@pytest.mark.parametrize("encode", ["conv", "idcnn"])
def test_several_threads_tag_what_one_does(encode, monkeypatch):
    monkeypatch.setattr(worded, "_STEPS", 10)
    torch.manual_seed(0)
    reader = Reader(Tokeniser("words", True, ("good", "film")), rule="fine")
    model = build_tagger(load(encode=encode, task="tag"), sizes=reader.sizes, labels=("O", "PER")).eval()
    read = Worded(model, reader).read(TEXTS)
    with alone():
        again = Worded(model, reader).read(TEXTS)
    assert np.array_equal(read.starts, again.starts)
    torch.testing.assert_close(read.logits, again.logits, rtol=0, atol=0)


@pytest.mark.usefixtures("three")
def test_one_text_and_one_step_of_a_stream_are_computed_alone(monkeypatch):
    bundle, seen = Bundle.fresh(load(encode="tcn"), READER, ("no", "yes")), []
    step = bundle.model.step
    monkeypatch.setattr(bundle.model, "step", lambda *given: (seen.append(torch.get_num_threads()), step(*given))[1])
    bundle.model.encode.register_forward_pre_hook(lambda *_: seen.append(torch.get_num_threads()))
    bundle.predict("a film")
    with Session(bundle) as session:
        session.push({0: "a film"})
    assert len(seen) >= 2 and set(seen) == {1}
    assert torch.get_num_threads() == 3
