import json
import shutil

import pytest
from tests.comparing.tagged import write
from tests.tuning.conftest import SMALL

import atrous
from atrous.errors import ConfigError, NotFinite, OutputExists
from atrous.training.fit import learn
from atrous.tuning import attempt as module
from atrous.tuning.kinds import Share
from atrous.tuning.search import tune
from atrous.tuning.space import EVERY

ASKED = {"encode": "bag,ngram", "set": [*SMALL, "train.epochs=2"], "quiet": True}


class Killed(BaseException):
    """Ends everything at once, as far as a test can."""


@pytest.fixture(scope="module")
def whole(rows, tmp_path_factory):
    """A search that nothing interrupted: its folder and what it found."""
    out = tmp_path_factory.mktemp("whole") / "out"
    return out, tune(rows, trials=5, out=out, **ASKED)


def same(found):
    """What must be the same in two searches: all but how long it took."""
    trials = [{name: value for name, value in one.items() if name != "seconds"} for one in found["trials"]]
    return {**found, "trials": trials, "abandoned": 0}


def test_a_search_leaves_the_settings_their_model_and_every_trial(whole):
    out, found = whole
    assert sorted(path.name for path in out.iterdir()) == ["best", "best.toml", "journal.log", "trials.json"]
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    assert json.loads((out / "trials.json").read_text()) == found
    assert [trial["number"] for trial in found["trials"]] == list(range(1, 6))
    assert {trial["state"] for trial in found["trials"]} <= {"complete", "pruned"}
    assert [trial["encode"] for trial in found["trials"][:2]] == ["bag", "ngram"]
    complete = [trial["dev"] for trial in found["trials"] if trial["state"] == "complete"]
    assert found["best"]["dev"] == pytest.approx(max(complete))
    assert found["best"]["dev"] >= max(found["first"][name]["accuracy"] for name in ("bag", "ngram")) - 1e-6
    model = atrous.load(out / "best")
    assert model.scores["test"]["accuracy"] == found["best"]["test"]
    assert model.scores["data"]["files"] == {"data": "rows of a list"}


def test_training_by_the_best_settings_gives_the_best_model_again(whole, rows):
    out, _ = whole
    again = atrous.train(rows, settings=out / "best.toml", quiet=True)
    kept = atrous.load(out / "best")
    assert again.settings == kept.settings
    assert again.scores["dev"] == kept.scores["dev"]
    assert again.scores["test"] == kept.scores["test"]
    texts = [row["text"] for row in rows]
    assert again.predict(texts) == kept.predict(texts)


