import json

import pytest

import atrous
from atrous.comparing import demo as module
from atrous.comparing.demo import SENTENCES, demo, shown
from atrous.config import ENCODE_SETTINGS, load
from atrous.errors import OutputExists
from atrous.tasks.classify import build


@pytest.mark.slow
def test_the_demo_leaves_results_and_a_model_that_answers(tmp_path, monkeypatch):
    """The demo itself, with its smallest encoder and one epoch."""
    monkeypatch.setattr(module, "SIZES", {"bag": []})
    monkeypatch.setattr(module, "SHARED", ["train.epochs=1"])
    results = demo(tmp_path / "demo", quiet=True)
    assert json.loads((tmp_path / "demo" / "results.json").read_text(encoding="utf-8")) == results
    assert results["baselines"]["character trigrams, naive Bayes"] > 0.8
    assert 0.9 < results["ceiling"] < 0.97
    (bag,) = results["models"]
    assert (bag["name"], len(bag["scores"]), bag["failed_seeds"]) == ("bag", 3, 0)
    best = atrous.load(tmp_path / "demo" / "best")
    assert best.predict(SENTENCES)[0].label == results["answers"][0]["label"]
    said = shown(results, tmp_path / "demo")
    assert said.startswith("The best model, bag (")
    assert str(tmp_path / "demo" / "best") in said
    with pytest.raises(OutputExists, match="--force"):
        demo(tmp_path / "demo")


def test_the_models_of_the_demo_are_of_one_size():
    for name, options in module.SIZES.items():
        assert name in ENCODE_SETTINGS
        encoder = build(load(None, [*module.SHARED, *options], encode=name), sizes={"ids": 258}, labels=20).encode
        assert name == "bag" or 49_000 <= encoder.cost.parameters <= 67_000
