import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.base import clone
from tests.sklearn.test_texts import CLASSES, SMALL, TEXTS, small

from atrous.errors import ConfigError
from atrous.sklearn import TextClassifier

ROOT = Path(__file__).parents[2]


def weights(classifier):
    return [tensor.clone() for tensor in classifier.bundle_.model.state_dict().values()]


def equal(first, second):
    return all(torch.equal(one, other) for one, other in zip(weights(first), weights(second), strict=True))


def test_the_same_seed_is_the_same_model_whatever_was_drawn_before():
    first = small(random_state=1).fit(TEXTS, CLASSES)
    torch.rand(3)
    np.random.rand(3)
    assert equal(first, small(random_state=1).fit(TEXTS, CLASSES))
    assert not equal(first, small(random_state=2).fit(TEXTS, CLASSES))
    assert equal(small().fit(TEXTS, CLASSES), small(random_state=0).fit(TEXTS, CLASSES))
    drawn = [small(random_state=np.random.RandomState(5)).fit(TEXTS, CLASSES) for _ in range(2)]
    assert equal(*drawn)


def test_nobody_elses_random_numbers_change_and_nothing_is_said(capfd):
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    small(settings={**SMALL, "embed.dropout": 0.1}, random_state=4).fit(TEXTS, CLASSES).predict(TEXTS)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()
    assert capfd.readouterr() == ("", "")


def test_verbose_says_how_it_goes(capfd):
    small(epochs=2, verbose=True).fit(TEXTS, CLASSES)
    assert "bag: epoch 2 of 2" in capfd.readouterr().err


def test_two_threads_learn_what_each_would_alone():
    found = {}

    def learn(seed):
        found[seed] = small(settings={**SMALL, "embed.dropout": 0.2}, random_state=seed).fit(TEXTS, CLASSES)

    threads = [threading.Thread(target=learn, args=(seed,)) for seed in (1, 2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    for seed, classifier in found.items():
        assert equal(classifier, clone(classifier).fit(TEXTS, CLASSES)), seed


def test_a_pickle_answers_the_same_and_holds_files(tmp_path):
    classifier = small().fit(TEXTS, np.array(["bad", "good"])[CLASSES])
    written = pickle.dumps(classifier)
    assert b"model.safetensors" in written
    assert b"torch" not in written
    again = pickle.loads(written)
    np.testing.assert_array_equal(again.predict_proba(TEXTS), classifier.predict_proba(TEXTS))
    assert again.predict(TEXTS).dtype == classifier.classes_.dtype
    assert again.get_params() == classifier.get_params()
    assert pickle.loads(pickle.dumps(small())).get_params() == small().get_params()
    again.bundle_.save(tmp_path / "model")
    assert (
        "what TextClassifier.fit was given. Rows: 36 to learn from, 4 to choose by, 0 to judge by"
        in (tmp_path / "model" / "README.md").read_text()
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"embed": {"name": "words", "channels": 4}, "train.patience": 7},
        {"embed.name": "words", "embed.channels": 4, "train": {"patience": 7}},
        ["embed.name=words", "embed.channels=4", "train.patience=7"],
        "settings.toml",
    ],
    ids=["tables", "dotted", "list", "file"],
)
def test_settings_come_in_several_forms_and_parameters_stand_above_them(settings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = '[embed]\nname = "words"\nchannels = 4\n[train]\npatience = 7\nepochs = 9\n[encode]\nname = "bag"\n'
    (tmp_path / "settings.toml").write_text(text)
    classifier = TextClassifier("ngram", settings=settings, epochs=np.int64(1), rate=np.float64(0.5), batch=4)
    found = classifier.fit(TEXTS, CLASSES).bundle_.settings
    assert (found.embed.name, found.embed.channels, found.train.patience) == ("words", 4, 7)
    assert (found.encode.name, found.train.epochs, found.train.rate, found.train.batch) == ("ngram", 1, 0.5, 4)
    if settings == "settings.toml":
        found = TextClassifier(settings=settings, epochs=1).fit(TEXTS, CLASSES).bundle_.settings
        assert found.encode.name == "bag"


@pytest.mark.parametrize(
    "parameters, error, words",
    [
        ({"encode": "tnc"}, ConfigError, "did you mean 'tcn'"),
        ({"epochs": 0}, ConfigError, "train.epochs"),
        ({"settings": {"encode.chanels": 3}}, ConfigError, "did you mean 'encode.channels'"),
        ({"settings": 3}, TypeError, "settings should be a table such as .* got int"),
        ({"settings": ["predict=labels"]}, ConfigError, "predict.name: TextClassifier learns one label"),
        ({"settings": ["task=tag"]}, ConfigError, "task: TextClassifier learns one label"),
        ({"settings": {"data.beside": "b"}}, ConfigError, "data.beside: TextClassifier learns one label"),
        ({"validation_fraction": 1.0}, ValueError, "validation_fraction should be a number from 0 to below 1, got 1.0"),
        ({"validation_fraction": "much"}, ValueError, "validation_fraction should be"),
        ({"device": "tpu"}, ConfigError, "expected auto, cpu or cuda"),
    ],
)
def test_what_a_parameter_cannot_be_is_said_by_fit(parameters, error, words):
    classifier = TextClassifier(**parameters)
    with pytest.raises(error, match=words):
        classifier.fit(TEXTS, CLASSES)


def test_rows_are_held_out_to_choose_by_or_not():
    counts = [
        small(validation_fraction=share).fit(TEXTS, CLASSES).bundle_.scores["data"] for share in (0.1, 0.25, 0)
    ]  # fmt: skip
    assert [(count["train"], count["dev"], count["test"]) for count in counts] == [(36, 4, 0), (30, 10, 0), (40, 40, 0)]
    few = small().fit(["good", "bad"], [0, 1])
    assert few.predict(["good", "bad"]).shape == (2,)


STOPPED = """
from sklearn.model_selection import cross_val_score
from tests.sklearn.test_texts import CLASSES, SMALL, TEXTS, small
endless = {**SMALL, "train.patience": 100000}
try:
    cross_val_score(small(epochs=100000, settings=endless, verbose=True), TEXTS, CLASSES)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.slow
def test_ctrl_c_ends_the_whole_cross_validation():
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    while "epoch" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "stopped\n")


def test_without_scikit_learn_it_says_what_to_install():
    code = "import sys; sys.modules['sklearn'] = None\nimport atrous.sklearn"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        "atrous.errors.MissingExtra: atrous.sklearn needs scikit-learn, which is not installed; "
        'install it with: pip install "atrous[sklearn]"'
    )
