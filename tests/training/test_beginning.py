import pytest
import torch

from atrous.bundle import Bundle
from atrous.config import load
from atrous.layers import fold
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.training.beginning import digest, keeps_head, take_over

READER = Reader(Tokeniser("bytes", False, ()))


def fresh(labels=("neg", "pos"), encode="tcn", **sections):
    return Bundle.fresh(load(encode=encode, **sections), READER, labels)


@pytest.mark.parametrize("encode", ["tcn", "wavenet", "bilstm", "attention", "bag"])
@pytest.mark.parametrize("folded", [True, False])
def test_the_same_labels_go_on_with_the_same_answers(encode, folded):
    init, bundle = fresh(encode=encode), fresh(encode=encode)
    if folded:  # as a model folder has it
        fold(init.model)
    texts = ["a film", "", "another one"]
    before = [answer.probabilities["pos"] for answer in init.predict(texts)]
    assert [answer.probabilities["pos"] for answer in bundle.predict(texts)] != pytest.approx(before)
    assert take_over(bundle, init)
    assert [answer.probabilities["pos"] for answer in bundle.predict(texts)] == pytest.approx(before, abs=1e-6)
    assert all(parameter.requires_grad for parameter in bundle.model.parameters())


def test_other_labels_get_a_new_head_over_the_same_encoder():
    init, bundle = fresh(), fresh(("bad", "fine", "good"))
    head = bundle.model.predict.linear.weight.detach().clone()
    assert not take_over(bundle, init)
    assert torch.equal(bundle.model.predict.linear.weight, head)
    ours, theirs = bundle.model.encode.state_dict(), init.model.encode.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_head_goes_on_only_if_it_answers_in_the_same_way():
    init = fresh()
    assert keeps_head(init, ("neg", "pos"), "classes")
    assert not keeps_head(init, ("neg", "pos"), "labels")
    assert not keeps_head(init, ("neg", "other"), "classes")
    assert not take_over(fresh(predict="labels"), init)


def test_other_weights_have_another_digest():
    init = fresh()
    before = digest(init)
    assert digest(init) == before
    with torch.no_grad():
        init.model.predict.linear.bias[0] += 1e-6
    assert digest(init) != before
