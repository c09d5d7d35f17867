import pytest

from atrous.config import load
from atrous.errors import ConfigError


def test_settings_name_the_ways_to_join():
    with pytest.raises(ConfigError, match="'chain' or 'concatenate'"):
        load(None, ["encode.join=add"], encode="idcnn")


def test_the_widespread_four_blocks_are_three_settings():
    words = ["encode.dilations=[1, 1, 2]", "encode.repeats=4", "encode.join=concatenate"]
    found = load(None, words, encode="idcnn").encode.options
    assert (found["dilations"], found["repeats"], found["join"]) == ((1, 1, 2), 4, "concatenate")


def test_a_block_has_a_convolution():
    with pytest.raises(ConfigError, match=r"encode\.dilations"):
        load(None, ["encode.dilations=[]"], encode="idcnn")
