"""The command line: parse, call one function, print. Nothing heavy is imported before it is needed."""

from atrous.cli.entry import main

__all__ = ["main"]
