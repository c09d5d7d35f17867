import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.laws.rows import LENGTHS
from tests.laws.table import MODELS, NOT_STREAMABLE, make_model, shaken

from atrous.answering.chunks import MOST_OPERATIONS, MOST_STEPS, check_length, evaluating, longest, read_in_chunks
from atrous.attend import Max
from atrous.config import load
from atrous.contract import Batch
from atrous.embed import Tokens
from atrous.errors import DataError, NotStreamable
from atrous.layers import Conv, Stack
from atrous.model import Model
from atrous.predict import Classes
from atrous.tasks.classify import build

STREAMABLE = [name for name, (encoder, _) in MODELS.items() if f"encoder {encoder}" not in NOT_STREAMABLE]


def draw(lengths):
    generator = torch.Generator().manual_seed(sum(lengths))
    ids = torch.randint(2, 9, (len(lengths), max([1, *lengths])), generator=generator)
    batch = Batch(ids, torch.tensor(lengths))
    return Batch(torch.where(batch.mask, ids, 0), batch.lengths)


def strided():
    """A model of grain 6 that looks ahead."""
    torch.manual_seed(0)
    encode = Stack(
        Conv(3, 4, kernel=3, right=1), Conv(4, 4, kernel=2, stride=2), Conv(4, 4, kernel=7, stride=3, right=5)
    )
    return shaken(Model(Tokens(9, 3, bigrams=20), encode, Max(4), Classes(4, 3)))


@torch.no_grad()
def agree(model, lengths, chunk):
    batch = draw(lengths)
    torch.testing.assert_close(read_in_chunks(model, batch, chunk=chunk), model(batch), atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize("name", STREAMABLE)
@given(lengths=LENGTHS, chunk=st.integers(1, 12))
def test_in_chunks_a_model_answers_as_it_does_to_the_whole_row(name, lengths, chunk):
    agree(make_model(name), lengths, chunk)


@given(lengths=LENGTHS, chunk=st.integers(1, 30))
def test_a_chunk_is_whole_grains_and_the_end_is_flushed(lengths, chunk):
    model = strided()
    assert (model.grain, model.delay > 0) == (6, True)
    agree(model, lengths, chunk)


def test_rows_of_no_steps_are_answered():
    ids = torch.zeros(2, 0, dtype=torch.long)
    for model in (make_model("tcn, max"), strided()):
        assert read_in_chunks(model, Batch(ids, torch.tensor([0, 0]))).shape == (2, 3)


def test_a_model_that_must_see_its_row_whole_does_not_read_in_chunks():
    with pytest.raises(NotStreamable, match="to stream, use"):
        read_in_chunks(make_model("bilstm, max"), draw([3]))


def test_the_model_is_at_evaluation_only_inside():
    model = make_model("tcn, max").train()
    with evaluating(model):
        assert not model.training
    assert model.training
    assert model.encode.training


@pytest.mark.parametrize("encode", ["tcn", "lstm", "residual"])
def test_a_model_that_streams_takes_rows_of_any_length(encode):
    model = build(load(encode=encode), sizes={"ids": 258}, labels=("no", "yes"))
    assert longest(model) is None
    check_length(model, 10**12)


def test_the_limit_of_attention_is_set_by_its_operations_and_of_others_by_memory():
    attention = build(load(encode="attention"), sizes={"ids": 258}, labels=("no", "yes"))
    most = longest(attention)
    assert attention.cost.flops(most) <= MOST_OPERATIONS < attention.cost.flops(most + 1)
    assert longest(build(load(encode="bilstm"), sizes={"ids": 258}, labels=("no", "yes"))) == MOST_STEPS
    attention.cost = attention.cost.then(type(attention.cost)(flops=lambda steps: MOST_OPERATIONS * 2))
    assert longest(attention) == 1  # every limit takes one token


def test_a_row_that_is_too_long_is_refused_with_its_length_the_limit_and_a_remedy():
    model = build(load(encode="attention"), sizes={"ids": 258}, labels=("no", "yes"))
    most = longest(model)
    check_length(model, most)
    with pytest.raises(DataError, match=rf"{most + 1:,} tokens .* at most {most:,}; .* such as tcn or lstm"):
        check_length(model, most + 1)
    assert math.isfinite(most)
