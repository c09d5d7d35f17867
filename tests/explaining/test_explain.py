"""An explanation finds what was planted, whatever a model reads."""

import random

import pytest
import torch
from tests.explaining.small import LABELS, READER, bundle_of, detector, learnt, linear

from atrous.bundle import Bundle
from atrous.config import load
from atrous.data.tables import Row
from atrous.errors import ConfigError, DataError
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

FILLERS = ["ba", "dobe", "fu", "giho", "jak", "loma", "nu", "pi"]


def planted(beside=None):
    """Rows of drawn words, of which one decides: zorg or wik."""
    draw = random.Random(0)
    for number in range(120):
        words = draw.choices(FILLERS, k=draw.randint(4, 8))
        words[draw.randrange(len(words))] = ("wik", "zorg")[number % 2]
        yield Row(" ".join(words), ("w", "z")[number % 2], "", number, beside=beside)


def check(found):
    assert found.label == "z" and found.probability > 0.9
    for method in ("gradient", "occlusion"):
        best = max(found.pieces, key=lambda one: abs(one.score(method)))
        assert (found.shown(best).strip(), best.score(method) > 0) == ("zorg", True), method


@pytest.mark.parametrize(
    ("encode", "overrides"),
    [
        ("bag", ["embed.name=words", "embed.lower=true"]),
        ("ngram", ["embed.name=bytes"]),
        ("ngram", ["embed.name=characters"]),
        ("bag", ["embed.name=bpe", "embed.limit=280"]),
        ("bag", ["embed.name=words", "embed.letters=5"]),
        ("bag", ["embed.name=words", "embed.shape=true", "embed.affixes=2", "embed.hashed=50"]),
        ("bag", ["embed.name=words", "embed.beside=characters"]),
        ("bag", ["embed.name=words", "embed.positions=true"]),
    ],
    ids=["words", "bytes", "characters", "bpe", "letters", "features", "beside", "positions"],
)
def test_the_word_that_decides_has_the_largest_score_whatever_is_read(encode, overrides):
    small = ["embed.bigrams=0"] if encode == "bag" else ["encode.channels=8"]
    check(learnt([*planted()], [*small, *overrides], encode=encode).explain("ba zorg fu nu pi", words=True))


def test_the_word_that_decides_is_found_in_one_of_two_texts():
    overrides = ["embed.name=words", "embed.beside=words", "data.beside=other", "embed.bigrams=0"]
    found = learnt([*planted(beside="giho nu")], overrides).explain(("ba zorg fu nu pi", "giho nu"))
    check(found)
    assert found.texts == ("ba zorg fu nu pi", "giho nu")


def test_the_step_that_decides_is_found_in_a_series():
    draw = random.Random(0)
    rows = []
    for number in range(120):
        values = [f"{draw.gauss(0, 0.3):.2f},{draw.gauss(0, 0.3):.2f}" for _ in range(6)]
        values[draw.randrange(6)] = f"{draw.gauss(0, 0.3):.2f},{(-4, 4)[number % 2]}"
        rows.append(Row(" ".join(values), ("down", "up")[number % 2], "", number))
    found = learnt(rows, ["embed.name=values", "encode.channels=8"], encode="ngram").explain("0,0.1 0.1,4 -0.2,0")
    assert found.label == "up"
    strongest = max(found.pieces, key=lambda one: one.gradient)
    assert found.shown(strongest) == "0.1,4"
    assert strongest.features[1] > abs(strongest.features[0])
    assert sum(strongest.features) == pytest.approx(strongest.gradient, abs=1e-5)
    assert found.shown(max(found.pieces, key=lambda one: one.occlusion)) == "0.1,4"


def test_of_a_linear_model_both_methods_are_its_weights():
    weights = torch.zeros(READER.sizes["ids"], 2)
    weights[READER.tokeniser("good")[0], 1], weights[READER.tokeniser("not")[0], 0] = 2.0, 3.0
    found = bundle_of(linear(weights)).explain("Not a GOOD film")
    scores = {found.shown(one): (one.gradient, one.occlusion) for one in found.pieces}
    assert scores == {
        name: (pytest.approx(score, abs=1e-6),) * 2 for name, score in
        {"Not": 3.0, "a": 0.0, "GOOD": -2.0, "film": 0.0}.items()
    }  # fmt: skip
    assert (found.label, found.answer, found.log_odds) == ("neg", "neg", pytest.approx(1.0))
    assert found.gap == pytest.approx(0.0, abs=1e-6)


