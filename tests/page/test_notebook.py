import math
import re

import pytest
from tests.page.reading import Page

from atrous.page.markup import tag, text
from atrous.page.notebook import bar, card, facts


def test_a_card_alters_nothing_but_itself():
    page = card(tag("p", text("words")))
    style = re.sub(r"@media[^{]*{", "", page[page.index("<style>") + 7 : page.index("</style>")])
    rules = [rule.strip() for rule in re.findall(r"([^{}]+){", style)]
    assert len(rules) > 5
    assert [rule for rule in rules if not all(one.strip().startswith(".atrous") for one in rule.split(","))] == []
    assert Page(page).text() == "words"


def test_what_is_said_is_escaped():
    page = Page(card(facts({"<i>": text("<b>"), "x": bar(1, 2, says='"><script>')})))
    assert [name for name, _ in page.elements if name in ("i", "b", "script")] == []
    assert page.text().startswith("<i><b>")


@pytest.mark.parametrize("left, right, arrows", [(0, 0, 0), (5, 2, 0), (math.inf, 3, 1), (math.inf, math.inf, 2)])
def test_a_bar_is_to_scale_and_has_an_arrow_where_there_is_no_end(left, right, arrows):
    page = Page(bar(left, right, says="it"))
    whole, own = page.of("rect")
    assert len(page.of("polygon")) == arrows
    start, width, own_start, own_width = (float(one[key]) for one in (whole, own) for key in ("x", "width"))
    if not arrows:
        assert width == pytest.approx(own_width * (left + right + 1), abs=0.5)
        assert own_start - start == pytest.approx(own_width * left, abs=0.5)
    assert start <= own_start
    assert own_start + own_width <= start + width + 2


def test_every_colour_of_a_card_ends_before_the_next_rule() -> None:
    style = card(tag("p", text("x"))).partition("</style>")[0]
    [own] = re.findall(r"\.atrous \{([^}]*--ink[^}]*color:[^}]*)\}", style)
    rules = dict(one.split(":", 1) for one in own.split(";") if one.strip())
    assert {name.strip(): value.strip() for name, value in rules.items()}["--wrong"] == "201, 79, 0"
