"""The rows of a model together with what shows them: as a list, in a notebook, as a picture."""

from __future__ import annotations

from collections.abc import Iterable

from atrous.draw.growth import Growth, growth
from atrous.draw.picture import picture
from atrous.draw.rows import FieldRow, are_leaves, last
from atrous.draw.table import count, si
from atrous.page.markup import Html, number, row, tag, text
from atrous.page.notebook import card
from atrous.window import Window


class Field(list[FieldRow]):
    """What a model sees and costs: a list of a row for every layer, which a notebook shows as picture and table.

    title, steps, late: as for `atrous.draw.picture`.

    >>> from atrous.window import Window
    >>> found = Field([FieldRow(0, "Conv(8, 8, kernel=3)", 3, Window(left=2), 200, 38400)], title="a convolution")
    >>> found.window, found.growth.kind
    (Window(left=2, right=0, stride=1), 'once')
    """

    def __init__(self, rows: Iterable[FieldRow], *, title: str, steps: int = 100, late: int | None = None) -> None:
        super().__init__(rows)
        self.title, self.steps, self.late = title, steps, late

    @property
    def window(self) -> Window:
        """What one step of the encoder sees."""
        return last(self)

    @property
    def growth(self) -> Growth:
        """How the window grows with depth."""
        return growth(self)

    @property
    def picture(self) -> str:
        """The rows as SVG."""
        return picture(self, title=self.title, steps=self.steps, late=self.late)

    def _repr_html_(self) -> str:
        names = ["effective kernel", "sees back", "ahead", "stride", "parameters", f"FLOPs, {self.steps:,} tokens"]
        head = [tag("th", text("layer"), scope="col")]
        head += [tag("th", text(name), scope="col", class_="number") for name in names]
        rows = [_row(one, simple) for one, simple in zip(self, are_leaves(self), strict=True)]
        table = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows))
        return card(Html(self.picture), tag("details", tag("summary", text("every layer")), table))


def _row(one: FieldRow, simple: bool) -> Html:
    indent = Html("&emsp;" * one.depth)
    inner = one.part in ("embed", "encode")
    costs = [f"{one.parameters:,}", si(one.flops)] if simple else ["", ""]
    window = [count(one.window.left), count(one.window.right), str(one.window.stride) if inner else ""]
    return row(Html(indent + text(one.name, 200)), [*map(number, [count(one.kernel), *window, *costs])])
