"""Chains and emissions for the tests, random ones and those of a tag scheme."""

import numpy as np
from hypothesis import strategies as st

from atrous.runtime.chain import FORBIDDEN, Chain


def random_chain(rng, labels, *, scale=2.0, forbidden=0.0, whole=False):
    parts = [rng.normal(size=shape) * scale for shape in (labels, (labels, labels), labels)]
    parts = [np.rint(part) for part in parts] if whole else parts
    return Chain(*(np.where(rng.random(part.shape) < forbidden, FORBIDDEN, part).astype(np.float32) for part in parts))


def random_emissions(rng, steps, labels, *, scale=3.0, whole=False):
    found = rng.normal(size=(steps, labels)) * scale
    return (np.rint(found) if whole else found).astype(np.float32)


def flat(rng, lengths, labels, **options):
    return random_emissions(rng, sum(lengths), labels, **options), np.cumsum([0, *lengths])


def iob(kinds):
    """The chain of IOB2 over O, B-0, I-0, B-1, I-1, ...; an I- follows its own B- or I- alone."""
    labels = ["O", *(f"{place}-{kind}" for kind in range(kinds) for place in "BI")]
    pairs = [[to[0] != "I" or (one != "O" and one[2:] == to[2:]) for to in labels] for one in labels]
    zeros = Chain(*(np.zeros(shape, np.float32) for shape in (len(labels), (len(labels),) * 2, len(labels))))
    return labels, zeros.allowing([label[0] != "I" for label in labels], pairs, [True] * len(labels))


small = st.tuples(
    st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(1, 4), st.sampled_from([0.0, 0.3, 0.8]), st.booleans()
)


def drawn(case):
    seed, steps, labels, forbidden, whole = case
    rng = np.random.default_rng(seed)
    chain = random_chain(rng, labels, forbidden=forbidden, whole=whole)
    return random_emissions(rng, steps, labels, whole=whole), chain
