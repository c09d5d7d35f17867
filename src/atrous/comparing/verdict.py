"""What a race found, in sentences: also where it found nothing, and where convolutions lose. No torch here."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from atrous.comparing.baselines import strong
from atrous.page.words import listed
from atrous.runtime.readable import spoken

# What an encoder reads a sequence with; a test holds every encoder to be in one of them.
FAMILIES: dict[str, tuple[str, ...]] = {
    "convolution": (
        "conv", "deep", "dense", "gated", "highway", "idcnn", "kmax",
        "multiscale", "ngram", "residual", "tcn", "tdnn", "unet", "wavenet",
    ),
    "recurrence": ("bigru", "bilstm", "birnn", "gru", "lstm", "rnn"),
    "attention": ("attention",),
    "both convolution and recurrence": ("hybrid",),
    "neither": ("bag",),
}  # fmt: skip
_RIVALS = ("recurrence", "attention")  # of convolutions

Models = Mapping[str, Mapping[str, Any]]


class Gap(NamedTuple):
    """By how much one is above another on test, and the interval; None where nothing was drawn anew."""

    difference: float
    low: float | None = None
    high: float | None = None

    @property
    def clear(self) -> bool | None:
        """Whether the interval is on one side of zero; None if there is none."""
        return None if self.low is None or self.high is None else self.low > 0 or self.high < 0

    @property
    def interval(self) -> str:
        """The interval in words; "" if there is none."""
        if self.low is None or self.high is None:
            return ""
        return f"95 % interval {100 * self.low + 0:+.1f} to {100 * self.high + 0:+.1f}"  # + 0: there is no -0


def verdict(results: Mapping[str, Any]) -> list[str]:
    """The best on dev and how sure that is, how it stands to the baseline, convolutions against the others, failures.

    >>> models = [{"name": "tcn", "mean": 0.8, "scores": [0.79, 0.81], "dev_scores": [0.8, 0.8]}]
    >>> found = {"models": models, "best": {"name": "tcn"}, "baselines": {"character trigrams, naive Bayes": 0.85}}
    >>> print(*verdict(found), sep="\\n")
    The best model on dev, tcn, has accuracy 0.8000 on test.
    tcn is 5.0 points below character trigrams, naive Bayes (0.8500).
    No model reaches that baseline.
    """
    models = {model["name"]: model for model in results["models"] if model["mean"] is not None}
    if not results["best"] or results["best"]["name"] not in models:
        return [*_partial(results), "No run of any model finished.", *_failures(results)]
    best = results["best"]["name"]
    score = spoken(results.get("score", "accuracy"))
    return [
        *_partial(results),
        f"The best model on dev, {best}, has {score} {models[best]['mean']:.4f} on test.",
        *_rivals(results, models, best),
        *_baseline(results, models, best),
        *_families(results, models),
        *_failures(results),
    ]


def gap(results: Mapping[str, Any], models: Models, one: str, other: str) -> Gap:
    """By how much `one` is above `other`; the other may be a baseline."""
    for found in results.get("differences", ()):
        if (found["better"], found["worse"]) == (one, other):
            return Gap(found["difference"], found["low"], found["high"])
        if (found["better"], found["worse"]) == (other, one):
            return Gap(-found["difference"], -found["high"], -found["low"])
    means = [models[name]["mean"] if name in models else results["baselines"][name] for name in (one, other)]
    return Gap(means[0] - means[1])


def _rivals(results: Mapping[str, Any], models: Models, best: str) -> Iterator[str]:
    """How the best stands to the other models."""
    others = sorted((name for name in models if name != best), key=lambda name: -models[name]["mean"])
    gaps = {name: gap(results, models, best, name) for name in others}
    if not others or gaps[others[0]].clear is None:
        return
    following = others[0]
    first = gaps[following]
    where = f"{_points(first.difference)} {following}"
    ahead = [name for name, found in gaps.items() if found.clear and found.difference < 0]
    level = [name for name, found in gaps.items() if not found.clear]
    if ahead:
        yield f"On test it is clearly beaten by {listed(ahead)}: dev and test do not agree on the best model."
    elif level:
        yield f"No clear winner: {best} is {where} ({first.interval}, which spans zero)."
    elif len(others) == 1:
        yield f"It is clearly better: {where} ({first.interval})."
    else:
        yield f"It is clearly better than all others: {where}, the next ({first.interval})."
    if len(level) > 1 or (level and ahead):
        yield f"{results['data']['test']:,} test rows do not tell {best} apart from {listed(level)}."


def _baseline(results: Mapping[str, Any], models: Models, best: str) -> Iterator[str]:
    """How the models stand to the baseline to beat, where there is one."""
    name = strong(results["baselines"])
    baseline = results["baselines"].get(name)
    if baseline is None:
        return
    found = gap(results, models, best, name)
    sure = "" if found.clear is None else f", {'clearly' if found.clear else 'but not clearly'} ({found.interval})"
    yield f"{best} is {_points(found.difference)} {name} ({baseline:.4f}){sure if found.difference else ''}."
    beat = [one for one, model in models.items() if model["mean"] >= baseline]
    yield f"No worse than that baseline: {listed(beat)}." if beat else "No model reaches that baseline."


def _families(results: Mapping[str, Any], models: Models) -> Iterator[str]:
    """The best convolution against the best recurrence and against attention, each chosen on dev."""
    best = {
        family: max(there, key=lambda name: statistics.fmean(models[name]["dev_scores"]))
        for family, names in FAMILIES.items()
        if (there := [name for name in models if name.partition("+")[0] in names])
    }
    ours = best.get("convolution")
    for family in _RIVALS:
        theirs = best.get(family)
        if ours is None or theirs is None:
            continue
        found = gap(results, models, ours, theirs)
        if found.clear is False:
            said = f"Convolution and {family} are not told apart"
        else:
            said = f"Convolution {'wins against' if found.difference > 0 else 'loses against'} {family}"
        interval = f" ({found.interval})" if found.interval else ""
        yield f"{said}: {ours}, the best of the one, is {_points(found.difference)} {theirs}{interval}" + (
            f"{_faster(models[ours], models[theirs])}."
        )


def _faster(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """How many times as fast; "" where it was not measured."""
    said = []
    for field, does in (("train_steps_per_second", "trains"), ("texts_per_second", "answers")):
        one, other = ours.get(field), theirs.get(field)
        if one and other:
            times = f"{one / other:.1f}"
            said.append(f"{does} {'as fast' if times == '1.0' else f'{times} times as fast'}")
    return f", and {' and '.join(said)}" if said else ""


def _failures(results: Mapping[str, Any]) -> Iterator[str]:
    for model in results["models"]:
        failed = model.get("failed_seeds", 0)
        if failed:
            yield f"{model['name']} failed with {failed} of {failed + len(model['scores'])} seeds."


def _partial(results: Mapping[str, Any]) -> Iterator[str]:
    if results.get("interrupted"):
        ended = sum(len(model["scores"]) for model in results["models"])
        yield f"Interrupted: what follows is of the {ended} runs that count so far."


def _points(difference: float) -> str:
    if abs(difference) < 0.0005:
        return "level with"
    return f"{abs(difference) * 100:.1f} points {'above' if difference > 0 else 'below'}"
