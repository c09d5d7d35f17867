"""What the tests of the race share: a small corpus, and models that learn it in no time."""

from atrous.comparing.entry import Entry
from atrous.config import load
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.training.tokens import tokenise

SMALL = ["embed.channels=8", "train.epochs=2", "train.batch=16", "embed.bigrams=50"]
ROWS = [{"text": f"a {['good', 'bad'][n % 2]} film seen {n} times", "label": ["pos", "neg"][n % 2]} for n in range(200)]


def corpus(train=60, other=20):
    rows = [Row(row["text"], row["label"], "", number) for number, row in enumerate(ROWS, 1)]
    parts = rows[:train], rows[train : train + other], rows[train + other : train + 2 * other]
    return Corpus(*parts, Targets(("neg", "pos")), ())


def raced(encode="ngram", overrides=(), rows=None):
    """(entry, corpus, tokens) of one model."""
    rows = rows or corpus()
    settings = load(None, [*SMALL, *overrides], encode=encode)
    tokens = tokenise(rows, settings)
    return Entry.of(settings, tokens.reader, budget=50_000), rows, tokens
