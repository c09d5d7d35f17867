import torch

from atrous.config import load
from atrous.tasks.beginning import read_and_encoded


def test_the_encoder_takes_what_the_embedding_gives():
    chosen = load(None, ["embed.channels=6", "embed.letters=5"], embed={"name": "words"}, encode="tcn").resolved()
    torch.manual_seed(0)
    embed, encode = read_and_encoded(chosen, {"ids": 9, "characters": 7})
    assert embed.outputs == encode.inputs == 9
