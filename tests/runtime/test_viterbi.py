import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.chains import drawn, flat, iob, random_chain, small
from tests.slow import paths

from atrous.runtime import chain as chain_module
from atrous.runtime.lattice import best, best_of_rows, read_rows


@given(small)
def test_the_best_path_is_the_best_of_all_and_of_equal_ones_the_first(case):
    emissions, chain = drawn(case)
    assert tuple(best(emissions, chain).tolist()) == paths.paths(emissions, chain)[0][0]


def test_many_rows_are_read_in_blocks(monkeypatch):
    rng = np.random.default_rng(1)
    chain = random_chain(rng, 3)
    emissions, starts = flat(rng, rng.integers(0, 9, 50).tolist(), 3)
    expected = best_of_rows(emissions, starts, chain), [one.total for one in read_rows(emissions, starts, chain)]
    monkeypatch.setattr(chain_module, "_BLOCK", 30)
    assert best_of_rows(emissions, starts, chain).tolist() == expected[0].tolist()
    assert [one.total for one in read_rows(emissions, starts, chain)] == pytest.approx(expected[1])


@given(st.integers(0, 2**32 - 1))
def test_random_rows_decode_without_a_forbidden_move(seed):
    rng = np.random.default_rng(seed)
    labels, chain = iob(3)
    emissions, starts = flat(rng, rng.integers(0, 30, 20).tolist(), len(labels), scale=30.0)
    path = best_of_rows(emissions, starts, chain).tolist()
    assert all(paths.allowed(path[a:b], chain) for a, b in itertools.pairwise(starts))
