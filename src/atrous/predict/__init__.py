"""What a model answers: each head owns its output, its loss and its readable form."""

from atrous.predict.classes import Classes

__all__ = ["Classes"]
