"""The embedding that settings ask for."""

from __future__ import annotations

from collections.abc import Mapping

from atrous.config.fields import Embed as Settings
from atrous.contract import Embed
from atrous.embed.tokens import Tokens


def embedding(settings: Settings, sizes: Mapping[str, int]) -> Embed:
    """A fresh embedding, its weights drawn from torch's default generator.

    sizes: of each field of the batch, how many ids there are, or features.

    >>> embedding(Settings(channels=8), {"ids": 100}).outputs
    8
    """
    return Tokens(sizes["ids"], settings.channels, bigrams=settings.bigrams or 0, dropout=settings.dropout)
