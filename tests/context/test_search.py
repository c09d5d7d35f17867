import json

import pytest
from tests.context.conftest import QUICK

import atrous
from atrous.context import runs as module
from atrous.context.search import ASKED, kept, needs
from atrous.data.synthetic import tagged_dependency
from atrous.errors import ConfigError, NotFinite, OutputExists
from atrous.training.callbacks import StoppedAtOnce


class Killed(BaseException):
    """Ends everything at once, as far as a test can."""


def untimed(found):
    """What does not depend on the clock."""
    json_of = found.to_json()
    return json_of | {"windows": [{**one, "seconds": None} for one in json_of["windows"]]}


def dies_after(monkeypatch, count, error):
    """Let the run after so many end with an error, one epoch after it began."""
    learn, begun = module.learn, []

    def dies(*given, **options):
        begun.append(given[1].encode.dilations)

        def at_once(epoch, value):
            raise error

        return learn(*given, **options, **({"each_epoch": at_once} if len(begun) > count else {}))

    monkeypatch.setattr(module, "learn", dies)
    return begun


@pytest.fixture(scope="module")
def whole(rows, tmp_path_factory):
    """A search that nothing interrupted."""
    out = tmp_path_factory.mktemp("whole") / "out"
    return out, needs(**rows(3), **QUICK, out=out)


def test_rows_that_need_three_words_are_answered_so(whole):
    out, found = whole
    assert found.answer == 3
    assert [one["window"] for one in found.windows] == [1, 3, 7]
    assert found.windows[0]["mean"] < 0.65 < 0.95 < found.windows[1]["mean"]
    assert sorted(path.name for path in out.iterdir()) == ["needs.html", "needs.json", "settings.toml"]
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    assert json.loads((out / "needs.json").read_text()) == json.loads(json.dumps(found.to_json()))
    assert kept(out / "needs.json") == found
    assert found.rows == {"train": 240, "dev": 80, "test": 80, "longest": 16, "usual": 16}


def test_the_settings_train_a_model_that_sees_the_answer(whole, rows):
    out, _ = whole
    model = atrous.train(rows(3)["data"], settings=out / "settings.toml", set=["train.epochs=1"], quiet=True)
    assert (model.window.size, model.settings.embed.name) == (3, "words")


def test_rows_of_which_one_word_decides_need_a_window_of_one(rows):
    found = needs(**rows(1, 200), **{**QUICK, "most": 3, "rows": 100})
    assert (found.answer, found.interval) == (1, (1, 1))
    assert found.rows["train"] == 100
    assert found.windows[0]["epochs"][0] < 6  # a perfect score on dev ends a run


def test_a_search_that_was_killed_again_and_again_ends_as_if_it_never_had_been(whole, rows, tmp_path, monkeypatch):
    out = tmp_path / "out"
    asked = {**rows(3), **QUICK, "out": out}
    for killed in range(2):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            dies_after(patch, 1, Killed)
            needs(**asked, resume=killed > 0)
    with pytest.raises(OutputExists, match="--resume"):
        needs(**asked)
    with pytest.raises(ConfigError, match=r"unfinished there was begun with seeds = 1, not 2"):
        needs(**{**asked, "seeds": 2}, resume=True)
    found = needs(**asked, resume=True)
    assert untimed(found) == untimed(whole[1])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_ctrl_c_keeps_what_was_done(rows, tmp_path, monkeypatch, capsys):
    asked = {**rows(1, 100), **QUICK, "most": 3, "out": tmp_path / "out"}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        dies_after(patch, 1, StoppedAtOnce)
        needs(**{**asked, "quiet": False})
    assert "the same command with --resume goes on" in capsys.readouterr().err
    assert (tmp_path / "out.unfinished" / ASKED).is_file()
    assert len(list((tmp_path / "out.unfinished" / "runs").iterdir())) == 1


def test_a_finished_search_is_not_done_again(whole, rows, monkeypatch, capsys):
    out, found = whole
    begun = dies_after(monkeypatch, 0, Killed)
    assert needs(**rows(3), **{**QUICK, "quiet": False}, out=out, resume=True) == found
    assert begun == []
    assert "this is finished; nothing was changed" in capsys.readouterr().err
    with pytest.raises(OutputExists, match="--force"):
        needs(**rows(3), **QUICK, out=out)


