from dataclasses import replace

import pytest
from tests.page.reading import Page

from atrous.context.picture import curve, fragment, page

pytest.importorskip("matplotlib")


def test_the_page_holds_answer_curve_and_numbers(found):
    read = page(found)
    assert read.startswith("<!DOCTYPE html>")
    assert "The data need a window of 7 words" in read
    assert read.count("<svg") == 1
    assert "0.8800 to 0.9200" in read
    assert "http://" not in read.replace("http://www.w3.org", "")
    Page(read)
    assert page(found) == read


def test_where_there_is_no_answer_there_is_a_picture_all_the_same(found):
    nothing = replace(found, answer=None, interval=None, share=None)
    assert "<svg" in curve(nothing)
    assert "No window helps" in page(nothing)


def test_a_notebook_shows_words_and_curve(found, monkeypatch):
    assert found._repr_html_() == fragment(found)
    assert "<svg" in fragment(found)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    assert "<svg" not in fragment(found)
    assert "The data need" in fragment(found)
