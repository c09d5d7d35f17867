"""Every path through a small lattice, one after the other: the judge of Viterbi, k-best, marginals and likelihood."""

import itertools

import numpy as np

FORBIDDEN = -1e4


def score(path, emissions, chain):
    begin, transitions, end = (np.asarray(part, np.float64) for part in chain)
    total = begin[path[0]] + end[path[-1]] if path else 0.0
    for step, label in enumerate(path):
        total += float(emissions[step][label])
    for one, other in itertools.pairwise(path):
        total += transitions[one][other]
    return total


def allowed(path, chain):
    begin, transitions, end = chain
    moves = [transitions[one][other] for one, other in itertools.pairwise(path)]
    return all(move > FORBIDDEN / 2 for move in ([begin[path[0]], *moves, end[path[-1]]] if path else []))


def paths(emissions, chain):
    """Every path without a forbidden move, or every path if each has one, with its score, the highest first.

    Of equal scores: the smaller last label first, then the smaller one before it, and so on.
    """
    steps, labels = np.shape(emissions)
    every = list(itertools.product(range(labels), repeat=steps))
    some = [path for path in every if allowed(path, chain)] or every
    return sorted(((path, score(path, emissions, chain)) for path in some), key=lambda one: (-one[1], one[0][::-1]))


def log_total(emissions, chain):
    """The logarithm of the summed exponentials of every path's score."""
    scores = [one for _, one in paths(emissions, chain)]
    return max(scores) + np.log(np.sum(np.exp(np.array(scores) - max(scores))))


def weighed(emissions, chain):
    """Every path of `paths` with its probability."""
    total = log_total(emissions, chain)
    return [(path, np.exp(one - total)) for path, one in paths(emissions, chain)]


def probability(emissions, chain, start, tags):
    """That exactly these labels stand at start, start + 1, ..."""
    here = slice(start, start + len(tags))
    return float(sum(one for path, one in weighed(emissions, chain) if path[here] == tuple(tags)))


def marginals(emissions, chain):
    """(steps, labels)."""
    found = np.zeros(np.shape(emissions))
    for path, probable in weighed(emissions, chain):
        for step, label in enumerate(path):
            found[step, label] += probable
    return found


def moves(emissions, chain):
    """(from, to): how often each move is expected."""
    found = np.zeros(np.shape(chain[1]))
    for path, probable in weighed(emissions, chain):
        for one, other in itertools.pairwise(path):
            found[one, other] += probable
    return found
