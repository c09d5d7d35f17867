import inspect
from dataclasses import replace

import numpy as np
import pytest
import torch

from atrous.bundle import Bundle
from atrous.config import load
from atrous.errors import ConfigError
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser


@pytest.fixture
def bundle():
    torch.manual_seed(0)
    return Bundle.fresh(load(encode="tcn"), Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))


def test_an_answer_does_not_depend_on_its_company(bundle):
    texts = ["one", "", "a much longer text than the others", "two", "x" * 3000]
    together = bundle.predict(texts)
    for text, answer in zip(texts, together, strict=True):
        (alone,) = bundle.predict(text)
        assert alone.label == answer.label
        assert alone.probability == pytest.approx(answer.probability, abs=2e-6)


def test_probabilities_are_of_every_label_and_sum_to_one(bundle):
    (answer,) = bundle.predict(["text"])
    assert list(answer.probabilities) == ["neg", "pos"]
    assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert answer.probability == max(answer.probabilities.values())


def test_no_texts_have_no_answers_and_what_is_no_text_is_refused(bundle):
    assert bundle.predict([]) == []
    with pytest.raises(TypeError, match="needs texts, got int: 3"):
        # As it is outside the tests, where nothing checks annotations.
        inspect.unwrap(Bundle.predict)(bundle, ["text", 3])


def test_predicting_leaves_the_model_in_its_mode(bundle):
    bundle.model.train()
    bundle.predict(["text"])
    assert bundle.model.training


def test_evaluate_counts_what_predict_says(bundle, tmp_path):
    texts = [f"text {number}" for number in range(20)]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["text,label", *(f"{text},{'pos' if n % 3 else 'neg'}" for n, text in enumerate(texts))]))
    right = [answer.label == ("pos" if n % 3 else "neg") for n, answer in enumerate(bundle.predict(texts))]
    assert bundle.evaluate(path)["accuracy"] == pytest.approx(sum(right) / 20)


def test_an_answer_of_too_little_probability_abstains(bundle):
    (answer,) = bundle.predict("text")
    (sure,) = bundle.predict("text", min_probability=answer.probability)
    (unsure,) = bundle.predict("text", min_probability=1.0)
    assert sure == answer
    assert unsure == answer._replace(label="")
    with pytest.raises(ConfigError, match="--min-probability 0: expected"):
        bundle.predict("text", min_probability=0.0)


def test_a_bundle_slides_over_a_long_text():
    reader = Reader(Tokeniser("characters", False, tuple("abc ")))
    settings = load(None, ["attend.depth=2"], encode="bag", embed={"bigrams": 0, "channels": 4}, attend="unpadded")
    bundle = Bundle.fresh(settings, reader, ("neg", "pos"))
    text = "abc cab bca" * 3
    for one_by_one in (False, True):
        found = bundle.slide(text, window=7, stride=3, one_by_one=one_by_one)
        expected = bundle.predict([text[start : start + 7] for start in range(0, len(text) - 6, 3)])
        assert len(found) == len(expected) == 9
        for answer, wanted in zip(found, expected, strict=True):
            assert answer.probability == pytest.approx(wanted.probability, abs=1e-5)
    assert bundle.slide("abc", window=7) == bundle.slide("", window=7) == []


def test_a_vector_does_not_depend_on_its_company_and_can_have_length_one(bundle):
    texts = ["one", "", "a much longer text than the others", "x" * 3000]
    together = bundle.encode(texts)
    assert (together.dtype, together.shape) == (np.float32, (4, bundle.model.attend.outputs))
    np.testing.assert_allclose(np.concatenate([bundle.encode(text) for text in texts]), together, rtol=0, atol=1e-5)
    unit = bundle.encode(texts, unit_length=True)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), [1, 0, 1, 1], rtol=1e-5)
    np.testing.assert_allclose(unit * np.linalg.norm(together, axis=1, keepdims=True), together, rtol=0, atol=1e-5)
    assert bundle.encode([]).shape == (0, bundle.model.attend.outputs)


@pytest.fixture(params=["tags", "crf"])
def tagger(request):
    torch.manual_seed(0)
    reader = Reader(Tokeniser("words", True, ("ann", "lee", "left", "rome")), rule="fine")
    settings = load(task="tag", encode="residual", predict={"name": request.param, "scheme": "iob2"})
    found = Bundle.fresh(settings, reader, ("B-LOC", "B-PER", "I-LOC", "I-PER", "O"))
    if request.param == "crf":
        torch.nn.init.normal_(found.model.predict.transitions)
    return found


def test_a_tagger_answers_texts_and_lists_of_tokens_alike(tagger):
    (one,) = tagger.predict("Ann Lee left Rome")
    assert [answer.tokens for answer in tagger.predict(["Ann left.", ["Ann", "left."]])] == [
        ("Ann", "left", "."),
        ("Ann", "left."),
    ]
    assert tagger.predict([["Ann", "Lee", "left", "Rome"]]) == [one]
    assert one.scheme == "iob2" and {*one.tags} <= {*tagger.labels}
    assert [answer.tags for answer in tagger.predict(["", " "])] == [(), ()]
    assert tagger.predict([]) == []
    with pytest.raises(TypeError, match="needs texts, or sequences of tokens, got int: 3"):
        inspect.unwrap(Bundle.predict)(tagger, ["text", 3])


def test_a_taggers_answer_does_not_depend_on_its_company(tagger):
    texts = ["Ann", "", "Lee left Rome. " * 50, "Ann Lee left"]
    for text, answer in zip(texts, tagger.predict(texts), strict=True):
        (alone,) = tagger.predict(text)
        assert alone.tags == answer.tags
        assert alone.probabilities == pytest.approx(answer.probabilities, abs=2e-6)
        assert len(answer.tags) == len(text.replace(".", " .").split())


def test_what_a_tagger_reads_of_a_row_is_what_it_tags(tagger):
    tagger.reader = replace(tagger.reader, max_steps=2)
    assert [answer.tokens for answer in tagger.predict(["Ann Lee left", "Ann"])] == [("Ann", "Lee"), ("Ann",)]


def test_a_crf_has_several_best_answers(tagger):
    if tagger.readable.chain is None:
        with pytest.raises(ValueError, match="only a CRF"):
            tagger.best("Ann left", count=2)
        return
    assert tagger.best([], count=2) == []
    (several,) = tagger.best("Ann left", count=100)
    assert several[0] == tagger.predict("Ann left")[0]
    assert sum(answer.probability for answer in several) == pytest.approx(1, abs=1e-4)
    assert tagger.best("Ann left", count=2) == [several[:2]]


def test_a_tagger_does_not_slide(tagger):
    with pytest.raises(ValueError, match="one for every token"):
        tagger.slide("Ann left", window=2)
