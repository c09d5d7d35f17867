import math

import pytest
from tests.draw.models import model_of, model_with_settings

from atrous.draw import cone, field_rows, field_table, top_level
from atrous.encode import ENCODERS, residual
from atrous.window import Window


@pytest.mark.parametrize("name", ENCODERS)
def test_the_table_and_the_cone_of_every_encoder_fit_into_100_columns(name):
    rows = field_rows(model_with_settings(name), steps=100_000)
    table, drawn = field_table(rows, steps=100_000).splitlines(), cone(top_level(rows)).splitlines()
    assert max(map(len, [*table, *drawn])) <= 100
    assert not any("..." in line for line in table if not line.startswith("  "))


@pytest.mark.parametrize("name", ENCODERS)
def test_a_table_and_a_plain_cone_need_no_more_than_ascii(name):
    rows = field_rows(model_with_settings(name), steps=10)
    assert field_table(rows, steps=10).isascii()
    assert cone(top_level(rows), plain=True).isascii()


def steps_drawn(line, mark="●"):
    """How many columns of a line of the cone stand before and after the output's own step."""
    past, _, future = line.partition(mark)
    return len(past.split()[-1]) if past.endswith("━") else 0, len(future)


def test_one_column_is_one_token_while_that_fits():
    model = model_of(residual(3, channels=4, depth=3))
    *lines, note = cone(top_level(field_rows(model, steps=5))).splitlines()
    assert [steps_drawn(line) for line in lines] == [(0, 0), (2, 2), (6, 6), (14, 14)]
    assert len({line.index("●") for line in lines}) == 1
    assert note.endswith("one column: 1 token")


@pytest.mark.parametrize("depth", [4, 6, 9, 12, 30])
def test_the_cone_keeps_one_scale_and_its_width_however_deep_the_model(depth):
    windows = [(f"layer {level}", Window(left=2**level)) for level in range(depth)]
    *lines, note = cone(windows, width=70).splitlines()
    scale = int(note.split(": ")[1].split()[0].replace(",", ""))
    assert [steps_drawn(line)[0] for line in lines] == [math.ceil(2**level / scale) for level in range(depth)]
    assert max(map(len, lines)) <= 70
    assert depth < 6 or steps_drawn(lines[-1])[0] > 15


def test_what_has_no_end_is_an_arrow_longer_than_what_has():
    lines = cone([("a", Window(20)), ("b", Window(math.inf)), ("c", Window(3, math.inf))]).splitlines()
    assert lines[0].strip() == "a    " + "━" * 20 + "●"
    assert lines[1] == "b  ←" + "━" * 21 + "●"
    assert lines[2].endswith("━━━●━━━━━━━→")
    assert lines[3].endswith("one column: 1 token; ← → without end")


def test_a_plain_cone_is_drawn_in_ascii():
    lines = cone([("a", Window(math.inf, 2))], plain=True).splitlines()
    assert lines == ["a  <-------o--", "   o the output's own step; one column: 1 token; < without end"]


def test_a_cone_of_nothing_is_its_legend():
    assert cone([]).strip() == "● the output's own step; one column: 1 token"
