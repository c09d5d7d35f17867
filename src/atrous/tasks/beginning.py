"""What the models of every task begin with: an embedding and an encoder."""

from __future__ import annotations

from collections.abc import Mapping

from atrous.config import Settings
from atrous.contract import Embed, Layer
from atrous.embed import embedding
from atrous.encode import ENCODERS


def read_and_encoded(chosen: Settings, sizes: Mapping[str, int]) -> tuple[Embed, Layer]:
    """A fresh embedding and a fresh encoder as resolved settings say, weights drawn in this order.

    sizes: of each field of the batch, how many ids there are, or features.

    >>> embed, encode = read_and_encoded(Settings().resolved(), {"ids": 9})
    >>> embed.outputs == encode.inputs
    True
    """
    embed = embedding(chosen.embed, sizes)
    return embed, ENCODERS[chosen.encode.name](embed.outputs, **chosen.encode.options)
