import torch

from atrous.stepping.buffers import Buffers, Held

ROOM = 20


def filled(rows=2):
    buffers = Buffers((Held(3, 4), Held(0, 1)), 2, rows, ROOM, torch.zeros(0))
    for number, own in enumerate(buffers.steps):
        own.copy_(torch.arange(own.numel()).view_as(own) + number)
    return buffers


def test_steps_are_claimed_once_and_in_turn():
    buffers = filled()
    assert buffers.claim(0, 2)
    assert not buffers.claim(0, 1)
    assert not buffers.claim(1, 1)
    assert buffers.claim(2, ROOM - 2)
    assert not buffers.claim(ROOM, 1)


def test_no_more_is_claimed_than_there_is_room_for():
    assert not filled().claim(0, ROOM + 1)
    assert filled().claim(0, ROOM)


def test_what_was_made_in_inference_mode_is_not_written_to_outside():
    with torch.inference_mode():
        buffers = filled()
        assert buffers.claim(0, 1)
    assert not buffers.claim(1, 1)
    assert buffers.copied(1, 9).claim(0, 1)


def test_a_copy_begins_with_what_is_kept():
    buffers = filled()
    buffers.bits[10 * 2 : 12 * 2] = torch.tensor([True, False, True, True])
    fresh = buffers.copied(10, 7)
    assert torch.equal(fresh.history(0, 0), buffers.history(0, 10))
    assert fresh.history(1, 0).shape == (2, 0, 1)
    assert fresh.real(0, 2).tolist() == [[True, True], [False, True]]
    assert (fresh.end, fresh.room) == (0, 7)


def test_history_is_by_row_and_in_order():
    steps = filled().history(0, 1)
    assert steps.shape == (2, 3, 4)
    assert steps[1, :, 0].tolist() == [12.0, 20.0, 28.0]  # rows 3, 5, 7 of four channels
