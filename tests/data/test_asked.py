import pytest

from atrous.data.asked import Asked
from atrous.errors import ConfigError, DataError

ROWS = [{"text": f"a {word} film {n}", "stars": word} for n in range(30) for word in ("good", "bad")]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("text,stars\ngood,pos\nbad,neg\n")
    return path


def test_what_is_asked_stands_above_the_settings_file(tmp_path, file):
    settings = tmp_path / "settings.toml"
    settings.write_text('[data]\ntext = "review"\n[train]\nepochs = 7\nseed = 5\nbatch = 4\n')
    chosen = Asked(file, settings=settings, text="text", seed=1, set=["train.epochs=2"]).chosen("ngram")
    assert (chosen.data.text, chosen.train.epochs, chosen.train.seed, chosen.train.batch) == ("text", 2, 1, 4)
    assert chosen.encode.name == "ngram"
    assert Asked(file, settings=settings, set=["train.epochs=2"]).chosen(set=[]).train.epochs == 7


def test_all_mistakes_in_the_settings_are_told_at_once(file):
    with pytest.raises(ConfigError, match=r"(?s)encode.chanels'.*train.epoch'"):
        Asked(file, set=["train.epoch=2", "encode.chanels=3"]).chosen("tcn")


def test_columns_of_every_file_are_looked_at_without_reading_them(tmp_path, file):
    other = tmp_path / "dev.csv"
    other.write_text("text,sterne\ngood,pos\n")
    asked = Asked(file, dev=other, label="stars")
    with pytest.raises(ConfigError, match=r"dev.csv: no column .stars."):
        asked.look(asked.chosen())
    asked = Asked(file, label="stars")
    asked.look(asked.chosen())


def test_rows_that_can_be_read_once_are_looked_at_and_then_read():
    asked = Asked(iter(ROWS), label="stars")
    chosen = asked.chosen()
    asked.look(chosen)
    corpus = asked.corpus(chosen)
    assert len(corpus.train) + len(corpus.dev) + len(corpus.test) == len(ROWS)
    assert asked.files == {"data": "rows of a list_iterator"}


def test_a_dictionary_of_columns_is_refused_at_once():
    with pytest.raises(DataError, match="data: expected an iterable of rows, got a dictionary"):
        Asked({"text": ["good"], "stars": ["pos"]})


def test_a_file_says_its_task_unless_somebody_says_otherwise(tmp_path):
    settings = tmp_path / "settings.toml"
    settings.write_text('task = "classify"\n')
    rows = [{"tokens": ["Ann"], "tags": ["O"]}]
    assert Asked(rows).chosen().task == "tag"
    assert Asked(rows, settings=settings).chosen().task == "classify"
    assert Asked(rows, set=["task=classify"]).chosen().task == "classify"
    assert Asked([{**rows[0], "mood": "pos"}], label="mood").chosen().task == "classify"
    assert Asked(ROWS, task="tag").chosen().task == "tag"


def test_columns_of_another_task_are_refused(tmp_path):
    (tmp_path / "a.conll").write_text("Ann B-PER\n")
    for data, words, said in [
        (
            tmp_path / "a.conll",
            {"label": "2"},
            r"--label 2: where task is tag, .* tokens have tags: --tags names their",
        ),
        (tmp_path / "a.conll", {"group": "doc"}, "--group doc: .* has a token a line, and no column that all tokens"),
        ([{"tokens": ["Ann"], "tags": ["O"]}], {"label": "tags", "task": "tag"}, "--label tags: where task is tag"),
        (ROWS, {"tags": "label"}, "--tags label: where task is classify, .* texts have labels: --label names their"),
        (ROWS, {"tokens": "text"}, "--tokens text: where task is classify"),
    ]:
        with pytest.raises(ConfigError, match=said):
            Asked(data, **words).chosen()
