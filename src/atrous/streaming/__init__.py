"""Texts that are still being written: what is decided of them so far."""
