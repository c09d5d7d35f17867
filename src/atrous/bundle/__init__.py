"""What training returns and what a model folder holds."""

from atrous.bundle.folder import load
from atrous.bundle.trained import Bundle

__all__ = ["Bundle", "load"]
