import mmap

import pytest
import torch

import atrous
from atrous.comparing.race import race
from atrous.comparing.terms import Terms
from atrous.config import load
from atrous.data.corpus import Corpus, read_corpus
from atrous.data.given import Given
from atrous.data.rows import Rows
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.errors import ConfigError
from atrous.training import run
from atrous.training.loader import Loader
from atrous.training.tokens import alike, tokenise

SMALL = ["embed.channels=8", "train.epochs=2", "train.batch=8"]


def corpus(count=60, kept=list):
    rows = [Row(f"{'good' if n % 2 else 'bad'} film {n}", "pos" if n % 2 else "neg", "", n) for n in range(count)]
    return Corpus(kept(rows[: count // 2]), kept(rows[count // 2 : -10]), kept(rows[-10:]), Targets(("neg", "pos")), ())


def test_every_part_becomes_the_ids_of_its_texts_and_the_numbers_of_its_labels():
    tokens = tokenise(corpus(), load())
    for part, rows in zip(tokens[1:], corpus()[:3], strict=True):
        assert part.targets.tolist() == [["neg", "pos"].index(row.label) for row in rows]
        batch, _ = part.batch([2])
        assert batch.ids[0].tolist() == tokens.reader(rows[2].text)["ids"].tolist()


def test_the_vocabulary_is_of_the_training_rows():
    row = Row("zz", "pos", "", 1)
    assert "z" not in tokenise(corpus()._replace(dev=[row], test=[row]), load()).reader.tokeniser.tokens


def test_rows_and_tokens_on_disk_give_the_same_model(tmp_path, monkeypatch):
    def weights(kept):
        model = run.learn(corpus(kept=kept), load(None, SMALL, encode="ngram"), work=tmp_path).model
        return torch.cat([parameter.flatten() for parameter in model.parameters()])

    in_memory = weights(list)
    monkeypatch.setattr("atrous.data.spool.HELD", 10)
    assert torch.equal(weights(Rows.of), in_memory)


def test_of_many_rows_at_most_32_bytes_a_row_are_no_file(monkeypatch):
    monkeypatch.setattr("atrous.data.spool.HELD", 10)
    monkeypatch.setattr("atrous.data.rows.FEW", 5)
    rows = [{"text": f"{'good' if n % 2 else 'bad'} film {n}", "label": "pn"[n % 2]} for n in range(3000)]
    read = read_corpus(Given(iter(rows), "data"), dev=None, test=None, settings=load().data)
    tokens = tokenise(read, load())
    held = [array for part in (tokens.train, tokens.dev, tokens.test) for array in (part.starts, part.targets)]
    held += [part._places for part in (read.train, read.dev, read.test)]
    held += list(Loader(tokens.train, rows=32, seed=0)._order())
    assert sum(array.nbytes for array in held) <= 32 * len(rows)
    files = [read.train._content, read.train._starts, *(part.arrays["ids"] for part in tokens[1:])]
    assert all(isinstance(base_of(array), mmap.mmap) for array in files)


def base_of(array):
    """What the numbers of an array lie in."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array


def test_only_what_a_token_is_tells_readers_apart():
    assert alike(load(encode="bag").resolved()) == alike(load(encode="tcn", embed={"channels": 9, "dropout": 0.5}))
    assert len({alike(load(embed=embed)) for embed in ({}, {"lower": True}, {"name": "words"}, {"limit": 9})}) == 4


def test_rows_that_are_cut_are_counted_and_said(capsys):
    tokens = tokenise(corpus(), load(data={"max_steps": 9}), quiet=False)
    assert tokens.train.lengths.max() == 9
    long = [sum(len(row.text) > 9 for row in part) for part in corpus()[:3]]
    assert list(tokens.cut.values()) == long
    said = capsys.readouterr().err
    assert f"longer than 9 characters and cut to so many: {long[0]} train, {long[1]} dev, {long[2]} test rows" in said
    assert tokenise(corpus(), load()).cut == {}


def test_a_model_reads_no_more_of_a_row_than_it_was_trained_on(tmp_path):
    rows = [{"text": f"{'good' if n % 2 else 'bad '} film {n}", "label": "pn"[n % 2]} for n in range(200)]
    model = atrous.train(rows, max_steps=4, set=SMALL, encode="ngram", out=tmp_path / "model", quiet=True)
    assert model.scores["data"]["cut"] == {name: model.scores["data"][name] for name in ("train", "dev", "test")}
    again = atrous.load(tmp_path / "model")
    for one in (model, again):
        assert one.settings.data.max_steps == 4
        assert one.predict("good") == one.predict("good and much more that is never read")
        scores = one.evaluate([*rows[:10], {"text": "bad", "label": "p"}])
        assert (scores["cut"], scores["rows"]) == (10, 11)
    with pytest.raises(ConfigError, match=r"'data\.max_steps' is 0"):
        atrous.train(rows, max_steps=0, quiet=True)


def test_a_race_tokenises_once(monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr(
        "atrous.comparing.race.tokenise", lambda *args, **named: made.append(1) or tokenise(*args, **named)
    )
    settings = [load(None, SMALL, encode=name) for name in ("bag", "ngram")]
    terms = Terms(budget=50_000, rates=1, seeds=2)
    results = race(corpus(), settings, terms, folder=tmp_path, device="cpu", quiet=True, commands={}, files={})
    assert [len(model["scores"]) for model in results["models"]] == [2, 2]
    assert len(made) == 1


def test_an_interrupted_tokenisation_leaves_nothing(tmp_path, monkeypatch):
    def interrupted():
        yield from corpus(40).train
        raise KeyboardInterrupt

    monkeypatch.setattr("atrous.data.spool.HELD", 10)
    monkeypatch.setattr("atrous.data.rows.FEW", 5)
    monkeypatch.chdir(tmp_path)
    rows = ({"text": row.text, "label": row.label} for row in interrupted())
    with pytest.raises(KeyboardInterrupt):
        atrous.train(rows, out=tmp_path / "runs" / "model", quiet=True)
    assert list(tmp_path.iterdir()) == []
