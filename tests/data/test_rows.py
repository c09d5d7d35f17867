import numpy as np
import pytest

from atrous.data import rows as module
from atrous.data.rows import Rows, keep, take
from atrous.data.tables import Row

ROWS = [Row(f"text {n} \ud800 ü", f"label {n % 3}", "", n) for n in range(5000)]


@pytest.fixture(params=["in memory", "in a file"])
def held(request, monkeypatch):
    if request.param == "in a file":
        monkeypatch.setattr("atrous.data.spool.HELD", 1000)


def test_rows_on_disk_are_the_rows(held):
    rows = Rows.of(iter(ROWS))
    assert len(rows) == len(ROWS)
    assert list(rows) == ROWS == list(rows)
    assert rows[0] == ROWS[0]
    assert rows[-1] == ROWS[-1]
    assert rows[5:20:3] == ROWS[5:20:3]
    assert rows[4990:9000] == ROWS[4990:]
    with pytest.raises(IndexError, match="there are 5000 rows, got 5000"):
        rows[5000]


def test_some_of_the_rows_and_some_of_those(held):
    odd = np.arange(len(ROWS)) % 2 == 1
    for rows in (ROWS, Rows.of(ROWS)):
        some = take(rows, odd)
        assert list(some) == ROWS[1::2]
        assert list(take(some, np.arange(2500) < 7)) == ROWS[1:14:2]
        assert some[1] == ROWS[3]
        assert len(take(rows, np.zeros(len(ROWS), bool))) == 0


def test_few_rows_are_a_list_and_many_go_to_disk_in_order(monkeypatch):
    assert keep(iter(ROWS)) == ROWS
    monkeypatch.setattr(module, "FEW", 99)
    assert isinstance(keep(iter(ROWS[:99])), list)
    many = keep(iter(ROWS))
    assert isinstance(many, Rows)
    assert list(many) == ROWS


def test_few_rows_of_long_texts_go_to_disk_too(monkeypatch):
    monkeypatch.setattr(module, "SIZE", 50)
    assert isinstance(keep(ROWS[:2]), list)
    assert isinstance(keep(ROWS[:9]), Rows)


def test_there_may_be_no_rows():
    assert keep([]) == []
    assert list(Rows.of([])) == []
    assert len(Rows.of([])) == 0
