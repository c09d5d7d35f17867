import pytest

from atrous.errors import ConfigError, MissingExtra
from atrous.training.logger import check_logger, logger


def test_no_logger_is_none(tmp_path):
    assert logger(None, tmp_path, steps=0) is None


def test_an_unknown_logger_is_refused():
    with pytest.raises(ConfigError, match=r"--logger tensorbord: expected tensorboard \(did you mean"):
        check_logger("tensorbord")


def test_a_logger_that_is_not_installed_says_what_to_install(monkeypatch):
    monkeypatch.setattr("atrous.training.logger.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'tensorboard is not installed; pip install "atrous\[tensorboard\]"'):
        check_logger("tensorboard")
