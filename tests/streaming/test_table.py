import pytest
import torch

from atrous.contract import map_state
from atrous.streaming.table import GROUPS, Table


def fresh(rows):
    """A state with a tensor twice, one that is expanded, and one of whole numbers."""
    zeros = torch.zeros(rows, 2)
    return (zeros, zeros), (torch.full((1, 1), 7.0).expand(rows, 1), torch.zeros(rows, 1, dtype=torch.long)), ()


def numbered(number):
    return (torch.full((1, 2), number), torch.full((1, 2), -number)), (torch.full((1, 1), number), torch.ones(1, 1)), ()


def tuple_of(number, rows):
    return map_state(lambda leaf: leaf.expand(rows, -1), numbered(number))


def test_each_row_keeps_its_state_while_the_table_grows():
    table = Table(fresh)
    places = []
    for number in range(9):
        places += table.enter(1)
        table.put(places[-1:], numbered(float(number)))
    assert len(set(places)) == 9
    (first, second), (third, count), nothing = table.take(places[::-1])
    assert first[:, 0].tolist() == list(range(8, -1, -1))
    assert second[:, 1].tolist() == list(range(-8, 1))
    assert third[:, 0].tolist() == list(range(8, -1, -1))
    assert (count.dtype, count.tolist(), nothing) == (torch.long, [[1]] * 9, ())


def test_a_place_that_was_left_is_fresh_for_the_next():
    table = Table(fresh)
    places = table.enter(3)
    for place in places:
        table.put([place], numbered(5.0))
    table.leave(places[1:2])
    (place,) = table.enter(1)
    assert place == places[1]
    assert table.take([place])[0][0].tolist() == [[0.0, 0.0]]
    assert table.take([place])[1][0].tolist() == [[7.0]]
    assert table.take(places[:1])[0][0].tolist() == [[5.0, 5.0]]


def test_the_table_does_not_grow_while_as_many_come_as_go():
    table = Table(fresh)
    places = table.enter(5)
    for _ in range(100):
        table.leave(places)
        places = table.enter(5)
    assert len(table) == 5
    table.enter(1)
    assert len(table) == 10


def test_no_rows_are_no_work():
    table = Table(fresh)
    assert table.enter(0) == []
    assert len(table) == 0


@pytest.mark.parametrize("state", [(), torch.zeros(1, 1)])
def test_a_state_may_have_no_tensor_at_all(state):
    table = Table(lambda rows: state if state == () else state.expand(rows, 1))
    assert table.take(table.enter(2)) == () or len(table) == 2


def test_rows_that_are_put_back_together_are_taken_out_as_they_were():
    table = Table(fresh)
    first, second = table.enter(2), table.enter(1)
    state = table.take(first)
    table.put(second, numbered(3.0))
    assert table.take(first) is state
    assert table.take(first, of=lambda state: state[0]) is state[0]
    both = table.take([*second, first[0]])
    assert both[0][0][:, 0].tolist() == [3.0, 0.0]
    assert table.take([first[1], *second], of=lambda state: state[0][0])[:, 0].tolist() == [0.0, 3.0]


def test_a_row_that_leaves_a_group_takes_nothing_of_the_others():
    table = Table(fresh)
    places = table.enter(3)
    table.put(places, tuple_of(5.0, rows=3))
    table.leave(places[:1])
    assert table.take(places[1:])[0][1].tolist() == [[-5.0, -5.0]] * 2
    (place,) = table.enter(1)
    assert table.take([places[2], place])[0][0].tolist() == [[5.0, 5.0], [0.0, 0.0]]


def test_no_more_groups_are_kept_than_is_said():
    table = Table(fresh)
    places = table.enter(2 * GROUPS)
    for number, place in enumerate(places):
        table.put([place], numbered(float(number)))
    assert len(table._groups) == GROUPS
    assert [table.take([place])[0][0][0, 0].item() for place in places] == [*range(2 * GROUPS)]
