"""Footnotes: what the words of the page mean."""

from __future__ import annotations

from atrous.comparing.report.given import Race, called
from atrous.page.markup import Html, section, tag, text

_SCORES = {
    "accuracy": "the share of test texts whose answer is their label",
    "span F1": "of all spans: twice those given with the right edges and type, divided by given plus wanted",
    "micro F1": "of all labels of all texts: twice the right ones, divided by those given plus those wanted",
}
_TOKENS = "the share of the test rows' tokens whose tag is right"
_BAYES = "counts of how often each three letters come with each label, made in seconds; what a network must beat."
_LOOKUP = (
    "the tags or spans that the training rows have of the same words, looked up; what a network must beat. Spans: from "
    "the left the longest run of words that was mostly one span; tags: each word's most frequent one."
)


def terms(race: Race) -> Html:
    """The footnotes, each where the table's head points to."""
    said = _TOKENS if race.tags and race.score == "accuracy" else _SCORES.get(race.score, "the score")
    answer, things = ("tags", "tokens") if race.tags else ("label", "texts")
    pooled = "" if race.tags else ", before the steps are pooled"
    entries = {
        "score": (
            f"{race.score} on test",
            f"{said}; mean ± standard deviation over the seeds. "
            "The ± says how much the luck of the start matters, the intervals how much the choice of test rows does. "
            "A point is a hundredth.",
        ),
        "failed": ("failed", "runs whose loss stopped being a finite number; the mean is over the others."),
        "encoder": (
            "encoder, all",
            "trainable numbers of the part that was made equally large, and of the whole model with its embedding.",
        ),
        "sees": (
            "sees",
            f"the tokens beside its own that one step of the encoder can use{pooled}.",
        ),
        "steps": (
            "steps/s",
            "bare training steps a second, one batch each: forward, backward, optimiser, and nothing else.",
        ),
        "texts": ("texts/s", f"text in, {answer} out, many texts at once."),
        "alone": (
            "alone",
            f"text in, {answer} out, one text by itself: how long a person waits.",
        ),
        "peak": (
            "peak",
            "the most memory that a training step holds: weights, gradients, moments and what the backward pass needs.",
        ),
        "rate": ("rate", "the learning rate that was chosen on dev."),
        "found": (
            "found",
            f"of the {things} with that label, the share that was recognised (recall).",
        ),
        **({"lookup": (called(race.beaten), _LOOKUP)} if race.tags else {"bayes": ("naive Bayes", _BAYES)}),
        "majority": (
            "majority",
            f"always answering the most frequent {'tag' if race.tags else 'label'} of the training rows"
            f"{', and no span where tags write spans' * race.tags}.",
        ),
        "ceiling": ("ceiling", "what no function of the text alone can beat, for some texts come with several labels."),
        "interval": (
            "range of 95 in 100",
            "a paired bootstrap: the test rows are drawn anew, with replacement, the same rows for both, 10,000 times.",
        ),
        "calibration": (
            "expected calibration error",
            "the distance between an answer's probability and how often such answers are right, averaged over answers.",
        ),
        "dev": ("dev", "rows that are not trained on and that choose the epoch, the learning rate and the best model."),
    }
    if race.ceiling is None:
        del entries["ceiling"]
    items = [
        Html(tag("dt", text(name), id=f"term-{key}") + tag("dd", text(said, 500)))
        for key, (name, said) in entries.items()
    ]
    return section("terms", "Words", tag("dl", *items))
