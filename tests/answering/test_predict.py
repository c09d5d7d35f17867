import pytest
import torch

from atrous.answering.predict import accelerator, logits
from atrous.config import load
from atrous.data.batch import Examples
from atrous.errors import ConfigError
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
