"""A model with all it needs to answer: reader, labels, settings, and the scores it earned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float32

from atrous.answering.compiled import compiled_of, set_compiled
from atrous.answering.predict import logits, vectors
from atrous.answering.shown import Shown
from atrous.answering.slide import slide_text
from atrous.answering.tabled import Latest, Tables
from atrous.answering.worded import Met
from atrous.bundle.judging import evaluated, row_scores, tagger_scores
from atrous.config import Settings
from atrous.data.batch import Examples
from atrous.data.seen import Words
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.data.text import Source
from atrous.draw.explanation import Explanation
from atrous.draw.projection import Projection
from atrous.errors import ConfigError
from atrous.explaining.begun import Asked
from atrous.explaining.deconvolution import deconvolve
from atrous.explaining.explain import explain
from atrous.explaining.ngrams import Filter, winning_ngrams
from atrous.explaining.tagged import Wanted, explain_tags
from atrous.layers import laid_out
from atrous.model import Model
from atrous.predict import CRF
from atrous.runtime.readable import AnyAnswer, Readable
from atrous.runtime.reader import Reader
from atrous.runtime.reader import Row as Given
from atrous.runtime.tagging import TagsAnswer
from atrous.tasks import TASKS
from atrous.window import Window


@dataclass(eq=False)
class Bundle:
    """A trained model and what belongs to it.

    model: torch's module, weight norm folded away. reader: from a row to what the model reads.
    labels: in the order of its logits. settings: presets filled in. scores: what training found, as in `scores.json`.
    seen: of a tagger of words, those of its training rows.
    int8: whether an n-gram classifier looks its answers up in numbers of 8 bits: sooner, and not quite the same.

    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> bundle = Bundle.fresh(Settings(), Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))
    >>> bundle.predict(["what a film"])[0].label in bundle.labels
    True
    >>> bundle
    Bundle(tcn over characters, 2 labels, sees 60 back)
    """

    model: Model
    reader: Reader
    labels: tuple[str, ...]
    settings: Settings
    scores: dict[str, Any] = field(default_factory=dict)
    seen: Words | None = None
    int8: bool = False
    _tables: Latest = field(default_factory=Latest, init=False, repr=False)
    _met: Met = field(default_factory=Met, init=False, repr=False)

    @classmethod
    def fresh(cls, settings: Settings, reader: Reader, labels: tuple[str, ...], *, most: int | None = None) -> Bundle:
        """An untrained model as the settings say.

        most: how many numbers it may hold, else ConfigError; None for what fits into half the machine's memory.
        """
        settings = settings.resolved()
        model = laid_out(TASKS[settings.task].build(settings, sizes=reader.sizes, labels=labels, most=most))
        return cls(model, reader, labels, settings)

    def __repr__(self) -> str:
        name, tokens = self.settings.encode.name, self.settings.embed.name
        return f"Bundle({name} over {tokens}, {len(self.labels)} labels, sees {self.window})"

    def _repr_html_(self) -> str:
        """What a notebook shows: the model card."""
        from atrous.bundle.notebook import shown  # of a bundle, and so above it

        return shown(self)

    @property
    def readable(self) -> Readable:
        """How its logits are read."""
        asked, head = self.settings.predict, self.model.predict
        chain, scheme = head.chain if isinstance(head, CRF) else None, asked.scheme or "plain"
        return Readable(asked.name, self.labels, asked.threshold, self.settings.data.separator, scheme, chain)

    @property
    def targets(self) -> Targets:
        """How the labels of a row become the numbers it is judged by."""
        asked, tagged = self.settings, self.model.tags
        several, scheme = asked.predict.name == "labels", asked.predict.scheme if tagged else None
        return Targets(self.labels, several, asked.data.separator, scheme=scheme)

    @property
    def tables(self) -> Tables | None:
        """The tables in which an n-gram classifier looks its answers up; None for a model that has none."""
        return self._tables.of(self.model, int8=self.int8) if self.reader.plain else None

    @property
    def compiled(self) -> bool:
        """Whether torch compiles the model before its first answer; set it. Raises as `answering.compiled.Compiled`."""
        return compiled_of(self.model) is not None

    @compiled.setter
    def compiled(self, wanted: bool) -> None:
        set_compiled(self.model, wanted)

    @property
    def window(self) -> Window:
        """The tokens that one step of the encoder sees."""
        return self.model.window

    @property
    def delay(self) -> int:
        """By how many steps the encoder lags while it streams; 0 for a causal one."""
        return self.model.delay

    def predict(self, texts: Given | Sequence[Given], *, min_probability: float | None = None) -> list[AnyAnswer]:
        """The label of every text, or its labels, with the probabilities of all; one text is a list of one.

        What a text is depends on what the model reads: of two texts a row it takes pairs, of series lists of numbers
        too (see `atrous.runtime.reader.Reader`). A tagger takes a text, or the list of its tokens, and gives every
        token a tag (see `atrous.runtime.tagging.TagsAnswer`).
        min_probability: an answer that is less probable abstains: its label is ""; spans that are less probable are
        left out.

        Raises TypeError if a text is no `str` or what else the model reads, DataError for a series that is none, and
        ConfigError for a min_probability that is none, or of a model that gives several labels.
        """
        shown = Shown(min_probability=min_probability)
        self._check(shown)
        several = self.reader.rows(texts)
        if not several:
            return []
        if self.model.tags:
            read = self._met.read(self.model, self.reader, several)
            return [*map(shown.of, self.readable.tagged(*read.parts))]
        found = logits(self.model, Examples.of(self.reader, several), self.tables).float().numpy()
        return [*map(shown.of, self.readable(found))]

    def _check(self, shown: Shown) -> None:
        asked = self.settings.predict
        shown.check(asked.name, len(self.labels), model="this model", scheme=asked.scheme)

    def best(self, texts: Given | Sequence[Given], *, count: int) -> list[list[TagsAnswer]]:
        """The most probable answers of a tagger that is a CRF to every text, best first: `count`, or all there are.

        Raises TypeError as `predict` does, and ValueError for another model or a count below 1.
        """
        read = self._met.read(self.model, self.reader, self.reader.rows(texts))
        return self.readable.best(*read.parts, count)

    def encode(
        self, texts: Given | Sequence[Given], *, unit_length: bool = False
    ) -> Float32[np.ndarray, "rows channels"]:
        """The vector of every text, before predict: for search, clustering and probes; one text is one row.

        A text's vector does not depend on those beside it. A text without a token has zeros. A tagger has a vector for
        every token: those of the first text, then of the second; `reader.cut` says which tokens those are.
        unit_length: divide each vector by its length, so that a product of two is their cosine; zeros stay zeros.

        >>> from atrous.runtime.tokeniser import Tokeniser
        >>> bundle = Bundle.fresh(Settings(), Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))
        >>> bundle.encode(["what a film", ""]).shape
        (2, 64)

        Raises TypeError and DataError as `predict` does.
        """
        several = self.reader.rows(texts)
        found = vectors(self.model, Examples.of(self.reader, several), self.tables).float().numpy()
        if unit_length:
            lengths = np.linalg.norm(found, axis=1, keepdims=True)
            found = found / np.where(lengths > 0, lengths, 1)
        return np.asarray(found, np.float32)

    def slide(self, text: Given, *, window: int, stride: int = 1, one_by_one: bool = False) -> list[AnyAnswer]:
        """The answer to every window of a long text: answer j is of tokens j * stride ... j * stride + window - 1.

        In one pass if that gives what `predict` gives for each window alone; see `atrous.answering.slide.slide` for
        when it does, and for the errors. one_by_one: read every window by itself.
        """
        if self.model.tags:
            raise ValueError("slide needs a model with one answer a window; a tagger has one for every token: predict")
        found = slide_text(self.model, self.reader, text, window=window, stride=stride, one_by_one=one_by_one)
        return [*self.readable(found.numpy())] if len(found) else []

    def explain(
        self,
        text: Given,
        *,
        method: Asked = "both",
        label: str | None = None,
        words: bool = False,
        token: int | None = None,
        span: str | None = None,
        quiet: bool = True,
    ) -> Explanation:
        """Which pieces of a text moved the answer, and by how much, in nats of a label's log-odds.

        text: one row, as `predict` takes them. method: "gradient" for gradient x input alone, "occlusion" for leaving
        pieces out alone. label: the one to explain, if not the answer. words: whole words, also where a model reads
        letters. A notebook shows what comes back as coloured text.
        token, span: of a tagger, the number of the token, from 1, or the label of the span that is explained; without,
            the most probable span, else the token whose tag is least certain. label: of a token, its tag.

        Raises ConfigError for a label that the model does not have, DataError for a text that is empty or too long, and
        where nothing moves the answer.
        """
        if self.model.tags:
            wanted = Wanted(token, span, label)
            return explain_tags(
                self.model, self.reader, self.readable, text, wanted=wanted, method=method, words=words, quiet=quiet
            )
        if token is not None or span is not None:
            raise ConfigError("a token or a span is explained of a tagger; this model has one answer for a whole text")
        given, read = self.reader.one(text), self.readable
        return explain(self.model, self.reader, read, given, method=method, label=label, words=words, quiet=quiet)

    def ngrams(
        self, texts: Sequence[Given], *, filters: int | Sequence[int] = 12, top: int = 5, quiet: bool = True
    ) -> list[Filter]:
        """The n-grams of these texts at which the model's filters are most active; see
        `atrous.explaining.ngrams.winning_ngrams` for what they are, and for the errors.

        filters: how many, those first that move the answers most, or their numbers. top: n-grams of each.
        """
        if isinstance(texts, str):
            raise TypeError(f"ngrams needs a sequence of texts, got one text: {texts[:60]!r}")
        return winning_ngrams(self.model, self.reader, self.labels, texts, filters=filters, top=top, quiet=quiet)

    def deconvolve(self, text: Given, *, filter: int | None = None) -> Projection:
        """A filter's strongest activation in a text, projected back to the text's vectors; see
        `atrous.explaining.deconvolution.deconvolve` for what that is, and for the errors.

        filter: its number; None for the most active one.
        """
        return deconvolve(self.model, self.reader, text, filter=filter)

    def evaluate(
        self,
        data: Source | Iterable[Any],
        *,
        text: str | None = None,
        label: str | None = None,
        beside: str | None = None,
        tokens: str | None = None,
        tags: str | None = None,
        encoding: str | None = None,
        min_probability: float | None = None,
        mistakes: int = 0,
    ) -> dict[str, Any]:
        """Scores on labelled rows: accuracy, macro F1, loss in nats, and those of each label; where a text can have
        several, micro F1 and exact match; of a model that cuts rows, how many it cut; of a tagger, see `tag_scores`.

        data: a file or rows, as for `atrous.train`.
        text, label, beside, tokens, tags: columns, if they are not those the model was trained with or the usual names.
        min_probability: say under "answered", too, on how many rows a model does not abstain that abstains below it,
            and how many of those are right; of a tagger, how right the spans are that are at least so probable.
        mistakes: of a tagger, so many of its surest ones, and of what it takes for what, too.

        Raises DataError and ConfigError as the readers do, DataError for a label that the model does not know, and
        ConfigError for a min_probability as `predict` does.
        """
        self._check(Shown(min_probability=min_probability))
        wanted = {"text": text, "label": label, "beside": beside, "tokens": tokens, "tags": tags, "encoding": encoding}
        return evaluated(self, data, wanted, min_probability=min_probability, mistakes=mistakes)

    def score(self, rows: Sequence[Row], *, min_probability: float | None = None) -> dict[str, Any]:
        """Scores on rows that were read already."""
        return self.score_of(self.examples(rows), rows, min_probability=min_probability)

    def examples(self, rows: Sequence[Row]) -> Examples:
        """What the model reads of labelled rows, and the numbers that it is judged by."""
        given, tagged = (row.given for row in rows), self.model.tags
        return Examples.of(self.reader, given, self.targets.array(rows), tagged=tagged)

    def score_of(
        self, examples: Examples, rows: Sequence[Row] = (), *, min_probability: float | None = None
    ) -> dict[str, Any]:
        """Scores on rows that were read and turned into ids already. rows: for a tagger's unknown words."""
        if self.model.tags:
            return tagger_scores(self, examples, rows, min_probability=min_probability)
        return row_scores(self, examples, min_probability=min_probability)

    def save(self, out: Source, *, force: bool = False) -> None:
        """Write the model folder; `atrous.load` reads it. Raises OutputExists if something is there already."""
        from atrous.bundle.folder import save  # the folder loads bundles, and so stands above them

        save(self, out, force=force)
