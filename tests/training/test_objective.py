import pytest
import torch

from atrous.config import load
from atrous.contract import Batch
from atrous.tasks import tag
from atrous.tasks.classify import build
from atrous.training.objective import distance, forgetful, objective, undropped

BATCH = Batch(torch.tensor([[2, 3, 4, 5], [5, 6, 0, 0], [0, 0, 0, 0]]), torch.tensor([4, 2, 0]))
TARGETS = torch.tensor([0, 1, 1])
SMALL = ["embed.channels=4", "encode.channels=5"]


def made(*words, encode="idcnn"):
    """A small model in training, in double precision, and what trains it."""
    settings = load(None, [*SMALL, *words], encode=encode).resolved()
    torch.manual_seed(0)
    model = build(settings, sizes={"ids": 9}, labels=("no", "yes")).double().train()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model, settings.train


def drawn(model, train, **options):
    torch.manual_seed(1)
    return objective(model, BATCH, TARGETS, train, **options)


def test_the_loss_after_each_application_is_the_mean_of_theirs():
    model, train = made("encode.dropout=0")
    assert train.losses == "each"
    first, second, third = model.iterates(BATCH)
    expected = sum(model.predict.loss(logits, TARGETS) for logits in (first, second, third)) / 3
    torch.testing.assert_close(objective(model, BATCH, TARGETS, train), expected)
    assert torch.equal(third, model(BATCH))


def test_weights_and_smoothing_reach_every_loss():
    model, train = made("encode.dropout=0", "train.label_smoothing=0.2")
    weights = torch.tensor([1.0, 3.0], dtype=torch.double)
    options = {"weights": weights, "smoothing": 0.2}
    expected = sum(model.predict.loss(logits, TARGETS, **options) for logits in model.iterates(BATCH)) / 3
    torch.testing.assert_close(objective(model, BATCH, TARGETS, train, weights=weights), expected)


@pytest.mark.parametrize("encode", ["idcnn", "tcn"])
def test_the_loss_at_the_end_is_the_plain_one_and_draws_what_it_drew(encode):
    model, train = made("train.losses=last", "embed.dropout=0.3", encode=encode)
    found = drawn(model, train)
    after = torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(found, model.predict.loss(model(BATCH), TARGETS))
    assert torch.equal(after, torch.rand(3))


def test_without_dropout_there_is_no_penalty():
    model, train = made("encode.dropout=0", "train.dropout_penalty=100")
    plain, _ = made("encode.dropout=0")
    assert torch.equal(drawn(model, train), drawn(plain, train.model_copy(update={"dropout_penalty": 0.0})))


@pytest.mark.parametrize("encode", ["idcnn", "tcn", "lstm", "deep"])
def test_the_penalty_is_the_squared_distance_that_dropout_makes_at_a_real_step(encode):
    model, train = made("embed.dropout=0.4", "train.dropout_penalty=0.7", encode=encode)
    with_penalty = drawn(model, train)
    without = drawn(model, train.model_copy(update={"dropout_penalty": 0.0}))
    torch.manual_seed(1)
    dropped = model.encode(model.embed(BATCH), BATCH.mask)
    plain = model.eval().encode(model.embed(BATCH), BATCH.mask)
    real = model.encode.after(BATCH.mask)
    distances = [
        sum((a - b) ** 2 for a, b in zip(dropped[row, step].tolist(), plain[row, step].tolist(), strict=True))
        for row in range(3)
        for step in range(real.shape[1])
        if real[row, step]
    ]
    assert sum(distances) > 0
    assert (with_penalty - without).item() == pytest.approx(0.7 * sum(distances) / len(distances))


def test_the_gradient_of_the_penalty_goes_through_both_readings():
    model, train = made("encode.dropout=0.3", "train.dropout_penalty=2", "train.losses=last")
    drawn(model, train).backward()
    for parameter in model.parameters():
        place = torch.unravel_index(parameter.grad.abs().argmax(), parameter.shape)
        slope, ends = parameter.grad[place].item(), []
        for step in (1e-6, -2e-6):
            with torch.no_grad():
                parameter[place] += step
            ends.append(drawn(model, train).item())
        with torch.no_grad():
            parameter[place] += 1e-6
        assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_rows_without_a_step_are_no_distance_apart():
    nothing = distance(torch.ones(1, 2, 3), torch.zeros(1, 2, 3), torch.zeros(1, 2, dtype=torch.bool))
    assert nothing == 0


def test_a_model_is_as_it_was_after_a_reading_without_dropout():
    model, _ = made("encode.dropout=0.5")
    model.embed.eval()
    before = [part.training for part in model.modules()]
    with pytest.raises(KeyError), undropped(model):
        assert not any(part.training for part in model.modules())
        raise KeyError
    assert [part.training for part in model.modules()] == before


def test_a_recurrence_keeps_its_mode_without_dropout():
    model, _ = made(encode="bilstm")
    with undropped(model):
        modes = {type(part).__name__: part.training for part in model.modules()}
    assert modes["LSTM"] and not modes["Tokens"]


def test_forgotten_words_are_unknown_and_padding_is_not():
    ids = torch.tensor([[2, 3, 4, 5] * 50, [6] * 3 + [0] * 197])
    rows = Batch(ids, torch.tensor([200, 3]), beside=ids, features=ids[..., None])
    torch.manual_seed(0)
    found = forgetful(rows, 0.4)
    for name in ("ids", "beside"):
        part = found.fields[name]
        assert (part[1, 3:] == 0).all()
        gone = part != ids
        assert (part[gone] == 1).all()
        assert 50 < int(gone.sum()) < 110
    assert not torch.equal(found.ids, found.beside)
    assert found.features is rows.features
    assert forgetful(rows, 0.0) is rows


def test_the_vector_of_the_unknown_token_learns_where_words_are_forgotten():
    model, train = made("embed.name=words", "embed.bigrams=0")
    objective(model, BATCH, TARGETS, train).backward()
    assert not model.embed.vectors.grad[1].any()
    torch.manual_seed(0)
    objective(model, BATCH, TARGETS, train, word_dropout=0.5).backward()
    assert model.embed.vectors.grad[1].any()


def test_a_reading_without_dropout_knows_every_word():
    model, train = made("encode.dropout=0", "train.dropout_penalty=1", "train.losses=last")
    torch.manual_seed(0)
    found = objective(model, BATCH, TARGETS, train, word_dropout=0.9)
    torch.manual_seed(0)
    unknown = forgetful(BATCH, 0.9)
    apart = distance(model.encoded(unknown)[0][-1], model.encoded(BATCH)[0][-1], BATCH.mask)
    assert apart > 0
    torch.testing.assert_close(found, model.predict.loss(model(unknown), TARGETS) + apart)


@pytest.mark.parametrize("head", ["tags", "crf"])
def test_a_tagger_has_a_loss_after_each_application_too(head):
    settings = load(None, [*SMALL, "task=tag", f"predict.name={head}", "encode.dropout=0"], encode="idcnn").resolved()
    torch.manual_seed(0)
    model = tag.build(settings, sizes={"ids": 9}, labels=("B-A", "I-A", "O")).double().train()
    tags = torch.tensor([[2, 0, 1, 2], [0, 1, -1, -1], [-1, -1, -1, -1]])
    expected = sum(model.predict.loss(logits, tags) for logits in model.iterates(BATCH)) / 3
    found = objective(model, BATCH, tags, settings.train)
    torch.testing.assert_close(found, expected)
    found.backward()
    assert all(parameter.grad.any() for parameter in model.predict.parameters())
