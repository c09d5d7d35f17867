"""The settings of the encoder that applies one block again and again. No torch here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from atrous.config.section import Channels, Count, Dropped, Kernel, Section


class Idcnn(Section):
    """A small block of dilated convolutions, applied again and again: ID-CNN."""

    name: Literal["idcnn"] = "idcnn"
    channels: Channels = 96
    kernel: Kernel = 3
    dilations: Annotated[
        tuple[Count, ...], Field(min_length=1, max_length=1000, strict=False, description="of the block, in steps")
    ] = (
        1,
        2,
        1,
    )
    repeats: Annotated[Count, Field(le=1000, description="times that the block is applied")] = 3
    tied: Annotated[bool, Field(description="the same weights every time; false: weights of its own each time")] = True
    identity: Annotated[bool, Field(description="begin with blocks that give what they read")] = True
    join: Annotated[
        Literal["chain", "concatenate"], Field(description="what is given: the last application's output, or all")
    ] = "chain"
    dropout: Dropped = 0.1


def applies_again(encode: Any) -> bool:
    """Whether the encoder of these settings gives an output after every application of a block."""
    return isinstance(encode, Idcnn) and encode.join == "chain"


def has_applications(train: Any, info: Any) -> Any:
    """Refuses losses after each application where the settings' encoder has none."""
    encode = info.data.get("encode")  # info is a pydantic ValidationInfo, as in embedding.py
    if train.losses == "each" and encode is not None and not applies_again(encode):
        has = f"{encode.name} has no block that it applies again"
        if isinstance(encode, Idcnn):
            has = "idcnn gives all applications at once where encode.join is concatenate"
        raise ValueError(f"should have losses = last, or none: {has}; each is for idcnn, chained")
    return train
