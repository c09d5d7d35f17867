"""What the best model uses of its window, and whether its gradient reaches its first layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from atrous.comparing.report.given import Race, mappings, sequence
from atrous.page import ink
from atrous.page.markup import Html, figure, section, tag, text
from atrous.page.words import INFINITY, counted, finite, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure
else:
    Figure = Any

_TITLE = "Does the gradient get there?"
_NAME = 60  # letters of a layer
_MOST = 60  # layers that are drawn


class _Lags(NamedTuple):
    """The shares of the gradient from lag `first` on; None where they are not known."""

    first: int
    start: list[float] | None
    end: list[float] | None
    spans: dict[str, tuple[int, int] | None]
    endless: tuple[bool, bool]

    @property
    def last(self) -> int:
        return self.first + len(self.end or self.start or []) - 1


def gradients(race: Race) -> Html:
    """Two pictures: the gradient per lag over the window, and the gradient down the layers; before and after."""
    found = race.part("best_on_test").get("gradients")
    known = found if isinstance(found, Mapping) else {}
    lags, layers = _lags(known.get("lags")), _layers(known.get("layers"))
    if lags is None and not layers:
        return section("gradients", _TITLE, tag("p", text("The gradient of the best model was not measured.")))
    place = race.best.place if race.best is not None else 0
    name = race.best.name if race.best is not None else "the best model"
    rows = finite(known.get("rows"))
    said = [tag("p", text(one, 400)) for one in sequence(known.get("verdict")) if isinstance(one, str)]
    lead = f"Of {name}" + (f", on {counted(int(rows), 'test row')}" if rows is not None else "") + ":"
    figures = [_per_lag(lags, place)] if lags is not None else []
    figures += [_per_layer(layers, place)] if layers else []
    return section("gradients", _TITLE, tag("p", text(lead)), *said, tag("div", *figures, class_="two"))


def _lags(raw: Any) -> _Lags | None:
    if not isinstance(raw, Mapping):
        return None
    shares = {state: _numbers(raw.get(state)) for state in ("start", "end")}
    first, window, spans = finite(raw.get("first")), raw.get("window"), raw.get("span")
    lengths = {len(one) for one in shares.values() if one}
    if first is None or len(lengths) != 1:
        return None
    window = window if isinstance(window, Mapping) else {}
    spans = spans if isinstance(spans, Mapping) else {}
    return _Lags(
        int(first), shares["start"], shares["end"], {state: _span(spans.get(state)) for state in shares},
        (window.get("left") == INFINITY, window.get("right") == INFINITY),
    )  # fmt: skip


def _numbers(raw: Any) -> list[float] | None:
    """The numbers, if all of them are some."""
    found = [finite(one) for one in sequence(raw)]
    numbers = [one for one in found if one is not None]
    return numbers if numbers and len(numbers) == len(found) else None


def _span(raw: Any) -> tuple[int, int] | None:
    found = _numbers(raw)
    return (int(found[0]), int(found[1])) if found is not None and len(found) == 2 else None


def _layers(raw: Any) -> list[tuple[str, float | None, float | None]]:
    found = [(shown(one.get("name"), _NAME), finite(one.get("start")), finite(one.get("end"))) for one in mappings(raw)]
    return [one for one in found if one[1] is not None or one[2] is not None][:_MOST]


def _per_lag(lags: _Lags, place: int) -> Html:
    own = ink.colour(place)
    every = range(lags.first, lags.last + 1)
    highest = max([*(lags.start or []), *(lags.end or [])]) or 1.0

    def draw(canvas: Figure) -> None:
        axes = canvas.subplots()
        low = -0.3 * highest  # below the shares: the spans, and the window
        if lags.end is not None:
            axes.bar([*every], lags.end, width=0.9 if len(every) < 100 else 1.0, color=own, edgecolor="none")
        if lags.start is not None:
            edges = [lag - 0.5 for lag in every] + [lags.last + 0.5]
            axes.stairs(lags.start, edges, color=ink.INK, linewidth=1.2, baseline=None)
        for state, height, tint, wide in (("end", 0.3, own, 2.6), ("start", 0.52, ink.INK, 1.2)):
            if (span := lags.spans[state]) is not None:
                sides = [max(span[0], lags.first) - 0.5, min(span[1], lags.last) + 0.5]
                axes.plot(sides, [height * low] * 2, color=tint, linewidth=wide, marker="|", markersize=6)
        axes.plot(
            [every[0] - 0.5, every[-1] + 0.5], [0.82 * low] * 2, color=ink.RULE, linewidth=6, solid_capstyle="butt"
        )
        for endless, side, arrow in zip(lags.endless, (every[0] - 0.5, every[-1] + 0.5), "<>", strict=True):
            if endless:
                axes.plot([side], [0.82 * low], marker=arrow, markersize=9, color=ink.RULE, clip_on=False)
        axes.plot([0, 0], [0.7 * low, 0.94 * low], color=ink.INK, linewidth=1.6)
        axes.set_ylim(low, 1.06 * highest)
        room = 0.02 * len(every)
        axes.set_xlim(every[0] - 0.5 - room, every[-1] + 0.5 + room)
        ink.ticks(axes.xaxis, 6, whole=True)
        ink.ticks(axes.yaxis, 4)
        axes.set_yticks([one for one in axes.get_yticks() if 0 <= one <= highest])
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        axes.grid(visible=False, axis="x")
        axes.set_xlabel("tokens before (−) and after its own")

    says = "; ".join(
        f"{when} 95 % from lag {span[0]} to {span[1]}"
        for when, state in (("before", "start"), ("after", "end"))
        if (span := lags.spans[state]) is not None
    )
    size = (ink.WIDTH, 2.9)
    picture = ink.drawn("gradient-lags", draw, title="Gradient per lag", says=says, size=size)
    caption = (
        "How much of the gradient of one step of the encoder comes from each token around its own (the effective "
        "field): bars after training, line before. Below, the shortest runs that hold 95 % of each, and in grey the "
        f"window, what the encoder could see{'; an arrow: it goes on' if any(lags.endless) else ''}. The stroke is its "
        "own token."
    )
    return figure(picture, text(caption, 600))


def _per_layer(layers: list[tuple[str, float | None, float | None]], place: int) -> Html:
    own = ink.colour(place)
    positive = [one for _, *both in layers for one in both if one is not None and one > 0]
    low, high = (min(positive), max(positive)) if positive else (0.1, 1.0)

    def draw(canvas: Figure) -> None:
        axes = canvas.subplots()
        axes.set_xscale("log")
        axes.set_xlim(low / 2, high * 2)
        for row, (name, start, end) in enumerate(layers):
            axes.annotate(
                name, (0, row), xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points",
                fontsize=8.5, color=ink.INK, annotation_clip=False,
            )  # fmt: skip
            height = row + 0.32
            axes.plot([low / 2, high * 2], [height] * 2, color=ink.RULE, linewidth=0.7)
            for value, inside in ((start, ink.PAPER), (end, own)):
                edge = ink.INK if inside == ink.PAPER else own
                if value is not None and value > 0:
                    axes.plot([value], [height], marker="o", markersize=6, color=edge, markerfacecolor=inside)
                elif value == 0:
                    axes.plot([low / 2], [height], marker="x", markersize=6, color=edge, clip_on=False)
        axes.set_ylim(len(layers) - 0.4, -0.5)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(lambda *_: "")
        axes.grid(visible=True, axis="x")
        axes.set_xlabel("size of the gradient, a log scale")

    says = "; ".join(f"{name}: {_said(start)} before, {_said(end)} after" for name, start, end in layers)
    size = (ink.WIDTH, 0.7 + 0.33 * len(layers))
    picture = ink.drawn("gradient-layers", draw, title="Gradient per layer", says=says, size=size)
    dead = any(0 in both for _, *both in layers)
    caption = (
        "How strongly the loss of a row pulls at what each layer gives out, from the embedding above to the answer "
        f"below: rings before training, dots after{'; a cross: no gradient at all' if dead else ''}. Where it falls by "
        "powers of ten on its way up, it vanishes, and the first layers hardly learn; where it grows so, it explodes."
    )
    return figure(picture, text(caption, 600))


def _said(value: float | None) -> str:
    return "not known" if value is None else f"{value:.2g}"
