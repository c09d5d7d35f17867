import json

import pytest

import atrous
from atrous.comparing import demo as module
from atrous.comparing.demo import FULL, SENTENCES, SHORT, Program, demo, shown
from atrous.comparing.terms import Terms, entrants
from atrous.data.asked import Asked
from atrous.errors import OutputExists


@pytest.mark.slow
def test_the_demo_leaves_results_and_a_model_that_answers(tmp_path, monkeypatch):
    """The demo itself, with its smallest encoder and one epoch."""
    monkeypatch.setattr(module, "SHORT", Program(("bag",), Terms(rates=1), ("train.epochs=1",)))
    results = demo(tmp_path / "demo", quiet=True)
    assert json.loads((tmp_path / "demo" / "results.json").read_text(encoding="utf-8")) == results
    assert results["baselines"]["character trigrams, naive Bayes"] > 0.8
    assert 0.9 < results["ceiling"] < 0.97
    (bag,) = results["models"]
    assert (bag["name"], len(bag["scores"]), bag["failed_seeds"]) == ("bag", 3, 0)
    best = atrous.load(tmp_path / "demo" / "best")
    assert best.predict(SENTENCES)[0].label == results["answers"][0]["label"]
    said = shown(results, tmp_path / "demo")
    assert said.startswith("The best model on dev, bag, has accuracy ")
    assert str(tmp_path / "demo" / "best") in said
    assert sorted(path.name for path in (tmp_path / "demo").iterdir() if path.is_dir()) == ["best", "data", "runs"]
    with pytest.raises(OutputExists, match="--force"):
        demo(tmp_path / "demo")


@pytest.mark.parametrize("program, models, budget, rates", [(SHORT, 5, 50_000, 1), (FULL, 9, 100_000, 3)])
def test_both_programs_are_what_the_pages_say(program, models, budget, rates):
    assert (program.terms.budget, program.terms.rates, program.terms.seeds) == (budget, rates, 3)
    settings = entrants(Asked("train.csv", set=program.set), program.encode)
    assert len({one.encode.name for one in settings}) == models
    assert not any(one.encode.model_fields_set - {"name"} for one in settings)  # every width is solved for
