"""A projection in a terminal."""

import json

from atrous.draw.projection import Projected, Projection, projected

FOUND = Projection(("a\x1b", "b"), 7, 1.25, (Projected("go\n", 1.5, -1.25, ("\\x00", "go")), Projected("b", 0.5, 0.25)))


def test_a_line_is_a_piece():
    assert projected(FOUND).splitlines() == [
        "Filter 7 is most active, 1.250, in: a⟨U+001B⟩ / b",
        "",
        "strength     own  piece",
        "   1.500  -1.250  go↵   (most: \\x00, go)",
        "   0.500  +0.250  b",
    ]


def test_it_is_json():
    assert json.loads(json.dumps(FOUND.to_json()))["pieces"][1] == {
        "text": "b", "strength": 0.5, "own": 0.25, "nearest": [],
    }  # fmt: skip
