import pytest
import torch
from torch import nn

from atrous.config import load
from atrous.contract import Batch
from atrous.tasks.classify import build
from atrous.training.learner import Learner, culprit

BATCH = Batch(torch.tensor([[2, 3, 4], [5, 6, 0]]), torch.tensor([3, 2]))


def model():
    torch.manual_seed(0)
    return build(load(encode="tcn"), sizes={"ids": 9}, labels=("no", "yes"))


def test_only_what_multiplies_an_input_is_pulled_to_zero():
    settings = load(train={"rate": 0.1, "weight_decay": 0.5}).train
    groups = Learner(model(), settings, steps=10).configure_optimizers()["optimizer"].param_groups
    decayed = {id(parameter) for group in groups if group["weight_decay"] for parameter in group["params"]}
    for name, parameter in model().named_parameters():
        assert parameter.dim() > 1 or "bias" in name or "original0" in name
    assert len(decayed) == sum(parameter.dim() > 1 for parameter in model().parameters())


def test_the_first_layer_that_overflows_is_named():
    broken = model()
    with torch.no_grad():
        broken.encode.parts[2].sum.paths[1].parts[0].bias.fill_(3e38)
        broken.encode.parts[2].sum.paths[1].parts[3].bias.fill_(3e38)
    nn.init.constant_(broken.encode.parts[2].sum.paths[1].parts[3].parametrizations.weight.original0, 9)
    assert culprit(broken, BATCH).startswith("encode.parts.2.sum.paths.1.parts.3, ")
    assert "first layer whose output is not finite" in culprit(broken, BATCH)


def test_parameters_that_are_not_finite_are_named_before_outputs():
    broken = model()
    with torch.no_grad():
        broken.predict.linear.weight[0, 0] = torch.nan
    assert culprit(broken, BATCH).startswith("predict.linear, Linear(")
    assert "parameters that are not finite" in culprit(broken, BATCH)


def test_a_finite_model_is_not_blamed():
    assert "arises in the loss itself" in culprit(model(), BATCH)


def test_the_norm_of_a_gradient_is_cut_to_what_the_settings_allow():
    settings = load(train={"rate": 0.1, "clip_norm": 0.5}).train
    learner = Learner(model(), settings, steps=10)
    optimiser = learner.configure_optimizers()["optimizer"]
    for parameter in learner.model.parameters():
        parameter.grad = torch.ones_like(parameter)
    learner.configure_gradient_clipping(optimiser)
    norm = torch.stack([parameter.grad.norm() for parameter in learner.model.parameters()]).norm()
    assert norm.item() == pytest.approx(0.5, rel=1e-4)


def test_a_rate_that_is_left_to_the_preset_is_refused():
    with pytest.raises(ValueError, match=r"needs train.rate, got None"):
        Learner(model(), load().train, steps=10)
