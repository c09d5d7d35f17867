import copy
import pickle
from threading import Thread

import pytest
import torch

from atrous.answering import worded
from atrous.answering.predict import logits
from atrous.answering.worded import Met, Worded, worded_of
from atrous.config import load
from atrous.data.batch import Examples
from atrous.errors import DataError
from atrous.runtime.features import Features
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.tasks.tag import build

ROWS = ["Ann left Paris.", "", "Who knows? " * 30, ("Ann", "left", "now"), (), "J. Smith", "left", "Ann"]
WORDS = Tokeniser("words", True, ("ann", "left", "paris", "."))
LETTERS = Tokeniser("characters", False, tuple("abcdefghijklmnoprstu"))
ALL = ["embed.letters=7", "embed.shape=true", "embed.affixes=2", "embed.hashed=40", "embed.lower=true"]


def reader_of(*, features=True, **more):
    if features:
        more |= {"spelling": LETTERS, "letters": 7, "features": Features(shape=True, affixes=2, hashed=40)}
    return Reader(WORDS, rule="treebank", **more)


def tagger(encode="conv", told=(), *, reader=None, head="tags"):
    torch.manual_seed(0)
    reader = reader or reader_of()
    given = [*(ALL if reader.features else ()), *told, "embed.channels=6"]
    settings = load(None, given, task="tag", encode=encode, predict={"name": head})
    return build(settings, sizes=reader.sizes, labels=("O", "PER", "LOC")).double().eval(), reader


def same(model, reader, rows=ROWS, known=None):
    found = (known or Worded(model, reader)).read(rows)
    examples = Examples.of(reader, rows)
    assert found.starts.tolist() == examples.starts.tolist()
    cuts = [(text, tuple(tokens), tuple(places)) for text, tokens, places in map(reader.cut, rows)]
    assert [(text, tuple(tokens), tuple(places)) for text, tokens, places in found.cuts] == cuts
    torch.testing.assert_close(found.logits, logits(model, examples), atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize(
    "encode, told",
    [
        ("conv", ("encode.channels=5", "encode.dilations=[1]", "encode.strides=[1]", "encode.centred=true")),
        ("conv", ("encode.channels=5", "encode.kernel=4", "encode.dilations=[3]", "encode.strides=[1]")),
        ("conv", ("encode.channels=5", "encode.dilations=[2,1]", "encode.strides=[1,1]")),
        ("idcnn", ("encode.channels=5",)),
        ("tcn", ("encode.channels=5", "encode.depth=2")),
        ("bilstm", ("encode.channels=5",)),
        ("attention", ("encode.channels=6",)),
        ("bag", ("embed.bigrams=0",)),
    ],
)
@pytest.mark.parametrize("features", [False, True])
def test_every_row_has_the_logits_of_the_model(encode, told, features, monkeypatch):
    monkeypatch.setattr(worded, "_STEPS", 20)
    monkeypatch.setattr(worded, "_TOGETHER", 4)
    same(*tagger(encode, told, reader=reader_of(features=features)))


def test_a_crf_has_its_emissions():
    same(*tagger(head="crf"))


@pytest.mark.parametrize("encode", ["conv", "tcn"])
def test_steps_that_are_not_read_have_none(encode):
    same(*tagger(encode, reader=reader_of(max_steps=2)))


def test_characters_are_remembered_as_words_are():
    reader = Reader(Tokeniser("characters", False, tuple("An le")), rule="characters")
    model, _ = tagger("idcnn", ("embed.name=characters",), reader=reader)
    same(model, reader, ["Ann left", "", "日 x"])


def test_no_row_and_no_token_are_answered():
    model, reader = tagger(told=("encode.dilations=[1]", "encode.strides=[1]"))
    for known in (Worded(model, reader), Worded(*tagger("tcn"))):
        assert known.read([]).logits.shape == known.read(["", " "]).logits.shape == (0, 3)


def test_what_is_known_serves_the_next_rows_until_the_weights_change():
    model, reader = tagger()
    known = Worded(model, reader)
    for rows in (ROWS, ["Ann", "knows Paris well"], ROWS[::-1]):
        same(model, reader, rows, known)
    table = known._table
    same(model, reader, ROWS, known)
    assert known._table is table
    with torch.no_grad():
        model.embed.parts[0].parts[0].vectors.add_(0.5)
    same(model, reader, ROWS, known)
    assert known._table is not table


def test_too_much_is_forgotten(monkeypatch):
    model, reader = tagger()
    known = Worded(model, reader)
    known.read([f"word{number}" for number in range(100)])
    monkeypatch.setattr(worded, "MOST", 1000)
    same(model, reader, ["Ann left"], known)
    assert len(known._lexicon.known) == 2


def test_the_mode_of_the_model_is_put_back_and_dropout_is_off():
    model, reader = tagger(told=("encode.dropout=0.5", "predict.dropout=0.5", "embed.dropout=0.5"))
    first = Worded(model, reader).read(ROWS).logits
    model.train()
    assert torch.equal(Worded(model, reader).read(ROWS).logits, first)
    assert model.training


def test_a_long_row_is_left_to_the_way_that_reads_chunks(monkeypatch):
    monkeypatch.setattr(worded, "LONG", 50)
    assert Worded(*tagger()).read(ROWS) is None


def test_a_row_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("atrous.answering.chunks.MOST_STEPS", 3)
    with pytest.raises(DataError, match="tokens is too long"):
        Worded(*tagger("bilstm")).read(["a b c d"])


@pytest.mark.parametrize("row", [3, ["a", 3], None])
def test_what_is_no_row_is_refused(row):
    with pytest.raises(TypeError, match="Reader needs texts"):
        Worded(*tagger()).read(["Ann", row])


def test_an_embedding_that_looks_at_neighbours_is_not_remembered():
    plain = reader_of(features=False)
    assert worded_of(*tagger(reader=plain)) is not None
    for told in ("embed.bigrams=50", "embed.positions=true"):
        model, reader = tagger("bag" if "bigrams" in told else "attention", (told,), reader=plain)
        assert worded_of(model, reader) is None


def test_threads_do_not_disturb_each_other(monkeypatch):
    model, reader = tagger()
    monkeypatch.setattr(worded, "MOST", 200_000)
    known, wanted, wrong = Worded(model, reader), {}, []
    texts = {name: [f"{name}{number} Ann left." for number in range(20)] for name in "abcd"}
    for name, rows in texts.items():
        wanted[name] = Worded(model, reader).read(rows).logits

    def work(name):
        for _ in range(6):
            if not torch.allclose(known.read(texts[name]).logits, wanted[name], atol=1e-10):
                wrong.append(name)

    threads = [Thread(target=work, args=(name,)) for name in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_was_met_belongs_to_its_model_and_is_not_copied():
    model, reader = tagger()
    met = Met()
    known = met.of(model, reader)
    assert met.of(model, reader) is known
    assert met.of(copy.deepcopy(model), reader) is not known
    for other in (copy.deepcopy(met), pickle.loads(pickle.dumps(met))):
        assert other._worded is None
