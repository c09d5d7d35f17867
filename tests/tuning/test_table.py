from atrous.tuning.table import encoders, shown, verdict

SCORE = "accuracy"


def found(*trials, first=2, importances=None, dev=1000):
    """What a search of these trials holds; the first ones are the encoders' presets."""
    told = [
        {"number": number, "encode": name, "dev": score, "state": state, "tried": {"encode.depth": number}}
        for number, (name, score, state) in enumerate(trials, 1)
    ]
    best = max((one for one in told if one["state"] == "complete"), key=lambda one: one["dev"])
    presets = {one["encode"]: {"number": one["number"], SCORE: one["dev"]} for one in told[:first]}
    return {
        "score": SCORE, "best": {**best, "test": 0.5}, "trials": told, "first": presets, "data": {"dev": dev},
        "importances": importances or {},
    }  # fmt: skip


TRIALS = [("bag", 0.7, "complete"), ("tcn", 0.8, "complete"), ("tcn", 0.9, "complete"), ("tcn", 0.2, "pruned")]


def test_the_verdict_holds_the_best_against_the_best_preset():
    said = verdict(found(*TRIALS))
    assert "trial 3, tcn with depth 3: accuracy 0.9000 on dev, 10.0 points above tcn as it is." in said
    assert "Dev chose among 4" in said


def test_a_preset_that_nothing_beats_is_said_to_be_the_best():
    assert "bag as it is: accuracy 0.7000 on dev, which no other beat." in verdict(found(TRIALS[0], TRIALS[3]))
    alone = verdict(found(TRIALS[0], first=1))
    assert alone.startswith("The only trial is trial 1, bag as it is")
    assert "chose" not in alone


def test_a_gain_that_chance_would_give_is_doubted():
    close = [("tcn", 0.80, "complete"), ("tcn", 0.81, "complete")]
    assert "(on 100 rows, 3.9 points are chance)" in verdict(found(*close, first=1, dev=100))
    assert "chance" not in verdict(found(*close, first=1, dev=100_000))


def test_a_preset_that_failed_is_no_rival():
    failed = [("bag", None, "failed"), ("bag", 0.5, "complete")]
    assert "bag with depth 2: accuracy 0.5000 on dev." in verdict(found(*failed, first=1))


def test_every_encoder_has_a_line_the_best_first_and_all_its_trials_in_it():
    head, tcn, bag = encoders(found(*TRIALS))
    assert head.split() == ["encoder", "trials", "given", "up", "failed", "as", "it", "is", "best", "with"]
    assert tcn.split() == ["tcn", "3", "1", "0", "0.8000", "0.9000", "depth", "3"]
    assert bag.split() == ["bag", "1", "0", "0", "0.7000", "0.7000", "depth", "1"]
    assert encoders(found(TRIALS[0], ("gru", None, "failed")))[-1].split() == ["gru", "1", "0", "1"]


def test_what_mattered_is_told_in_the_words_of_the_settings():
    said = shown(found(*TRIALS, importances={"train.rate": 0.6, "tcn encode.depth": 0.395, "encode.name": 0.005}))
    assert "rate                          60%" in said
    assert "depth of tcn                  40%" in said
    assert "encoder  " in said
    assert "0%\n" not in said.replace("60%\n", "").replace("40%\n", "")
    assert "best quarter" not in shown(found(*TRIALS))
