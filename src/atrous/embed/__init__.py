"""What a model reads: a batch of named tensors becomes a sequence of vectors."""

from atrous.embed.build import embedding, fill
from atrous.embed.marked import Marked
from atrous.embed.multichannel import Multichannel
from atrous.embed.placed import Placed
from atrous.embed.pretrained import Pretrained
from atrous.embed.spelled import Spelled
from atrous.embed.tokens import Tokens
from atrous.embed.values import Values

__all__ = ["Marked", "Multichannel", "Placed", "Pretrained", "Spelled", "Tokens", "Values", "embedding", "fill"]
