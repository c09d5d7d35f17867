import csv

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import atrous
from atrous.config import load
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.instruments.depth import layers_of
from atrous.tasks.classify import build
from atrous.training import keeper, learner, watching
from atrous.training.fit import learn
from atrous.training.watching import WatchGradients, summary

DEEP = load(
    None,
    [
        "embed.channels=8", "encode.channels=8", "encode.depth=2",
        "train.epochs=3", "train.batch=8", "train.rate=0.02",
    ],
    encode="tcn",
)  # fmt: skip


def corpus(count=60):
    rows = [Row(f"{'good' if n % 2 else 'bad'} film {n}", "pos" if n % 2 else "neg", "", n) for n in range(count)]
    return Corpus(rows[: count // 2], rows[count // 2 : -10], rows[-10:], Targets(("neg", "pos")), ())


@pytest.fixture
def often(monkeypatch):
    """30 rows in batches of 8 are 4 steps an epoch: look at steps 1, 4, 7 and 10."""
    for module in (learner, keeper, watching):
        monkeypatch.setattr(module, "LOG_EVERY", 3)


def rows_of(work):
    return [*csv.DictReader((work / "gradients.csv").read_text().splitlines())]


def test_training_ends_with_the_same_bits_and_the_file_has_a_column_a_layer(often, tmp_path, capsys):
    plain = learn(corpus(), DEEP, work=tmp_path / "plain")
    watched = learn(corpus(), DEEP, work=tmp_path / "watched", watch_gradients=True)
    ours, theirs = plain.model.state_dict(), watched.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert plain.scores["curve"] == watched.scores["curve"]
    assert not (tmp_path / "plain" / "gradients.csv").exists()
    rows = rows_of(tmp_path / "watched")
    assert [*rows[0]] == ["epoch", "step", *layers_of(watched.model)]
    assert [(row["epoch"], row["step"]) for row in rows] == [("1", "1"), ("1", "4"), ("2", "7"), ("3", "10")]
    assert all(float(row[name]) > 0 for row in rows for name in layers_of(watched.model))
    assert not any(module._forward_hooks for module in watched.model.modules())
    assert capsys.readouterr().err == ""


class Killed(Exception):
    pass


@pytest.mark.parametrize("every, step", [(0.0, 5), (1e9, 7)])
def test_a_resumed_run_goes_on_with_the_file(often, every, step, tmp_path, monkeypatch):
    learn(corpus(), DEEP, work=tmp_path / "whole", watch_gradients=True)
    monkeypatch.setattr(keeper, "EVERY", every)
    ends = keeper.Keeper.on_train_batch_end

    def end(kept, trainer, *arguments):
        ends(kept, trainer, *arguments)
        if trainer.global_step == step:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(keeper.Keeper, "on_train_batch_end", end)
        learn(corpus(), DEEP, work=tmp_path / "parts", watch_gradients=True)
    learn(corpus(), DEEP, work=tmp_path / "parts", resume=True, watch_gradients=True)
    whole, parts = ((tmp_path / name / "gradients.csv").read_text() for name in ("whole", "parts"))
    assert parts == whole
    learn(corpus(), DEEP, work=tmp_path / "parts", resume=True, watch_gradients=True)  # finished: nothing is taken away
    assert (tmp_path / "parts" / "gradients.csv").read_text() == whole


def test_watching_may_begin_with_the_resumed_part(often, tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "EVERY", 0.0)
    ends = keeper.Keeper.on_train_batch_end

    def end(kept, trainer, *arguments):
        ends(kept, trainer, *arguments)
        if trainer.global_step == 5:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(keeper.Keeper, "on_train_batch_end", end)
        learn(corpus(), DEEP, work=tmp_path)
    learn(corpus(), DEEP, work=tmp_path, resume=True, watch_gradients=True)
    assert [row["step"] for row in rows_of(tmp_path)] == ["7", "10"]


def test_a_logger_gets_them_at_the_steps_of_the_loss(often, tmp_path):
    learn(corpus(), DEEP, work=tmp_path, logger="tensorboard", watch_gradients=True)
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    names = [name for name in events.Tags()["scalars"] if name.startswith("gradient/")]
    assert len(names) == len(rows_of(tmp_path)[0]) - 2
    steps = [event.step for event in events.Scalars(names[0])]
    assert steps == [0, 3, 6, 9]
    assert {*steps} <= {event.step for event in events.Scalars("loss")}


def test_a_model_folder_has_the_file_and_one_line_sums_it_up(tmp_path, capsys):
    rows = [{"text": row.text, "label": row.label} for row in corpus().train * 4]
    small = ["embed.channels=8", "encode.channels=8", "train.epochs=1", "train.rate=0.01"]
    held = [{"text": "good film", "label": "pos"}, {"text": "bad film", "label": "neg"}]
    options = {"dev": held, "test": held, "encode": "ngram", "set": small}
    atrous.train(rows, **options, out=tmp_path / "model", watch_gradients=True)
    said = capsys.readouterr().err
    assert (tmp_path / "model" / "gradients.csv").read_text().startswith('epoch,step,"embed: Tokens(')
    line = next(line for line in said.splitlines() if line.startswith("gradients: "))
    assert line.endswith("; none vanished")


def test_a_layer_without_a_gradient_for_long_is_told_of_once(tmp_path, capsys):
    model = build(DEEP.resolved(), sizes={"ids": 9}, labels=("no", "yes"))
    watch = WatchGradients(model, tmp_path)
    names = [*layers_of(model)]
    fine = dict.fromkeys(names, 1.0)
    for step, norms in enumerate([fine, *[{**fine, names[0]: 0.0}] * 5, *[{**fine, names[2]: float("nan")}] * 4], 1):
        watch._look(norms, step)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"step 4: no gradient has reached {names[0]} for 40 steps: nothing is learnt there; "
        "lower train.rate, or train with another seed",
        f"step 9: no finite gradient has reached {names[2]} for 40 steps: nothing is learnt there; "
        "lower train.rate, or train with another seed",
    ]
    watch.close()


@pytest.mark.parametrize(
    "last, says",
    [
        ("1e-5,1.0", "it vanished on its way"),
        ("2e4,1.0", "it exploded on its way"),
        ("0.0,1.0", "none, or none that is finite, reaches embed: A"),
        ("nan,inf", "none, or none that is finite, reaches embed: A and 1 more"),
        ("1.0,1.0", "none vanished"),
    ],
)
def test_the_summary_says_how_it_ended(last, says):
    assert summary(f"epoch,step,embed: A,encode: B\n1,1,1.0,1.0\n1,21,{last}\n").endswith(f"; {says}")


def test_a_run_without_a_row_has_no_summary():
    assert summary("epoch,step,embed: A\n") == ""