@pytest.mark.slow
def test_a_search_that_was_killed_again_and_again_ends_as_if_it_never_had_been(whole, rows, tmp_path, monkeypatch):
    epochs = 0

    def dies(*words, each_epoch, **options):
        def counted(epoch, value):
            nonlocal epochs
            epochs += 1
            each_epoch(epoch, value)
            if epochs % 3 == 0:
                raise Killed

        return learn(*words, each_epoch=counted, **options)

    monkeypatch.setattr(module, "learn", dies)
    kills = 0
    while True:
        try:
            found = tune(rows, trials=5, out=tmp_path / "out", resume=True, **ASKED)
            break
        except Killed:
            kills += 1
            assert not (tmp_path / "out").exists()
    assert kills > 2
    assert found["abandoned"] == kills
    assert same(found) == same(whole[1])
    assert (tmp_path / "out" / "best.toml").read_text() == (whole[0] / "best.toml").read_text()


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done_and_resume_goes_on_to_the_same_end(whole, rows, tmp_path, monkeypatch):
    trials = 0

    def interrupted(*words, **options):
        nonlocal trials
        trials += 1
        if trials == 3:
            raise KeyboardInterrupt
        return learn(*words, **options)

    monkeypatch.setattr(module, "learn", interrupted)
    out = tmp_path / "out"
    found = tune(rows, trials=5, out=out, **ASKED)
    assert (found["interrupted"], len(found["trials"])) == (True, 2)
    assert (out / "best" / "model.safetensors").is_file()
    with pytest.raises(OutputExists, match="go on with it with --resume"):
        tune(rows, trials=5, out=out, **ASKED)
    assert same(tune(rows, trials=5, out=out, resume=True, **ASKED)) == same(whole[1])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_ctrl_c_before_a_trial_is_done_leaves_no_output(rows, tmp_path, monkeypatch):
    def interrupted(*words, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "learn", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tune(rows, trials=2, out=tmp_path / "out", **ASKED)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_finished_search_is_left_alone_and_goes_on_when_more_trials_are_wanted(whole, rows, tmp_path, capsys):
    out = tmp_path / "out"
    tune(rows, trials=3, out=out, **ASKED)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    tune(rows, trials=3, out=out, resume=True, **{**ASKED, "quiet": False})
    assert "out: this search is finished, with 3 trials; there is nothing to resume" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert same(tune(rows, trials=5, out=out, resume=True, **ASKED)) == same(whole[1])


@pytest.mark.parametrize(
    "change, words",
    [
        ({"label": "yes"}, r"was begun with other rows"),
        ({"set": [*ASKED["set"], "train.batch=32"]}, r"was begun with train.batch = 16, not 32"),
        ({"set": [*ASKED["set"], "train.rate=0.1"]}, r"was begun with train.rate = none, not 0.1"),
        ({"set": [*ASKED["set"], "embed.dropout=0.0"]}, r"begun with what is searched of bag = "),
        ({"encode": "bag"}, r"was begun with the encoders = \"bag, ngram\", not \"bag\""),
        ({"seed": 3}, r"was begun with train.seed = 0, not 3"),
        ({"space": "another"}, r"was begun with the ranges of bag = .*, not "),
    ],
)
def test_another_search_does_not_go_on_with_this_one(whole, rows, change, words, monkeypatch):
    if "space" in change:  # as after an update
        monkeypatch.setitem(EVERY, "embed.dropout", Share(0.3))
        change = {}
    options = {"trials": 9, "out": whole[0], **ASKED, **change}
    given = [*rows[1:], {**rows[0], "label": "no"}] if options.pop("label", "") else rows
    with pytest.raises(ConfigError, match=words):
        tune(given, resume=True, **options)
    assert json.loads((whole[0] / "trials.json").read_text()) == whole[1]
    assert not (whole[0].parent / "out.unfinished").exists()


def test_a_finished_search_whose_files_are_damaged_is_refused_and_left_alone(whole, rows, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(whole[0], out)
    shutil.rmtree(out / "best")
    with pytest.raises(ConfigError, match=r"out: damaged \(.*begin anew with --force"):
        tune(rows, trials=9, out=out, resume=True, **ASKED)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_resume_with_nothing_there_begins_and_says_so(rows, tmp_path, capsys):
    found = tune(rows, trials=1, out=tmp_path / "out", resume=True, **{**ASKED, "quiet": False})
    assert len(found["trials"]) == 1
    assert "out: there is nothing to resume; starting from the beginning" in capsys.readouterr().err


def test_in_python_no_folder_is_needed(whole, rows, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert same(tune(rows, trials=2, **ASKED))["trials"] == same(whole[1])["trials"][:2]
    assert not list(tmp_path.iterdir())


def test_where_every_trial_fails_one_sentence_says_so_and_nothing_is_left(rows, tmp_path, monkeypatch):
    def fails(*words, **options):
        raise NotFinite("training step 3: the loss is nan")

    monkeypatch.setattr(module, "learn", fails)
    with pytest.raises(NotFinite, match="none of 3 trials ended well; the first: training step 3"):
        tune(rows, trials=3, out=tmp_path / "out", **ASKED)
    assert not list(tmp_path.iterdir())


def test_a_tagger_is_searched_for_by_the_f1_of_its_spans(tmp_path):
    found = tune(
        write(tmp_path / "names.conll"), encode="bag,residual", trials=3, quiet=True,
        set=["train.epochs=2", "train.batch=8", "train.rate=0.02"], out=tmp_path / "out",
    )  # fmt: skip
    assert (found["score"], len(found["trials"])) == ("span_f1", 3)
    model = atrous.load(tmp_path / "out" / "best")
    assert model.model.tags and model.scores["test"]["span_f1"] == found["best"]["test"]
    assert found["best"]["dev"] == model.scores["dev"]["span_f1"]
