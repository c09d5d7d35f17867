"""What a step of training makes small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.config.fields import Train
from atrous.contract import Batch
from atrous.layers import GRU, LSTM, RNN
from atrous.model import Model
from atrous.runtime.tokeniser import PADDING, UNKNOWN


def objective(
    model: Model,
    batch: Batch,
    targets: Tensor,
    train: Train,
    *,
    weights: Tensor | None = None,
    word_dropout: float = 0.0,
) -> Float[Tensor, ""]:
    """The head's loss, in nats, and the penalty of dropout.

    With train.losses = "each" it is the mean of the losses after every application of the block that the encoder
    repeats, all through one pool and one head (Strubell et al. 2017, section 4.2, https://arxiv.org/abs/1702.02098).

    With train.dropout_penalty, so many times the mean, over all real steps, of the squared Euclidean distance between
    what the encoder gives with this step's dropout and without any; of a repeated block, after its last application.
    The gradient goes through both (Ma et al. 2017, section 4, https://arxiv.org/abs/1609.08017).

    weights: how much each label weighs. word_dropout: the share of tokens that count as unknown in this step; a reading
        without dropout reads them all.
    """
    whole, batch = batch, forgetful(batch, word_dropout)
    loss = partial(model.predict.loss, targets=targets, weights=weights, smoothing=train.label_smoothing)
    if train.losses != "each" and not train.dropout_penalty:
        return loss(model(batch))
    found, mask = model.encoded(batch)
    read = found if train.losses == "each" else found[-1:]
    total = torch.stack([loss(model.predict(model.attend(x, mask))) for x in read]).mean()
    if train.dropout_penalty:
        with undropped(model):
            plain = model.encoded(whole)[0][-1]
        total = total + train.dropout_penalty * distance(found[-1], plain, mask)
    return total


def forgetful(batch: Batch, share: float) -> Batch:
    """The batch with so many of its tokens unknown, drawn at each call; padding, letters and features stay.

    So the vector of the unknown token learns, and what is beside it has to do without the word.

    >>> batch = Batch(torch.full((1, 1000), 7), torch.tensor([1000]))
    >>> 400 < int((forgetful(batch, 0.5).ids == 1).sum()) < 600
    True

    Source: Strubell et al. 2017, section 6, https://arxiv.org/abs/1702.02098 (words are kept with probability 0.85)
    """
    if not share:
        return batch
    found = {}
    for name in ("ids", "beside"):
        if (ids := batch.fields.get(name)) is not None:
            gone = (torch.rand(ids.shape, device=ids.device) < share) & (ids != PADDING)
            found[name] = ids.masked_fill(gone, UNKNOWN)
    return batch._replace(**found)


def distance(
    x: Float[Tensor, "batch time channels"], y: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"]
) -> Float[Tensor, ""]:
    """The mean squared Euclidean distance between two sequences, over the real steps; 0 if there is none.

    >>> x = torch.tensor([[[3.0, 4.0], [9.0, 9.0]]])
    >>> distance(x, torch.zeros(1, 2, 2), torch.tensor([[True, False]]))
    tensor(25.)
    """
    apart = torch.where(mask, (x - y).square().sum(-1), x.new_zeros(()))
    return apart.sum() / mask.sum().clamp(min=1)


@contextmanager
def undropped(model: Model) -> Iterator[None]:
    """The model without dropout while the block runs; it draws no random number.

    The recurrent layers, which drop nothing, stay as they are: cuDNN gives no gradient of theirs at evaluation.
    """
    parts = [part for part in model.modules() if part.training and not isinstance(part, GRU | LSTM | RNN)]
    for part in parts:
        part.training = False
    try:
        yield
    finally:
        for part in parts:
            part.training = True
