"""How strongly the loss pulls at what each layer of a model gives out: whether its gradient gets there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from atrous.contract import Layer
from atrous.draw.rows import layer_name
from atrous.model import Model


def layers_of(model: Model) -> dict[str, nn.Module]:
    """Embedding, those layers of the encoder that hold parameters, pool and head, by part and name, in reading order.

    Names are those of `atrous field`; of several layers with one name the second is numbered 2.

    >>> from atrous.config import load
    >>> from atrous.tasks.classify import build
    >>> tcn = load(None, ["encode.depth=1"], encode="tcn")
    >>> for name in layers_of(build(tcn, sizes={"ids": 9}, labels=("no", "yes"))):
    ...     print(name)
    embed: Tokens(9, 64)
    encode: Conv(64, 64, kernel=3)
    encode: Conv(64, 64, kernel=3) 2
    attend: Max
    predict: Classes
    """
    parts = [("embed", model.embed), *(("encode", one) for one in _with_parameters(model.encode))]
    parts += [("attend", model.attend), ("predict", model.predict)]
    found, alike = {}, Counter[str]()
    for part, module in parts:
        name = f"{part}: {layer_name(module)}"
        alike[name] += 1
        found[f"{name} {alike[name]}" if alike[name] > 1 else name] = module
    return found


def _with_parameters(layer: Layer) -> Iterator[Layer]:
    """The layers inside, or the layer itself, that have parameters which no layer within them has."""
    inner = [one for one in layer.modules() if isinstance(one, Layer) and one is not layer]
    theirs = {id(parameter) for one in inner for parameter in one.parameters()}
    if any(id(parameter) not in theirs for parameter in layer.parameters()):
        yield layer
    for child in _nearest(layer):
        yield from _with_parameters(child)


def _nearest(module: nn.Module) -> Iterator[Layer]:
    """The layers inside a module that are in no other layer inside it."""
    for child in module.children():
        if isinstance(child, Layer):
            yield child
        else:
            yield from _nearest(child)


class Pulls:
    """While it watches, every backward pass adds what it finds at the output of every layer of a model.

    Of the gradient of a row's loss with respect to a layer's whole output for that row: its Euclidean norm, added up
    over rows, in double precision; and which channels it reached in any row. Nothing of a pass is kept,
    and no number of the model's changes.

    What of the gradient shows depth is the one at the outputs: with respect to a layer's parameters it may look the
    same in all layers while it vanishes on its way (Glorot, Bengio 2010, section 4.2,
    https://proceedings.mlr.press/v9/glorot10a.html).

    watching: whether to look at the passes that follow. rows: that were looked at. fixed: what the last pass
        embedded, where nothing below it learns: `torch.autograd.grad` goes only where it is asked to, so ask for it.

    >>> from atrous.contract import Batch
    >>> from atrous.config import load
    >>> from atrous.tasks.classify import build
    >>> model = build(load(encode="bag"), sizes={"ids": 9}, labels=("no", "yes"))
    >>> with Pulls(model) as pulls:
    ...     logits = model(Batch(torch.tensor([[3, 4], [5, 0]]), torch.tensor([2, 1])))
    ...     logits.sum(1).mean().backward()  # the mean over rows, as a loss is
    >>> round(pulls.norms["predict: Classes"], 6), pulls.rows
    (1.414214, 2)
    """

    def __init__(self, model: Model, *, watching: bool = True) -> None:
        self.layers = layers_of(model)
        self.watching, self.rows = watching, 0
        self.fixed: Tensor | None = None
        self._passed: Counter[str] = Counter()  # rows, of each layer as often as it was applied
        self._sums: dict[str, Tensor] = {}
        self._reached: dict[str, Tensor] = {}
        self._hooks = [module.register_forward_hook(self._look(name)) for name, module in self.layers.items()]

    def __enter__(self) -> Pulls:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the model as it was."""
        self.fixed = None
        for hook in self._hooks:
            hook.remove()

    def clear(self) -> None:
        """Forget what was found."""
        self.rows = 0
        self._passed.clear()
        self._sums.clear()
        self._reached.clear()

    @property
    def norms(self) -> dict[str, float]:
        """The mean over rows, and over the applications of a layer that is repeated, of the norm at each layer."""
        return {name: float(total) / self._passed[name] for name, total in self._sums.items()}

    @property
    def dead(self) -> dict[str, float]:
        """The share of each layer's channels that no row's gradient reached."""
        return {name: 1 - float(reached.double().mean()) for name, reached in self._reached.items()}

    def _look(self, name: str) -> Any:
        first = next(iter(self.layers))

        def hook(module: nn.Module, inputs: Any, output: Tensor) -> Tensor | None:
            if not (self.watching and torch.is_grad_enabled()):
                return None
            if name == first and not output.requires_grad:  # a table that does not learn
                output = self.fixed = output.detach().requires_grad_()
            self.rows += len(output) if name == first else 0
            self._passed[name] += len(output)
            if name not in self._sums:
                self._sums[name] = output.new_zeros((), dtype=torch.double)
                self._reached[name] = torch.zeros(output.shape[-1], dtype=torch.bool, device=output.device)
            output.register_hook(lambda gradient: self._found(name, gradient))  # type: ignore[no-untyped-call]
            return output

        return hook

    def _found(self, name: str, gradient: Tensor) -> None:
        # The loss is a mean over rows, of which each has so many times the gradient.
        norms = torch.linalg.vector_norm(gradient.flatten(1), dim=1, dtype=torch.double) * len(gradient)
        self._sums[name] = self._sums[name] + norms.sum()
        self._reached[name] |= (gradient != 0).flatten(0, -2).any(0)
