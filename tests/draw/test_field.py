import pytest
from tests.draw.models import model_with_settings
from tests.page.reading import Page

from atrous.draw import Field, FieldRow, field_rows
from atrous.encode import ENCODERS
from atrous.window import Window


@pytest.mark.parametrize("name", ENCODERS)
def test_a_notebook_shows_picture_and_table_of_every_encoder(name):
    model = model_with_settings(name)
    rows = field_rows(model, steps=50)
    found = Field(rows, title=name, steps=50, late=0)
    assert found == rows
    assert found.window == model.window
    page = Page(found._repr_html_())
    assert len(page.of("tr")) == 1 + len(rows)
    assert len(page.of("svg")) == 1
    assert f"{rows[0].parameters:,}" in page.text()
    assert f"The window {found.growth.short}." in page.text() or "..." in page.text()


def test_names_are_escaped_wherever_they_stand():
    found = Field([FieldRow(0, "<b>&", 1, Window(3), 1, 1)], title="<script>")
    page = Page(found._repr_html_())
    assert not page.of("script")
    assert not page.of("b")
    assert page.text().count("<b>&") == 2


def test_a_slice_of_a_field_is_a_plain_list():
    found = Field([FieldRow(0, "a", 1, Window(3), 1, 1)] * 3, title="three")
    assert type(found[:2]) is list
