"""One class for every recurrent encoder, its fields being the encoder's arguments. No torch here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from atrous.config.section import Channels, Count, Dropped, Section

Layers = Annotated[Count, Field(le=1000, description="layers, one reading the other")]
EachWay = Annotated[Count, Field(description="numbers that every step carries, in each direction")]


class Lstm(Section):
    """LSTM layers from left to right."""

    name: Literal["lstm"] = "lstm"
    channels: Channels = 128
    depth: Layers = 1
    dropout: Dropped = 0.1


class Bilstm(Section):
    """LSTM layers in both directions."""

    name: Literal["bilstm"] = "bilstm"
    channels: EachWay = 80
    depth: Layers = 1
    dropout: Dropped = 0.1


class Rnn(Section):
    """Plain recurrent layers from left to right."""

    name: Literal["rnn"] = "rnn"
    channels: Channels = 288
    depth: Layers = 1
    dropout: Dropped = 0.1


class Birnn(Section):
    """Plain recurrent layers in both directions."""

    name: Literal["birnn"] = "birnn"
    channels: EachWay = 192
    depth: Layers = 1
    dropout: Dropped = 0.1


class Gru(Section):
    """Gated recurrent units from left to right."""

    name: Literal["gru"] = "gru"
    channels: Channels = 152
    depth: Layers = 1
    dropout: Dropped = 0.1


class Bigru(Section):
    """Gated recurrent units in both directions."""

    name: Literal["bigru"] = "bigru"
    channels: EachWay = 100
    depth: Layers = 1
    dropout: Dropped = 0.1
