"""An explanation as HTML: harmless, whole, and in the direction of its text."""

from tests.page.reading import Page

from atrous.draw.explained import fragment, page
from atrous.draw.explanation import Explanation, Piece


def made(text, *pieces, **more):
    some = {"label": "pos", "probability": 0.25, "answer": "neg", "log_odds": -1.1, **more}
    return Explanation((text,) if isinstance(text, str) else text, pieces, **some)


def test_the_text_stands_whole_and_in_its_order_in_both_methods():
    text = "הסרט הזה good  123\nשָׁלוֹם"
    found = page(made(text, Piece(0, 0, 4, 1.0, -1.0), Piece(0, 9, 13, -0.5, 2.0)))
    read = Page(found)
    assert found.count('class="read"') == 2
    bare = found.replace("</span>", "")
    for level, score in (("f5", "+1.000"), ("a3", "-0.500"), ("a3", "-1.000"), ("f5", "+2.000")):
        assert f'<span class="{level}" title="{score}">' in bare
        bare = bare.replace(f'<span class="{level}" title="{score}">', "")
    assert bare.count(f'<p class="read" dir="auto">{text}</p>') == 2
    assert "Why pos?" in read.text()
    assert "The model answers neg; explained is pos, which has the probability 0.250" in read.text()


def test_a_piece_is_a_run_and_nothing_that_could_turn_it_around():
    read = Page(fragment(made("שלום", *(Piece(0, n, n + 1, 1.0) for n in range(4)))))
    spans = [one for one in read.of("span") if one.get("title")]
    assert len(spans) == 4
    assert all(set(one) == {"class", "title"} for one in spans)


def test_texts_cannot_leave_their_place():
    found = page(made("</p><script>x</script>\u202e\x00", Piece(0, 0, 4, 1.0), label="<b>", answer="</title>"))
    read = Page(found)
    assert read.of("script") == []
    assert "</p><script>x</script>⟨U+202E⟩⟨U+0000⟩" in read.text()
    assert "log-odds of <b>" not in found


def test_what_is_missing_is_said():
    found = Page(fragment(made("abcdef", Piece(0, 0, 2, None, 1.0), together=3, unread=4)))
    assert "3 pieces are left out at once" in found.text()
    assert "The last 4 tokens are not read." in found.text()
    assert {"class": "unread"} in found.of("span")
    gap = Page(fragment(made("ab", Piece(0, 0, 2, 1.0), nothing=0.5)))
    assert "The scores add up to +1.00" in gap.text() and "which leaves -2.60 unexplained" in gap.text()


def test_two_texts_stand_under_each_other_and_features_are_named():
    found = Page(
        fragment(made(("ab", "cd"), Piece(0, 0, 1, 1.0, None, (0.25, 0.75)), Piece(1, 0, 1, 2.0, None, (2, 0))))
    )
    assert sum(one.get("class") == "read" for one in found.of("p")) == 2
    assert "feature 2 (+0.750)" in found.text()


def test_empty_lines_stay():
    assert "a\n\n</span>b" in fragment(made("a\n\nb", Piece(0, 0, 3, 1.0)))
