import numpy as np
import pytest
from tests.runtime.chains import flat, iob, random_chain

from atrous.runtime.chain import FORBIDDEN, Chain, blocks, check


def test_what_is_not_allowed_is_forbidden_and_the_rest_stays():
    labels, chain = iob(2)
    drawn = random_chain(np.random.default_rng(0), len(labels))
    told = (chain.begin == 0, chain.transitions == 0, chain.end == 0)
    for before, after, ok in zip(drawn, drawn.allowing(*(part.tolist() for part in told)), told, strict=True):
        np.testing.assert_array_equal(after, np.where(ok, before, np.float32(FORBIDDEN)))
        assert after.dtype == np.float32


def test_ten_thousand_forbidden_moves_are_still_a_number_of_float32():
    assert np.isfinite(np.cumsum(np.full(10_000, FORBIDDEN, np.float32), dtype=np.float32)).all()
    assert np.exp(np.float64(FORBIDDEN)) == 0


def test_blocks_hold_every_step_once_and_rows_of_like_length():
    starts = flat(np.random.default_rng(1), lengths := [3, 0, 7, 1, 7, 0, 2], 2)[1]
    (steps,) = blocks(np.arange(len(lengths)), starts, random_chain(np.random.default_rng(1), 2))
    assert [lengths[row] for row in steps.rows] == [7, 7, 3, 2, 1]
    assert [len(places) for places in steps.places] == [5, 4, 3, 2, 2, 2, 2]
    assert sorted(np.concatenate(steps.places).tolist()) == list(range(20))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"got \(4, 0\), \(0,\), \(0, 0\) and \(0,\)"):
        check(np.zeros((4, 0)), Chain(np.zeros(0), np.zeros((0, 0)), np.zeros(0)))
    with pytest.raises(ValueError, match=r"got \(4, 3\), \(2,\), \(2, 2\) and \(2,\)"):
        check(np.zeros((4, 3)), Chain(np.zeros(2), np.zeros((2, 2)), np.zeros(2)))
