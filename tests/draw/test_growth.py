import math
import re

import pytest
from tests.draw.models import model_with_settings

from atrous.draw import field_rows, growth, growth_text
from atrous.draw.growth import growth_of
from atrous.encode import ENCODERS

# What the literature says of each: dilations and strides that double multiply, equal layers add, recurrence has no end.
KINDS = {
    "attention": "endless", "bag": "none", "bigru": "endless", "bilstm": "endless", "birnn": "endless",
    "deep": "exponential", "gated": "linear", "gru": "endless", "hybrid": "endless", "kmax": "endless",
    "lstm": "endless", "ngram": "once", "residual": "exponential", "rnn": "endless", "tcn": "exponential",
    "wavenet": "exponential",
}  # fmt: skip


@pytest.mark.parametrize("name", ENCODERS)
def test_the_growth_of_every_encoder_ends_where_its_window_does(name):
    model = model_with_settings(name)
    found = growth(field_rows(model, steps=10))
    assert found.kind == KINDS.get(name, found.kind)
    assert (found.kind == "endless") == (model.window.size == math.inf)
    if found.kind != "endless":
        assert found.sizes[-1] == model.window.size
    assert list(found.sizes) == sorted(set(found.sizes))


def sizes(*numbers):
    return [(f"layer {place}", number) for place, number in enumerate(numbers)]


@pytest.mark.parametrize(
    "given, said",
    [
        (sizes(1, 4, 7, 10), "grows linearly with its 3 layers, to 4, 7, 10: each adds 3"),
        (
            sizes(5, 13, 29, 61),
            "grows exponentially with its 4 layers, to 5, 13, 29, 61: each adds twice as much as the one before; at "
            "the pace of the first it would be 17",
        ),
        (
            sizes(1, 2, 5, 5, 14, 41),
            "grows exponentially with its 4 layers, to 2, 5, 14, 41: each adds 3 times as much as the one before; at "
            "the pace of the first it would be 5",
        ),
        (sizes(3, 7, 9), "grows neither linearly nor exponentially with its 3 layers, to 3, 7, 9: they add 2, 4, 2"),
        (sizes(1, 5), "does not grow with depth: one layer makes it 5"),
        (sizes(1, 1), "does not grow: no layer sees beyond its own step"),
        ([], "does not grow: no layer sees beyond its own step"),
        (sizes(3, 5, math.inf, math.inf), "has no end, from layer 2 on; 3, 5 before it"),
        (sizes(math.inf), "has no end, from layer 0 on"),
    ],
)
def test_what_is_said_of_a_growth_is_what_the_numbers_are(given, said):
    assert str(growth_of(given)) == said


def test_layers_of_one_rate_count_as_one_where_the_rate_falls():
    found = growth_of(sizes(3, 7, 9, 17, 21, 37), [1, 1, 2, 2, 4, 4])
    assert (found.unit, found.sizes, found.kind) == ("rate", (1, 7, 17, 37), "exponential")
    back_up = growth_of(sizes(3, 9, 11), [1, 2, 1])
    assert (back_up.unit, back_up.sizes) == ("layer", (1, 3, 9, 11))
    assert growth_of(sizes(5, 6, 14, 16, math.inf), [1, 2, 2, 4, 4]).sizes == (1, 5, 14, 16)


def test_numbers_stand_below_each_other_beside_those_of_the_first_pace():
    text = growth_text(field_rows(model_with_settings("tcn"), steps=10))
    assert text.splitlines()[-3:] == ["layer     1   2   3   4", "sees      5  13  29  61", "linearly  5   9  13  17"]
    assert "linearly " not in growth_text(field_rows(model_with_settings("gated"), steps=10)).splitlines()[-1]
    assert growth_text(field_rows(model_with_settings("lstm"), steps=10)).count("\n") == 0


@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_deep_growth_keeps_its_width_and_its_last_layer(width):
    import atrous

    text = growth_text(atrous.field("gated", set=["encode.depth=60"]), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert re.search(r"sees .* 181$", text, re.MULTILINE)


def test_a_program_reads_the_same():
    found = growth_of(sizes(1, 4, 7)).to_json()
    assert found == {
        "kind": "linear", "sizes": [1, 4, 7], "linear": [1, 4, 7],
        "says": "grows linearly with its 2 layers, to 4, 7: each adds 3",
    }  # fmt: skip
