import torch

from atrous.contract import Batch
from atrous.embed import Placed, Tokens
from atrous.layers import Positions


def test_the_code_of_a_place_is_added_to_each_vector():
    embed, batch = Tokens(9, 4), Batch(torch.tensor([[5, 5, 7]]), torch.tensor([3]))
    torch.testing.assert_close(Placed(embed)(batch), Positions(4)(embed(batch)))


def test_a_chunk_goes_on_where_the_last_one_stopped_counting_real_steps_alone():
    embed, ids = Placed(Tokens(9, 4)), torch.tensor([[5, 6, 7], [5, 6, 7]])
    batch = Batch(ids, torch.tensor([3, 3]))
    mask = torch.tensor([[True, True, True], [False, True, True]])
    first, state = embed.step(batch.cut(slice(2)), mask[:, :2], embed.start(2))
    second, _ = embed.step(batch.cut(slice(2, 3)), mask[:, 2:], state)
    torch.testing.assert_close(torch.cat([first[0], second[0]]), embed(batch)[0])
    late = Batch(ids[1:, 1:], torch.tensor([2]))
    torch.testing.assert_close(torch.cat([first[1, 1:], second[1]]), embed(late)[0])


def test_an_odd_number_of_channels_is_placed_too():
    embed, batch = Tokens(9, 3), Batch(torch.tensor([[5, 5]]), torch.tensor([2]))
    assert Placed(embed)(batch).shape == (1, 2, 3)
