import pytest

from atrous.config import load
from atrous.data.given import Given, table
from atrous.data.tagged.corpus import read_corpus, read_tagged, read_tagged_alone
from atrous.errors import DataError


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("".join(f"Ann{number} B-PER\nleft O\n\n" for number in range(100)))
    return path


def corpus_of(path, *overrides, **files):
    return read_corpus(
        path, dev=files.get("dev"), test=files.get("test"), settings=load(None, list(overrides), task="tag")
    )


def test_a_hash_of_the_text_holds_out_sentences(path):
    corpus = corpus_of(path)
    assert len(corpus.train) + len(corpus.dev) + len(corpus.test) == 100 and len(corpus.dev) and len(corpus.test)
    assert corpus.targets.scheme == "bilou"
    assert corpus.targets.array(corpus.train[:2]).tolist() == [4, 3, 4, 3]
    assert corpus.settled(load(task="tag")).predict.scheme == "bilou"


def test_every_label_has_all_tags_so_that_a_span_of_any_length_can_be_judged(path, tmp_path):
    corpus = corpus_of(path)
    assert corpus.labels == ("B-PER", "I-PER", "L-PER", "O", "U-PER")
    longer = tmp_path / "longer.conll"
    longer.write_text("Ann B-PER\nLee I-PER\n")
    assert read_tagged(longer, corpus.targets, load(task="tag"))[0][0].tags == ("B-PER", "L-PER")


@pytest.mark.parametrize("tag, message", [("O", "no tag but 'O'"), ("NN", "no tag but 'NN'")])
def test_one_tag_is_nothing_to_learn(tmp_path, tag, message):
    path = tmp_path / "a.conll"
    path.write_text("".join(f"word{number} {tag}\n\n" for number in range(100)))
    with pytest.raises(DataError, match=rf"a\.conll: {message}; a tagger needs at least two"):
        corpus_of(path)


def test_plain_tags_are_those_that_there_are(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("".join(f"word{number} NN\nleft VB\n\n" for number in range(100)))
    assert corpus_of(path).labels == ("NN", "VB")


def test_a_tag_that_the_model_does_not_know_is_named_with_its_line(path, tmp_path):
    corpus = corpus_of(path)
    other = tmp_path / "b.conll"
    other.write_text("Ann B-PER\n\nRome B-LOC\n")
    with pytest.raises(DataError, match=r"b\.conll line 3: the model has no spans of 'LOC'; its spans are PER"):
        read_tagged(other, corpus.targets, load(task="tag"))


def test_what_cannot_be_learnt_is_said(path, tmp_path):
    other = tmp_path / "b.conll"
    other.write_text("Ann B-PER\n\nRome B-LOC\n")
    assert f"{path}: no training row has the span 'LOC'; it cannot be learnt" in corpus_of(path, dev=other).said


def documents(tmp_path, count):
    path = tmp_path / "documents.conll"
    text = (f"-DOCSTART- O\n\nAnn{number} B-PER\nleft O\n\nnumber O\n{number} O\n\n" for number in range(count))
    path.write_text("".join(text))
    return path


def test_documents_are_held_out_whole_where_there_are_many(tmp_path):
    corpus = corpus_of(documents(tmp_path, 60))
    parts = [{row.group for row in part} for part in (corpus.train, corpus.dev, corpus.test)]
    assert all(parts) and len(set.union(*parts)) == sum(map(len, parts)) == 60
    assert any("split by a hash of the document, each being whole in one of them," in said for said in corpus.said)


def test_few_documents_are_not(tmp_path):
    corpus = corpus_of(documents(tmp_path, 29))
    assert any("split by a hash of the text into" in said for said in corpus.said)


def test_groups_that_are_named_stay_whole_however_few_they_are():
    rows = [{"tokens": [f"a{n}"], "tags": ["O" if n % 2 else "B-A"], "of": n % 20} for n in range(100)]
    corpus = corpus_of(Given(rows, "data"), "data.group=of")
    parts = [{row.group for row in part} for part in (corpus.train, corpus.dev, corpus.test)]
    assert len(set.union(*parts)) == sum(map(len, parts)) == 20
    assert any("split by a hash of the group, each" in said for said in corpus.said)
    other = Given([{"tokens": ["a"], "tags": ["O"]}], "dev")  # which need not have the group
    named = load(None, ["data.group=of"], task="tag")
    assert len(corpus_of(Given(rows, "data"), "data.group=of", dev=other).dev) == 1
    assert len(read_tagged(other, corpus.targets, named)[0]) == 1


def test_repairs_are_counted(path):
    path.write_text(path.read_text() + "left O\nLee I-PER\n\n" * 2)
    corpus = corpus_of(path, "data.repair=true")
    assert (
        f"{path}: 2 rows have tags that break their scheme; they were read as what they come nearest to" in corpus.said
    )


def test_dev_and_test_may_be_files_of_other_kinds(path, tmp_path):
    dev, test = tmp_path / "dev.jsonl", tmp_path / "test.iob"
    dev.write_text('{"text": "Ann left", "spans": [[0, 3, "PER"]]}\n')
    test.write_text("Ann I-PER\nleft O\nLee I-PER\n")
    corpus = corpus_of(path, dev=dev, test=test)
    assert len(corpus.train) == 100
    assert (corpus.dev[0].tags, corpus.test[0].tags) == (("U-PER", "O"), ("U-PER", "O", "U-PER"))


def test_all_rows_of_a_file_that_stands_alone_are_training_rows():
    rows = [{"tokens": ["Ann", "left"], "tags": ["B-PER", "O"]}] * 3
    found = read_tagged_alone(table(rows, "data"), load(task="tag"))
    assert (len(found.train), len(found.dev), len(found.test)) == (3, 0, 0)
    assert found.labels == ("B-PER", "I-PER", "L-PER", "O", "U-PER")
    with pytest.raises(DataError, match="no tag but 'O'"):
        read_tagged_alone(table([{"tokens": ["a"], "tags": ["O"]}], "data"), load(task="tag"))
