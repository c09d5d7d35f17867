"""The laws for embeddings and for whole models, from tokens to logits."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from atrous.contract import Batch, reorder, reset
from atrous.errors import NotStreamable
from tests.laws import laws
from tests.laws.rows import LENGTHS, plans
from tests.laws.table import EMBEDDINGS, MODELS, NOT_STREAMABLE, is_tagger, make, make_model

every_embedding = pytest.mark.parametrize("name", EMBEDDINGS)
every_model = pytest.mark.parametrize("name", MODELS)
STREAMABLE = [name for name, (encoder, _) in MODELS.items() if f"encoder {encoder}" not in NOT_STREAMABLE]
# Without bigrams and with them, whose embedding has a state; taggers, of which only the end is their own, with them.
EVERY = [(name, bigrams) for name in MODELS for bigrams in (0, 20) if bigrams or not is_tagger(name)]


LETTERS, FEATURES, KINDS = 5, 2, 5  # of a word, of a step, of a word's features


def draw_field(name, rows, time, generator):
    """One field of a batch: tokens 2 ... 8, letters of words of any length, or values of which some are missing."""
    if name == "values":
        values = torch.randn(rows, time, FEATURES, dtype=torch.double, generator=generator)
        return values.masked_fill(torch.rand(values.shape, generator=generator) < 0.3, torch.nan)
    if name == "characters":
        letters = torch.randint(2, 9, (rows, time, LETTERS), generator=generator)
        ends = torch.randint(0, LETTERS + 1, (rows, time, 1), generator=generator)
        return letters.masked_fill(torch.arange(LETTERS) >= ends, 0)
    if name == "features":
        return torch.randint(2, 9, (rows, time, KINDS), generator=generator)
    return torch.randint(2, 9, (rows, time), generator=generator)


def draw_batch(lengths, *, seed=0, beyond=0, padding=0, reads=("ids",)):
    """Rows of the fields that are read, padded with any id or value at all: what is there must not matter."""
    generator = torch.Generator().manual_seed(seed)
    time = max([1, *lengths]) + beyond
    fields = {name: draw_field(name, len(lengths), time, generator) for name in reads}
    batch = Batch(fields.pop("ids", None), torch.tensor(lengths), **fields)
    padded = {
        name: part.masked_fill(~batch.mask.view(*batch.mask.shape, *[1] * (part.dim() - 2)), padding)
        for name, part in batch.fields.items()
    }
    return batch._replace(**padded)


def alone(batch, row):
    length = int(batch.lengths[row])
    return batch.map(lambda part: part[row : row + 1]).cut(slice(max(1, length)))


def longer(batch, steps):
    """The batch with so many more steps of padding."""
    more = draw_batch([steps] * len(batch.lengths), seed=1, reads=tuple(batch.fields))
    return batch._replace(**{name: torch.cat([part, more.fields[name]], 1) for name, part in batch.fields.items()})


@torch.no_grad()
def stream(model, batch, plan):
    """Read the rows in chunks that change places: the last logits of each row, in the batch's order; of a tagger those
    of every step that was decided, row after row."""
    count, total = len(batch.lengths), batch.time + model.flush
    batch = longer(batch, total + 50 - batch.time)
    ones, everyone = torch.ones(count, model.grain, dtype=torch.bool), torch.ones(count, dtype=torch.bool)
    fresh = model.start(count)
    _, state = model.step(batch.cut(slice(model.grain)), ones, fresh)
    state = (*reset(state[:2], fresh[:2], everyone), fresh[2])
    order, at, number, got = torch.arange(count), 0, 0, [[] for _ in range(count)]
    while at < total:
        steps = plan.chunks[number % len(plan.chunks)] * model.grain
        chunk = batch.map(lambda part, order=order: part[order]).cut(slice(at, at + steps))
        logits, state = model.step(chunk, batch.mask[order, at : at + steps], state)
        for here, row in enumerate(order.tolist()):
            got[row] = [*got[row], logits[here][state[-1][1][here]]] if model.tags else [logits[here : here + 1]]
        turn = torch.arange(count).roll(plan.turns[number % len(plan.turns)])
        state, order, at, number = reorder(state, turn), order[turn], at + steps, number + 1
    return torch.cat([part for parts in got for part in parts])


def answers(model, batch):
    """The logits that count: one row a row of the batch, or, of a tagger, one a real step, row after row."""
    logits = model(batch)
    return logits[batch.mask] if model.tags else logits


@pytest.mark.parametrize("name, bigrams", [(name, bigrams) for name, bigrams in EVERY if name in STREAMABLE])
@given(plan=plans())
def test_a_streamed_model_answers_as_a_batch_does(name, bigrams, plan):
    model, batch = make_model(name, bigrams=bigrams), draw_batch(plan.lengths, seed=plan.seed)
    laws.close(stream(model, batch, plan), answers(model, batch), f"{plan}")


@pytest.mark.parametrize("name", sorted(set(MODELS) - set(STREAMABLE)))
def test_a_model_that_does_not_stream_says_so(name):
    model, batch = make_model(name), draw_batch([3])
    assert not model.streams
    with pytest.raises(NotStreamable, match="to stream, use"):
        model.step(batch, batch.mask, model.start(1))


@pytest.mark.parametrize("name, bigrams", EVERY)
@given(lengths=LENGTHS, beyond=st.integers(0, 3), padding=st.integers(0, 8))
def test_a_row_alone_answers_as_in_a_padded_batch(name, bigrams, lengths, beyond, padding):
    model, batch = make_model(name, bigrams=bigrams), draw_batch(lengths, beyond=beyond, padding=padding)
    logits = model(batch)
    assert logits.isfinite().all()
    for row, length in enumerate(lengths):
        real = slice(length) if model.tags else ...
        laws.close(logits[row][real], model(alone(batch, row))[0][real], f"row {row} of {lengths}")


@every_model
@given(lengths=LENGTHS)
def test_rows_are_strangers(name, lengths):
    model, batch = make_model(name), draw_batch(lengths)
    turned = torch.arange(len(lengths)).roll(1)
    laws.close(model(batch.map(lambda part: part[turned])), model(batch)[turned], "permuted rows")


class Judged(torch.nn.Module):
    """How likely drawn tags are: what a CRF weighs beside its logits takes part in that alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, batch):
        tags = torch.where(batch.mask, batch.ids % len(self.model.predict.labels), -1)
        return self.model.predict.log_likelihood(self.model(batch), tags)


