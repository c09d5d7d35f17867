import numpy as np
import pytest
import torch

from atrous.contract import Batch
from atrous.embed import Marked
from atrous.embed.marked import MARK
from atrous.runtime.features import AFFIXES, Features

WORDS = ["London", "calling", "U.S."]


def batch(features, words=WORDS):
    return Batch(None, torch.tensor([len(words)]), features=torch.from_numpy(features(words))[None])


def test_a_word_is_its_shape_its_affixes_and_the_sum_of_its_hashes():
    torch.manual_seed(0)
    features = Features(shape=True, affixes=2, hashed=30)
    embed = Marked(features, 3)
    x = embed(batch(features))[0].detach().numpy()
    vectors, hashed = embed.vectors.detach().numpy(), embed.hashed.detach().numpy()
    starts = [0, 15, 15 + AFFIXES + 1, 15 + 2 * (AFFIXES + 1), 15 + 3 * (AFFIXES + 1)]
    for word, found in zip(features(WORDS), x, strict=True):
        expected = [vectors[start + own] for start, own in zip(starts, word[:5], strict=True)]
        expected.append(hashed[word[5]] + hashed[word[6]])
        np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-6)
    assert embed.outputs == x.shape[1] == 5 * MARK + 3


@pytest.mark.parametrize("features, outputs", [
    (Features(shape=True), MARK), (Features(affixes=3), 6 * MARK), (Features(hashed=9), 4),
])  # fmt: skip
def test_each_kind_may_stand_alone(features, outputs):
    embed = Marked(features, 4)
    assert embed(batch(features)).shape == (1, 3, outputs)
    assert embed.cost.parameters == sum(parameter.numel() for parameter in embed.parameters())


def test_words_with_other_features_are_refused():
    with pytest.raises(ValueError, match="features: 2 a word are needed, got 1"):
        Marked(Features(hashed=9), 4)(batch(Features(shape=True)))


def test_an_id_that_no_feature_has_is_named():
    wrong = Batch(None, torch.tensor([1]), features=torch.tensor([[[3, 99]]]))
    with pytest.raises(ValueError, match="features: 99 is no id of this embedding, whose ids are 0 to 9"):
        Marked(Features(hashed=9), 4)(wrong)


def test_marked_says_what_it_got():
    with pytest.raises(ValueError, match="channels >= 1, got 0"):
        Marked(Features(shape=True), 0)


def test_dropout_is_off_at_evaluation():
    features = Features(hashed=9)
    embed = Marked(features, 30, dropout=0.5)
    assert (embed.train()(batch(features)) == 0).any()
    assert torch.equal(embed.eval()(batch(features)), embed(batch(features)))
