import pytest

from atrous.config import load
from atrous.data.tagged.corpus import read_corpus, read_tagged
from atrous.errors import DataError


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("".join(f"Ann{number} B-PER\nleft O\n\n" for number in range(100)))
    return path


def test_a_hash_of_the_text_holds_out_sentences(path):
    corpus = read_corpus(path, dev=None, test=None, settings=load(task="tag"))
    assert len(corpus.train) + len(corpus.dev) + len(corpus.test) == 100 and len(corpus.dev) and len(corpus.test)
    assert corpus.labels == ("O", "U-PER") and corpus.targets.scheme == "bilou"
    assert corpus.targets.array(corpus.train[:2]).tolist() == [1, 0, 1, 0]
    assert corpus.settled(load(task="tag")).predict.scheme == "bilou"


def test_a_tag_that_the_model_does_not_know_is_named_with_its_line(path, tmp_path):
    corpus = read_corpus(path, dev=None, test=None, settings=load(task="tag"))
    other = tmp_path / "b.conll"
    other.write_text("Ann B-PER\n\nRome B-LOC\n")
    with pytest.raises(DataError, match=r"b\.conll line 3: the model has no tag 'U-LOC'; its tags are O, U-PER"):
        read_tagged(other, corpus.targets, load(task="tag"))
