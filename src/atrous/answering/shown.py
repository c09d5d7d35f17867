"""What of an answer is shown: its label and probability, the labels that come next, or that it abstains. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atrous.errors import ConfigError

if TYPE_CHECKING:
    from atrous.runtime.readable import AnyAnswer
else:  # it brings numpy, and every command's help reads this file
    AnyAnswer = Any


TAGGED = ("tags", "crf")  # kinds with an answer a token
MOST = 100  # answers to a text


class Shown(NamedTuple):
    """Which parts of every answer a user asked for.

    top: so many of the most probable labels besides; None: no others than the answer.
    min_probability: an answer that is less probable abstains; None: every text gets its label.

    >>> from atrous.runtime.readable import Answer
    >>> answer = Answer("pos", 0.75, {"neg": 0.25, "pos": 0.75})
    >>> Shown(top=2).head, Shown(top=2).cells(answer)
    (('label', 'probability', 'label_1', 'probability_1', 'label_2', 'probability_2'),
     ('pos', '0.750000', 'pos', '0.750000', 'neg', '0.250000'))
    >>> sure = Shown(top=1, min_probability=0.8)
    >>> sure.value(sure.of(answer))
    {'label': None, 'probability': 0.75, 'top': [{'label': 'pos', 'probability': 0.75}]}
    """

    top: int | None = None
    min_probability: float | None = None

    def check(self, kind: str, labels: int, *, model: str, scheme: str | None = None) -> None:
        """Refuse what a model with a readable form of this kind and so many labels has not.

        model: its name, for the message. scheme: of a tagger's tags. Raises ConfigError.
        """
        if kind in TAGGED:
            self._check_tagger(kind, model, scheme)
        elif self.top is not None and not 1 <= self.top <= labels:
            raise ConfigError(f"--top {self.top}: expected a number from 1 to {labels}, the labels of {model}")
        least = self.min_probability
        if least is not None and not 0 < least <= 1:
            raise ConfigError(f"--min-probability {least:g}: expected a number above 0 and at most 1, such as 0.9")
        if least is not None and kind == "labels":
            raise ConfigError(
                f"--min-probability: {model} gives a text any number of labels, each that reaches predict.threshold, "
                "and none is an answer, too; leave it out, and look at the probabilities that are printed"
            )

    def _check_tagger(self, kind: str, model: str, scheme: str | None) -> None:
        if self.top is not None and kind != "crf":
            raise ConfigError(
                f"--top: {model} gives every token its most probable tag, each by itself; only a CRF (predict.name = "
                "crf) has several best answers to a text"
            )
        if self.top is not None and not 1 <= self.top <= MOST:
            raise ConfigError(f"--top {self.top}: expected a number from 1 to {MOST}, of answers to each text")
        if self.min_probability is not None and scheme in (None, "plain"):
            raise ConfigError(
                f"--min-probability: {model} gives every token a tag, and has no span to leave out; leave it out, and "
                "look at the probabilities that --json prints"
            )

    def of(self, answer: AnyAnswer) -> AnyAnswer:
        """The answer, or that it abstains."""
        return answer if self.min_probability is None else answer.at_least(self.min_probability)

    @property
    def head(self) -> tuple[str, ...]:
        """The names of the columns that `cells` fills."""
        more = (f"{name}_{place}" for place in range(1, (self.top or 0) + 1) for name in ("label", "probability"))
        return ("label", "probability", *more)

    def cells(self, answer: AnyAnswer) -> tuple[str, ...]:
        """What a table holds of an answer that `of` gave; an empty label where it abstains."""
        pairs = [(answer.label, answer.probability), *(answer.top(self.top) if self.top else ())]
        return tuple(cell for label, probability in pairs for cell in (label, f"{probability:.6f}"))

    def value(self, answer: AnyAnswer) -> dict[str, Any]:
        """What an object holds of an answer that `of` gave; null as the label where it abstains.

        With `top`, a list of the labels asked for takes the place of all probabilities.
        """
        value = answer.to_json()
        if self.top:
            del value["probabilities"]
            value["top"] = [{"label": label, "probability": share} for label, share in answer.top(self.top)]
        return value


def abstentions(count: int, rows: int) -> str:
    """What is said at the end where a model may abstain.

    >>> abstentions(12, 1500)
    'abstained on 12 of 1,500'
    """
    return f"abstained on {count:,} of {rows:,}"
