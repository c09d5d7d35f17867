import json

import pyarrow
import pyarrow.parquet
import pytest

from atrous.config.fields import Data
from atrous.data.corpus import read_alone, read_corpus, read_labelled
from atrous.data.given import table
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


SOFT = [
    {"text": f"text {n}", "label": "pos", "p": {"neg": 0.25 + 0.5 * (n % 2), "pos": 0.75 - 0.5 * (n % 2)}}
    for n in range(200)
]


def written(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("form", ["jsonl", "rows", "parquet"])
def test_probabilities_are_learnt_from_and_labels_judged_by(tmp_path, form):
    data = written(tmp_path / "soft.jsonl", SOFT)
    if form == "rows":
        data = table(SOFT, "data")
    elif form == "parquet":
        data = tmp_path / "soft.parquet"
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(SOFT), data)
    corpus = read_corpus(data, dev=None, test=None, settings=Data(soft="p"))
    assert corpus.targets == Targets(("neg", "pos"), soft=True)
    assert sorted({tuple(one) for one in corpus.targets.array(corpus.train).tolist()}) == [(0.25, 0.75), (0.75, 0.25)]
    assert set(corpus.targets.judged.array(corpus.dev).tolist()) == {1}
    assert not any("no label column" in said for said in corpus.said)


@pytest.mark.parametrize("form", ["jsonl", "rows", "parquet"])
def test_several_labels_may_be_lists(tmp_path, form):
    rows = [{"text": f"text {n}", "labels": [["a", "b"], ["b"], []][n % 3]} for n in range(200)]
    data = written(tmp_path / "rows.jsonl", rows)
    if form == "rows":
        data = table([*rows, {"text": "nothing", "labels": None}], "data")
    elif form == "parquet":
        data = tmp_path / "rows.parquet"
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), data)
    corpus = read_corpus(data, dev=None, test=None, settings=Data(), several=True)
    assert corpus.labels == ("a", "b")
    assert {row.label for row in corpus.train} == {"a|b", "b", ""}


def test_dev_and_test_may_have_labels_probabilities_or_both(tmp_path):
    soft = written(tmp_path / "soft.jsonl", [{"text": row["text"], "p": row["p"]} for row in SOFT])
    gold = written(tmp_path / "gold.jsonl", [{"text": "x", "label": "pos"}, {"text": "y", "label": "neg"}])
    both = written(tmp_path / "both.jsonl", SOFT[:4])
    corpus = read_corpus(soft, dev=gold, test=both, settings=Data(soft="p"))
    assert [corpus.targets.judged.of(row) for row in (*corpus.dev, *corpus.test)] == [1, 0, 1, 1, 1, 1]
    assert f"{gold}: label = 'label' (guessed; --label chooses)" in corpus.said
    corpus = read_corpus(soft, dev=None, test=soft, settings=Data(soft="p"))
    assert [corpus.targets.judged.of(row) for row in corpus.test[:4]] == [1, 0, 1, 0]
    assert f"{soft}: no label column; what is held out is judged by the most probable label" in corpus.said
    with pytest.raises(ConfigError, match=r"plain\.jsonl: no column looks like the label"):
        read_corpus(soft, dev=written(tmp_path / "plain.jsonl", [{"text": "x"}]), test=None, settings=Data(soft="p"))


@pytest.mark.parametrize(
    "labels, hinted", [(("a", "b", "a|b"), True), (("a", "b", "|"), False), ((*"abcdefghijklm", "a|b"), False)]
)
def test_labels_that_look_like_several_are_a_hint(tmp_path, labels, hinted):
    rows = [{"text": f"text {n}", "label": labels[n % len(labels)]} for n in range(300)]
    said = read_corpus(written(tmp_path / "r.jsonl", rows), dev=None, test=None, settings=Data()).said
    assert any("set predict.name = labels" in one for one in said) == hinted


def test_nothing_is_held_out_of_rows_that_are_read_alone(data):
    corpus = read_alone(data, settings=Data())
    assert (len(corpus.train), len(corpus.dev), len(corpus.test)) == (300, 0, 0)
    assert (corpus.labels, corpus.targets.array(corpus.train[:4]).tolist()) == (("a", "b"), [0, 1, 0, 1])
    assert corpus.said == (f"{data}: text = 'text', label = 'label' (guessed; --text and --label choose)",)
