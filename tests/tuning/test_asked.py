import json

import pytest

from atrous.data.asked import Asked
from atrous.errors import ConfigError
from atrous.tuning.asked import finished, wanted
from atrous.tuning.goal import Goal


def names(asked, encode=None):
    return [settings.encode.name for settings in wanted(asked, encode)]


def test_without_a_word_five_encoders_are_searched_else_that_of_the_settings(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text("[train]\nepochs = 3\n")
    assert names(Asked([], settings=path)) == ["bag", "ngram", "tcn", "bilstm", "attention"]
    path.write_text('encode = "gru"\n')
    assert names(Asked([], settings=path)) == ["gru"]
    assert names(Asked([], settings=path, set=["encode=rnn"])) == ["rnn"]
    assert names(Asked([], settings=path), "bag,tcn") == ["bag", "tcn"]


def test_wrong_settings_are_refused_with_their_line(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text("[train]\nepoch = 3\n")
    with pytest.raises(ConfigError, match=r"my.toml line 2: unknown setting 'train.epoch'"):
        wanted(Asked([], settings=path), None)
    with pytest.raises(ConfigError, match="did you mean 'tcn'"):
        wanted(Asked([]), "tcm")


def test_a_finished_search_is_what_it_found_unless_more_is_wanted(tmp_path):
    out = tmp_path / "out"
    assert finished(out, Goal()) is None
    out.mkdir()
    found = {"trials": [{}, {}]}
    (out / "trials.json").write_text(json.dumps(found))
    assert finished(out, Goal()) == finished(out, Goal(trials=2)) == finished(out, Goal(minutes=3)) == found
    assert finished(out, Goal(trials=3)) is None
    (tmp_path / "out.unfinished").mkdir()
    (tmp_path / "out.unfinished" / "journal.log").touch()
    assert finished(out, Goal()) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"trials": 3}'])
def test_a_damaged_file_of_trials_is_refused_with_its_name(tmp_path, text):
    (tmp_path / "trials.json").write_text(text)
    with pytest.raises(ConfigError, match=r"trials.json: damaged \(.*begin anew with --force"):
        finished(tmp_path, Goal())


def test_taggers_are_searched_for_one_head():
    assert names(Asked("x.conll")) == ["bag", "tcn", "idcnn", "bilstm", "attention"]
    assert [one.predict.name for one in wanted(Asked("x.conll", set=["predict.name=crf"]), "idcnn")] == ["crf"]
    with pytest.raises(ConfigError, match=r"a search is of one head; name it with --set predict\.name=crf"):
        wanted(Asked("x.conll"), "bilstm,bilstm+crf")
