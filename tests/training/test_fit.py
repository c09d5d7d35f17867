import csv
import os
import signal

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from atrous.config import load
from atrous.config.taken import taken_over
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.errors import ConfigError
from atrous.training import checkpoint, keeper
from atrous.training.fit import learn
from atrous.training.tokens import tokenise

SMALL = ["embed.channels=8", "encode.channels=8", "train.epochs=3", "train.batch=8", "train.rate=0.02"]


def corpus(count=60):
    rows = [Row(f"{'good' if n % 2 else 'bad'} film {n}", "pos" if n % 2 else "neg", "", n) for n in range(count)]
    return Corpus(rows[: count // 2], rows[count // 2 : -10], rows[-10:], Targets(("neg", "pos")), ())


@pytest.mark.parametrize("encode", ["tcn", "lstm", "attention"])
def test_the_same_seed_gives_the_same_model_and_another_seed_another(encode, tmp_path):
    def weights(seed):
        (tmp_path / str(len(list(tmp_path.iterdir())))).mkdir()
        settings = load(None, SMALL, encode=encode, train={"seed": seed, "epochs": 2})
        model = learn(corpus(), settings, work=max(tmp_path.iterdir())).model
        return torch.cat([parameter.flatten() for parameter in model.parameters()])

    first = weights(0)
    assert torch.equal(first, weights(0))
    assert not torch.equal(first, weights(1))


def test_the_best_epoch_on_dev_is_kept_and_patience_ends_a_run(tmp_path):
    settings = load(None, [*SMALL, "train.epochs=30", "train.patience=2"], encode="ngram")
    bundle = learn(corpus(), settings, work=tmp_path)
    with (tmp_path / "log.csv").open() as file:
        seen = [float(row["dev_accuracy"]) for row in csv.DictReader(file) if row["dev_accuracy"]]
    assert bundle.scores["dev"]["accuracy"] == pytest.approx(max(seen))
    assert len(seen) < 30


def test_while_no_label_is_found_the_loss_says_which_epoch_is_best(tmp_path):
    rows = [Row(f"film {n % 7} {n}", "abcdefgh"[n % 7] if n % 2 else "", "", n) for n in range(80)]
    several = Targets(tuple("abcdefg"), several=True)
    settings = load(
        None,
        [*SMALL, "train.epochs=6", "train.patience=1", "train.rate=0.001", "predict.threshold=0.9"],
        encode="ngram",
        predict="labels",
    )
    bundle = learn(Corpus(rows[:50], rows[50:65], rows[65:], several, ()), settings, work=tmp_path)
    with (tmp_path / "log.csv").open() as file:
        seen = [row for row in csv.DictReader(file) if row["dev_micro_f1"]]
    assert {float(row["dev_micro_f1"]) for row in seen} == {0}
    losses = [float(row["dev_loss"]) for row in seen]
    assert len(losses) > 2
    assert bundle.scores["dev"]["loss"] == pytest.approx(min(losses), rel=1e-5)


@pytest.mark.parametrize("head", ["classes", "labels"])
@pytest.mark.parametrize("soft", [False, True])
def test_every_kind_of_target_is_learnt_from(head, soft, tmp_path):
    words = {"neg": "bad", "pos": "good"}
    answers = [("neg",), ("pos",)] if head == "classes" else [(), ("neg",), ("pos",), ("neg", "pos")]
    rows = []
    for number in range(120):
        having = answers[number % len(answers)]
        probable = {label: 0.95 if label in having else 0.05 for label in words} if soft else None
        text = " ".join([*(words[label] for label in having), f"film {number}"])
        rows.append(Row(text, "|".join(having), "", number, soft=probable))
    known = Targets(("neg", "pos"), several=head == "labels", soft=soft)
    options = [*SMALL, "embed.name=words", "train.class_weights=balanced", "train.label_smoothing=0.05"]
    settings = load(None, [*options, "train.epochs=20"], encode="ngram", predict=head)
    bundle = learn(Corpus(rows[:80], rows[80:100], rows[100:], known, ()), settings, work=tmp_path)
    assert bundle.scores["test"][bundle.model.predict.score] > 0.9


class Killed(Exception):
    pass


def kill_at(step, monkeypatch):
    """Let the run of this test end at a step, as a kill would end it: nothing is written any more."""
    ends = keeper.Keeper.on_train_batch_end

    def end(kept, trainer, *arguments):
        ends(kept, trainer, *arguments)
        if trainer.global_step == step:
            raise Killed

    monkeypatch.setattr(keeper.Keeper, "on_train_batch_end", end)


DEEP = load(None, [*SMALL, "encode.depth=2"], encode="tcn")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nothing stopped."""
    work = tmp_path_factory.mktemp("whole")
    return work, learn(corpus(), DEEP, work=work)


# 30 rows in batches of 8: steps 4, 8 and 12 end an epoch. With a checkpoint each step, and with none between epochs.
@pytest.mark.parametrize("every, steps", [(0.0, [2]), (0.0, [4, 9]), (1e9, [7]), (1e9, [3, 12])])
def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(every, steps, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "EVERY", every)
    for number, step in enumerate(steps):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            kill_at(step, patch)
            learn(corpus(), DEEP, work=tmp_path, resume=number > 0)
    parts = learn(corpus(), DEEP, work=tmp_path, resume=True)
    ends = [checkpoint.read(work / checkpoint.CHECKPOINT) for work in (whole[0], tmp_path)]
    for section in ("state_dict", "optimizer_states", "lr_schedulers"):
        torch.testing.assert_close(ends[0][section], ends[1][section], rtol=0, atol=0)
    ours, theirs = whole[1].model.state_dict(), parts.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert parts.scores["curve"] == whole[1].scores["curve"]
    assert parts.scores["test"] == whole[1].scores["test"]
    assert (tmp_path / "log.csv").read_text() == (whole[0] / "log.csv").read_text()


def test_a_finished_run_is_not_trained_again(tmp_path, monkeypatch):
    settings = load(None, [*SMALL, "train.epochs=20", "train.patience=1"], encode="ngram")
    first = learn(corpus(), settings, work=tmp_path)
    assert first.scores["epochs"] < 20
    monkeypatch.setattr(keeper.Keeper, "on_train_batch_end", None)
    again = learn(corpus(), settings, work=tmp_path, resume=True)
    assert again.scores["test"] == first.scores["test"]
    assert again.scores["steps"] == first.scores["steps"]


def test_a_score_that_is_enough_ends_a_run(tmp_path):
    settings = load(encode="bag", train={"epochs": 4, "patience": 4})
    assert learn(corpus(), settings, work=tmp_path / "whole", enough=2.0).scores["epochs"] == 4
    assert learn(corpus(), settings, work=tmp_path / "short", enough=-100.0).scores["epochs"] == 1


def test_the_curve_has_an_entry_an_epoch_and_whoever_asks_is_told(tmp_path):
    told = []
    settings = load(None, SMALL, encode="ngram")
    bundle = learn(corpus(), settings, work=tmp_path, each_epoch=lambda epoch, score: told.append((epoch, score)))
    curve = bundle.scores["curve"]
    assert [entry["epoch"] for entry in curve] == [1, 2, 3]
    assert [entry["step"] for entry in curve] == [4, 8, 12]
    assert curve[-1].keys() == {"epoch", "step", "loss", "dev_loss", "dev_accuracy"}
    assert told == [(entry["epoch"], pytest.approx(entry["dev_accuracy"])) for entry in curve]
    assert curve[-1]["loss"] < curve[0]["loss"]


def test_who_is_told_of_an_epoch_may_stop_the_run(tmp_path):
    def stop(epoch, score):
        if epoch == 2:
            raise Killed

    settings = load(None, SMALL, encode="ngram")
    with pytest.raises(Killed):
        learn(corpus(), settings, work=tmp_path, each_epoch=stop)
    assert len(learn(corpus(), settings, work=tmp_path, resume=True).scores["curve"]) == 3


@pytest.mark.parametrize(
    "words, rows, said",
    [
        (["train.batch=4"], 60, r"was begun with train.batch = 8, not 4; ask for the same, or begin anew with --force"),
        (["embed.lower=true"], 60, r"was begun with embed.lower = false, not true"),
        ([], 62, "was begun with other rows"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(words, rows, said, tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(5, patch)
        learn(corpus(), load(None, SMALL, encode="ngram"), work=tmp_path)
    with pytest.raises(ConfigError, match=said):
        learn(corpus(rows), load(None, [*SMALL, *words], encode="ngram"), work=tmp_path, resume=True)


def test_a_checkpoint_that_is_none_is_refused(tmp_path):
    for content in (b"", b"half of a checkpoint", b"PK\x03\x04"):
        (tmp_path / checkpoint.CHECKPOINT).write_bytes(content)
        with pytest.raises(ConfigError, match=r"checkpoint.pt: no checkpoint that this version can read"):
            learn(corpus(), load(None, SMALL, encode="ngram"), work=tmp_path, resume=True)


def test_training_leaves_the_random_numbers_of_its_caller_alone(tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    learn(corpus(), load(None, SMALL, encode="ngram"), work=tmp_path)
    assert torch.equal(torch.rand(3), expected)


def test_ctrl_c_ends_a_run_at_the_step_and_the_run_goes_on_from_there(tmp_path, monkeypatch):
    settings = load(None, SMALL, encode="ngram")
    whole = learn(corpus(), settings, work=tmp_path / "whole")

    def press(times, at):
        ends = keeper.Keeper.on_train_batch_end

        def end(kept, trainer, *arguments):
            for _ in range(times if trainer.global_step == at else 0):
                os.kill(os.getpid(), signal.SIGINT)
            ends(kept, trainer, *arguments)

        monkeypatch.setattr(keeper.Keeper, "on_train_batch_end", end)

    with monkeypatch.context() as monkeypatch, pytest.raises(KeyboardInterrupt):  # nothing to keep yet
        press(1, at=2)
        learn(corpus(), settings, work=tmp_path / "parts")
    with monkeypatch.context() as monkeypatch:
        press(1, at=6)
        stopped = learn(corpus(), settings, work=tmp_path / "parts", resume=True)
    assert stopped.scores["interrupted"]
    assert (stopped.scores["steps"], len(stopped.scores["curve"])) == (6, 1)
    with monkeypatch.context() as monkeypatch, pytest.raises(KeyboardInterrupt):  # not SystemExit
        press(2, at=9)
        learn(corpus(), settings, work=tmp_path / "parts", resume=True)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    parts = learn(corpus(), settings, work=tmp_path / "parts", resume=True)
    assert not parts.scores["interrupted"]
    assert parts.scores["curve"] == whole.scores["curve"]


def test_ctrl_c_in_the_last_validation_is_heard(tmp_path):
    settings = load(None, SMALL, encode="ngram")

    def press(epoch, value):
        if epoch == settings.train.epochs:
            os.kill(os.getpid(), signal.SIGINT)

    done = learn(corpus(), settings, work=tmp_path, each_epoch=press)
    assert done.scores["interrupted"]  # so that a race or a search stops
    assert len(done.scores["curve"]) == settings.train.epochs
    again = learn(corpus(), settings, work=tmp_path, resume=True)
    assert not again.scores["interrupted"]
    assert again.scores["test"] == done.scores["test"]


def test_a_run_begins_where_another_ended(tmp_path):
    first = learn(corpus(), load(None, SMALL, encode="tcn"), work=tmp_path / "first")
    settings = taken_over(load(None, ["train.epochs=1", "train.rate=1e-9"]), first.settings, "first")
    second = learn(corpus(), settings, work=tmp_path / "second", init=first)
    assert second.scores["init"] == {"head": "kept"}
    assert second.reader == first.reader
    assert second.scores["dev"]["loss"] == pytest.approx(first.scores["dev"]["loss"], rel=1e-3)


def test_a_run_takes_the_encoder_over_for_other_labels(tmp_path):
    first = learn(corpus(), load(None, SMALL, encode="ngram"), work=tmp_path / "first")
    rows = [Row(f"{word} film {n}", label, "", n) for n in range(30) for word, label in (("good", "a"), ("bad", "b"))]
    other = Corpus(rows[:40], rows[40:50], rows[50:], Targets(("a", "b")), ())
    settings = taken_over(load(None, ["train.epochs=3", "train.rate=0.02"]), first.settings, "first")
    second = learn(other, settings, work=tmp_path / "second", init=first)
    assert second.scores["init"] == {"head": "new"}
    assert second.labels == ("a", "b")
    with pytest.raises(ConfigError, match=r"was begun with init = .*, not none"):
        learn(other, settings, work=tmp_path / "second", resume=True, tokens=tokenise(other, settings))


def test_what_tensorboard_shows_goes_on_after_a_resume_with_nothing_twice(tmp_path, monkeypatch):
    settings = load(None, SMALL, encode="ngram")
    monkeypatch.setattr(keeper, "EVERY", 1e9)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(6, patch)
        learn(corpus(), settings, work=tmp_path, logger="tensorboard")
    bundle = learn(corpus(), settings, work=tmp_path, logger="tensorboard", resume=True)
    shown = EventAccumulator(str(tmp_path / "tensorboard"))
    shown.Reload()
    scores = [event.value for event in shown.Scalars("dev_accuracy")]
    assert scores == [pytest.approx(entry["dev_accuracy"]) for entry in bundle.scores["curve"]]


@pytest.mark.parametrize("encode", ["tcn", "bilstm"])
def test_bf16_computes_with_16_bits_and_keeps_32(encode, tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx512_bf16": True})
    settings = load(None, SMALL, encode=encode)
    full, half = (learn(corpus(), settings, work=tmp_path / bits, precision=bits) for bits in ("32", "bf16"))
    assert {parameter.dtype for parameter in half.model.parameters()} == {torch.float32}
    assert half.scores["precision"] == "bf16"
    assert half.scores["curve"] != full.scores["curve"]
    assert half.scores["curve"][0]["dev_loss"] == pytest.approx(full.scores["curve"][0]["dev_loss"], rel=0.1)


def test_a_run_that_is_told_to_end_says_so_and_goes_on(tmp_path, monkeypatch):
    settings = load(None, SMALL, encode="ngram")
    ends = keeper.Keeper.on_train_batch_end

    def end(kept, trainer, *arguments):
        ends(kept, trainer, *arguments)
        if trainer.global_step == 6:
            signal.raise_signal(signal.SIGTERM)

    with monkeypatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(keeper.Keeper, "on_train_batch_end", end)
        learn(corpus(), settings, work=tmp_path)
    assert ended.value.code == 143
    assert len(learn(corpus(), settings, work=tmp_path, resume=True).scores["curve"]) == 3


@pytest.mark.parametrize("predict", ["tags", "crf"])
def test_a_tagger_is_judged_by_whole_spans_and_by_unknown_words(predict, tmp_path):
    def row(number, name):
        return Row(f"{name} left", "", "", number, tokens=(name, "left"), tags=("U-PER", "O"))

    train, held = [row(n, f"Ann{n % 9}") for n in range(30)], [row(n, f"Bob{n}") for n in range(5)]
    targets = Targets(("O", "U-PER"), scheme="bilou")
    settings = load(None, SMALL, task="tag", encode="residual", predict=predict)
    bundle = learn(Corpus(train, held, [*held, train[0]], targets, ()), settings, work=tmp_path)
    assert bundle.seen == {*(f"Ann{n}" for n in range(9)), "left"}
    dev, test = bundle.scores["dev"], bundle.scores["test"]
    assert (dev["rows"], dev["tokens"], dev["unknown"], test["unknown"]) == (5, 10, 5, 5)
    assert dev["span_f1"] == dev["types"]["PER"]["f1"] == max(entry["dev_span_f1"] for entry in bundle.scores["curve"])
    assert bundle.score(held) == dev
