import torch

from atrous.attend import Max
from atrous.contract import Batch
from atrous.embed import Tokens
from atrous.encode import idcnn, residual, tcn
from atrous.layers import Conv, Stack
from atrous.model import Model
from atrous.predict import Classes


def test_the_flush_brings_out_the_last_answer_in_whole_grains():
    centred = Model(Tokens(9, 4), residual(4, channels=4, depth=2), Max(4), Classes(4, 2))
    assert centred.flush == centred.delay == 6
    strided = Stack(Conv(4, 4, kernel=3, right=1), Conv(4, 4, kernel=2, stride=2))
    assert Model(Tokens(9, 4), strided, Max(4), Classes(4, 2)).flush == 2
    assert Model(Tokens(9, 4), tcn(4, channels=4), Max(4), Classes(4, 2)).flush == 0


def test_the_window_counts_the_pair_that_an_embedding_adds():
    model = Model(Tokens(9, 4, bigrams=10), tcn(4, channels=4, depth=1), Max(4), Classes(4, 2))
    assert model.window.left == 1 + 4


def test_vectors_are_what_the_head_reads():
    model = Model(Tokens(9, 4), tcn(4, channels=4), Max(4), Classes(4, 2)).eval()
    batch = Batch(torch.tensor([[3, 4, 0]]), torch.tensor([2]))
    torch.testing.assert_close(model.predict(model.vectors(batch)), model(batch))


def test_the_last_iterate_is_the_answer():
    model = Model(Tokens(9, 4), idcnn(4, channels=4, repeats=3), Max(4), Classes(4, 2)).eval()
    batch = Batch(torch.tensor([[3, 4, 0]]), torch.tensor([2]))
    assert len(model.iterates(batch)) == 3
    assert torch.equal(model.iterates(batch)[-1], model(batch))
    (only,) = Model(Tokens(9, 4), tcn(4, channels=4), Max(4), Classes(4, 2)).eval().iterates(batch)
    assert only.shape == (1, 2)
