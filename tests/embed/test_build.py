import torch

from atrous.config import load
from atrous.embed import Multichannel, Placed, Pretrained, Spelled, Tokens, Values, embedding, fill

SIZES = {"ids": 20, "beside": 30, "characters": 40}


def built(*overrides):
    settings = load(None, ["embed.channels=6", *overrides])
    return embedding(settings.resolved().embed, {name: SIZES.get(name, 2) for name in settings.reads})


def test_settings_become_an_embedding():
    embed = built("embed.bigrams=50", "embed.dropout=0.5")
    assert isinstance(embed, Tokens)
    assert (embed.size, embed.outputs, embed.bigrams, embed.dropout) == (20, 6, 50, 0.5)


def test_channels_are_parts_that_read_their_own_field():
    embed = built("embed.beside=words", "embed.join=concatenate", "embed.dropout=0.5")
    found = [(part.size, part.reads, part.dropout) for part in embed.parts]
    assert found == [(20, ("ids",), 0.5), (30, ("beside",), 0.5)]
    assert (embed.outputs, embed.reads) == (12, ("ids", "beside"))


def test_letters_stand_beside_the_words_own_vector():
    embed = built("embed.name=words", "embed.letters=7", "embed.beside=words", "embed.dropout=0.5")
    both, letters = embed.parts
    assert isinstance(both, Multichannel)
    assert isinstance(letters, Spelled)
    assert (embed.outputs, embed.reads, letters.size) == (6 + 3, ("ids", "beside", "characters"), 40)
    assert letters.dropout == 0.5


def test_values_need_no_channels():
    assert isinstance(built("embed.name=values"), Values)
    placed = built("embed.name=values", "embed.positions=true")
    assert isinstance(placed, Placed)
    assert placed.outputs == 4


def test_both_channels_of_pretrained_vectors_begin_alike():
    embed = built("embed.name=words", "embed.vectors=a.txt", "embed.tuning=both", "embed.beside=words")
    static, tuned, beside = embed.parts
    assert torch.equal(static.table(), tuned.table())
    fill(embed, torch.tensor([4]), torch.ones(1, 6))
    assert torch.equal(static.table(), tuned.table())
    assert static.table()[4].tolist() == [1.0] * 6
    assert isinstance(static, Pretrained)
    assert isinstance(beside, Tokens)
    tuned.table().data.add_(1)  # what is learnt in one is not seen in the other
    assert static.table()[4].tolist() == [1.0] * 6


def test_features_stand_beside_the_word_and_its_letters():
    settings = load(
        None,
        ["embed.name=words", "embed.channels=10", "embed.letters=4", "embed.shape=true", "embed.hashed=50"],
    ).embed
    embed = embedding(settings, {"ids": 9, "characters": 7, "features": 51})
    assert (embed.outputs, embed.reads) == (10 + 5 + 8 + 5, ("ids", "characters", "features"))


def test_letters_make_as_many_channels_as_are_asked_for():
    settings = load(None, ["embed.name=words", "embed.letters=4", "embed.letter_channels=30"]).embed
    assert embedding(settings, {"ids": 9, "characters": 7}).outputs == 64 + 30
