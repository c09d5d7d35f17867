"""The compiled kernels, held against the slow definitions: Python's own regular expression, and sums one by one."""

import os
import re
import subprocess
import sys
import sysconfig
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous import native
from atrous.native import compiled, described

ROOT = Path(__file__).parent.parent
WORDS = re.compile(r"\w+|[^\w\s]")
HARD = ["", " ", "İstanbul ISTANBUL", "ΑΣ ας", "a\x1cb\x85c", "³²½ ٣", "e\u0301 ñ", "\ud800x", "𝔘nicode _x_", "K 5"]

needs_compiled = pytest.mark.skipif(compiled is None, reason=described())


def read(tokens, texts, *, lower):
    ids, starts = compiled.Words(tuple(tokens), lower, 2, 1).ids(texts)
    places = np.frombuffer(starts, np.int64)
    return [np.frombuffer(ids, np.int32)[start:end].tolist() for start, end in pairwise(places)]


def defined(tokens, texts, *, lower):
    known = {token: place for place, token in enumerate(tokens, 2)}
    return [[known.get(word, 1) for word in WORDS.findall(text.lower() if lower else text)] for text in texts]


@needs_compiled
@given(st.lists(st.text(), max_size=6), st.booleans(), st.integers(1, 3))
def test_words_are_those_of_the_regular_expression(texts, lower, every):
    found = {word for text in [*texts, *HARD] for word in WORDS.findall(text.lower() if lower else text)}
    tokens = sorted(found)[::every]
    assert read(tokens, [*texts, *HARD], lower=lower) == defined(tokens, [*texts, *HARD], lower=lower)


@needs_compiled
def test_every_character_is_a_word_a_sign_or_a_space_as_python_says():
    text = " ".join(f"a{chr(code)}b" for code in range(sys.maxunicode + 1))
    assert read(["a", "b"], [text], lower=False) == defined(["a", "b"], [text], lower=False)


@needs_compiled
def test_tokens_that_collide_are_told_apart():
    tokens = [f"t{number}" for number in range(5000)]
    assert read(tokens, [" ".join(tokens)], lower=True) == [[*range(2, 5002)]]


@pytest.fixture(params=[0, 1, 2], ids=["plain", "AVX2", "AVX-512"])
def level(request):
    """Every version of a kernel that this processor can run."""
    if compiled.limit(request.param) < request.param:
        pytest.skip("this processor has no such instructions")
    yield
    compiled.limit(2)


def pooled(ids, starts, table, scale, bias, kernels, befores):
    """The definition: for every row, width and map the largest of the sums over its steps."""
    rows, (widths, maps) = len(starts) - 1, bias.shape
    out = np.zeros((rows, widths, maps), np.float32)
    for row in range(rows):
        own, tap = ids[starts[row] : starts[row + 1]], 0
        for width, (kernel, before) in enumerate(zip(kernels, befores, strict=True)):
            sums = [
                sum(
                    (
                        table[own[step - before + place], tap + place].astype(np.float64)
                        for place in range(kernel)
                        if 0 <= step - before + place < len(own)
                    ),
                    np.zeros(maps),
                )
                for step in range(len(own))
            ]
            if sums:
                out[row, width] = np.maximum(np.max(sums, 0) * scale[width] + bias[width], 0)
            tap += kernel
    return out


@needs_compiled
@pytest.mark.usefixtures("level")
@pytest.mark.parametrize("dtype", [np.float32, np.int8])
@pytest.mark.parametrize("kernels", [(3, 4, 5), (1,), (2, 9), (6, 7, 8), (256,)])
@pytest.mark.parametrize("lanes, blocks", [(32, 1), (50, 2), (48, 3), (161, 1)])
def test_pooled_ngrams_are_those_of_the_definition(dtype, kernels, lanes, blocks):
    maps = lanes * blocks
    random = np.random.default_rng(len(kernels))
    lengths = np.array([0, 1, 2, 7, 0, 30])
    starts = np.concatenate([[0], lengths.cumsum()])
    ids = random.integers(0, 9, starts[-1]).astype(np.int32)
    table = random.integers(-127, 128, (9, sum(kernels), maps)).astype(dtype)
    scale, bias = random.random((2, len(kernels), maps), np.float32)
    befores = tuple(random.integers(0, kernel) for kernel in kernels)
    out = np.full((len(lengths), len(kernels), maps), np.nan, np.float32)
    compiled.pool_ngrams(
        ids, starts, in_blocks(table, kernels, lanes), scale, bias, out, kernels, tuple(map(int, befores)), lanes
    )
    expected = pooled(ids, starts, table, scale, bias, kernels, befores)
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-3)


