"""What every table of the settings is made of: its class, and the kinds of values that several have. No torch here."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, lt=2**31)]
Share = Annotated[float, Field(ge=0, lt=1)]
Channels = Annotated[Count, Field(description="numbers that every step carries")]
Kernel = Annotated[Count, Field(description="steps that one convolution reads")]
Dropped = Annotated[Share, Field(description="share dropped while training, 0 to 1")]


class Section(BaseModel):
    """One table of the settings; its fields say what they mean and in which unit."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @property
    def options(self) -> dict[str, Any]:
        """Every field but the name: the keyword arguments of the part that the name calls."""
        return {field: getattr(self, field) for field in type(self).model_fields if field != "name"}
