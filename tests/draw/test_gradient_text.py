import math

import pytest
from tests.draw.probed import probed

from atrous.draw.gradient_text import gradient_text
from atrous.window import Window


def drawn(**options):
    plain, width = options.pop("plain", False), options.pop("width", 100)
    return gradient_text(probed(**options), width=width, plain=plain).splitlines()


def test_columns_spans_and_the_window_stand_below_each_other():
    lines = drawn()
    after, before = (next(place for place, line in enumerate(lines) if line.startswith(one)) for one in ("aft", "bef"))
    window = next(line for line in lines if "━" in line)
    assert window == "  " + "━" * 60 + "●"
    assert lines[after + 7] == "  " + " " * 52 + "├───────┤"
    assert lines[before + 7].count("─") == 36
    bars = lines[after + 1 : after + 7]
    assert bars[-1].endswith("█")  # most at its own step
    assert [len(line) for line in bars] == [63] * 6
    heights = [sum("▁▂▃▄▅▆▇█".find(line[column]) + 1 for line in bars if column < len(line)) for column in range(2, 63)]
    assert heights == sorted(heights)
    assert heights[-1] == 48


@pytest.mark.parametrize("width", [40, 70, 100, 200])
@pytest.mark.parametrize("first, last", [(-1000, 0), (-300, 300), (-2, 2), (0, 0), (-1, 12)])
def test_it_keeps_to_the_width(first, last, width):
    lines = drawn(first=first, last=last, width=width)
    fields = lines[2 : next(place for place, line in enumerate(lines) if line.startswith("gradient of the"))]
    assert max(len(line) for line in fields if not line.startswith(("after", "before", "  ━ "))) <= max(width, 24)


def test_of_several_lags_in_a_column_the_mean_is_drawn():
    flat = probed(first=-199)
    share = 1 / 200
    one = type(flat.lags.start)((share,) * 200, 0.0, (-199, 0))
    lags = type(flat.lags)(Window(199), -199, 0, None, one)
    lines = gradient_text(type(flat)(1, lags, flat.layers), width=50).splitlines()
    assert lines[3].strip() == "█" * len(lines[3].strip())  # the first and last column hold fewer lags than the others
    assert "one column: 5 tokens" in "\n".join(lines)


def test_layers_stand_on_a_log_scale():
    lines = drawn()
    start = next(place for place, line in enumerate(lines) if line.startswith("gradient of the"))
    assert lines[start].split()[-3:] == ["dead", "1e-3", "1e1"]
    rows = lines[start + 1 : start + 5]
    assert [row.split("  ")[0] for row in rows] == [
        "embed: Tokens(9, 4)", "encode: Conv(4, 4, kernel=3)", "encode: Conv(4, 4, kernel=3) 2", "predict: Classes",
    ]  # fmt: skip
    assert rows[1].split()[-4:-1] == ["0.5", "0.01", "25%"]
    places = [row.rindex("●") for row in rows]
    assert places[2] < places[1] < places[0] < places[3]
    assert rows[2].rindex("○") == rows[3].rindex("○")


def test_before_any_training_there_is_one_drawing():
    lines = drawn(trained=False)
    assert any(line.startswith("not trained; 95 % from") for line in lines)
    assert not any(line.startswith("after") for line in lines)


def test_ascii_is_ascii():
    assert "\n".join(drawn(plain=True)).isascii()
    assert "\n".join(drawn(plain=True, window=Window(math.inf))).isascii()
