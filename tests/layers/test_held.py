import torch

from atrous.layers.held import run


def test_the_memory_stays_where_a_row_is_masked_and_goes_on_elsewhere():
    def cell(memory, now):
        total, count = memory
        return (total + now, count + 1), total + now

    x = torch.tensor([[[1.0], [2.0], [4.0]], [[8.0], [16.0], [32.0]]])
    mask = torch.tensor([[True, True, True], [False, True, False]])
    y, (total, count) = run(cell, (torch.zeros(2, 1), torch.zeros(2, 1)), x, mask)
    assert y[..., 0].tolist() == [[1, 3, 7], [0, 16, 0]]
    assert total[:, 0].tolist() == [7, 16]
    assert count[:, 0].tolist() == [3, 1]
