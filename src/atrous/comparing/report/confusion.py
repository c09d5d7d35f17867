"""Which labels the best model takes for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atrous.comparing.report.given import Race, sequence
from atrous.page import ink
from atrous.page.markup import (
    Html,
    cell,
    column,
    figure,
    joined,
    row,
    section,
    stranger,
    table,
    tag,
    text,
)
from atrous.page.words import counted, finite, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure
else:
    Figure = Any

_CELLS = 24  # labels of which a table can still be read
_FEW = 6  # labels of which a table needs no list beside it
_LISTED = 12  # confusions
_TINTS = 5  # shades of a cell: .t0 to .t5 in the style


def confusion(race: Race) -> Html:
    """The section; where a text can have several labels there is no such matrix, and it says so."""
    title = "What is taken for what"
    found = race.part("best_on_test")
    labels = [shown(one, 30) for one in sequence(found.get("labels"))]
    counts = [[int(finite(one) or 0) for one in sequence(line)] for line in sequence(found.get("confusion"))]
    if not counts or len(counts) != len(labels) or any(len(line) != len(labels) for line in counts):
        said = (
            "A text can have several labels here, or no run finished: there is no matrix of one label against another."
        )
        return section("confusion", title, tag("p", text(said, 200)))
    things = "tokens" if race.tags else "texts"
    drawing = (_table if len(labels) <= _CELLS else _heat)(labels, counts, things)
    return section("confusion", title, drawing, _list(labels, counts) if len(labels) > _FEW else Html(""))


def _table(labels: list[str], counts: list[list[int]], things: str) -> Html:
    """Counts as text, tinted by their share of the row."""
    rows = []
    for place, line in enumerate(counts):
        whole = sum(line)
        cells = []
        for other, count in enumerate(line):
            tint = 0 if not count else max(1, round(_TINTS * count / whole))
            kind = "t" if other == place else "w"
            cells.append(cell(text(f"{count:,}" if count else "·"), class_=f"number {kind}{tint}"))
        right = f"{100 * line[place] / whole:.0f} %" if whole else "–"
        rows.append(row(stranger(labels[place]), [*cells, cell(text(right), class_="number recall")]))
    head = [
        column(text("is \\ answered")),
        *(column(stranger(one), class_="number") for one in labels),
        column(text("found"), class_="number", note="found"),
    ]
    says = (
        f"A row is what the {things} are, a column what the model answered: the diagonal is right, all else is a "
        "mistake; the stronger the tint, the larger its share of the row."
    )
    tall = "matrix tall" if len(labels) > _FEW else "matrix"
    return table("Confusion matrix of the best model on test", head, rows, says=text(says, 300), class_=tall)


def _heat(labels: list[str], counts: list[list[int]], things: str) -> Html:
    """Too many labels for numbers: a picture, in which mistakes are dark."""
    shares = [[count / max(1, sum(line)) for count in line] for line in counts]

    def draw(canvas: Figure) -> None:
        axes = canvas.subplots()
        most = max((share for a, line in enumerate(shares) for b, share in enumerate(line) if a != b), default=0) or 1.0
        for a, line in enumerate(shares):
            for b, share in enumerate(line):
                if counts[a][b] and a != b:
                    axes.add_patch(_square(b, a, ink.MODELS[1], 0.15 + 0.85 * share / most))
                elif counts[a][b]:
                    axes.add_patch(_square(b, a, ink.MODELS[0], 0.1 + 0.5 * share))
        every = -(-len(labels) // 60)
        shownonly = range(0, len(labels), every)
        small = max(4.0, min(8.0, 250 / len(labels) * every))
        names = [labels[place][:16] for place in shownonly]
        axes.set_xticks(shownonly, names, rotation=90, fontsize=small)
        axes.set_yticks(shownonly, names, fontsize=small)
        axes.set_xlim(-0.5, len(labels) - 0.5)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.grid(visible=False)
        axes.set_aspect("equal")
        axes.set_xlabel("answered")
        axes.set_ylabel("is")

    says = f"A matrix of {counted(len(labels), 'label')}; its largest entries off the diagonal are listed below."
    picture = ink.drawn("confusion-heat", draw, title="Confusion matrix", says=says, size=(ink.WIDTH, ink.WIDTH))
    caption = tag("b", text("Confusion matrix of the best model on test.")) + text(
        f" A row is what the {things} are, a column what the model answered: the diagonal is right, every square off "
        "it a mistake; the stronger the tint, the larger its share of the row. The list below names the largest.",
        400,
    )
    return tag("div", figure(picture, Html(caption), wide=True), class_="heat")


def _square(x: int, y: int, tint: str, strength: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=tint, edgecolor="none", alpha=round(strength, 2))


def _list(labels: list[str], counts: list[list[int]]) -> Html:
    """The commonest mistakes, in words."""
    found = [(count, a, b) for a, line in enumerate(counts) for b, count in enumerate(line) if count and a != b]
    if not found:
        return tag("p", text("Every answer was right."))
    found.sort(key=lambda one: (-one[0], one[1], one[2]))
    items = [
        tag(
            "li",
            tag("b", text(f"{count:,}×")),
            text(" "),
            stranger(labels[a]),
            text(" taken for "),
            stranger(labels[b]),
            text(f" (of {sum(counts[a]):,})"),
        )
        for count, a, b in found[:_LISTED]
    ]
    head = tag("h3", text("The commonest mistakes"))
    return joined([head, tag("ol", joined(items), class_="columns")])
