"""Nothing escapes the laws: what is public is in the table, and the refusals are fixed."""

import inspect
import itertools
import math
from pathlib import Path

import pytest
import torch

import atrous.embed
import atrous.layers
from atrous.attend import POOLS
from atrous.config import load
from atrous.contract import Embed, Layer
from atrous.encode import ENCODERS as PUBLIC_ENCODERS
from atrous.encode import WHOLE_ROWS
from atrous.errors import ConfigError
from atrous.tasks.classify import build
from tests.laws.table import EMBEDDINGS, ENCODERS, LAYERS, NOT_STREAMABLE, POOL_TABLE, REFUSED, TABLE, make


def public(module, base):
    things = (getattr(module, name) for name in module.__all__)
    return {thing for thing in things if inspect.isclass(thing) and issubclass(thing, base)}


def test_every_public_layer_is_a_line_of_the_table():
    assert public(atrous.layers, Layer) <= {type(make()) for make in LAYERS.values()} | {
        type(part) for make in LAYERS.values() for part in make().modules()
    }


def test_every_public_embedding_is_a_line_of_the_table():
    assert public(atrous.embed, Embed) == {type(make()) for make in EMBEDDINGS.values()}


def test_every_encoder_and_every_pool_is_a_line_of_the_table():
    assert set(ENCODERS) == set(PUBLIC_ENCODERS)
    assert set(POOL_TABLE) == set(POOLS)


def test_the_list_of_refusals_is_what_the_layers_themselves_say():
    assert {name for name in TABLE if not make(name).streams} == NOT_STREAMABLE


def test_the_encoders_that_must_see_whole_rows_are_those_that_refuse_to_stream():
    assert {name for name in PUBLIC_ENCODERS if f"encoder {name}" in NOT_STREAMABLE} == WHOLE_ROWS


@pytest.mark.parametrize("pair", list(itertools.product(ENCODERS, POOL_TABLE)))
def test_settings_refuse_the_pairs_that_would_not_learn_and_no_others(pair):
    encoder, pool = pair
    if pair in REFUSED:
        with pytest.raises(ConfigError, match="memory would never learn; use max, mean or query"):
            load(encode=encoder, attend=pool)
    else:
        assert load(encode=encoder, attend=pool).attend.name == pool


@pytest.mark.parametrize("name", TABLE)
def test_layers_inherit_from_the_contract_and_nothing_else(name):
    for part in TABLE[name]().modules():
        # A layer with weight norm has a class of its own, made by torch; the layer's is behind it.
        bases = [base for base in type(part).__mro__ if base.__module__.startswith("atrous.") and base is not Layer]
        if isinstance(part, Layer):
            assert len(bases) == 1, f"{type(part).__name__} inherits from {bases[1:]}"


@pytest.mark.parametrize("name", TABLE)
def test_layers_store_nothing_while_they_stream(name):
    layer = make(name)
    if not layer.streams:
        pytest.skip("does not stream: fixed by the list of refusals")
    before = {key: value.clone() for key, value in layer.state_dict().items()}
    attributes = set(vars(layer))
    x = torch.randn(2, layer.grain, layer.inputs or 3, dtype=torch.double)
    layer.step(x, torch.ones(2, layer.grain, dtype=torch.bool), layer.start(2))
    assert set(vars(layer)) == attributes
    assert all(torch.equal(before[key], value) for key, value in layer.state_dict().items())


@pytest.mark.parametrize("name", PUBLIC_ENCODERS)
def test_the_page_of_models_says_what_each_encoder_sees(name):
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |") and line.count("|") == 5]
    sees, streams = (cell.strip() for cell in row.strip("|").split("|")[2:])
    model = build(load(encode=name), sizes={"ids": 258}, labels=("no", "yes"))
    both = model.window.left == model.window.right == math.inf
    assert sees == ("all" if both else str(model.window))
    assert streams == (("yes" + f", {model.delay} late" * (model.delay > 0)) if model.streams else "no")
    assert name == "bag" or 90_000 <= model.encode.cost.parameters <= 110_000
