import numpy as np
import pytest
import torch

from atrous.contract import Batch
from atrous.embed import Spelled


def slow_spelled(embed, word):
    """The definition, one place and one map at a time."""
    vectors, weight, bias = (part.detach().numpy() for part in (embed.vectors, embed.weight, embed.bias))
    found = []
    for filters, constant in zip(weight, bias, strict=True):
        sums = []
        for place in range(len(word)):
            places = [place + offset - (embed.kernel - 1) // 2 for offset in range(embed.kernel)]
            sums.append(constant + sum(
                filters[:, offset] @ vectors[word[at]] for offset, at in enumerate(places) if 0 <= at < len(word)
            ))  # fmt: skip
        found.append(np.tanh(max(sums)) if sums else 0.0)
    return found


@pytest.mark.parametrize("kernel", [1, 2, 3, 7])
def test_a_word_is_the_maximum_of_each_map_over_its_letters(kernel):
    torch.manual_seed(0)
    embed = Spelled(9, 3, letters=4, kernel=kernel).double()
    words = [[5, 3, 8, 2], [4], [], [2, 2]]
    letters = torch.tensor([[[*word, *[0] * (4 - len(word))] for word in words]])
    x = embed(Batch(None, torch.tensor([4]), characters=letters))
    np.testing.assert_allclose(x[0].detach(), [slow_spelled(embed, word) for word in words])


def test_spelled_says_what_it_got():
    with pytest.raises(ValueError, match="got 9, 3, 0 and 3"):
        Spelled(9, 3, letters=0)


def test_dropout_is_off_at_evaluation():
    embed = Spelled(9, 30, letters=2, dropout=0.5)
    batch = Batch(None, torch.tensor([3]), characters=torch.full((1, 3, 2), 5))
    assert (embed.train()(batch) == 0).any()
    assert torch.equal(embed.eval()(batch), embed(batch))
