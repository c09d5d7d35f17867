import random

import pytest
import torch

from atrous.config import ENCODE_SETTINGS, load
from atrous.contract import Batch
from atrous.tasks.classify import build
from atrous.tuning.free import changed, free, start
from atrous.tuning.kinds import Among, Share, Times, Whole
from atrous.tuning.space import EVERY, SPACE


class Drawn:
    """Stands where optuna's trial does: draws a value of every kind, or an outermost one."""

    def __init__(self, place):
        self.chance, self.place = random.Random(place), place

    def suggest_int(self, name, low, high, *, step=1):
        values = range(low, high + 1, step)
        return values[self.place] if self.place in (0, -1) else self.chance.choice(values)

    def suggest_float(self, name, low, high, *, step=None, log=False):
        drawn = self.chance.uniform(low, high) if step is None else step * self.chance.randint(0, round(high / step))
        return (low, high)[self.place] if self.place in (0, -1) else drawn

    def suggest_categorical(self, name, values):
        return values[self.place] if self.place in (0, -1) else self.chance.choice(values)


def test_every_encoder_has_its_line_and_every_field_is_real():
    assert SPACE.keys() == ENCODE_SETTINGS.keys()
    for name, own in SPACE.items():
        settings = load(encode=name)
        for key in {**own, **EVERY}:
            section, _, field = key.partition(".")
            assert field in type(getattr(settings, section)).model_fields, (name, key)


@pytest.mark.parametrize("name", SPACE)
def test_the_presets_lie_within_what_is_searched(name):
    settings = load(encode=name)
    first = start(settings)
    assert first.keys() == {**SPACE[name], **EVERY}.keys()
    assert [key for key, kind in free(settings).items() if not kind.has(first[key])] == []


@pytest.mark.parametrize("place", [0, -1, 5])
@pytest.mark.parametrize("name", SPACE)
def test_whatever_is_drawn_makes_a_model_that_answers(name, place):
    settings = load(encode=name)
    values = {key: kind.ask(Drawn(place), key) for key, kind in free(settings).items()}
    assert [key for key, kind in free(settings).items() if not kind.has(values[key])] == []
    found = changed(settings, values).resolved()
    for key, value in values.items():
        section, _, field = key.partition(".")
        assert getattr(getattr(found, section), field) == value
    model = build(found, sizes={"ids": 9}, labels=tuple("abc"))
    logits = model(Batch(torch.tensor([[1, 2, 3], [4, 0, 0]]), torch.tensor([3, 1])))
    assert logits.shape == (2, 3)
    assert logits.isfinite().all()


def test_the_kinds_of_the_table_are_those_there_are():
    assert {type(kind) for own in [*SPACE.values(), EVERY] for kind in own.values()} == {Whole, Share, Times, Among}


@pytest.mark.parametrize("name", sorted(SPACE.keys() - {"bag"}))
def test_no_trial_takes_the_time_of_all_others(name):
    settings = load(encode=name)
    largest = changed(settings, {key: kind.ask(Drawn(-1), key) for key, kind in free(settings).items()})
    sizes = [build(one, sizes={"ids": 9}, labels=tuple("abc")).encode.cost.parameters for one in (settings, largest)]
    assert sizes[1] <= 10 * sizes[0]
