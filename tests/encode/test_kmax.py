from fractions import Fraction

import torch

from atrous.encode import kmax
from atrous.layers import KMax


def test_k_falls_with_depth_down_to_the_least():
    layer = kmax(8, channels=4, kernels=(5, 3, 2), least=4)
    shares = [part.share for part in layer.parts if isinstance(part, KMax)]
    assert shares == [Fraction(2, 3), Fraction(1, 3)]


def test_a_row_shorter_than_every_kernel_is_no_trouble():
    assert kmax(8, channels=4)(torch.randn(2, 1, 8)).isfinite().all()