def in_blocks(table, kernels, lanes):
    """The same numbers, (ids, taps, maps), as the kernel reads them: of every width every block of lanes."""
    widths = np.split(table, np.cumsum(kernels)[:-1], axis=1)
    return np.concatenate(
        [width[..., first : first + lanes].ravel() for width in widths for first in range(0, table.shape[2], lanes)]
    )


@needs_compiled
@pytest.mark.parametrize("dtype, least", [(np.float32, 16), (np.int8, 32)])
def test_a_block_has_as_many_lanes_as_the_widest_vector(dtype, least):
    changes = {"bias": np.ones((1, least), np.float32), "scale": np.ones((1, least), np.float32)}
    changes |= {"table": np.ones((4, 3, least), dtype), "out": np.empty((1, 1, least), np.float32), "lanes": least}
    compiled.pool_ngrams(*task(**changes))
    with pytest.raises(ValueError, match=f"expected {least} lanes or more"):
        compiled.pool_ngrams(*task(**changes | {"lanes": least // 2}))


def task(**changes):
    ids, starts = np.zeros(3, np.int32), np.array([0, 3], np.int64)
    table, ones = np.zeros((4, 3, 16), np.float32), np.ones((1, 16), np.float32)
    given = {"ids": ids, "starts": starts, "table": table, "scale": ones, "bias": ones}
    given |= {"out": np.empty((1, 1, 16), np.float32), "kernels": (3,), "befores": (1,), "lanes": 16}
    return tuple((given | changes).values())


@needs_compiled
@pytest.mark.parametrize(
    "changes, words",
    [
        ({"ids": np.array([0, 4, 0], np.int32)}, "4 is no id of this table, which has 4"),
        ({"ids": np.array([0, -1, 0], np.int32)}, "-1 is no id"),
        ({"ids": np.zeros(3, np.int64)}, "ids needs items of 4 bytes, got 8"),
        ({"starts": np.array([0, 4], np.int64)}, "from 0 to 3 that never fall"),
        ({"starts": np.array([2, 1], np.int64)}, "never fall"),
        ({"starts": np.array([-1, 3], np.int64)}, "never fall"),
        ({"starts": np.zeros(0, np.int64)}, "one number more"),
        ({"starts": np.array([0, 1, 3], np.int64)}, "out as many for every row"),
        ({"table": np.zeros((4, 2, 16), np.float32)}, r"sum\(kernels\) \* maps"),
        ({"table": np.zeros((4, 3, 16), np.float64)}, "4 bytes or of 1, got 8"),
        ({"bias": np.zeros((1, 8), np.float32)}, "expected 16 lanes or more"),
        ({"scale": np.zeros((1, 8), np.float32)}, "scale needs as many numbers as bias"),
        ({"bias": np.zeros(17, np.float32)}, "multiple of them"),
        ({"kernels": (0,)}, "kernels from 1 to 256"),
        ({"befores": (3,)}, "befores below them"),
        ({"befores": (1, 1)}, "as many befores"),
        ({"kernels": (), "befores": ()}, "expected 1 to 64 kernels"),
        ({"lanes": 8}, "expected 16 lanes or more"),
        ({"lanes": 32}, "multiple of them"),
        ({"lanes": 0}, "expected 16 lanes or more"),
        ({"lanes": -16}, "expected 16 lanes or more"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_read(changes, words):
    with pytest.raises(ValueError, match=words):
        compiled.pool_ngrams(*task(**changes))


def steps(**changes):
    given = {"x": np.ones((2, 3, 4), np.float32), "real": np.ones((2, 3), bool), "out": np.empty((2, 5, 4), np.float32)}
    given |= {"rows": 2, "steps": 3, "later": 5, "left": 1, "of_out": False, "threads": 1}
    return tuple((given | changes).values())


@needs_compiled
@pytest.mark.parametrize(
    "changes",
    [
        {"x": np.ones((2, 3, 5), np.float32)},
        {"x": np.ones((2, 3, 4), np.float64)},
        {"x": np.ones((0, 3, 4), np.float32)},
        {"real": np.ones((2, 5), bool)},
        {"of_out": True},
        {"out": np.empty((2, 4, 4), np.float32)},
        {"rows": 0},
        {"rows": -2, "steps": -3, "later": -5},
        {"rows": 2**62},
        {"later": 2**62},
        {"left": 2**62},
    ],
)
def test_steps_that_do_not_fit_are_refused(changes):
    compiled.place_steps(*steps())
    with pytest.raises(ValueError, match="x and out need"):
        compiled.place_steps(*steps(**changes))


def dropped(x, gradient, factors):
    """What every pass over such numbers gives."""
    found = [np.empty_like(x) for _ in range(4)]
    compiled.relu_dropout(x, found[0], 20_000, 7 << 40 | 5, 1)
    compiled.relu_dropout_gradient(found[0], gradient, found[1], 20_000, 1)
    compiled.relu_times(x, None, factors, found[2], x.shape[2], 1)
    compiled.relu_times(x, gradient, factors, found[3], x.shape[2], 1)
    return found


@needs_compiled
@pytest.mark.usefixtures("level")
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 7), (3, 5, 33), (1, 600, 64)])
@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_the_same_seed_drops_the_same_numbers_on_every_processor(shape, dtype):
    random = np.random.default_rng(0)
    x, gradient = random.standard_normal((2, *shape)).astype(np.float32)
    if dtype is np.int16:  # bfloat16: the upper half
        x, gradient = ((one.view(np.uint32) >> 16).astype(np.uint16).view(np.int16) for one in (x, gradient))
    factors = random.choice([0, 1.25], (shape[0], shape[2])).astype(np.float32)
    here = dropped(x, gradient, factors)
    used = compiled.limit(0)
    for own, plain in zip(here, dropped(x, gradient, factors), strict=True):
        np.testing.assert_array_equal(own, plain)
    assert used == 0 and (x.size < 40 or all(map(np.any, here)))


@needs_compiled
def test_passes_that_do_not_fit_are_refused():
    x, y = np.ones((2, 3, 4), np.float32), np.empty((2, 3, 4), np.float32)
    for other in (np.empty(23, np.float32), np.empty(24, np.int16), np.empty(12, np.float64)):
        with pytest.raises(ValueError, match="as many numbers"):
            compiled.relu_dropout(x, other, 5, 0, 1)
        with pytest.raises(ValueError, match="as many numbers"):
            compiled.relu_dropout_gradient(x, other, y, 5, 1)
    for dropped in (-1, 65_536):
        with pytest.raises(ValueError, match="0 to 65,535"):
            compiled.relu_dropout(x, y, dropped, 0, 1)
    for factors, channels in ((np.ones((2, 4)), 4), (np.ones((2, 4), np.float32), 3), (np.ones(0, np.float32), 4)):
        with pytest.raises(ValueError, match="factors"):
            compiled.relu_times(x, None, factors, y, channels, 1)
    with pytest.raises(ValueError, match="factors"):
        compiled.relu_times(x, None, np.ones((2, 4), np.float32), y, 0, 1)


@needs_compiled
def test_arguments_of_another_kind_are_refused():
    with pytest.raises((BufferError, ValueError), match="contiguous"):
        compiled.pool_ngrams(*task(out=np.empty((1, 1, 32), np.float32)[..., ::2]))
    with pytest.raises((BufferError, ValueError), match=r"read-only|writ"):
        frozen = np.empty((1, 1, 16), np.float32)
        frozen.flags.writeable = False
        compiled.pool_ngrams(*task(out=frozen))
    with pytest.raises(TypeError):
        compiled.pool_ngrams(*task(kernels=("three",)))
    with pytest.raises(TypeError, match="a list of texts, got tuple"):
        compiled.Words(("a",), True, 2, 1).ids(("a",))
    with pytest.raises(TypeError, match="needs texts, got int"):
        compiled.Words(("a",), True, 2, 1).ids(["a", 3])
    with pytest.raises(ValueError, match="got 'a' twice"):
        compiled.Words(("a", "b", "a"), True, 2, 1)
    with pytest.raises(TypeError, match="tokens of text"):
        compiled.Words(("a", 3), True, 2, 1)


@needs_compiled
@pytest.mark.parametrize(
    "places, error, words",
    [
        (None, TypeError, "NoneType"),
        ([3], TypeError, r"gives \(start, end\), got 3"),
        ([(0, 1, 2)], TypeError, r"got \(0, 1, 2\)"),
        ([(0, "1")], TypeError, "integer"),
        ([(0, 4)], ValueError, r"stand in 'abc', in order, got \(0, 4\)"),
        ([(-1, 1)], ValueError, "in order"),
        ([(1, 1)], ValueError, "in order"),
        ([(0, 2), (1, 3)], ValueError, r"got \(1, 3\)"),
    ],
)
def test_a_rule_that_gives_no_tokens_of_its_stretch_is_refused(places, error, words):
    cutter = compiled.Cutter(lambda stretch, followed: places if stretch == "abc" else [(0, 1)], {})
    for _ in range(2):
        with pytest.raises(error, match=words):
            cutter.cut(["x", "abc"])
        assert cutter.cut(["x"])[0] == [("x", ("x",), ((0, 1),))]


@needs_compiled
def test_a_cutter_asks_its_rule_once_for_every_stretch_and_what_follows_an_initial():
    asked = []

    def rule(stretch, followed):
        asked.append((stretch, followed))
        return [(0, len(stretch))]

    cutter = compiled.Cutter(rule, {})
    cutter.cut(["J. Smith J. smith J. \u00c9 xJ.  A é", "Smith J.", "日本 é ab", "日本 J."])
    assert asked == [
        *(("J.", True), ("Smith", False), ("J.", False), ("smith", False), ("\u00c9", False)),
        *(("xJ.", True), ("A", False), ("é", False), ("日本", False), ("ab", False)),
    ]


@needs_compiled
def test_a_cutter_refuses_what_it_cannot_use():
    with pytest.raises(TypeError, match="a rule that can be called, got int"):
        compiled.Cutter(3, {})
    with pytest.raises(TypeError, match="list of texts, got tuple"):
        compiled.Cutter(len, {}).cut(("a",))
    with pytest.raises(TypeError, match="needs texts, got int"):
        compiled.Cutter(lambda stretch, followed: [], {}).cut(["a", 3])
    for number in (-1, 2**31):
        with pytest.raises(ValueError, match=r"numbers from 0 to 2\*\*31 - 1"):
            compiled.Cutter(lambda stretch, followed: [(0, 1)], {"a": number}).cut(["a"])
    with pytest.raises(ZeroDivisionError):
        compiled.Cutter(lambda stretch, followed: 1 / 0, {}).cut(["a"])
    again = compiled.Cutter(lambda stretch, followed: again.cut(["b"]), {})
    with pytest.raises(ValueError, match="in use"):
        again.cut(["a"])


def test_they_can_be_switched_off():
    code = "from atrous import native; print(native.compiled, native.described())"
    environment = {**os.environ, native.OFF: "off"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "None no compiled kernels: ATROUS_COMPILED is off\n"


@pytest.mark.slow
def test_an_installation_that_finds_no_compiler_works_without(tmp_path):
    place = tmp_path / "installed"
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
    environment = {**os.environ, "CC": str(tmp_path / "no-compiler")}
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", place]
    subprocess.run([*pip, str(source)], env=environment, check=True, capture_output=True)
    assert not [*place.rglob("*.so")]
    environment = {**os.environ, "PYTHONPATH": str(place)}
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\n" + "".join(f"a good film {n},pos\na bad film {n},neg\n" for n in range(30)))

    def atrous(*words):
        command = [sys.executable, "-m", "atrous", *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, input="good\n")
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "no compiled kernels: the installation found no C compiler" in atrous("--version")
    atrous(
        "train",
        "--data",
        "rows.csv",
        "--encode",
        "ngram",
        "--set",
        "embed.name=words",
        "--out",
        "m",
        "--set",
        "train.epochs=2",
    )
    assert atrous("predict", "m").split()[0] in ("pos", "neg")
    assert "looked up" in atrous("verify", "m")


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="AddressSanitizer is preloaded as on Linux")
def test_a_hundred_thousand_wrong_and_right_calls_touch_no_foreign_memory(tmp_path):
    try:
        runtime = subprocess.run(
            ["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no gcc here")
    if not Path(runtime).is_absolute():
        pytest.skip("gcc has no AddressSanitizer here")
    library = tmp_path / "_compiled.so"
    sources = sorted(str(path) for path in (ROOT / "src/atrous/native").glob("*.c"))
    flags = ["-O1", "-g", "-shared", "-fPIC", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    flags.append("-DWORTH_A_THREAD=64")  # several threads even for a few numbers
    include = sysconfig.get_paths()["include"]
    subprocess.run(["gcc", *flags, f"-I{include}", *sources, "-o", library], check=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": runtime,
        "ASAN_OPTIONS": "detect_leaks=0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    program = ROOT / "tests" / "fuzz" / "native.py"
    command = [sys.executable, str(program), str(library), "100000"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("100000 calls"), done.stdout
