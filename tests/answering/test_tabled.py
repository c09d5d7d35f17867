import numpy as np
import pytest
import torch

from atrous.answering import tabled
from atrous.answering.predict import logits, vectors
from atrous.answering.tabled import Latest, Tables, tables_of
from atrous.attend import Max, Mean
from atrous.config import load
from atrous.data.batch import Examples
from atrous.embed import Multichannel, Placed, Tokens
from atrous.encode import ngram, tcn
from atrous.errors import ConfigError
from atrous.layers import Conv, Parallel, Pointwise, Stack
from atrous.model import Model
from atrous.native import compiled, described
from atrous.predict import Classes
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.tasks.classify import build

TEXTS = ["one", "", "x" * 70, "a b c", "b", "the end"]
READER = Reader(Tokeniser("bytes", False, ()))
needs_compiled = pytest.mark.skipif(compiled is None, reason=described())


def small(*, channels=4, kernels=(3, 4, 5), embed=None, pool=Max):
    torch.manual_seed(0)
    outputs = channels * len(kernels)
    embed = embed or Tokens(258, 8)
    encode = ngram(embed.outputs, channels=channels, kernels=kernels)
    return Model(embed, encode, pool(outputs), Classes(outputs, 3)).eval()


@pytest.fixture(params=["compiled", "torch"])
def way(request, monkeypatch):
    if request.param == "torch":
        monkeypatch.setattr(tabled, "compiled", None)
    elif compiled is None:
        pytest.skip(described())


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kernels", [(3, 4, 5), (1,), (2, 9)])
@pytest.mark.parametrize("channels", [1, 16, 33])
def test_rows_that_are_looked_up_have_the_numbers_of_the_model(kernels, channels, monkeypatch):
    monkeypatch.setattr(tabled, "_CHUNK", 40)
    model, rows = small(channels=channels, kernels=kernels), Examples.of(READER, TEXTS)
    tables = Tables(model)
    torch.testing.assert_close(vectors(model, rows, tables), vectors(model, rows), atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(logits(model, rows, tables), logits(model, rows), atol=1e-6, rtol=1e-6)


@pytest.mark.usefixtures("way")
def test_several_threads_look_up_what_one_does(monkeypatch):
    model, rows = small(), Examples.of(READER, TEXTS * 50)
    alone = logits(model, rows, Tables(model))
    monkeypatch.setattr(tabled, "_WORTH", 100)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    assert torch.equal(logits(model, rows, Tables(model)), alone)


@pytest.mark.usefixtures("way")
def test_no_row_and_rows_of_nothing_are_looked_up():
    tables = Tables(small())
    none = np.empty(0, np.int32)
    assert tables.logits(none, np.zeros(1, np.int64)).shape == (0, 3)
    assert not tables.vectors(none, np.zeros(3, np.int64)).any()


@pytest.mark.usefixtures("way")
def test_an_id_that_the_embedding_does_not_have_is_refused():
    tables = Tables(small())
    with pytest.raises(ValueError, match="258 is no id of this table, which has 258"):
        tables.logits(np.array([3, 258], np.int32), np.array([0, 2]))


@needs_compiled
def test_eight_bits_are_nearly_the_same():
    model, rows = small(channels=64), Examples.of(READER, TEXTS)
    found, exact = logits(model, rows, Tables(model, int8=True)), logits(model, rows)
    assert 0 < (found - exact).abs().max() < 0.02 * exact.std()


def test_eight_bits_need_the_compiled_kernels(monkeypatch):
    monkeypatch.setattr(tabled, "compiled", None)
    with pytest.raises(ConfigError, match="int8 needs the compiled kernels; `atrous --version` says why"):
        tables_of(small(), int8=True)


def test_channels_of_one_field_are_one_table():
    for join, outputs in (("add", 8), ("concatenate", 16)):
        embed = Multichannel(Tokens(258, 8), Tokens(258, 8), join=join)
        assert embed.table().shape == (258, outputs)
        model, rows = small(embed=embed), Examples.of(READER, TEXTS)
        torch.testing.assert_close(logits(model, rows, tables_of(model)), logits(model, rows), atol=1e-6, rtol=1e-6)
    assert Multichannel(Tokens(258, 8), Tokens(258, 8, field="beside")).table() is None
    assert Multichannel(Tokens(258, 8), Tokens(258, 8, bigrams=10)).table() is None


def test_models_that_are_something_else_have_no_tables(monkeypatch):
    model = small()
    assert tables_of(model) is not None
    others = [
        small(embed=Tokens(258, 8, bigrams=10)),
        small(embed=Placed(Tokens(258, 8))),
        small(pool=Mean),
    ]
    encoders = [
        tcn(8, channels=4, depth=1),
        Stack(Parallel(Conv(8, 4, kernel=3, dilation=2)), Pointwise(torch.relu)),
        Stack(Parallel(Conv(8, 4, kernel=3)), Pointwise(torch.tanh)),
    ]
    others += [Model(Tokens(258, 8), encode, Max(4), Classes(4, 3)) for encode in encoders]
    assert [tables_of(other) for other in others] == [None] * len(others)
    with pytest.raises(ValueError, match="Tables needs an embedding that is a table"):
        Tables(others[0])
    monkeypatch.setattr(tabled, "MOST", 1000)
    assert tables_of(model) is None


def test_tables_are_made_again_when_a_weight_has_changed():
    model, rows, latest = small(), Examples.of(READER, TEXTS), Latest()
    first = latest.of(model)
    assert latest.of(model) is first
    with torch.no_grad():
        model.embed.vectors.mul_(2)
    assert latest.of(model) is not first
    torch.testing.assert_close(logits(model, rows, latest.of(model)), logits(model, rows), atol=1e-5, rtol=1e-5)


def test_the_preset_of_ngram_has_tables():
    model = build(load(encode="ngram"), sizes=READER.sizes, labels=tuple("abc"))
    assert tables_of(model) is not None
