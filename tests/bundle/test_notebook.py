import pytest
from tests.page.reading import Page

from atrous.bundle import Bundle
from atrous.config import load
from atrous.encode import ENCODERS
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

HOSTILE = ("<script>alert(1)</script>", "a & b", "x\u202ey")
SCORED = {"accuracy": 0.9, "macro_f1": 0.8, "loss": 0.3, "rows": 100}


def fresh(name, labels=("neg", "pos")):
    return Bundle.fresh(load(encode=name), Reader(Tokeniser("bytes", False, ())), labels)


@pytest.mark.parametrize("name", ENCODERS)
def test_a_notebook_shows_the_card_of_every_model(name):
    bundle = fresh(name)
    text = Page(bundle._repr_html_()).text()
    for words in (f"A {name} that tells 2 labels apart", f"sees {bundle.window};", "neg, pos", "Not trained."):
        assert words in text
    assert f"{bundle.model.cost.parameters:,} parameters" in text


def test_what_strangers_wrote_is_shown_and_not_carried_out():
    bundle = fresh("bag", HOSTILE)
    bundle.scores = {
        "data": {"train": 1000, "dev": 100, "test": 90, "files": {"data": "<img src=x onerror=alert(1)>.csv"}},
        "dev": SCORED,
        "test": SCORED,
        "interrupted": True,
    }
    page = Page(bundle._repr_html_())
    assert not page.of("script")
    assert not page.of("img")
    for words in ("<script>alert(1)</script>", "a & b", "x⟨U+202E⟩y", "onerror", "0.9000", "1,000 to learn from"):
        assert words in page.text()
    assert "interrupted" in page.text()


def test_many_labels_are_counted():
    text = Page(fresh("bag", tuple(f"label {number}" for number in range(50)))._repr_html_()).text()
    assert "label 19, and 30 more" in text
    assert "label 20" not in text