def test_a_seed_that_fails_is_counted_and_another_stands_in_for_it(rows, monkeypatch):
    learn = module.learn

    def fails(corpus, settings, **options):
        if settings.train.seed == 0 and settings.encode.options["kernel"] == 1:
            raise NotFinite("training step 3: the loss is nan")
        return learn(corpus, settings, **options)

    monkeypatch.setattr(module, "learn", fails)
    found = needs(**rows(1, 100), **{**QUICK, "most": 3, "seeds": 2})
    first = found.windows[0]
    assert (first["failures"], first["seeds"]) == (["training step 3: the loss is nan"], [1])
    assert "Failed: 1 seed at window 1." in found.sentences


def test_a_window_of_which_every_run_fails_ends_the_search(rows, tmp_path):
    with pytest.raises(NotFinite, match=r"window 1: every run failed: .* lower the learning rate \(--set train.rate="):
        needs(**rows(1, 100), **{**QUICK, "set": [*QUICK["set"], "train.rate=1e30"]}, out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_window_larger_than_the_data_and_rows_without_a_text_are_refused(rows):
    with pytest.raises(ConfigError, match="--most 63: larger than the data, whose longest row has 16 tokens"):
        needs(**rows(1, 100), **{**QUICK, "most": 63})
    empty = [{"text": "", "label": "ab"[number % 2]} for number in range(8)]
    with pytest.raises(ConfigError, match="every training row is empty"):
        needs(empty, dev=empty, test=empty, **QUICK)
    with pytest.raises(ConfigError, match="--resume needs --out"):
        needs(**rows(1, 100), **QUICK, resume=True)


def test_series_and_several_labels_are_asked_alike(rows):
    codes = {"A": "1", "B": "-1"}
    series = {
        name: [{"text": " ".join(codes.get(word, "0") for word in row["text"].split()), "label": row["label"]}
               for row in part]
        for name, part in rows(1, 200).items()
    }  # fmt: skip
    quick = {**QUICK, "most": 3, "set": ["embed=values", "encode.channels=12", "train.epochs=3"]}
    found = needs(**series, **quick)
    assert (found.answer, found.unit, found.score) == (1, "step", "accuracy")
    labelled = {name: [{**row, "label": f"x|{row['label']}"} for row in part] for name, part in rows(1, 200).items()}
    found = needs(**labelled, **{**QUICK, "most": 3, "set": [*QUICK["set"], "predict=labels"]})
    assert (found.answer, found.score) == (1, "micro_f1")
    assert 0.6 < found.majority < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_rows_that_need_eight_words_get_a_window_that_holds_them(tmp_path, seed):
    place = atrous.example_data("dependency", tmp_path / "data", length=8, seed=seed)
    options = {"set": ["embed=words", "train.epochs=6"], "seeds": 2, "most": 31, "quiet": True, "rows": 1000}
    found = needs(place / "train.csv", dev=place / "dev.csv", test=place / "test.csv", **options)
    assert found.answer in (15, 31)
    assert not found.growing


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_a_tag_that_depends_on_a_token_three_steps_away_needs_a_window_of_seven(after):
    rows = tagged_dependency(3, after=after, rows=250, seed=1)
    found = needs(rows, most=15, seeds=1, set=["train.epochs=6", "train.batch=16"], quiet=True)
    assert (found.answer, found.score) == (7, "accuracy")
    assert "a window of 7 words around each (3 before, 3 after)" in str(found)
    means = {one["window"]: one["mean"] for one in found.windows}
    assert means[3] < 0.65 < 0.95 < means[7]


def test_the_windows_of_a_tagger_hold_a_row_from_its_first_token_to_its_last():
    rows = tagged_dependency(1, rows=30, steps=3)
    found = needs(rows, seeds=1, set=["train.epochs=1"], quiet=True)
    assert [one["window"] for one in found.windows] == [1, 3, 7]  # five tokens: two before a token, two after
    assert (found.rows["longest"], found.rows["usual"]) == (3, 3)
