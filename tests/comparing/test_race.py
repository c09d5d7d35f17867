import csv
import json

import pytest

import atrous
from atrous.comparing import race as module
from atrous.comparing.race import compare
from atrous.errors import ConfigError, NotFinite

SMALL = ["embed.channels=8", "train.epochs=2", "train.batch=8", "train.rate=0.02", "embed.bigrams=50"]


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "reviews.csv"
    rows = [f"a {['good', 'bad'][n % 2]} film seen {n} times,{['pos', 'neg'][n % 2]}" for n in range(200)]
    path.write_text("\n".join(["text,label", *rows]))
    return path


def test_a_race_reports_every_model_and_keeps_the_best(data, tmp_path, capsys):
    results = compare(data, encode="bag,ngram", seeds=2, set=[*SMALL, "encode.channels=4"], out=tmp_path / "race")
    assert json.loads((tmp_path / "race" / "results.json").read_text()) == results
    for model in results["models"]:
        assert len(model["scores"]) == 2
        assert model["failed_seeds"] == 0
        assert min(model["train_steps_per_second"], model["texts_per_second"], model["milliseconds_alone"]) > 0
    bag, ngram = results["models"]
    assert bag["window"] == {"left": 1, "right": 0, "stride": 1}
    assert ngram["encoder_parameters"] == 4 * 8 * 12 + 12
    assert set(results["baselines"]) == {"majority", "character trigrams, naive Bayes"}
    assert results["ceiling"] == 1.0
    best = atrous.load(tmp_path / "race" / "best")
    assert best.settings.encode.name == results["best"]["name"]
    assert best.scores["seed"] == results["best"]["seed"]
    assert "ngram, seed 1 (4 of 4): dev accuracy" in capsys.readouterr().err


def test_a_seed_that_fails_is_counted_and_the_race_goes_on(data, monkeypatch):
    learn = module.learn

    def fails_once(corpus, settings, **options):
        if settings.train.seed == 1:
            raise NotFinite("training step 3: the loss is nan")
        return learn(corpus, settings, **options)

    monkeypatch.setattr(module, "learn", fails_once)
    (model,) = compare(data, encode=["bag"], seeds=3, set=SMALL, quiet=True)["models"]
    assert (len(model["scores"]), model["failed_seeds"]) == (2, 1)
    assert model["failures"] == ["training step 3: the loss is nan"]


def test_a_model_that_always_fails_is_reported_without_scores(data, monkeypatch):
    def fails(*_, **__):
        raise NotFinite("the loss is nan")

    monkeypatch.setattr(module, "learn", fails)
    results = compare(data, encode=["bag"], seeds=1, set=SMALL, quiet=True)
    assert results["best"] is None
    assert results["models"][0]["mean"] is None


def test_ctrl_c_keeps_the_runs_that_are_done(data, monkeypatch, tmp_path):
    learn, runs = module.learn, []

    def interrupted(corpus, settings, **options):
        if runs:
            raise KeyboardInterrupt
        runs.append(learn(corpus, settings, **options))
        return runs[0]

    monkeypatch.setattr(module, "learn", interrupted)
    results = compare(data, encode=["bag", "ngram"], seeds=2, set=SMALL, out=tmp_path / "race", quiet=True)
    assert results["interrupted"]
    assert [len(model["scores"]) for model in results["models"]] == [1, 0]
    assert (tmp_path / "race" / "best" / "model.safetensors").is_file()


@pytest.mark.parametrize(
    "options, words",
    [
        ({"encode": "bag,tcm"}, "did you mean 'tcn'"),
        ({"encode": "bag,bag"}, "name each encoder once"),
        ({"seeds": 0}, "expected 1 or more"),
        ({"encode": "bag,tcn", "set": ["encode.dept=3"]}, "did you mean 'encode.depth'"),
    ],
)
def test_wrong_options_are_refused_before_the_race(data, options, words):
    with pytest.raises(ConfigError, match=words):
        compare(data, quiet=True, **options)


def test_a_setting_of_one_encoder_does_not_trouble_the_others(data):
    options = [*SMALL, "encode.kernels=[2]", "encode.channels=4"]
    bag, ngram = compare(data, encode="bag,ngram", seeds=1, set=options, quiet=True)["models"]
    assert ngram["settings"]["encode"]["kernels"] == [2]
    assert bag["settings"]["encode"] == {"name": "bag"}


def test_rows_of_python_race_as_a_file_does(data):
    with data.open(newline="") as file:
        rows = list(csv.DictReader(file))
    options = {"encode": "bag", "seeds": 1, "set": SMALL, "quiet": True}
    results = [compare(given, **options) for given in (data, rows, iter(rows))]
    assert results[1]["data"]["files"] == {"data": "rows of a list"}
    assert len({str((one["models"][0]["scores"], one["baselines"], one["ceiling"])) for one in results}) == 1