def test_another_label_can_be_explained_and_one_method_alone():
    bundle = bundle_of(detector())
    found = bundle.explain("not good", label="pos", method="gradient")
    assert (found.label, found.answer, found.methods) == ("pos", "neg", ("gradient",))
    assert all(one.occlusion is None for one in found.pieces)
    assert bundle.explain("not good", method="occlusion").nothing is None
    with pytest.raises(ConfigError, match=r"no label 'poss' \(did you mean 'pos'\?\); its labels are neg, pos"):
        bundle.explain("not good", label="poss")


def test_where_a_text_can_have_several_labels_the_most_probable_is_explained():
    settings = load(None, ["embed.name=words", "predict.name=labels", "data.separator=|"], encode="bag")
    torch.manual_seed(0)
    bundle = Bundle.fresh(settings, READER, ("a", "b", "c"))
    [answer] = bundle.predict("good film")
    found = bundle.explain("good film")
    assert found.label == max(answer.probabilities, key=answer.probabilities.get)
    assert found.probability == answer.probabilities[found.label]


def test_what_is_not_read_is_counted():
    torch.manual_seed(0)
    bundle = Bundle.fresh(load(encode="tcn"), Reader(Tokeniser("bytes", False, ()), max_steps=4), LABELS)
    found = bundle.explain("abcdefg")
    assert (len(found.pieces), found.unread, found.texts) == (4, 3, ("abcdefg",))


def test_a_list_of_numbers_is_one_series():
    reader = Reader(series=Series((0.0,), (1.0,)))
    torch.manual_seed(0)
    found = Bundle.fresh(load(None, ["embed.name=values"], encode="ngram"), reader, LABELS).explain([1.5, None, 3])
    assert (found.texts, [found.shown(one) for one in found.pieces]) == (("1.5 ? 3",), ["1.5", "?", "3"])
    assert found.series


def test_the_model_stays_as_it_was():
    bundle = bundle_of(detector())
    bundle.model.train()
    before = {name: tensor.clone() for name, tensor in bundle.model.state_dict().items()}
    bundle.explain("a good film")
    assert bundle.model.training
    assert all(weight.grad is None for weight in bundle.model.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in bundle.model.state_dict().items())


def test_a_text_of_nothing_is_refused():
    bundle = bundle_of(detector())
    for text in ("", "  \n"):
        with pytest.raises(DataError, match="the text is empty"):
            bundle.explain(text)
    with pytest.raises(DataError, match="65,537 tokens is too long to be explained"):
        bundle.explain("a " * 65537)
    with pytest.raises(TypeError, match="one text, got 2"):
        bundle.explain(["a", "b"])
    with pytest.raises((ValueError, TypeError), match="'gradients'"):
        bundle.explain("a b", method="gradients")
    with pytest.raises(TypeError, match="ngrams needs a sequence of texts, got one text: 'a b'"):
        bundle.ngrams("a b")


@pytest.mark.parametrize(("method", "words"), [
    ("both", "every gradient is zero and leaving pieces out, or all of it, changes nothing"),
    ("gradient", "every gradient is zero; the model is dead"),
    ("occlusion", "'neg': leaving pieces out"),
])  # fmt: skip
def test_a_dead_model_is_called_so(method, words):
    bundle = bundle_of(detector())
    with torch.no_grad():
        for path in bundle.model.encode.parts[0].paths:
            path.bias.fill_(-9.0)
    with pytest.raises(DataError, match=words):
        bundle.explain("not a good film", method=method)


def test_what_stands_twice_is_no_sign_of_death():
    # Leaving out either of the two changes nothing, for a maximum needs but one.
    found = bundle_of(detector()).explain("good good", method="occlusion")
    assert [one.occlusion for one in found.pieces] == [0.0, 0.0]
