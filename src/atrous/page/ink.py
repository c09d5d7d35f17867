"""Pictures: matplotlib draws, and its SVG is made ready to stand in a page that has a light and a dark side.

A picture is drawn in the colours of `COLOURS`, and each becomes the CSS variable of that name. What has an id gets one
of its own, and the same picture is the same text every time.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from atrous.errors import MissingExtra
from atrous.page.markup import Html, tag, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure
else:
    Figure = Any

WIDTH = 4.6  # inches: on a phone a picture is as wide as the page, and its letters stay readable
DPI = 72  # of an SVG: a point is a unit

INK, SOFT, RULE, PAPER = "#1d2733", "#5c6773", "#d4d9df", "#fefefe"
# Seven that people with any sight of colour tell apart (a test measures it); beyond seven, markers do it.
MODELS = ("#003ed5", "#9f2306", "#00704b", "#a93797", "#a78b00", "#009bda", "#30364c")
COLOURS = {INK: "ink", SOFT: "soft", RULE: "rule", PAPER: "paper"} | {
    colour: f"m{place}" for place, colour in enumerate(MODELS)
}
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "<", "h", ">", "d")

_RULES: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 10,
    "axes.labelsize": 10,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": SOFT,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "figure.facecolor": "none",
    "figure.dpi": DPI,
    "savefig.facecolor": "none",
    "path.simplify": True,
}
_UNSAID = {"Date": None, "Creator": None, "Format": None, "Type": None}  # what else an SVG says of its making


def colour(place: int) -> str:
    """The colour of the model in that place, as it is drawn."""
    return MODELS[place % len(MODELS)]


def marker(place: int, *, size: float = 7) -> dict[str, Any]:
    """How the model in that place is marked, as options of a line without a line."""
    own = colour(place)
    return {
        "marker": MARKERS[place % len(MARKERS)],
        "markersize": size,
        "markeredgecolor": own,
        "markerfacecolor": PAPER if place >= len(MARKERS) else own,
        "markeredgewidth": 1.3,
        "linestyle": "none",
    }


def ticks(axis: Any, most: int, *, whole: bool = False) -> None:
    """At most about so many marks on an axis, at whole numbers only if asked."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=most, integer=whole))


def beside(axes: Any, words: str, height: float) -> None:
    """A few words to the right of the axes, at a height in their own units."""
    axes.annotate(
        words,
        (1, height),
        xycoords=("axes fraction", "data"),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        color=SOFT,
    )


def need_matplotlib() -> None:
    """Raise MissingExtra if what draws is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtra(
            'a report needs matplotlib, which is not installed; install it with: pip install "atrous[report]"'
        ) from error


def drawn(name: str, draw: Callable[[Figure], None], *, title: str, says: str, size: tuple[float, float]) -> Html:
    """What `draw` puts on an empty figure, as an SVG element.

    name: unique in the page. title, says: what a reader hears who cannot see it. size: width and height in inches.

    Raises MissingExtra if matplotlib is not installed.
    """
    need_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    target = io.StringIO()
    with warnings.catch_warnings(), matplotlib.rc_context({**_RULES, "svg.hashsalt": name}):
        # Letters are measured with a font of matplotlib's and drawn with one of the reader's, which has more.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        warnings.filterwarnings("ignore", message="constrained_layout not applied")  # names that leave no room
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        figure.savefig(target, format="svg", metadata=_UNSAID)
    return _inline(target.getvalue(), name, title=title, says=says)


def _inline(svg: str, name: str, *, title: str, says: str) -> Html:
    """An SVG file as an element of a page."""
    body = re.sub(r"<style.*?</style>", "", svg[svg.index("<svg") :], count=1, flags=re.DOTALL)
    opening, body = body.split(">", 1)
    box = re.search(r'viewBox="([^"]*)"', opening)
    # Texts and tags by turns: what is done to tags must not happen to a text that looks like one.
    parts = re.split(r"(<[^>]*>)", body)
    parts[1::2] = _tags("\0".join(parts[1::2]), name).split("\0")
    body = re.sub(r">\s+<", "><", "".join(parts)).replace("<defs></defs>", "").replace("<g></g>", "")
    words = tag("title", text(title, 200), id=f"{name}-t") + tag("desc", text(says, 600), id=f"{name}-d")
    start = f'<svg viewBox="{box[1] if box else ""}" role="img" aria-labelledby="{name}-t {name}-d">'
    return Html(start + words + body.rstrip())


def _tags(tags: str, name: str) -> str:
    """The tags of matplotlib: colours by name, ids that are used and no others, short numbers, the page's font."""
    used = {*re.findall(r'="(?:url\()?#([^")]+)', tags)}

    def identity(found: re.Match[str]) -> str:
        return f' id="{name}-{found[1]}"' if found[1] in used else ""

    tags = re.sub(r"\s+", " ", tags)
    tags = re.sub(r' id="([^"]*)"', identity, tags)
    tags = re.sub(r"xlink:href=\"#", f'href="#{name}-', tags)
    tags = re.sub(r"url\(#", f"url(#{name}-", tags)
    tags = re.sub(r"#[0-9a-f]{6}\b", lambda found: f"var(--{COLOURS.get(found[0], 'ink')})", tags)
    tags = re.sub(r" font-family: [^;\"]*;?", "", tags)
    tags = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", tags)
    tags = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), tags)
    return tags.replace("; ", ";").replace(": ", ":").replace(" z ", "z")


def swatch(place: int) -> Html:
    """The marker of the model in that place, to stand beside its name."""
    need_matplotlib()
    from matplotlib.markers import MarkerStyle
    from matplotlib.transforms import Affine2D

    style = MarkerStyle(MARKERS[place % len(MARKERS)])
    outline = style.get_path().transformed(style.get_transform() + Affine2D().scale(9, -9))
    polygons: Any = outline.to_polygons()
    d = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z" for points in polygons)
    own = COLOURS[colour(place)]
    inside = "paper" if place >= len(MARKERS) else own
    path = Html(f'<path d="{d}" style="fill:var(--{inside});stroke:var(--{own})"/>')
    return tag("svg", path, viewBox="-6 -6 12 12", class_="key", aria_hidden="true")
