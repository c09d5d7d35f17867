import pytest
import torch

from atrous.contract import Batch
from atrous.embed import Pretrained


def test_what_is_not_filled_is_drawn_as_kim_draws_it_and_padding_is_nothing():
    torch.manual_seed(0)
    vectors = Pretrained(1000, 30, tuned=True).table()
    assert not vectors[0].any()
    assert 0.249 < vectors.abs().max() <= 0.25
    assert abs(vectors[1:].mean()) < 0.01
    assert abs(vectors[1:].var() - 0.25**2 / 3) < 1e-3


def test_a_static_table_is_saved_and_no_parameter():
    static, tuned = Pretrained(5, 3, tuned=False), Pretrained(5, 3, tuned=True)
    assert list(static.parameters()) == []
    assert static.state_dict().keys() == tuned.state_dict().keys() == {"vectors"}


@pytest.mark.parametrize("tuned", [False, True])
def test_a_filled_table_gives_the_vectors_of_the_file(tuned):
    embed = Pretrained(5, 2, tuned=tuned, field="beside")
    embed.fill(torch.tensor([2, 4]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    ids = torch.tensor([[4, 2, 3]])
    x = embed(Batch(None, torch.tensor([3]), beside=ids))
    assert x[0, :2].tolist() == [[3.0, 4.0], [1.0, 2.0]]
    assert x[0, 2].abs().max() <= 0.25


def test_dropout_is_off_at_evaluation():
    embed, batch = Pretrained(5, 30, tuned=False, dropout=0.5), Batch(torch.ones(1, 4).long(), torch.tensor([4]))
    assert (embed.train()(batch) == 0).any()
    assert torch.equal(embed.eval()(batch), embed(batch))


def test_pretrained_says_what_it_got():
    with pytest.raises(ValueError, match="got 0 and 3"):
        Pretrained(0, 3, tuned=True)
