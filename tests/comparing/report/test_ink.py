"""Pictures that stand in a page: colours by name, ids of their own, signs that can be told apart."""

import builtins
import re
from typing import Any

import pytest
from matplotlib.figure import Figure
from tests.comparing.report.reading import Page

from atrous.comparing.report import ink
from atrous.errors import MissingExtra


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
    signs = [(ink.colour(n), ink.marker(n)["marker"], ink.marker(n)["markerfacecolor"]) for n in range(21)]
    assert len({*signs}) == 21
    grey = [(ink.marker(n)["marker"], ink.marker(n)["markerfacecolor"] == ink.PAPER) for n in range(21)]
    assert len({*grey}) == 21  # on grey paper too
    assert len({ink.swatch(n) for n in range(21)}) == 21


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Source: Web Content Accessibility Guidelines 2.2, relative luminance and contrast ratio."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_every_colour_stands_out_from_the_page_in_light_and_in_dark() -> None:
    from atrous.comparing.report.style import _DARK, _LIGHT

    for side in (_LIGHT, _DARK):
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", side))
        assert all(contrast(colours[f"m{n}"], colours["paper"]) >= 3 for n in range(len(ink.MODELS)))
        for words in ("ink", "soft", "link"):
            assert min(contrast(colours[words], colours[ground]) for ground in ("paper", "ground")) >= 4.5
    light = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", _LIGHT))
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
