import pytest
import torch

from atrous.attend import Mean
from atrous.contract import Batch
from atrous.data.vocabulary import fit
from atrous.embed import Tokens

SEEN = "Completely lacking in good taste, good service, and good ambience"
TURNED = "Completely lacking in good service, good ambience, and good taste"
MIXED = "Good taste, good service, and completely lacking in good ambience"


def bag_of(texts, *, bigrams):
    """The vector that a bag gives each text: the mean of its tokens' vectors."""
    torch.manual_seed(0)
    tokeniser = fit("words", texts, lower=True, minimum_count=1, limit=None)
    embed, pool = Tokens(tokeniser.size, 16, bigrams=bigrams).double(), Mean(16).double()
    rows = [torch.from_numpy(tokeniser(text)).long()[None] for text in texts]
    return [pool(embed(Batch(row, torch.tensor([row.shape[1]])))) for row in rows]


def test_a_bag_of_words_cannot_see_that_one_word_turns_three_compliments_around():
    """What "lacking" reaches is a matter of order, and a bag has none: all three reviews are one vector."""
    seen, turned, praise = bag_of([SEEN, TURNED, MIXED], bigrams=0)
    torch.testing.assert_close(seen, praise)
    torch.testing.assert_close(seen, turned)


def test_hashed_bigrams_see_neighbours_and_nothing_further():
    seen, praise = bag_of([SEEN, MIXED], bigrams=1000)
    assert not torch.allclose(seen, praise)
    # Pieces between which no pair of neighbours differs may still change places unseen.
    one, other = bag_of(["x a b y a c y a b x", "x a c y a b y a b x"], bigrams=1000)
    torch.testing.assert_close(one, other)


def test_an_embedding_that_is_a_pure_table_says_so():
    assert Tokens(5, 3).table().shape == (5, 3)
    assert Tokens(5, 3, bigrams=7).table() is None


def test_dropout_is_off_at_evaluation():
    embed, batch = Tokens(5, 30, dropout=0.5), Batch(torch.ones(1, 4, dtype=torch.long), torch.tensor([4]))
    assert (embed.train()(batch) == 0).any()
    assert torch.equal(embed.eval()(batch), embed(batch))


@pytest.mark.parametrize("size, channels, bigrams", [(0, 3, 0), (3, 0, 0), (3, 3, -1)])
def test_tokens_say_what_they_got(size, channels, bigrams):
    with pytest.raises(ValueError, match=f"got {size}, {channels} and {bigrams}"):
        Tokens(size, channels, bigrams=bigrams)
