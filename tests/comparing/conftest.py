import pytest

from atrous.comparing import estimate, speed


@pytest.fixture(autouse=True)
def quick_measurements(monkeypatch):
    """What is measured here is not looked at."""
    monkeypatch.setattr(speed, "_SECONDS", 0.01)
    monkeypatch.setattr(estimate, "_SECONDS", 0.01)
