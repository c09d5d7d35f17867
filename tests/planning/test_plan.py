import pytest

from atrous.config import load
from atrous.planning import Plan, settings_of
from atrous.window import Window


def plan(**changes):
    given = {"kind": "strided", "kernel": 4, "dilations": (1, 1, 2), "strides": (4, 2, 1), "inputs": 5, "channels": 7}
    return Plan(**{**given, "asked": 60, **changes})


def test_the_window_is_that_of_the_levels():
    one = plan()
    assert one.window == Window(1 + 3 * 1 + 3 * 4 + 3 * 2 * 8 - 1 - 7, 7, 8)
    assert (one.sees, one.overshoot, one.layers) == (64, 4, 3)
    assert one.windows[-1] == one.window
    assert one.windows[0] == Window(0, 3, 4)


def test_the_costs_are_those_of_each_convolution():
    one = plan(steps=30)
    assert one.parameters == (5 * 7 * 4 + 7) + 2 * (7 * 7 * 4 + 7)
    assert one.flops == 2 * (5 * 7 * 4 * 8 + 7 * 7 * 4 * 4 + 7 * 7 * 4 * 4)


@pytest.mark.parametrize("centred", [True, False])
def test_the_settings_build_the_plan(tmp_path, centred):
    one = plan(centred=centred)
    path = tmp_path / "settings.toml"
    path.write_text(settings_of(one))
    settings = load(path)
    assert settings.embed.channels == one.inputs
    assert settings.encode.options == {
        "channels": 7, "kernel": 4, "dilations": (1, 1, 2), "strides": (4, 2, 1), "centred": centred, "dropout": 0.1,
    }  # fmt: skip


def test_a_plan_as_json():
    assert plan().to_json() == {
        "kind": "strided", "layers": 3, "kernel": 4, "dilations": [1, 1, 2], "strides": [4, 2, 1],
        "window": {"left": 56, "right": 7, "stride": 8}, "sees": 64, "overshoot": 4, "parameters": 553,
        "flops": 2 * (5 * 7 * 4 * 25 + 7 * 7 * 4 * 13 * 2),
    }  # fmt: skip