@pytest.mark.parametrize("name, bigrams", EVERY)
def test_every_parameter_learns(name, bigrams):
    batches, model = [(draw_batch([12, 8], seed=seed),) for seed in range(8)], make_model(name, bigrams=bigrams)
    laws.every_parameter_learns(Judged(model) if name.endswith("crf") else model, batches)


@pytest.mark.parametrize("name, bigrams", EVERY)
def test_the_declared_cost_is_the_counted_one(name, bigrams):
    steps = [1, 7, 12]
    laws.cost_is_counted(make_model(name, bigrams=bigrams), [(draw_batch([n]),) for n in steps], steps)


def draw_for(embed, lengths, **options):
    return draw_batch(lengths, reads=embed.reads, **options)


@every_embedding
@given(plan=plans())
def test_a_streamed_embedding_gives_what_whole_rows_give(name, plan):
    embed = make(name)
    batch = draw_for(embed, plan.lengths, seed=plan.seed)
    whole, got, state, at, number = embed(batch), [], embed.start(len(plan.lengths)), 0, 0
    while at < batch.time:
        steps = plan.chunks[number % len(plan.chunks)]
        x, state = embed.step(batch.cut(slice(at, at + steps)), batch.mask[:, at : at + steps], state)
        got.append(x)
        at, number = at + steps, number + 1
    laws.close(torch.cat(got, 1)[batch.mask], whole[batch.mask], f"{plan}")


@every_embedding
@given(plan=plans())
def test_an_embedding_streams_after_steps_that_are_not_real(name, plan):
    """The leading part of a mask, which a delay makes, is no part of the row."""
    embed = make(name)
    batch = draw_for(embed, plan.lengths, seed=plan.seed)
    late, wait = longer(batch, 3), torch.zeros(len(plan.lengths), 3, dtype=torch.bool)
    chunk = late.cut(slice(batch.time, batch.time + 3))
    _, state = embed.step(chunk, wait, embed.start(len(plan.lengths)))
    x, _ = embed.step(batch, batch.mask, state)
    laws.close(x[batch.mask], embed(batch)[batch.mask], f"{plan}")


@every_embedding
@given(lengths=LENGTHS, beyond=st.integers(0, 3), padding=st.integers(0, 8))
def test_an_embedding_gives_a_row_alone_what_it_gives_it_in_a_batch(name, lengths, beyond, padding):
    embed = make(name)
    batch = draw_for(embed, lengths, beyond=beyond, padding=padding)
    x = embed(batch)
    assert x.isfinite().all()
    assert x.shape == (len(lengths), batch.time, embed.outputs)
    for row, length in enumerate(lengths):
        laws.close(x[row, :length], embed(alone(batch, row))[0, :length], f"row {row} of {lengths}")


def replaced(name, part, place):
    """The field with each other thing in turn at one place."""
    for other in range(2, 9):
        changed = part.clone()
        changed[:, place] = float(other) if name == "values" else other
        yield changed
    if name == "values":
        changed = part.clone()
        changed[:, place] = torch.nan
        yield changed


@every_embedding
def test_the_window_of_an_embedding_is_true(name):
    """No gradient reaches a token: put another in its place, and see which outputs change."""
    embed = make(name)
    batch = draw_for(embed, [12])
    before, reached = embed(batch), set()
    for field, part in batch.fields.items():
        found = set()
        for place in range(12):
            for changed in replaced(field, part, place):
                outputs = (embed(batch._replace(**{field: changed})) != before).any(-1)[0].nonzero()[:, 0]
                found |= {int(output) - place for output in outputs}
        assert found, f"{field} is read and changes nothing"
        reached |= found
    assert (max(reached), -min(reached)) == (embed.window.left, embed.window.right)


@pytest.mark.parametrize("name", [name for name in EMBEDDINGS if list(make(name).parameters())])
def test_every_vector_of_an_embedding_learns(name):
    embed = make(name)
    laws.every_parameter_learns(embed, [(draw_for(embed, [12, 8], seed=seed),) for seed in range(8)])


@every_embedding
def test_the_declared_cost_of_an_embedding_is_the_counted_one(name):
    embed = make(name)
    laws.cost_is_counted(embed, [(draw_for(embed, [n]),) for n in (1, 7)], [1, 7])
