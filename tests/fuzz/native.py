"""Call the compiled kernels with right and wrong arguments, at random: `python native.py LIBRARY CALLS`.

What is wrong must be refused with an exception; AddressSanitizer, with which LIBRARY is built, ends the program if
foreign memory is touched. Without atrous, so that nothing but the kernels is under the magnifying glass.
"""

import importlib.util
import sys
from random import Random

import numpy as np

LETTERS = "abcXYZ.09_ .,!?\n\té\u0130ßж中\u3000𝔘\ud800"


def loaded(path):
    spec = importlib.util.spec_from_file_location("atrous.native._compiled", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text(random):
    return "".join(random.choices(LETTERS, k=random.choice([0, 1, 2, 5, 40])))


def words(module, random):
    tokens = tuple(text(random) for _ in range(random.randrange(6)))
    if random.random() < 0.1:
        tokens = random.choice([(*tokens, 3), [*tokens], None])
    table = module.Words(tokens, random.random() < 0.5, random.choice([2, 2, 2, 0, -1, 2**31 - 1]), 1)
    texts = [text(random) for _ in range(random.randrange(5))]
    table.ids(random.choice([texts, texts, texts, tuple(texts), [*texts, 3], None]))


def cuts(module, random):
    known = {"a": random.choice([0, 0, 0, -1, 2**31, "a"])} if random.random() < 0.3 else {}
    lying = random.random()

    def rule(stretch, followed):
        own = [(place, place + 1) for place in range(0, len(stretch), random.choice([1, 2]))]
        if lying < 0.7:
            return own
        if lying < 0.75:
            cutter.cut(["a"])
        if lying < 0.8:
            texts.clear()
        if lying < 0.85:
            known.clear()
        bad = [(-1, 1), (0, 0), (0, 2**40), (5, 3), (0,), None, (0, "1"), [0, 1], (2**70, 2**71)]
        return random.choice([[*own, random.choice(bad)], own, None, 3, [*own, *own], "ab"])

    cutter = module.Cutter(rule, known)
    for _ in range(random.randrange(1, 4)):
        texts = [text(random) for _ in range(random.randrange(5))]
        cutter.cut(random.choice([texts, texts, texts, tuple(texts), [*texts, 3], None]))
        cutter.held()
    module.Cutter(random.choice([rule, None, 3]), random.choice([known, None, []]))


def ngrams(module, random):
    kernels = tuple(random.choice([1, 2, 3, 5, 9]) for _ in range(random.randrange(1, 4)))
    befores = tuple(random.randrange(kernel) for kernel in kernels)
    lanes, size = random.choice([16, 17, 32, 48, 50, 144, 290]), random.randrange(1, 6)
    maps = lanes * random.randrange(1, 4)
    lengths = [random.randrange(8) for _ in range(random.randrange(4))]
    starts = np.cumsum([0, *lengths]).astype(np.int64)
    ids = np.array([random.randrange(size) for _ in range(starts[-1])], np.int32)
    table = np.ones((size, sum(kernels), maps), random.choice([np.float32, np.int8]))
    scale, bias = np.ones((2, len(kernels), maps), np.float32)
    out = np.empty((len(lengths), len(kernels), maps), np.float32)
    given = [ids, starts, table, scale, bias, out, kernels, befores, lanes]
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        place = random.randrange(len(given))
        given[place] = spoilt(given[place], random)
    module.pool_ngrams(*given)


def passes(module, random):
    rows, steps, channels = random.randrange(1, 4), random.randrange(1, 6), random.choice([1, 3, 16, 40])
    later, left, of_out = random.randrange(1, 9), random.randrange(-7, 8), random.random() < 0.5
    dtype = random.choice([np.float32, np.int16, np.float64])
    x, out = np.ones((rows, steps, channels), dtype), np.empty((rows, later, channels), dtype)
    real = np.ones((rows, random.choice([later if of_out else steps, 0])), bool)
    threads = random.randrange(-1, 4)
    numbers = np.ones(random.choice([0, 3, 16, 33, 40_000]), random.choice([np.float32, np.int16]))
    y, factors = np.ones((rows, steps, channels), np.float32), np.ones((rows, channels), np.float32)
    name, given = random.choice(
        [
            ("place_steps", [x, real, out, rows, steps, later, left, of_out, threads]),
            ("relu_dropout", [numbers, numbers.copy(), 6554, random.randrange(2**62), threads]),
            ("relu_dropout_gradient", [numbers, numbers.copy(), numbers.copy(), 6554, threads]),
            ("relu_times", [y, random.choice([None, y.copy()]), factors, y.copy(), channels, threads]),
        ]
    )
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        place = random.randrange(len(given))
        given[place] = spoilt(given[place], random)
    getattr(module, name)(*given)


def spoilt(value, random):
    """The same argument, wrong in one of many ways, or right by chance."""
    if isinstance(value, int):
        return random.choice([value + 1, value * 2, 0, -16, 2**40, 2**63 - 1, "16", None])
    if isinstance(value, tuple):
        return random.choice([value[1:], (*value, 1), (0,) * len(value), (2**40,) * len(value), (None,), [*value], ()])
    if not isinstance(value, np.ndarray):
        return value
    flat = np.ascontiguousarray(value).ravel()
    longer = np.concatenate([flat, flat[:1]])
    changed = flat.copy()
    if len(changed):
        changed[random.randrange(len(changed))] = random.choice([-1, 7, 100, 127])
    return random.choice([flat[1:], longer, changed, flat.astype(np.float64), flat[::2], flat[:0], None, b"", value.T])


def main():
    module, count, random = loaded(sys.argv[1]), int(sys.argv[2]), Random(0)
    refused = 0
    for _ in range(count):
        module.limit(random.randrange(3))
        try:
            random.choice([words, ngrams, passes, cuts])(module, random)
        except (TypeError, ValueError, BufferError, OverflowError):
            refused += 1
    print(f"{count} calls, {refused} refused")


if __name__ == "__main__":
    main()
