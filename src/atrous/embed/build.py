"""The embedding that settings ask for."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from atrous.config.embedding import CHANNELS
from atrous.config.embedding import Embed as Settings
from atrous.contract import Embed
from atrous.embed.marked import Marked
from atrous.embed.multichannel import Multichannel
from atrous.embed.placed import Placed
from atrous.embed.pretrained import Pretrained
from atrous.embed.spelled import Spelled
from atrous.embed.tokens import Tokens
from atrous.embed.values import Values
from atrous.runtime.features import Features


def embedding(settings: Settings, sizes: Mapping[str, int]) -> Embed:
    """A fresh embedding, its weights drawn from torch's default generator.

    sizes: of each field of the batch that is read, how many ids there are, or features.

    >>> embedding(Settings(channels=8), {"ids": 100}).outputs
    8
    >>> embedding(Settings(name="words", channels=8, letters=9), {"ids": 100, "characters": 30}).outputs
    12
    """
    embed: Embed
    if "values" in sizes:
        embed = Values(sizes["values"])
    else:
        channels, dropout = settings.channels or CHANNELS, settings.dropout
        parts = _of_tokens(settings, sizes["ids"], channels)
        if "beside" in sizes:
            parts.append(Tokens(sizes["beside"], channels, dropout=dropout, field="beside"))
        embed = parts[0] if len(parts) == 1 else Multichannel(*parts, join=settings.join)
        if "characters" in sizes:
            own = settings.letter_channels or -(-channels // 2)
            letters = Spelled(sizes["characters"], own, letters=settings.letters, dropout=dropout)
            embed = Multichannel(embed, letters, join="concatenate")
        if "features" in sizes:
            features = Features(settings.shape, settings.affixes, settings.hashed)
            embed = Multichannel(embed, Marked(features, -(-channels // 2), dropout=dropout), join="concatenate")
    return Placed(embed) if settings.positions else embed


def _of_tokens(settings: Settings, size: int, channels: int) -> list[Embed]:
    if settings.vectors is None:
        return [Tokens(size, channels, bigrams=settings.bigrams or 0, dropout=settings.dropout)]
    tables = [
        Pretrained(size, channels, tuned=kind == "tuned", dropout=settings.dropout)
        for kind in (("static", "tuned") if settings.tuning == "both" else (settings.tuning,))
    ]
    for table in tables[1:]:  # both channels begin alike, words without a vector too
        table.fill(torch.arange(size), tables[0].table())
    return list(tables)


def fill(embed: Embed, ids: Tensor, vectors: Tensor) -> None:
    """Put pretrained vectors, (found, channels), of these ids into every table of the embedding that takes some.

    >>> words = embedding(Settings(name="words", channels=2, vectors="words.txt", tuning="both"), {"ids": 9})
    >>> fill(words, torch.tensor([3]), torch.tensor([[0.5, 1.0]]))
    >>> [part.table()[3].tolist() for part in words.parts]
    [[0.5, 1.0], [0.5, 1.0]]
    """
    for part in embed.modules():
        if isinstance(part, Pretrained):
            part.fill(ids, vectors)
