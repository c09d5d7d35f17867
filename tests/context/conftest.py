import pytest

from atrous.context.found import Needs
from atrous.data.synthetic import dependency

# A cheap model that is cheaper still, for rows whose label needs a few words.
QUICK = {
    "set": ["embed=words", "embed.channels=12", "encode.channels=12", "train.epochs=6", "train.batch=16"],
    "seeds": 1, "most": 7, "quiet": True,
}  # fmt: skip


@pytest.fixture(scope="session")
def rows():
    """Rows by how many words their label needs, split into data, dev and test."""

    def made(length, count=400):
        found = [row._asdict() for row in dependency(length, rows=count, seed=1)]
        part = len(found) // 5
        return {"data": found[2 * part :], "dev": found[:part], "test": found[part : 2 * part]}

    return made


@pytest.fixture
def found():
    """An answer that nothing was trained for."""
    scores = {1: (0.5, 0.45, 0.55), 3: (0.6, 0.55, 0.65), 7: (0.9, 0.88, 0.92), 15: (0.905, 0.89, 0.92)}
    windows = tuple(
        {
            "window": window, "mean": mean, "low": low, "high": high, "scores": [mean - 0.01, mean + 0.01],
            "seeds": [0, 1], "failures": [], "epochs": [10, 10], "seconds": [1.0, 2.0],
        }
        for window, (mean, low, high) in scores.items()
    )  # fmt: skip
    counts = {"train": 2000, "dev": 200, "test": 300, "longest": 40, "usual": 15}
    return Needs(
        7, (7, 15), 0.97, False, 0.02, 0.005, windows, 0.5, "accuracy", "words", counts, {"data": "reviews.csv"},
        "# settings\n",
    )  # fmt: skip
