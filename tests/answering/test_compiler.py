import pytest

from atrous.answering.compiler import need_compiler
from atrous.errors import MissingExtra


def test_the_compiler_that_is_named_is_taken(tmp_path, monkeypatch):
    own = tmp_path / "c++-of-mine"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("CXX", str(own))
    assert need_compiler() == str(own)


def test_a_compiler_that_is_not_there_is_said_with_what_to_do(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(MissingExtra, match=r"no-such-compiler is not found; install one .* leave --compile out"):
        need_compiler()
