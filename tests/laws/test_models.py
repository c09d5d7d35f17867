"""The laws for embeddings and for whole models, from tokens to logits."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from atrous.contract import Batch, reorder, reset
from atrous.errors import NotStreamable
from tests.laws import laws
from tests.laws.rows import LENGTHS, plans
from tests.laws.table import EMBEDDINGS, MODELS, NOT_STREAMABLE, make, make_model

every_embedding = pytest.mark.parametrize("name", EMBEDDINGS)
every_model = pytest.mark.parametrize("name", MODELS)
STREAMABLE = [name for name, (encoder, _) in MODELS.items() if f"encoder {encoder}" not in NOT_STREAMABLE]


def draw_batch(lengths, *, seed=0, beyond=0, padding=0):
    """Rows of tokens 2 ... 8, padded with any id at all: what is there must not matter."""
    generator = torch.Generator().manual_seed(seed)
    time = max([1, *lengths]) + beyond
    ids = torch.randint(2, 9, (len(lengths), time), generator=generator)
    batch = Batch(ids, torch.tensor(lengths))
    return Batch(torch.where(batch.mask, ids, padding), batch.lengths)


def alone(batch, row):
    length = int(batch.lengths[row])
    return Batch(batch.ids[row : row + 1, : max(1, length)], batch.lengths[row : row + 1])


@torch.no_grad()
def stream(model, batch, plan):
    """Read the rows in chunks that change places; the last logits of each row, in the batch's order."""
    count, time = batch.ids.shape
    total = time + model.flush
    ids = torch.cat([batch.ids, torch.full((count, total + 50 - time), 7)], 1)
    mask = torch.arange(total + 50)[None] < batch.lengths[:, None]
    ones = torch.ones(count, model.grain, dtype=torch.long)
    _, state = model.step(Batch(ones, ones[:, 0]), ones > 0, model.start(count))
    state = reset(state, model.start(count), torch.ones(count, dtype=torch.bool))
    order, at, number = torch.arange(count), 0, 0
    while at < total:
        steps = plan.chunks[number % len(plan.chunks)] * model.grain
        chunk = slice(at, at + steps)
        logits, state = model.step(Batch(ids[order, chunk], batch.lengths[order]), mask[order, chunk], state)
        back = order.argsort()
        turn = torch.arange(count).roll(plan.turns[number % len(plan.turns)])
        state, order, at, number = reorder(state, turn), order[turn], at + steps, number + 1
    return logits[back]


@pytest.mark.parametrize("bigrams", [0, 20])
@pytest.mark.parametrize("name", STREAMABLE)
@given(plan=plans())
def test_a_streamed_model_answers_as_a_batch_does(name, bigrams, plan):
    model, batch = make_model(name, bigrams=bigrams), draw_batch(plan.lengths, seed=plan.seed)
    laws.close(stream(model, batch, plan), model(batch), f"{plan}")


@pytest.mark.parametrize("name", sorted(set(MODELS) - set(STREAMABLE)))
def test_a_model_that_does_not_stream_says_so(name):
    model, batch = make_model(name), draw_batch([3])
    assert not model.streams
    with pytest.raises(NotStreamable, match="to stream, use"):
        model.step(batch, batch.mask, model.start(1))


@pytest.mark.parametrize("bigrams", [0, 20])
@every_model
@given(lengths=LENGTHS, beyond=st.integers(0, 3), padding=st.integers(0, 8))
def test_a_row_alone_answers_as_in_a_padded_batch(name, bigrams, lengths, beyond, padding):
    model, batch = make_model(name, bigrams=bigrams), draw_batch(lengths, beyond=beyond, padding=padding)
    logits = model(batch)
    assert logits.isfinite().all()
    for row in range(len(lengths)):
        laws.close(logits[row], model(alone(batch, row))[0], f"row {row} of {lengths}")


@every_model
@given(lengths=LENGTHS)
def test_rows_are_strangers(name, lengths):
    model, batch = make_model(name), draw_batch(lengths)
    turned = torch.arange(len(lengths)).roll(1)
    laws.close(model(Batch(batch.ids[turned], batch.lengths[turned])), model(batch)[turned], "permuted rows")


@pytest.mark.parametrize("bigrams", [0, 20])
@every_model
def test_every_parameter_learns(name, bigrams):
    batches = [(draw_batch([12, 8], seed=seed),) for seed in range(8)]
    laws.every_parameter_learns(make_model(name, bigrams=bigrams), batches)


@pytest.mark.parametrize("bigrams", [0, 20])
@every_model
def test_the_declared_cost_is_the_counted_one(name, bigrams):
    steps = [1, 7, 12]
    laws.cost_is_counted(make_model(name, bigrams=bigrams), [(draw_batch([n]),) for n in steps], steps)


@every_embedding
@given(plan=plans())
def test_a_streamed_embedding_gives_what_whole_rows_give(name, plan):
    embed, batch = make(name), draw_batch(plan.lengths, seed=plan.seed)
    count, time = batch.ids.shape
    whole, got, state, at, number = embed(batch), [], embed.start(count), 0, 0
    while at < time:
        steps = plan.chunks[number % len(plan.chunks)]
        chunk = slice(at, at + steps)
        x, state = embed.step(Batch(batch.ids[:, chunk], batch.lengths), batch.mask[:, chunk], state)
        got.append(x)
        at, number = at + steps, number + 1
    laws.close(torch.cat(got, 1)[batch.mask], whole[batch.mask], f"{plan}")


@every_embedding
def test_the_window_of_an_embedding_is_true(name):
    """No gradient reaches a token: put another in its place, and see which outputs change."""
    embed, batch = make(name), draw_batch([12])
    before, reached = embed(batch), set()
    for place in range(12):
        for token in range(2, 9):
            ids = batch.ids.clone()
            ids[0, place] = token
            changed = (embed(Batch(ids, batch.lengths)) != before).any(-1)[0].nonzero()[:, 0]
            reached |= {int(output) - place for output in changed}
    assert (max(reached), -min(reached)) == (embed.window.left, embed.window.right)


@every_embedding
def test_every_vector_of_an_embedding_learns(name):
    laws.every_parameter_learns(make(name), [(draw_batch([12, 8], seed=seed),) for seed in range(8)])


@every_embedding
def test_the_declared_cost_of_an_embedding_is_the_counted_one(name):
    laws.cost_is_counted(make(name), [(draw_batch([n]),) for n in (1, 7)], [1, 7])
