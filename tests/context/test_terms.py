import pytest

from atrous.config import load
from atrous.context.terms import Terms, at, cheap, grid, holding, windows
from atrous.data.asked import Asked
from atrous.encode import ENCODERS
from atrous.errors import ConfigError


@pytest.mark.parametrize("window", [1, 3, 7, 15, 31, 63, 127, 255, 511])
@pytest.mark.parametrize("centred", [False, True])
def test_the_model_of_a_window_sees_exactly_that_window(window, centred):
    settings = at(cheap(Asked("reviews.csv", set=[f"encode.centred={str(centred).lower()}"])), window, seed=4)
    seen = ENCODERS["conv"](5, **settings.encode.options).window
    assert (seen.size, seen.stride) == (window, 1)
    assert seen.right == (window // 2 if centred else 0)
    assert (settings.train.seed, settings.train.patience) == (4, settings.train.epochs)


def test_the_grid_holds_what_it_says():
    for steps in range(1, 600):
        assert holding(steps) >= steps
        assert holding(steps) == 1 or (holding(steps) - 1) // 2 < steps
        assert max(grid(steps)) <= steps < 2 * max(grid(steps)) + 1


def test_the_windows_end_where_most_rows_do():
    assert windows(Terms(), longest=37, usual=30)[-1] == 31
    assert windows(Terms(), longest=5000, usual=4000)[-1] == 255
    assert windows(Terms(), longest=1, usual=0) == (1,)
    assert windows(Terms(most=63), longest=37, usual=30)[-1] == 63
    assert windows(Terms(most=40), longest=37, usual=30)[-1] == 31


def test_a_window_larger_than_the_data_is_refused():
    with pytest.raises(ConfigError, match="--most 64: larger than the data, whose longest row has 37 tokens"):
        windows(Terms(most=64), longest=37, usual=30)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"most": 0}, "--most 0: expected 1 or more"),
        ({"seeds": 0}, "--seeds 0: expected 1 or more"),
        ({"rows": -1}, "--rows -1: expected 1 or more"),
        ({"margin": 1.0}, "--margin 1: expected 0 to below 1"),
        ({"margin": float("nan")}, "--margin nan: expected"),
    ],
)
def test_what_is_out_of_range_is_said(options, words):
    with pytest.raises(ConfigError, match=words):
        Terms(**options)


def test_what_the_user_says_stands_above_the_cheap_model(tmp_path):
    file = tmp_path / "my.toml"
    file.write_text("[embed]\nchannels = 7\n[train]\nrate = 0.5\n")
    settings = cheap(Asked("reviews.csv", settings=file, set=["encode.channels=9"]))
    assert (settings.embed.channels, settings.encode.channels, settings.train.rate) == (7, 9, 0.5)
    assert settings.encode.options["dropout"] == 0.0 != load(encode="conv").encode.options["dropout"]


@pytest.mark.parametrize("field", ["kernel=2", "dilations=[1,1,1,1]", "strides=[1,2,1,1]"])
def test_what_the_window_decides_cannot_be_set(field):
    with pytest.raises(ConfigError, match=f"encode.{field.partition('=')[0]}: the windows that are tried decide it"):
        cheap(Asked("reviews.csv", set=[f"encode.{field}"]))


def test_of_a_tagger_the_window_lies_around_its_token():
    settings = at(cheap(Asked("x.conll")), 15, seed=0)
    window = ENCODERS["conv"](5, **settings.encode.options).window
    assert (window.left, window.right) == (7, 7)
    with pytest.raises(ConfigError, match=r"encode\.centred: the windows that are tried decide it"):
        cheap(Asked("x.conll", set=["encode.centred=false"]))
