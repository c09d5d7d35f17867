import pytest

from atrous.config.fields import Data
from atrous.data.corpus import read_corpus, read_labelled
from atrous.data.targets import Targets
from atrous.errors import ConfigError, DataError


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["text,label", *(f"text {n % 150},{'ab'[n % 2]}" for n in range(300))]))
    return path


def test_what_has_no_file_is_held_out_and_the_user_is_told(data):
    corpus = read_corpus(data, dev=None, test=None, settings=Data())
    assert corpus.labels == ("a", "b")
    parts = [{row.text for row in part} for part in corpus[:3]]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    assert sum(len(part) for part in corpus[:3]) == 300
    assert "split by a hash of the text" in corpus.said[-1]


def test_a_file_of_ones_own_is_taken_whole(data, tmp_path):
    (tmp_path / "test.csv").write_text("text,label\nx,a\ny,b\n")
    corpus = read_corpus(data, dev=None, test=tmp_path / "test.csv", settings=Data())
    assert [row.text for row in corpus.test] == ["x", "y"]
    assert len(corpus.train) + len(corpus.dev) == 300


def test_one_class_only_is_refused(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("text,label\n" + "x,a\n" * 50)
    with pytest.raises(DataError, match="every row has the label 'a'"):
        read_corpus(path, dev=None, test=None, settings=Data())


def test_rows_to_judge_by_need_labels_that_the_model_knows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("text,label\nx,a\ny,zebra\n")
    with pytest.raises(DataError, match=r"rows\.csv line 3: the model has no label 'zebra'; its labels are a, b"):
        read_labelled(path, Targets(("a", "b")), Data())


def test_a_dev_file_without_the_column_is_refused(data, tmp_path):
    (tmp_path / "dev.csv").write_text("text,class\nx,a\n")
    with pytest.raises(ConfigError, match="label"):
        read_corpus(data, dev=tmp_path / "dev.csv", test=None, settings=Data())
