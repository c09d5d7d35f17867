"""Pictures that stand in a page: colours by name, ids of their own, signs that can be told apart."""

import builtins
import re
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray
from tests.page.reading import Page

from atrous.errors import MissingExtra
from atrous.page import ink
from atrous.page.style import COLOURS_DARK, COLOURS_LIGHT


def draw(canvas: Figure) -> None:
    axes = canvas.subplots()
    axes.plot([0, 1], [0.123456, 1], color=ink.colour(1))
    axes.plot([1], [1], **ink.marker(12))
    axes.set_title('#0069a8 id="x" $x$ 文', color=ink.INK)
    ink.beside(axes, "beside", 0.5)
    ink.ticks(axes.xaxis, 3, whole=True)


def drawn(name: str = "one") -> str:
    return ink.drawn(name, draw, title="A <title>", says="What it says", size=(3, 2))


def test_a_picture_is_heard_and_seen() -> None:
    found = Page(drawn())
    assert found.of("svg") == [{"viewbox": "0 0 216 144", "role": "img", "aria-labelledby": "one-t one-d"}]
    assert found.text().startswith("A <title> What it says".replace("> ", ">"))


def test_texts_in_a_picture_are_left_alone() -> None:
    assert '#0069a8 id="x" $x$ 文' in Page(drawn()).text()


def test_colours_are_names() -> None:
    tags = "".join(re.findall("<[^>]*>", drawn()))
    assert "var(--m1)" in tags and "var(--ink)" in tags
    assert not re.search(r":#", tags)


def test_ids_are_unique_in_the_page_and_none_is_idle() -> None:
    one, two = Page(drawn("one")), Page(drawn("two"))
    assert not {*one.attributes("id")} & {*two.attributes("id")}
    used = {link[1:] for link in one.attributes("href")} | {one[5:-1] for one in one.attributes("clip-path")}
    assert {*one.attributes("id")} == used | {"one-t", "one-d"}


def test_a_picture_is_the_same_every_time_and_without_a_date() -> None:
    one = drawn()
    assert one == drawn()
    assert "<metadata" not in one and "<style" not in one


def test_no_two_of_all_encoders_look_the_same() -> None:
    signs = [(ink.colour(n), ink.marker(n)["marker"], ink.marker(n)["markerfacecolor"]) for n in range(23)]
    assert len({*signs}) == 23
    grey = [(ink.marker(n)["marker"], ink.marker(n)["markerfacecolor"] == ink.PAPER) for n in range(23)]
    assert len({*grey}) == 23  # on grey paper too
    assert len({ink.swatch(n) for n in range(23)}) == 23


# What remains of linear red, green and blue without one of the three kinds of cones.
# Source: Machado, Oliveira, Fernandes 2009, A Physiologically-based Model for Simulation of Color Vision Deficiency.
SIGHT = {
    "all": np.eye(3),
    "no long": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no middle": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no short": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> NDArray[np.float64]:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* of a linear colour, in which 10 is a plain difference."""
    x, y, z = np.cbrt(TO_XYZ @ seen.clip(0, 1) / [0.95047, 1, 1.08883])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_can_be_told_apart_with_any_sight(sight: str) -> None:
    for side in (COLOURS_LIGHT, COLOURS_DARK):
        own = [
            lab(np.array(SIGHT[sight]) @ linear(colour)) for _, colour in re.findall(r"--(m\d): (#[0-9a-f]{6})", side)
        ]
        assert len(own) == len(ink.MODELS)
        assert min(float(np.linalg.norm(a - b)) for a, b in combinations(own, 2)) > 20


def luminance(colour: str) -> float:
    return float((TO_XYZ @ linear(colour))[1])


def contrast(one: str, other: str) -> float:
    """Source: Web Content Accessibility Guidelines 2.2, relative luminance and contrast ratio."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_every_colour_stands_out_from_the_page_in_light_and_in_dark() -> None:
    for side in (COLOURS_LIGHT, COLOURS_DARK):
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", side))
        assert all(contrast(colours[f"m{n}"], colours["paper"]) >= 3 for n in range(len(ink.MODELS)))
        for words in ("ink", "soft", "link"):
            assert min(contrast(colours[words], colours[ground]) for ground in ("paper", "ground")) >= 4.5
    light = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", COLOURS_LIGHT))
    assert {name: light[name] for name in ink.COLOURS.values()} == {name: own for own, name in ink.COLOURS.items()}


def test_a_missing_matplotlib_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r'install it with: pip install "atrous\[report\]"'):
        ink.need_matplotlib()
