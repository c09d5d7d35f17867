"""HTML, put together so that no text of a stranger gets in unescaped: what is `Html` was escaped or written by us."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, NewType

from atrous.page.words import shown

Html = NewType("Html", str)

_EMPTY = ("br", "meta")


def text(value: Any, most: int = 80) -> Html:
    """A text, escaped, cut and with everything invisible made visible.

    >>> text("<b>&amp;")
    '&lt;b&gt;&amp;amp;'
    """
    return Html(html.escape(shown(value, most)))


def stranger(value: Any, most: int = 80) -> Html:
    """A text of unknown language: its direction is its own and does not reach what stands beside it."""
    return tag("bdi", text(value, most))


def tag(name: str, *inside: Html, **attributes: str | int | None) -> Html:
    """An element. An attribute that is None is left out; `class_` is `class`, and `aria_label` is `aria-label`.

    >>> tag("p", text("a < b"), class_="note")
    '<p class="note">a &lt; b</p>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>" + ("" if name in _EMPTY else "".join(inside) + f"</{name}>"))


def joined(parts: Sequence[Html], between: str = "\n") -> Html:
    """Several pieces in a row."""
    return Html(between.join(part for part in parts if part))


def section(name: str, title: str, *inside: Html) -> Html:
    """A part of the page that can be jumped to."""
    head = tag("h2", text(title), id=f"{name}-title")
    return tag("section", Html("\n"), joined([head, *inside]), Html("\n"), id=name, aria_labelledby=f"{name}-title")


def figure(drawing: Html, caption: Html, *, wide: bool = False) -> Html:
    """A picture, or several, with the sentence that says how to read it."""
    return tag("figure", drawing, Html("\n"), tag("figcaption", caption), class_="wide" if wide else None)


def table(name: str, head: Sequence[Html], rows: Sequence[Html], *, says: Html, class_: str | None = None) -> Html:
    """A table in a box of its own, in which it scrolls where the page is narrower; the box can be reached by key.

    head: the cells of the first row. rows: whole rows, as `row` makes them. says: how to read it, below the table.
    """
    inside = joined(
        [tag("caption", text(name)), tag("thead", tag("tr", *head)), tag("tbody", Html("\n"), joined(rows), Html("\n"))]
    )
    box = tag("div", tag("table", inside, class_=class_), class_="box", tabindex=0, role="region", aria_label=name)
    return joined([box, tag("p", says, class_="reading")])


def column(title: Html, *, class_: str | None = None, note: str | None = None) -> Html:
    """The head of a column; note: the term among the footnotes that explains it."""
    return tag("th", tag("a", title, href=f"#term-{note}") if note else title, scope="col", class_=class_)


def row(name: Html, cells: Sequence[Html], *, class_: str | None = None) -> Html:
    """A row whose first cell says what it is about."""
    return tag("tr", tag("th", name, scope="row"), *cells, class_=class_)


def cell(value: Html, *, class_: str | None = None) -> Html:
    """A cell of a row."""
    return tag("td", value, class_=class_)


def number(value: str) -> Html:
    """A cell that holds a number."""
    return cell(text(value), class_="number")
