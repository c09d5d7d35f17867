import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from atrous.data.batch import Examples
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

BYTES = Reader(Tokeniser("bytes", False, ()))


@given(st.lists(st.text(max_size=9), min_size=1, max_size=9))
def test_a_batch_holds_each_rows_own_ids_and_padding_after_them(texts):
    rows = Examples.of(BYTES, texts, range(len(texts)))
    order = list(range(len(texts)))[::-1]
    longest = max(1, *rows.lengths.tolist())
    for time, width in ((None, longest), (longest + 3, longest + 3)):
        batch, targets = rows.batch(order, time=time)
        assert targets.tolist() == order
        assert batch.ids.shape[1] == width
        for place, row in enumerate(order):
            length = int(batch.lengths[place])
            assert batch.ids[place, :length].tolist() == BYTES(texts[row])["ids"].tolist()
            assert not batch.ids[place, length:].any()


def test_every_array_a_reader_gives_becomes_a_field_of_the_batch(tmp_path):
    letters = Tokeniser("characters", False, tuple("abc"))
    reader = Reader(Tokeniser("words", True, ("a", "bc")), spelling=letters, letters=3)
    rows = Examples.of(reader, ["a bc", "bc a a", ""])
    in_a_file = np.memmap(tmp_path / "ids", np.int32, "w+", shape=rows.arrays["ids"].shape)
    in_a_file[:] = rows.arrays["ids"]
    for one in (rows, Examples({**rows.arrays, "ids": in_a_file}, rows.starts, rows.targets)):
        batch, _ = one.batch([2, 0])
        assert (batch.ids.tolist(), batch.lengths.tolist()) == ([[0, 0], [2, 3]], [0, 2])
        assert batch.characters.tolist() == [[[0, 0, 0]] * 2, [[2, 0, 0], [3, 4, 0]]]
    series = Examples.of(Reader(series=Series((0.0,), (1.0,))), ["1 ?", "", "3"])
    batch, _ = series.batch([1, 0])
    assert batch.ids is None
    assert batch.values[0].tolist() == [[0.0], [0.0]]
    assert batch.values[1, 0].tolist() == [1.0]
    assert batch.values[1, 1].isnan().all()


def test_rows_longer_than_is_read_are_cut_and_counted():
    reader = Reader(Tokeniser("bytes", False, ()), max_steps=3)
    rows = Examples.of(reader, ["abcd", "abc", "", "abcdef"])
    assert rows.lengths.tolist() == [3, 3, 0, 3]
    assert rows.cut == 2
    assert rows.batch([3])[0].ids.tolist() == [reader("abc")["ids"].tolist()]
    assert Examples.of(BYTES, ["abcd"]).cut == 0


def test_many_rows_go_to_a_file_and_take_few_bytes_each(tmp_path, monkeypatch):
    monkeypatch.setattr("atrous.data.spool.HELD", 1000)
    texts = [f"text {number}" for number in range(4000)]
    tracemalloc.start()
    rows = Examples.of(BYTES, iter(texts), folder=tmp_path)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # a start and a target; the ids are in a file
    assert rows.starts.nbytes + rows.targets.nbytes == 8 + 16 * len(texts)
    assert held < 16 * len(texts) + 20_000
    assert not rows.arrays["ids"].flags.owndata
    few = Examples.of(BYTES, texts[7:9])
    assert rows.batch([7, 8])[0].ids.tolist() == few.batch([0, 1])[0].ids.tolist()
    assert list(tmp_path.iterdir()) == []


def test_no_texts_are_no_rows():
    assert len(Examples.of(BYTES, [])) == 0
