"""A tag for every step, all of a row together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from atrous.predict.partition import log_partition, mixing, precise, sums
from atrous.predict.tags import PADDED, counted, score_of
from atrous.runtime.chain import FORBIDDEN, Chain
from atrous.runtime.schemes import follows
from atrous.runtime.viterbi import best_of_rows
from atrous.window import Cost, linear_cost


class CRF(nn.Module):
    """Scores for every tag from the vector of each step, and for every pair of tags in turn: a linear-chain CRF.

    Shapes: (batch, time, inputs) -> (batch, time, labels), logits: what each step says for itself. A path of tags has
    the sum of its logits, of `begin`, of `transitions` (labels, labels) from each tag to the next, and of `end`; its
    probability is the softmax over all paths of the row. Targets are (batch, time), -1 where a row is padded.

    labels: the tags, in the order of the logits. scheme: how they name spans, as in `atrous.runtime.schemes`; moves
    that it forbids have no probability.
    dropout: the share of each vector's numbers dropped while training.

    >>> head = CRF(4, ["B-PER", "I-PER", "O"], scheme="iob2")
    >>> logits = head(torch.zeros(1, 2, 4)) * 0
    >>> round(head.loss(logits, torch.tensor([[0, 1]])).item(), 4)  # 5 of the 9 paths are allowed; nats a step
    0.8047

    Raises ValueError if there are fewer than two tags.
    Source: Lafferty, McCallum, Pereira 2001, https://repository.upenn.edu/cis_papers/159; over a network:
    Lample et al. 2016, section 2.2, https://arxiv.org/abs/1603.01360
    """

    allowed_first: Tensor
    allowed_moves: Tensor
    allowed_last: Tensor

    __call__: Callable[..., Tensor]

    def __init__(self, inputs: int, labels: Sequence[str], *, scheme: str, dropout: float = 0.0) -> None:
        super().__init__()
        if len(labels) < 2:
            raise ValueError(f"CRF needs at least two tags, got {len(labels)}")
        self.labels, self.scheme, self.dropout = tuple(labels), scheme, dropout
        self.score = score_of(scheme)
        self.linear = nn.Linear(inputs, len(labels))
        # At zero a CRF is a softmax a step, within what the scheme allows.
        self.begin = nn.Parameter(torch.zeros(len(labels)))
        self.transitions = nn.Parameter(torch.zeros(len(labels), len(labels)))
        self.end = nn.Parameter(torch.zeros(len(labels)))
        for name, allowed in zip(("first", "moves", "last"), follows(self.labels, scheme), strict=True):
            self.register_buffer(f"allowed_{name}", torch.tensor(allowed), persistent=False)
        self.mixes = mixing(self.allowed_moves)
        emitting, moves = linear_cost(inputs, len(labels)), len(labels) * (len(labels) + 2)
        self.cost = Cost(emitting.parameters + moves, emitting.flops)

    def forward(self, x: Float[Tensor, "batch time inputs"]) -> Float[Tensor, "batch time labels"]:
        logits: Tensor = self.linear(F.dropout(x, self.dropout, self.training))
        return logits

    @property
    def chain(self) -> Chain:
        """What is added to the logits, forbidden moves with it: all that decoding needs besides them."""
        return Chain(*(part.detach().float().cpu().numpy() for part in self._parts()))

    def log_likelihood(
        self, logits: Float[Tensor, "batch time labels"], targets: Int[Tensor, "batch time"]
    ) -> Float[Tensor, " batch"]:
        """The logarithm of the probability of each row's tags, in double; 0 for a row without steps."""
        real, dtype = targets != PADDED, precise(logits.device)
        lengths, tags = real.sum(1), targets.clamp(min=0).long()
        begin, transitions, end = (part.to(dtype) for part in self._parts())
        if not logits.shape[1]:
            return logits.to(dtype).sum((1, 2))
        said = logits.gather(2, tags[:, :, None])[:, :, 0].to(dtype)
        moves = transitions[tags[:, :-1], tags[:, 1:]]
        last = tags.gather(1, (lengths[:, None] - 1).clamp(min=0))[:, 0]
        edges = (begin[tags[:, 0]] + end[last]).masked_fill(lengths == 0, 0.0)
        path = said.masked_fill(~real, 0.0).sum(1) + moves.masked_fill(~real[:, 1:], 0.0).sum(1) + edges
        return path - log_partition(logits, lengths, begin, transitions, end, mixes=self.mixes)

    def loss(
        self,
        logits: Float[Tensor, "batch time labels"],
        targets: Int[Tensor, "batch time"],
        *,
        weights: Float[Tensor, " labels"] | None = None,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """The negative log-likelihood of the rows' tags divided by the real steps, in nats; 0 where there is none.

        Raises ValueError for weights or smoothing: the loss is that of whole paths, not of labels.
        """
        if weights is not None or smoothing:
            raise ValueError("a CRF's loss is that of whole rows: it takes no weights of labels and no smoothing")
        real = (targets != PADDED).sum()
        return (-self.log_likelihood(logits, targets).sum() / real.clamp(min=1)).to(_single(logits))

    def probabilities(
        self, logits: Float[Tensor, "batch time labels"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time labels"]:
        """The readable form: how probable each tag is at each step, over all paths of its row; 0 where it is padded.

        lengths: how many steps of each row are real; unset: all.
        """
        if lengths is None:
            lengths = torch.full((len(logits),), logits.shape[1], device=logits.device)
        return sums(logits, lengths, *self._parts(), mixes=self.mixes).marginals.to(_single(logits))

    def best(
        self, logits: Float[Tensor, "batch time labels"], lengths: Int[Tensor, " batch"]
    ) -> Int[Tensor, "batch time"]:
        """The most probable path of each row, by Viterbi's algorithm; -1 where it is padded."""
        real = torch.arange(logits.shape[1], device=logits.device) < lengths[:, None]
        starts = np.concatenate([[0], lengths.cpu().numpy().cumsum()])
        found = best_of_rows(logits.detach()[real].float().cpu().numpy(), starts, self.chain)
        paths = torch.full(logits.shape[:2], PADDED, device=logits.device)
        paths[real] = torch.from_numpy(found).to(logits.device)
        return paths

    def counts(
        self, logits: Float[Tensor, "batch time labels"], targets: Int[Tensor, "batch time"]
    ) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
        """Two numbers whose sums over all rows divide to the score; see `counted`."""
        return counted(self.best(logits, (targets != PADDED).sum(1)), targets, self.labels, self.scheme)

    def _parts(self) -> list[Tensor]:
        parts = (self.begin, self.allowed_first), (self.transitions, self.allowed_moves), (self.end, self.allowed_last)
        return [torch.where(allowed, part, FORBIDDEN) for part, allowed in parts]


def _single(logits: Tensor) -> torch.dtype:
    """What is told of logits: at least in float32, whatever they were computed in."""
    return torch.promote_types(logits.dtype, torch.float32)
