import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.config import load
from atrous.data.fitting import fit_reader, scale
from atrous.data.tables import Row
from atrous.runtime.features import Features
from atrous.runtime.series import parse

ROWS = [Row("Good film", "pos", "", 1, "Guter Film"), Row("good Good", "neg", "", 2, "gut")]


def fitted(*overrides):
    return fit_reader(load(None, ["embed.minimum_count=1", *overrides]), ROWS)


@pytest.mark.parametrize("text, tokens, rule", [
    ("U.S. troops left.", ("U.S.", "troops", "left", "."), "treebank"),
    ("well-known", ("well", "-", "known"), "fine"),
    ("plain words", ("plain", "words"), "fine"),
])  # fmt: skip
def test_a_tagger_cuts_texts_by_the_rule_that_finds_its_own_tokens(text, tokens, rule):
    ends = [text.index(token) + len(token) for token in tokens]
    offsets = tuple((end - len(token), end) for token, end in zip(tokens, ends, strict=True))
    offsets = (*offsets[:-1], (len(text) - len(tokens[-1]), len(text)))
    row = Row(text, "", "", 1, tokens=tokens, tags=("O",) * len(tokens), offsets=offsets)
    told = ["embed.minimum_count=1", "embed.name=words"]
    assert fit_reader(load(None, told, task="tag"), [row]).rule == rule
    letters = row._replace(tokens=tuple(text), offsets=(), tags=())
    assert fit_reader(load(None, ["embed.name=characters"], task="tag"), [letters]).rule == "characters"


def test_a_second_tokenisation_is_of_the_same_text():
    reader = fitted("embed.name=words", "embed.beside=characters", "embed.lower=true")
    assert reader.tokeniser.tokens == ("good", "film")
    assert (reader.beside.kind, reader.two_texts) == ("characters", False)
    assert set(reader.beside.tokens) == set("god film")


@pytest.mark.parametrize("overrides, kind", [([], "words"), (["embed.beside=bytes"], "bytes")])
def test_a_second_text_has_a_vocabulary_of_its_own(overrides, kind):
    reader = fitted("embed.name=words", "data.beside=german", *overrides)
    assert (reader.beside.kind, reader.two_texts) == (kind, True)
    if kind == "words":
        assert set(reader.beside.tokens) == {"Guter", "Film", "gut"}


def test_letters_are_those_of_the_training_texts():
    reader = fitted("embed.name=words", "embed.letters=3")
    assert set(reader.spelling.tokens) == set("God film") | {"g"}
    assert reader("Good")["characters"].shape == (1, 3)


def test_the_scale_is_that_of_the_training_rows_alone():
    rows = [Row("1,7 ?,7", "a", "", 1), Row("", "b", "", 2), Row("5,7", "b", "", 3)]
    reader = fit_reader(load(None, ["embed.name=values"]), rows)
    assert reader("3,7 1,?")["values"].tolist()[0] == [0.0, 0.0]
    assert reader.series.mean == (3.0, 7.0)
    assert reader.series.deviation == (2.0, 1.0)


def test_a_feature_that_never_changes_is_not_blown_up():
    found = scale([parse(" ".join(["0.1,?"] * 7))])
    assert found.deviation == (1.0, 1.0)
    assert math.isclose(found.mean[0], 0.1)
    assert found.mean[1] == 0


def test_a_feature_that_is_always_missing_has_a_scale_too():
    found = scale([parse("?,1 ?,3"), parse("?,?")])
    assert (found.mean, found.deviation) == ((0.0, 2.0), (1.0, 1.0))
    assert scale([parse("?,?")]).features == 2


@given(st.lists(st.lists(st.floats(-1e3, 1e3), max_size=4), min_size=1, max_size=6))
def test_the_scale_is_that_of_all_steps_together(rows):
    found = scale([np.array(row).reshape(-1, 1) for row in rows])
    steps = np.concatenate([np.array(row) for row in rows])
    if len(steps):
        np.testing.assert_allclose(found.mean, steps.mean(), rtol=1e-9, atol=1e-9)
        if steps.std() > 1e-6:
            np.testing.assert_allclose(found.deviation, steps.std(), rtol=1e-6)


def test_series_without_a_step_have_a_scale_too():
    assert scale([parse("")]).mean == (0.0,)


def test_features_need_no_vocabulary():
    reader = fitted("embed.name=words", "embed.shape=true", "embed.hashed=40")
    assert reader.features == Features(shape=True, hashed=40)
    assert reader("a stranger")["features"].shape == (2, 3)
    assert fitted("embed.name=words").features is None
