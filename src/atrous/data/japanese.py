"""500 Japanese sentences with named entities, out of the package hironsancorpus."""

from __future__ import annotations

import json
from pathlib import Path

from atrous.data.split import share
from atrous.data.tagged.sentences import joined
from atrous.data.text import lines
from atrous.errors import DataError
from atrous.runtime.schemes import spans_of, tags_of

PARTS = ("train", "dev", "test")
LICENCE = """\
Sentences and entities of the Hironsan corpus, https://github.com/Hironsan/hironsan_corpus (hironsancorpus on PyPI),
by Hironsan, MIT licence. Written by `atrous data ner-ja`: what comes twice is there once, and two entities
that lacked the B- they begin with have it.

.jsonl: text and spans, offsets in characters from 0. .conll: the corpus's own words, a tab, the tag in IOB2.

ART works and products   DAT dates   LOC places   MON sums of money   ORG organisations   PER percentages and rates
PSN persons   TIM times of day
"""

_SHARE = 0.1  # of the sentences, for dev and for test
_SCHEME = "iob2"


def entities(corpus: Path, out: Path) -> None:
    """Write train, dev and test (80, 10 and 10 of 100 sentences) as texts with spans and as words with IOB2 tags.

    corpus: the package's file: a word a line, other columns, of which some words have fewer, and the tag in the last.
    out: the folder that gets train.jsonl, train.conll, ... and README.txt.

    A sentence that comes twice is written once, and its part follows from a hash of it. An entity that lacks its B-,
    as two do, gets it.

    Raises DataError if the file is not there or is another.
    """
    written: dict[str, dict[str, list[str]]] = {part: {"jsonl": [], "conll": []} for part in PARTS}
    words: list[tuple[str, str]] = []
    seen: set[str] = set()
    for number, line in [*lines(corpus), (0, "")]:
        cells = line.split("\t")
        if len(cells) > 1 and all(cells[:1] + cells[-1:]):
            words.append((cells[0], cells[-1]))
            continue
        if line:
            raise DataError(
                f"{corpus} line {number}: expected a word, its columns and a tag; install the package again"
            )
        tokens = tuple(word for word, _ in words)
        text, offsets = joined(tokens, "")
        if words and text not in seen:
            seen.add(text)
            spans = spans_of([tag for _, tag in words], _SCHEME)
            found = [{"start": offsets[a][0], "end": offsets[b - 1][1], "label": label} for a, b, label in spans]
            tags = tags_of(spans, len(tokens), _SCHEME)
            place = share(text)
            part = written["test" if place < _SHARE else "dev" if place < 2 * _SHARE else "train"]
            part["jsonl"].append(json.dumps({"text": text, "spans": found}, ensure_ascii=False))
            part["conll"].append("".join(f"{token}\t{tag}\n" for token, tag in zip(tokens, tags, strict=True)))
        words = []
    for name, kinds in written.items():
        for ending, rows in kinds.items():
            (out / f"{name}.{ending}").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    (out / "README.txt").write_text(LICENCE, encoding="utf-8")
