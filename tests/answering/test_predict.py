import pytest
import torch

from atrous.answering.predict import accelerator, logits
from atrous.config import load
from atrous.data.batch import Examples
from atrous.errors import ConfigError, DataError
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.tasks.classify import build


def test_rows_come_back_in_their_order_whatever_their_lengths():
    torch.manual_seed(0)
    reader = Reader(Tokeniser("bytes", False, ()))
    model = build(load(encode="tcn"), sizes=reader.sizes, labels=3).eval()
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
    model = build(load(encode=encode), sizes=reader.sizes, labels=3)
    examples = Examples.of(reader, ["ab" * 400, "", "abc" * 301, "xyz"])
    whole, forward = logits(model, examples), model.forward
    monkeypatch.setattr("atrous.answering.predict.LONG", 100)
    monkeypatch.setattr(model, "forward", lambda batch: whole_rows.append(batch) or forward(batch))
    torch.testing.assert_close(logits(model, examples), whole, atol=1e-5, rtol=1e-5)
    assert bool(whole_rows) is not model.streams
    assert model.training


def test_a_row_that_is_too_long_is_refused_before_anything_is_computed(monkeypatch):
    reader = Reader(Tokeniser("bytes", False, ()))
    model = build(load(encode="attention"), sizes=reader.sizes, labels=3)
    monkeypatch.setattr(model, "forward", None)
    with pytest.raises(DataError, match="2,000,000 tokens is too long"):
        logits(model, Examples.of(reader, ["x", "x" * 2_000_000]))
