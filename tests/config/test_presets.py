import inspect

from atrous.attend import POOLS
from atrous.config import ENCODE_SETTINGS, PRESETS
from atrous.config.presets import POOL_OPTIONS, PoolName


def test_the_names_of_the_pools_are_those_that_there_are():
    assert set(PoolName.__args__) == set(POOLS)


def test_the_options_of_the_pools_are_their_signatures():
    for name, pool in POOLS.items():
        parameters = inspect.signature(pool).parameters.values()
        offered = {one.name: one.default for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY}
        assert POOL_OPTIONS.get(name, {}) == offered


def test_every_encoder_has_a_preset():
    assert PRESETS.keys() == ENCODE_SETTINGS.keys()
