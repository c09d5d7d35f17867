from atrous.config import load
from atrous.embed import Tokens, embedding


def test_settings_become_an_embedding():
    settings = load(None, ["embed.channels=6", "embed.bigrams=50", "embed.dropout=0.5"]).embed
    embed = embedding(settings, {"ids": 20})
    assert isinstance(embed, Tokens)
    assert (embed.size, embed.outputs, embed.bigrams, embed.dropout) == (20, 6, 50, 0.5)
