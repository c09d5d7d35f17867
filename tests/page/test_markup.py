"""Elements hold what they are given, and nothing of it as markup."""

import html

from hypothesis import given
from hypothesis import strategies as st
from tests.page.reading import Page

from atrous.page.markup import (
    Html,
    cell,
    column,
    figure,
    joined,
    number,
    row,
    section,
    stranger,
    table,
    tag,
    text,
)


@given(st.text(st.characters(exclude_categories=["C", "Z", "M"])))
def test_any_text_comes_back_as_it_was(value: str) -> None:
    found = Page(tag("p", stranger(value, 1000), title=value))
    assert found.text() == " ".join(value.split())
    assert found.of("p") == [{"title": value}]


def test_an_attribute_without_value_is_left_out() -> None:
    assert tag("p", class_=None, aria_label='"') == '<p aria-label="&quot;"></p>'
    assert tag("meta", content="x") == '<meta content="x">'


def test_a_table_scrolls_in_a_box_that_a_key_can_reach() -> None:
    made = table(
        "All", [column(text("a")), column(text("b"), note="b")], [row(text("x"), [number("1")])], says=text("So.")
    )
    found = Page(made)
    assert found.of("div") == [{"class": "box", "tabindex": "0", "role": "region", "aria-label": "All"}]
    assert [one["scope"] for one in found.of("th")] == ["col", "col", "row"]
    assert found.attributes("href") == ["#term-b"]
    assert found.text() == "All ab x1 So."


def test_a_section_is_named_by_its_heading() -> None:
    found = Page(section("models", "All <models>", figure(Html(""), text("What it shows.")), cell(text("x"))))
    assert found.of("section") == [{"id": "models", "aria-labelledby": "models-title"}]
    assert found.text("models") == "All <models> What it shows. x"


def test_empty_pieces_leave_no_gap() -> None:
    assert joined([Html("a"), Html(""), Html("b")]) == "a\nb"
    assert html.unescape(text("a" * 100)) == "a" * 79 + "…"
