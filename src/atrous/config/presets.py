"""What stands in for a setting left at None, by encoder. No torch here."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

# The pools, by name; a test holds them to be those of atrous.attend.
PoolName: TypeAlias = Literal["kmax", "last", "max", "mean", "query", "sum", "unpadded"]

# What a pool is told besides the channels; held by a test to be its signature.
POOL_OPTIONS: dict[str, dict[str, Any]] = {
    "kmax": {"k": 4},
    "unpadded": {"depth": 4, "kernel": 3},
}


class Preset(NamedTuple):
    """What an encoder is known to work with: highest learning rate, pool, hashed bigrams."""

    rate: float
    pool: PoolName
    bigrams: int = 0


PRESETS: dict[str, Preset] = {  # rates: benchmarks/presets.py, on dev of the `languages` data
    "attention": Preset(rate=3e-3, pool="max"),
    "bag": Preset(rate=2e-2, pool="mean", bigrams=20_000),
    "bigru": Preset(rate=1e-2, pool="max"),
    "bilstm": Preset(rate=1e-2, pool="max"),
    "birnn": Preset(rate=3e-3, pool="max"),
    "conv": Preset(rate=1e-2, pool="max"),
    "deep": Preset(rate=5e-3, pool="max"),
    "dense": Preset(rate=8e-3, pool="max"),
    "gated": Preset(rate=5e-3, pool="max"),
    "gru": Preset(rate=1e-2, pool="last"),
    "highway": Preset(rate=1e-2, pool="max"),
    "hybrid": Preset(rate=5e-3, pool="last"),
    "idcnn": Preset(rate=2e-3, pool="max"),
    "kmax": Preset(rate=5e-3, pool="kmax"),
    "lstm": Preset(rate=1e-2, pool="last"),
    "multiscale": Preset(rate=5e-3, pool="max"),
    "ngram": Preset(rate=5e-3, pool="max"),
    "residual": Preset(rate=8e-3, pool="max"),
    "rnn": Preset(rate=2e-3, pool="last"),
    "tcn": Preset(rate=8e-3, pool="max"),
    "tdnn": Preset(rate=5e-3, pool="max"),
    "unet": Preset(rate=1e-2, pool="max"),
    "wavenet": Preset(rate=8e-3, pool="max"),
}
