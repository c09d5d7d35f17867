import torch

import atrous
from atrous.comparing.race import race
from atrous.config import load
from atrous.data.corpus import Corpus
from atrous.data.rows import Rows
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.training import run
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


def test_only_what_a_token_is_tells_readers_apart():
    assert alike(load(encode="bag").resolved()) == alike(load(encode="tcn", embed={"channels": 9, "dropout": 0.5}))
    assert len({alike(load(embed=embed)) for embed in ({}, {"lower": True}, {"name": "words"}, {"limit": 9})}) == 4


def test_a_race_tokenises_once(monkeypatch):
    made = []
    monkeypatch.setattr(
        "atrous.comparing.race.tokenise", lambda *args, **named: made.append(1) or tokenise(*args, **named)
    )
    settings = [load(None, SMALL, encode=name) for name in ("bag", "ngram")]
    results = race(corpus(), settings, seeds=2, folder=None, device="cpu", quiet=True)
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
    try:
        atrous.train(rows, out=tmp_path / "runs" / "model", quiet=True)
    except KeyboardInterrupt:
        assert list(tmp_path.iterdir()) == []
    else:
        raise AssertionError("it should have been interrupted")
