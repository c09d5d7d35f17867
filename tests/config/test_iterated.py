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


def test_the_loss_is_taken_after_each_application_unless_said_otherwise():
    assert load(encode="idcnn").resolved().train.losses == "each"
    assert load(None, ["train.losses=last"], encode="idcnn").resolved().train.losses == "last"
    assert load(None, ["encode.join=concatenate"], encode="idcnn").resolved().train.losses is None
    assert load(encode="tcn").resolved().train.losses is None


@pytest.mark.parametrize("encode, words, said", [
    ("tcn", [], "tcn has no block that it applies again; each is for idcnn"),
    ("idcnn", ["encode.join=concatenate"], "gives all applications at once where encode.join is concatenate"),
])  # fmt: skip
def test_a_loss_after_each_application_needs_applications(encode, words, said):
    with pytest.raises(ConfigError, match=said):
        load(None, ["train.losses=each", *words], encode=encode)
