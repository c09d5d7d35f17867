"""What a model reads: a batch of named tensors becomes a sequence of vectors."""

from atrous.embed.build import embedding
from atrous.embed.tokens import Tokens

__all__ = ["Tokens", "embedding"]
