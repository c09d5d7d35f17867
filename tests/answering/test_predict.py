from functools import partial

import pytest
import torch
from tests.laws.table import ENCODERS, POOL_SIZES, REFUSED, shaken

from atrous.answering.chunks import read_in_chunks, vectors_in_chunks
from atrous.answering.predict import accelerator, logits, vectors
from atrous.attend import POOLS
from atrous.config import load
from atrous.data.batch import Examples
from atrous.embed import Tokens
from atrous.errors import ConfigError, DataError
from atrous.model import Model
from atrous.predict import Classes
from atrous.runtime.lengths import LONG
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.tasks.classify import build
from atrous.tasks.tag import build as build_tagger


def test_rows_come_back_in_their_order_whatever_their_lengths():
    torch.manual_seed(0)
    reader = Reader(Tokeniser("bytes", False, ()))
    model = build(load(encode="tcn"), sizes=reader.sizes, labels=tuple("abc")).eval()
    texts = ["x" * (37 * number % 101) for number in range(300)]
    together = logits(model, Examples.of(reader, texts))
    alone = torch.cat([logits(model, Examples.of(reader, [text])) for text in texts[:20]])
    torch.testing.assert_close(together[:20], alone, atol=1e-5, rtol=1e-5)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_device_that_is_not_there_is_refused_with_a_remedy():
    assert accelerator("auto") == "cpu"
    with pytest.raises(ConfigError, match="use --device cpu"):
        accelerator("cuda")


@pytest.mark.parametrize("encode", ["residual", "lstm", "bilstm"])
def test_a_long_row_is_read_in_chunks_with_the_same_answer(encode, monkeypatch):
    torch.manual_seed(0)
    reader, whole_rows = Reader(Tokeniser("bytes", False, ())), []
    model = build(load(encode=encode), sizes=reader.sizes, labels=tuple("abc"))
    examples = Examples.of(reader, ["ab" * 400, "", "abc" * 301, "xyz"])
    whole, forward = logits(model, examples), model.forward
    monkeypatch.setattr("atrous.answering.predict.LONG", 100)
    monkeypatch.setattr(model, "forward", lambda batch: whole_rows.append(batch) or forward(batch))
    torch.testing.assert_close(logits(model, examples), whole, atol=1e-5, rtol=1e-5)
    assert bool(whole_rows) is not model.streams
    assert model.training


@pytest.mark.parametrize("encode", ["residual", "lstm", "unet", "bilstm"])
def test_every_token_of_a_long_row_has_the_logits_that_it_has_in_the_whole(encode, monkeypatch):
    torch.manual_seed(0)
    reader, read = Reader(Tokeniser("characters", False, tuple("abc")), rule="characters"), []
    settings = load(None, ["encode.channels=8"], task="tag", encode=encode, embed="characters")
    model = build_tagger(settings, sizes=reader.sizes, labels=("A", "B", "O")).eval()
    texts = ["ab" * 400, "", "abc" * 301, "cab"]
    examples = Examples.of(reader, texts)
    with torch.inference_mode():
        whole = torch.cat([model(examples.batch([row])[0])[0, : len(text)] for row, text in enumerate(texts)])
    in_chunks = partial(read_in_chunks, chunk=64)
    monkeypatch.setattr("atrous.answering.predict.LONG", 100)
    monkeypatch.setattr("atrous.answering.predict.read_in_chunks", lambda *given: read.append(1) or in_chunks(*given))
    torch.testing.assert_close(logits(model, examples), whole, atol=1e-5, rtol=1e-5)
    assert bool(read) is model.streams


def test_a_row_of_more_tokens_than_are_read_at_once_is_tagged():
    torch.manual_seed(0)
    reader = Reader(Tokeniser("characters", False, tuple("abc")), rule="characters")
    settings = load(None, ["encode.channels=8"], task="tag", encode="residual", embed="characters")
    model = build_tagger(settings, sizes=reader.sizes, labels=("A", "B", "O")).eval()
    examples = Examples.of(reader, ["abcab" * (LONG // 5 + 100)])
    with torch.inference_mode():
        torch.testing.assert_close(logits(model, examples), model(examples.batch([0])[0])[0], atol=1e-5, rtol=1e-5)


def test_a_row_that_is_too_long_is_refused_before_anything_is_computed(monkeypatch):
    reader = Reader(Tokeniser("bytes", False, ()))
    model = build(load(encode="attention"), sizes=reader.sizes, labels=tuple("abc"))
    monkeypatch.setattr(model, "forward", None)
    with pytest.raises(DataError, match="2,000,000 tokens is too long"):
        logits(model, Examples.of(reader, ["x", "x" * 2_000_000]))


LETTERS = tuple("abcdefg")  # 9 ids with those of padding and of the unknown, as the models of the laws have
TEXTS = ["gab", "", "a" * 23, "cabbage"]


def tiny(encoder, pool):
    torch.manual_seed(0)
    layer = ENCODERS[encoder]()
    attend = POOLS[pool](layer.outputs or 3, **POOL_SIZES.get(pool, {}))
    return shaken(Model(Tokens(9, 3, bigrams=20), layer, attend, Classes(attend.outputs, 3)))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_vector_of_a_text_is_the_same_alone_padded_batched_and_in_chunks(encoder):
    reader = Reader(Tokeniser("characters", False, LETTERS))
    examples = Examples.of(reader, TEXTS)
    for pool in POOLS:
        if (encoder, pool) in REFUSED:
            continue
        model = tiny(encoder, pool)
        together = vectors(model, examples)
        assert together.isfinite().all()
        assert together.shape == (len(TEXTS), model.attend.outputs)
        alone = torch.cat([vectors(model, Examples.of(reader, [text])) for text in TEXTS])
        close = partial(
            torch.testing.assert_close, atol=1e-10, rtol=1e-10, msg=lambda said, pool=pool: f"{pool}: {said}"
        )
        close(together, alone)
        padded, _ = examples.batch(range(len(TEXTS)), time=40)
        with torch.no_grad():
            close(together, model.vectors(padded))
            close(model.predict(together), logits(model, examples))
            if model.streams:
                close(together, vectors_in_chunks(model, examples.batch(range(len(TEXTS)))[0], chunk=3))
        assert not together[1].any(), "a text without a token has zeros"


def test_no_row_has_no_vector():
    reader = Reader(Tokeniser("bytes", False, ()))
    model = build(load(encode="ngram"), sizes=reader.sizes, labels=tuple("abc"))
    assert vectors(model, Examples.of(reader, [])).shape == (0, model.attend.outputs)
