import pytest
import torch
from tests.comparing.tagged import write

import atrous
from atrous.errors import ConfigError, DataError
from atrous.instruments.gradients import gradients

ROWS = [{"text": f"a {['good', 'bad'][n % 2]} film {n}", "label": ["pos", "neg"][n % 2]} for n in range(80)]
SMALL = [
    "embed.name=bytes",
    "train.epochs=3",
    "train.rate=0.02",
    "train.batch=8",
    "embed.channels=6",
    "encode.channels=6",
]


@pytest.fixture(scope="module")
def trained():
    return atrous.train(ROWS, encode="tcn", set=[*SMALL, "encode.depth=2"], quiet=True)


def test_a_trained_model_has_a_start_and_an_end(trained, tmp_path):
    trained.save(tmp_path / "model")
    found = atrous.measure(trained, ROWS, rows=20)
    assert found.rows == 20
    assert found.lags.start != found.lags.end
    assert all(layer.start > 0 for layer in found.layers)
    again = atrous.measure(tmp_path / "model", ROWS, rows=20)
    assert again.lags.start == found.lags.start
    assert [layer.start for layer in again.layers] == pytest.approx([layer.start for layer in found.layers])


def test_the_start_of_an_untrained_encoder_is_that_of_its_training(trained):
    """Of bytes, whose ids do not depend on which rows are held out."""
    fresh = atrous.measure("tcn", ROWS, set=[*SMALL, "encode.depth=2"])
    known = atrous.measure(trained, ROWS)
    assert fresh.lags.end is None
    assert fresh.lags.start == known.lags.start
    assert [layer.start for layer in fresh.layers] == [layer.start for layer in known.layers]


def test_a_settings_file_and_columns_are_taken(tmp_path):
    (tmp_path / "settings.toml").write_text('[embed]\nchannels = 6\n[encode]\nname = "ngram"\nchannels = 4\n')
    rows = [{"words": row["text"], "label": "x", "mood": row["label"]} for row in ROWS]
    found = atrous.measure(tmp_path / "settings.toml", rows, text="words", label="mood", rows=9)
    assert (found.lags.first, found.lags.last, found.rows) == (-2, 2, 9)


def test_rows_without_a_token_are_passed_over(trained):
    rows = [{"text": "" if n % 2 else "good", "label": "pos"} for n in range(40)]
    assert atrous.measure(trained, rows, rows=10).rows == 10


def test_random_numbers_are_left_as_they_were(trained):
    before = torch.random.get_rng_state()
    atrous.measure(trained, ROWS, rows=4)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(
    "rows, error, says",
    [
        ([], DataError, "no rows"),
        ([{"text": "good", "label": "other"}], DataError, "no label 'other'"),
        ([{"text": "", "label": "pos"}], DataError, "no row has a single token"),
    ],
)
def test_wrong_rows_are_refused_in_words(trained, rows, error, says):
    with pytest.raises(error, match=says):
        atrous.measure(trained, rows)


def test_wrong_arguments_are_refused(trained):
    with pytest.raises(ValueError, match="rows=0"):
        atrous.measure(trained, ROWS, rows=0)
    with pytest.raises(ValueError, match="measure needs seed >= 0, got seed=-1"):
        atrous.measure(trained, ROWS, seed=-1)
    with pytest.raises(ConfigError, match="keeps its own settings"):
        atrous.measure(trained, ROWS, set=["encode.depth=3"])


def test_it_is_what_gradients_gives(trained):
    """Of as few rows as there are, nothing is drawn."""
    from atrous.data.batch import Examples

    examples = Examples.of(trained.reader, [row["text"] for row in ROWS], [row["label"] == "pos" for row in ROWS])
    found, direct = atrous.measure(trained, ROWS), gradients(trained, examples)
    assert found == direct


@pytest.mark.parametrize("head", ["tags", "crf"])
def test_a_tagger_is_measured_on_tagged_rows(tmp_path, head):
    rows = write(tmp_path / "names.conll")
    settings = ["train.epochs=1", "encode.channels=8", "embed.channels=8", f"predict.name={head}"]
    bundle = atrous.train(
        rows, encode="residual", set=settings, out=tmp_path / "model", quiet=True, watch_gradients=True
    )
    found = atrous.measure(tmp_path / "model", rows, rows=20)
    assert (found.lags.window, found.rows) == (bundle.window, 20)
    assert {"embed", "attend", "predict"} <= {one.name.partition(":")[0] for one in found.layers}
    assert all(one.start > 0 and one.end > 0 for one in found.layers if one.start is not None)
    assert (tmp_path / "model" / "gradients.csv").read_text().count("\n") > 1
    fresh = atrous.measure("residual", rows, rows=20, set=[f"predict.name={head}"])
    assert fresh.lags.end is None and fresh.lags.last > 0
    drawn = atrous.field(tmp_path / "model")
    assert drawn[-1].part == "predict" and drawn[-1].window == bundle.window
