"""Filters in a terminal."""

from atrous.draw.filters import filters


def gram(text, activation=1.5, rows=1):
    return {"text": text, "activation": activation, "rows": rows}


def test_a_filter_says_for_whom_it_speaks_and_keeps_the_ends_of_its_ngrams():
    found = filters(
        [
            {"filter": 3, "label": "pos", "weight": -0.5, "ngrams": [gram(" bad "), gram("שלום", 0.25, 1200)]},
            {"filter": 40, "label": None, "weight": None, "ngrams": [gram("x")]},
        ],
        rows=1,
    )
    assert found.splitlines() == [
        "filter 3, for pos, weight -0.500",
        "    1.500      1 row  | bad |",
        "    0.250 1,200 rows  |שלום|",
        "",
        "filter 40",
        "    1.500      1 row  |x|",
        "",
        "The largest activation of each n-gram and the rows whose winner it is, of 1 row.",
    ]


def test_what_would_steer_a_terminal_is_written_out():
    found = filters([{"filter": 3, "label": "\x1b[2J", "weight": 1.0, "ngrams": [gram("a\nb\x1b")]}], rows=1)
    assert "\x1b" not in found and "|a↵ b⟨U+001B⟩|" in found
