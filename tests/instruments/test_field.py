import math
from xml.etree import ElementTree

import pytest
from tests.laws.table import TABLE, make

import atrous
from atrous.bundle import Bundle
from atrous.config import load
from atrous.contract import Layer
from atrous.draw import leaves
from atrous.errors import AtrousError, ConfigError
from atrous.instruments.field import field_picture
from atrous.layers import Stack
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.window import Cost, Window


def test_field_takes_an_encoder_a_settings_file_a_folder_or_a_bundle(tmp_path):
    (tmp_path / "settings.toml").write_text('[encode]\nname = "tcn"\ndepth = 2\n')
    reader = Reader(Tokeniser("bytes", False, ()))
    bundle = Bundle.fresh(load(None, ["encode.depth=2"], encode="tcn"), reader, ("a", "b"))
    bundle.save(tmp_path / "model")
    rows = [
        atrous.field(thing, steps=50) for thing in (str(tmp_path / "settings.toml"), str(tmp_path / "model"), bundle)
    ]
    assert rows[0] == rows[1] == rows[2]
    assert len(atrous.field("tcn", steps=50)) > len(rows[0])


@pytest.mark.parametrize("name", TABLE)
def test_any_layer_has_a_field(name):
    layer = make(name)
    found = atrous.field(layer, steps=20)
    assert found.window == layer.window
    assert sum(row.parameters for row in leaves(found)) == layer.cost.parameters
    assert (found.growth.kind == "endless") == (layer.window.size == math.inf)
    assert ElementTree.fromstring(field_picture(layer, steps=20)).tag.endswith("svg")


def test_a_layer_of_ones_own_shows_what_it_declares():
    class Mine(Layer):
        window, cost = Window(3, 1), Cost(7, lambda steps: 5 * steps)

        def forward(self, x, mask=None):
            return x

    found = atrous.field(Stack(Mine(), Mine()), steps=10)
    assert [(row.name, row.window, row.parameters, row.flops) for row in found] == [
        ("Mine", Window(3, 1), 7, 50), ("Mine", Window(6, 2), 7, 50)
    ]  # fmt: skip
    assert [row.name for row in atrous.field(Stack(Stack()))] == ["Stack"]
    with pytest.raises(ConfigError, match="--set: a layer is made already"):
        atrous.field(Mine(), set=["encode.depth=2"])
    with pytest.raises(ValueError, match="steps=0"):
        atrous.field(Mine(), steps=0)


def test_what_is_none_of_these_is_refused():
    with pytest.raises(AtrousError, match="nonsense"):
        atrous.field("nonsense")


def test_settings_stand_above_those_of_the_encoder_or_the_file(tmp_path):
    (tmp_path / "settings.toml").write_text('[encode]\nname = "tcn"\ndepth = 2\n')
    deeper = atrous.field("tcn", set=["encode.depth=5"])
    assert atrous.field(tmp_path / "settings.toml", set=["encode.depth=5"]) == deeper
    assert deeper != atrous.field("tcn")


def test_a_trained_model_keeps_its_own_settings():
    bundle = Bundle.fresh(load(encode="ngram"), Reader(Tokeniser("bytes", False, ())), ("a", "b"))
    with pytest.raises(ConfigError, match="--set: a trained model keeps its own settings"):
        atrous.field(bundle, set=["encode.channels=5"])


def test_a_name_that_is_nearly_an_encoder_says_which():
    with pytest.raises(ConfigError, match=r"tcm: no model folder, .* \(did you mean 'tcn'\?\)"):
        atrous.field("tcm")


def test_the_operations_are_counted_for_so_many_steps():
    few, many = (sum(row.flops for row in atrous.field("ngram", steps=steps)) for steps in (10, 100))
    assert 9 * few < many < 10 * few
    with pytest.raises(ValueError, match="steps=0"):
        atrous.field("ngram", steps=0)
