"""An explanation in a terminal: every character, in its order."""

import re

from atrous.draw.coloured import coloured
from atrous.draw.explanation import Explanation, Piece

HEBREW = "הסרט הזה לא טוב"


def made(text, *pieces, **more):
    return Explanation(
        (text,), pieces, **{"label": "pos", "probability": 0.25, "answer": "neg", "log_odds": -1.1, **more}
    )


def test_colours_are_for_and_against_and_end_where_their_piece_ends():
    found = coloured(made("not\na good film", Piece(0, 0, 5, -2.0), Piece(0, 6, 10, 0.4)))
    assert (
        "  \x1b[38;5;16;48;5;208mnot\x1b[0m\n  \x1b[38;5;16;48;5;208ma\x1b[0m \x1b[38;5;16;48;5;195mgood\x1b[0m film"
        in found
    )


def test_nothing_is_turned_around():
    one = made(HEBREW, Piece(0, 9, 11, -2.0), Piece(0, 12, 15, 1.0))
    bare = re.sub("\x1b\\[[0-9;]*m", "", coloured(one))
    assert f"  {HEBREW}\n" in bare
    assert "הסרט הזה [---לא] [++טוב]" in coloured(one, colour=False)


def test_without_colours_neighbours_of_one_sign_share_their_brackets():
    pieces = [Piece(0, n, n + 1, score) for n, score in enumerate((5.0, 5.0, 0.1, -2.6, 2.9, 1.5, 1.1))]
    found = coloured(made("abcdefg", *pieces), colour=False)
    assert "[+++ab]c[--d][++e][+fg]" in found
    assert "\x1b" not in found


def test_the_strongest_have_numbers_and_their_surroundings():
    text = "x" * 30 + "good" + "y" * 30
    found = coloured(made(text, Piece(0, 30, 34, 1.5, -0.25), nothing=0.25, together=2), colour=False, top=1)
    assert f"          +1.500     -0.250  …{'x' * 20}[good]{'y' * 20}…" in found
    assert "adds up to +1.50; from a row of zeros (+0.25) to this text (-1.10) that leaves -2.85 unexplained" in found
    assert "2 pieces were left out at once" in found


def test_what_would_steer_a_terminal_is_written_out():
    found = coloured(made("a\x1b[31mb\u202e", Piece(0, 0, 1, 1.0), label="\x1b", answer="\x07"), colour=False)
    assert "\x1b" not in found and "\u202e" not in found and "\x07" not in found
    assert "⟨U+001B⟩[31mb⟨U+202E⟩" in found


def test_the_sign_of_a_number_or_a_word_is_not_read_as_a_mark():
    pieces = Piece(0, 0, 4, -2.0), Piece(0, 5, 8, 2.0)
    numbers = Explanation(("-0.4 1.5",), pieces, "a", 0.5, "a", 0.0, series=True)
    assert "[--- -0.4] [+++ 1.5]" in coloured(numbers, colour=False)
    words = Explanation(("--no yes",), pieces, "a", 0.5, "a", 0.0)
    assert "[--- --no] [+++yes]" in coloured(words, colour=False)
