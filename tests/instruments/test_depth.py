import pytest
import torch

from atrous.config import load
from atrous.contract import Batch
from atrous.instruments.depth import Pulls, layers_of
from atrous.tasks.classify import build

SETS = {
    "tcn": ["encode.depth=2", "encode.channels=6"],
    "birnn": ["encode.channels=5", "encode.depth=2"],
    "unet": ["encode.channels=4", "encode.depth=1"],
    "attention": ["encode.channels=6", "encode.wide=8", "encode.depth=1"],
    "ngram": ["encode.channels=4"],
}
BATCH = Batch(torch.tensor([[3, 4, 5, 6], [7, 8, 0, 0], [2, 0, 0, 0]]), torch.tensor([4, 2, 1]))
TARGETS = torch.tensor([0, 1, 1])


def made(name, more=()):
    torch.manual_seed(0)
    settings = load(None, ["embed.channels=6", *SETS.get(name, []), *more], encode=name)
    return build(settings, sizes={"ids": 9}, labels=("no", "yes")).double().eval()


@pytest.mark.parametrize("name", SETS)
def test_names_are_those_of_the_field_and_no_two_are_alike(name):
    from atrous.draw import field_rows

    model = made(name)
    rows = field_rows(model, steps=10)
    leaves = [f"{row.part}: {row.name.removeprefix('skip: ')}" for row in rows if row.parameters]
    for layer in layers_of(model):
        plain = layer.rpartition(" ")
        assert layer in leaves or plain[0] in leaves or layer.startswith("attend")
    parameters = {id(one) for module in layers_of(model).values() for one in module.parameters()}
    assert parameters == {id(one) for one in model.parameters()}


@pytest.mark.parametrize("name", SETS)
def test_the_norm_is_that_of_each_row_alone(name):
    """By the definition: row after row, the gradient of its loss with respect to what the layer gave out for it."""
    model = made(name)
    with Pulls(model) as pulls:
        model.predict.loss(model(BATCH), TARGETS).backward()
    kept, sums = {}, dict.fromkeys(pulls.layers, 0.0)
    hooks = [
        module.register_forward_hook(lambda _, inputs, output, at=at: kept.__setitem__(at, output))
        for at, module in layers_of(model).items()
    ]
    for row, length in enumerate(BATCH.lengths):
        alone = Batch(BATCH.ids[row : row + 1, :length], BATCH.lengths[row : row + 1])
        loss = model.predict.loss(model(alone), TARGETS[row : row + 1])
        for at, found in zip(kept, torch.autograd.grad(loss, [*kept.values()]), strict=True):
            sums[at] += float(found.norm())
    for hook in hooks:
        hook.remove()
    assert pulls.rows == 3
    assert pulls.norms == pytest.approx({at: total / 3 for at, total in sums.items()})


def test_several_passes_add_up():
    model = made("ngram")
    with Pulls(model) as pulls:
        model.predict.loss(model(BATCH), TARGETS).backward()
        once = pulls.norms
        model.predict.loss(model(BATCH), TARGETS).backward()
    assert pulls.rows == 6
    assert pulls.norms == pytest.approx(once)
    pulls.clear()
    assert pulls.norms == pulls.dead == {}


def test_nothing_is_looked_at_while_it_does_not_watch_or_after_it_closed():
    model = made("ngram")
    pulls = Pulls(model, watching=False)
    model(BATCH).sum().backward()
    assert pulls.norms == {}
    pulls.watching = True
    with torch.no_grad():
        model(BATCH)
    assert pulls.norms == {}
    pulls.close()
    model(BATCH).sum().backward()
    assert pulls.norms == {}


def test_a_dead_channel_and_a_dead_layer_are_counted():
    model = made("ngram", ["encode.kernels=[2, 3]"])
    first, second = model.encode.parts[0].paths
    with torch.no_grad():
        first.bias[:3] = -1e6  # of 4 channels the maximum over time is 0, and stays there
        first.bias[3] = 1e3
        second.bias.fill_(-1e6)
    with Pulls(model) as pulls:
        model.predict.loss(model(BATCH), TARGETS).backward()
    first, second = list(pulls.layers)[1:3]
    assert (pulls.dead[first], pulls.dead[second]) == (0.75, 1.0)
    assert pulls.norms[second] == 0 < pulls.norms[first]


def test_a_gradient_that_single_precision_cannot_square_is_not_zero():
    model = made("ngram").float()
    with Pulls(model) as pulls:
        (model.predict.loss(model(BATCH), TARGETS) * 1e-30).backward()
    assert all(norm > 0 for norm in pulls.norms.values())


def test_a_table_that_does_not_learn_is_looked_at_too():
    model = made("ngram")
    model.embed.vectors.requires_grad_(False)
    with Pulls(model) as pulls:
        model.predict.loss(model(BATCH), TARGETS).backward()
    assert next(iter(pulls.norms.values())) > 0
    assert model.embed.vectors.grad is None


def test_looking_changes_no_gradient():
    model = made("tcn")
    found = []
    for _ in range(2):
        model.zero_grad()
        model.predict.loss(model(BATCH), TARGETS).backward()
        found.append([parameter.grad.clone() for parameter in model.parameters()])
        pulls = Pulls(model)
    pulls.close()
    assert all(torch.equal(*pair) for pair in zip(*found, strict=True))


def test_a_layer_that_is_repeated_has_the_mean_of_its_applications():
    tied = made("idcnn", ["encode.channels=6"])
    untied = made("idcnn", ["encode.channels=6", "encode.tied=false"])
    for block in untied.encode.parts[-1].blocks:
        block.load_state_dict(tied.encode.parts[-1].blocks[0].state_dict())
    for other in ("embed", "predict"):
        getattr(untied, other).load_state_dict(getattr(tied, other).state_dict())
    untied.encode.parts[0].load_state_dict(tied.encode.parts[0].state_dict())
    norms = []
    for model in (tied, untied):
        with Pulls(model) as pulls:
            model.predict.loss(model(BATCH), TARGETS).backward()
        norms.append([*pulls.norms.values()])
        assert pulls.rows == 3
    repeated = norms[1][2:11]
    assert norms[0][2:5] == pytest.approx([sum(repeated[at::3]) / 3 for at in range(3)])
    assert norms[0][:2] + norms[0][5:] == pytest.approx(norms[1][:2] + norms[1][11:])
