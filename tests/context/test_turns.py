from atrous.context.turns import Turns, work


def test_a_window_below_the_bend_gets_one_seed_and_all_others_get_all():
    turns = Turns((1, 3, 7, 15), first=5, seeds=3)
    assert turns.wanted == [(1, 5), (3, 5), (7, 5), (15, 5)]
    assert turns.hang_on(15)
    assert turns.wanted[4:] == [(7, 6), (15, 6), (7, 7), (15, 7)]
    assert not turns.hang_on(15)
    assert turns.hang_on(7)  # the answer has come down, and hangs on the window below it
    assert turns.wanted[4:7] == [(3, 6), (7, 6), (15, 6)]
    assert not turns.hang_on(15)  # what was asked once stays


def test_that_no_window_helps_takes_every_seed_to_say():
    turns = Turns((1, 3), first=0, seeds=2)
    assert turns.hang_on(None)
    assert turns.wanted == turns.most == [(1, 0), (3, 0), (1, 1), (3, 1)]


def test_one_seed_asks_for_no_more():
    turns = Turns((1, 3), first=0, seeds=1)
    assert not turns.hang_on(1)
    assert not turns.fill({1, 3})
    assert turns.wanted == [(1, 0), (3, 0)]


def test_what_may_be_wanted_is_all_until_something_is_known():
    turns = Turns((1, 3, 7), first=0, seeds=2)
    assert len(turns.most) == 6
    turns.hang_on(7)
    assert turns.most == turns.wanted
    assert work(127) > work(1) > 0
