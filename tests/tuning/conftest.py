import pytest

from atrous.tuning.journal import quietly

SMALL = ["embed.channels=8", "embed.bigrams=40", "train.epochs=3", "train.batch=16"]


@pytest.fixture(scope="session")
def rows():
    """60 films, of which some are not what their words say."""
    words = ["good", "bad"]
    return [
        {"text": f"a {words[n % 2]} film seen {n * 37 % 101} times", "label": "no" if n % 2 and n % 7 else "yes"}
        for n in range(60)
    ]


@pytest.fixture
def hushed():
    with quietly():
        yield
