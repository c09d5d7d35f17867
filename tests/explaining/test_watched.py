"""The same embedding, of which every part can be looked at."""

import torch

from atrous.contract import Batch
from atrous.embed import Multichannel, Placed, Spelled, Tokens
from atrous.explaining.watched import watched

BATCH = Batch(
    torch.tensor([[5, 7, 2]]),
    torch.tensor([3]),
    beside=torch.tensor([[1, 2, 0]]),
    characters=torch.tensor([[[3, 0], [2, 4], [0, 0]]]),
)


def embedding():
    torch.manual_seed(0)
    tokens = Multichannel(Tokens(9, 4, bigrams=5), Tokens(6, 4, field="beside"))
    return Placed(Multichannel(tokens, Spelled(5, 3, letters=2), join="concatenate"))


def test_its_vectors_are_the_same_numbers():
    embed = embedding()
    whole, parts = watched(embed)
    torch.testing.assert_close(whole(BATCH), embed(BATCH), rtol=0, atol=0)
    assert [part.field for part in parts] == ["ids", "beside", "ids"]
    assert [part.pairs is not None for part in parts] == [True, False, False]
    assert [tuple(part.given.shape) for part in parts] == [(1, 3, 4), (1, 3, 4), (1, 3, 3)]
    assert (whole.outputs, whole.reads) == (embed.outputs, embed.reads)


def test_of_nothing_the_places_are_left():
    embed = embedding()
    zeros = embed.positions(torch.zeros(1, 3, 8))[..., :7]
    torch.testing.assert_close(watched(embed, nothing=True)[0](BATCH), zeros)


def test_the_embedding_itself_is_not_touched():
    embed = embedding()
    before = [id(part) for part in embed.modules()]
    watched(embed)[0](BATCH).sum().backward()
    assert [id(part) for part in embed.modules()] == before
    assert all(weight.grad is None for weight in embed.parameters())
