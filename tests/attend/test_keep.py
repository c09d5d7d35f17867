import torch

from atrous.attend.keep import Keep


def test_every_step_is_kept_and_what_is_masked_is_zero_even_if_it_is_no_number():
    x = torch.tensor([[[1.0, 2.0], [float("nan"), 3.0]]])
    mask = torch.tensor([[True, False]])
    assert Keep(2)(x, mask).tolist() == [[[1.0, 2.0], [0.0, 0.0]]]
    assert Keep(2)(x[:, :1]).tolist() == [[[1.0, 2.0]]]


def test_a_chunk_says_what_it_decides_and_nothing_of_the_one_before():
    keep = Keep(2)
    state = keep.step(torch.ones(1, 3, 2), torch.ones(1, 3, dtype=torch.bool), keep.start(1))
    later = keep.step(2 * torch.ones(1, 2, 2), torch.tensor([[True, False]]), state)
    assert keep.read(later).tolist() == [[[2.0, 2.0], [0.0, 0.0]]]
    assert later[1].tolist() == [[True, False]]
