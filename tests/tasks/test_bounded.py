import resource
from pathlib import Path

import pytest
import torch

from atrous.config import ENCODE_SETTINGS, load
from atrous.errors import ConfigError
from atrous.tasks.bounded import AtMost, room
from atrous.tasks.classify import build


@pytest.mark.parametrize("name", ENCODE_SETTINGS)
def test_a_model_is_made_where_there_is_just_room_and_the_same_one(name):
    settings = load(encode=name)
    torch.manual_seed(0)
    free = build(settings, sizes={"ids": 100}, labels=("no", "yes"))
    torch.manual_seed(0)
    with AtMost(4 * free.cost.parameters + 1000):
        held = build(settings, sizes={"ids": 100}, labels=("no", "yes"))
    for one, other in zip(free.parameters(), held.parameters(), strict=True):
        assert torch.equal(one, other)
    with pytest.raises(ConfigError, match="ask for a model of more than"), AtMost(free.cost.parameters // 2):
        build(settings, sizes={"ids": 100}, labels=("no", "yes"))


@pytest.mark.parametrize(
    "setting",
    [
        f"embed.channels={2**31 - 1}",
        "encode.channels=1000000000",
        "embed.bigrams=1000000000",
        "encode.kernel=2000000000",
    ],
)
def test_numbers_out_of_range_are_refused_before_memory_is_asked_for(setting):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ConfigError, match=r"make embed.channels, encode.channels or encode.depth smaller"):
        build(load(None, [setting]), sizes={"ids": 100}, labels=("no", "yes"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10**6  # kilobytes


@pytest.mark.parametrize(
    "make", [lambda: torch.empty(2, 10**6), lambda: torch.zeros((2, 10**6)), lambda: torch.ones(size=(2, 10**6))]
)
def test_every_way_to_say_a_size_is_counted(make):
    with pytest.raises(ConfigError), AtMost(10**6):
        make()


def test_there_is_room_for_what_a_machine_can_hold():
    assert room() > 2**24
    assert Path("/proc/meminfo").exists() is False or room() * 8 < 10**15
