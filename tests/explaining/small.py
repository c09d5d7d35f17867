"""Small models whose answers are known by hand."""

from collections.abc import Sequence

import torch

from atrous.attend import Max, Sum
from atrous.bundle import Bundle
from atrous.config import load
from atrous.contract import Layer
from atrous.data.batch import Examples
from atrous.data.fitting import fit_reader
from atrous.data.tables import Row
from atrous.embed import Tokens
from atrous.encode import bag
from atrous.layers import Conv, Parallel, Pointwise, Stack
from atrous.model import Model
from atrous.predict import Classes
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

WORDS = ("not", "good", "bad", "film", "a")
READER = Reader(Tokeniser("words", True, WORDS))
LABELS = ("neg", "pos")


def one_hot() -> Tokens:
    """Every word is an axis of its own; padding and what is unknown are axes, too."""
    embed = Tokens(READER.sizes["ids"], READER.sizes["ids"])
    with torch.no_grad():
        embed.vectors.copy_(torch.eye(embed.size))
    return embed


def looking_for(*wanted: str) -> Conv:
    """A filter that counts how many of these words in a row stand there, in their order, less a half."""
    conv = Conv(READER.sizes["ids"], 1, kernel=len(wanted))
    with torch.no_grad():
        conv.weight.zero_()
        for place, word in enumerate(wanted):
            conv.weight[0, READER.tokeniser(word)[0], place] = 1.0
        conv.bias.fill_(-0.5)
    return conv


def detector() -> Model:
    """Filter 0 looks for "good" and speaks for pos, filter 1 for "not good" and for neg, filter 2 finds nothing."""
    dead = looking_for("film")
    with torch.no_grad():
        dead.weight.zero_()
    encode = Stack(Parallel(looking_for("good"), looking_for("not", "good"), dead), Pointwise(torch.relu))
    return _model(encode, Max(3), torch.tensor([[0.0, 3.0, 0.0], [1.0, 0.0, 9.0]]))


def linear(weights: torch.Tensor) -> Model:
    """The logits are the sums of the words' own, (words, labels)."""
    return _model(bag(READER.sizes["ids"]), Sum(READER.sizes["ids"]), weights.T)


def _model(encode: Layer, pool: Max | Sum, head: torch.Tensor) -> Model:
    model = Model(one_hot(), encode, pool, Classes(pool.outputs, len(head)))
    with torch.no_grad():
        model.predict.linear.weight.copy_(head)
        model.predict.linear.bias.zero_()
    return model.eval()


def bundle_of(model: Model) -> Bundle:
    """The model with what belongs to it."""
    return Bundle(model, READER, LABELS, load(None, ["embed.name=words"], encode="ngram"))


def learnt(rows: Sequence[Row], overrides: Sequence[str], *, encode: str = "bag", steps: int = 120) -> Bundle:
    """A small model that has learnt these rows by heart."""
    settings = load(
        None, [*([] if "embed.name=values" in overrides else ["embed.channels=8"]), *overrides], encode=encode
    )
    reader = fit_reader(settings, rows)
    labels = tuple(sorted({row.label for row in rows}))
    torch.manual_seed(0)
    bundle = Bundle.fresh(settings, reader, labels)
    batch, targets = Examples.of(reader, [row.given for row in rows], [labels.index(row.label) for row in rows]).batch(
        range(len(rows))
    )
    optimiser = torch.optim.Adam(bundle.model.parameters(), lr=0.05, weight_decay=1e-4)
    for _ in range(steps):
        optimiser.zero_grad()
        bundle.model.predict.loss(bundle.model(batch), targets).backward()
        optimiser.step()
    bundle.model.eval()
    return bundle
