"""Pretrained vectors out of the files that word2vec, fastText and GloVe write."""

from atrous.vectors.load import Vectors, load_vectors, with_channels

__all__ = ["Vectors", "load_vectors", "with_channels"]
