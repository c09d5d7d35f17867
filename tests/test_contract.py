import pytest
import torch

from atrous.contract import Batch, Embed, Layer, Pool, clear, map_state, reorder, reset


def test_clear_removes_a_nan_that_multiplying_would_keep():
    x = torch.tensor([[[1.0], [float("nan")]]])
    assert clear(x, torch.tensor([[True, False]])).tolist() == [[[1.0], [0.0]]]
    assert clear(x, None) is x


def test_the_mask_of_a_batch_is_true_up_to_each_length():
    batch = Batch(torch.zeros(3, 2, dtype=torch.long), torch.tensor([0, 1, 2]))
    assert batch.mask.tolist() == [[False, False], [True, False], [True, True]]


def test_the_mask_is_that_of_whatever_field_is_there():
    lengths = torch.tensor([1, 2])
    characters = torch.zeros(2, 3, 4, dtype=torch.long)
    for batch in (Batch(None, lengths, values=torch.zeros(2, 3, 1)), Batch(None, lengths, characters=characters)):
        assert batch.mask.tolist() == [[True, False, False], [True, True, False]]
        assert batch.time == 3
    with pytest.raises(
        ValueError, match="one field of ids, beside, characters, values, features at least, got lengths alone"
    ):
        _ = Batch(None, lengths).mask


def test_a_batch_is_mapped_and_cut_field_by_field():
    batch = Batch(torch.tensor([[2, 3], [4, 5]]), torch.tensor([2, 1]), values=torch.ones(2, 2, 1))
    turned = batch.map(lambda part: part.flip(0))
    assert (turned.ids.tolist(), turned.lengths.tolist(), turned.beside) == ([[4, 5], [2, 3]], [1, 2], None)
    last = batch.cut(slice(1, None))
    assert (last.ids.tolist(), last.values.shape, last.lengths.tolist()) == ([[3], [5]], (2, 1, 1), [2, 1])


def test_states_are_trees_whose_first_axis_is_the_row():
    state = (torch.tensor([[1.0], [2.0]]), ((), (torch.tensor([3, 4]),)))
    assert reorder(state, torch.tensor([1, 1, 0]))[1][1][0].tolist() == [4, 4, 3]
    fresh = map_state(torch.zeros_like, state)
    mixed = reset(state, fresh, torch.tensor([True, False]))
    assert mixed[0].tolist() == [[0.0], [2.0]]
    assert mixed[1][1][0].tolist() == [0, 4]


def test_a_layer_that_mixes_no_steps_needs_only_its_forward():
    class Double(Layer):
        def forward(self, x, mask=None):
            return 2 * x

    layer, x, mask = Double(), torch.ones(1, 2, 3), torch.ones(1, 2, dtype=torch.bool)
    y, real, state = layer.step(x, mask, layer.start(1))
    assert torch.equal(y, 2 * x)
    assert torch.equal(real, mask)
    assert state == ()


@pytest.mark.parametrize("call", [lambda: Layer()(torch.zeros(1, 1, 1)), lambda: Pool().start(1)])
def test_the_contract_itself_does_nothing(call):
    with pytest.raises(NotImplementedError):
        call()


def test_an_embedding_without_a_step_does_nothing():
    with pytest.raises(NotImplementedError):
        Embed()(Batch(torch.zeros(1, 1, dtype=torch.long), torch.ones(1, dtype=torch.long)))
