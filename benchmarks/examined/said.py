"""What was found, each question's in a sentence or two: the numbers that docs/questions.md begins its answers with."""

import statistics
from collections.abc import Callable
from typing import Any

from .tables import KEPT, against, count, kept


def joined(found: dict[str, Any]) -> str:
    speed = found["speed"]
    models, last = speed["models"], str(speed["lengths"][-1])
    spent = {name: one["train"][last] for name, one in models.items()}
    lost = [f"{against(kept(path), 'hybrid', 'gru')} points on {data}" for data, path in KEPT.items()]
    return (
        f"**In numbers:** a training step on {last} tokens takes `hybrid` {spent['hybrid']:.0f} ms, `lstm` "
        f"{spent['lstm']:.0f} and `gru` {spent['gru']:.0f}: its recurrence waits "
        f"{models['hybrid']['in_a_row'][last]} times in a row where theirs wait {models['gru']['in_a_row'][last]}. "
        f"On short texts it pays with quality: against `gru` {' and '.join(lost)} (95 % intervals)."
    )


def causal(found: dict[str, Any]) -> str:
    leak, cost = found["leak"]["models"], found["cost"]["models"]
    whole, honest = (statistics.fmean(leak["residual"][kind]) for kind in ("bits_whole", "bits_honest"))
    past = statistics.fmean(leak["tcn"]["bits_honest"])
    return (
        f"**In numbers:** trained to predict the next byte, centred blocks seem to need {whole:.2f} bits for it. With "
        f"what comes after hidden, as it is where the model is used, they need {honest:.2f}, causal blocks {past:.2f}. "
        f"An answer after each of {found['cost']['tokens']} tokens costs `tcn` "
        f"{count(cost['tcn']['on']['flops'])}FLOP, as much as one answer at the end; `residual` "
        f"{count(cost['residual']['on']['flops'])}, `bilstm` {count(cost['bilstm']['again']['flops'])}."
    )


def dilation(found: dict[str, Any]) -> str:
    row, tokens = found["growth"]["windows"][-1], found["growth"]["tokens"]
    return (
        f"**In numbers:** a window of {row['window']:,} steps takes {row['plain']['layers']} plain layers, or "
        f"{row['dilated']['layers']} that dilate, or as many that stride. For {tokens:,} tokens the dilated ones give "
        f"{row['dilated']['outputs']:,} outputs for {count(row['dilated']['flops'])}FLOP, the strided ones "
        f"{row['strided']['outputs']} for {count(row['strided']['flops'])}."
    )


def gradients(found: dict[str, Any]) -> str:
    learnt, depth = found["learnt"], found["depth"]["kinds"]
    lag = str(learnt["lags"][1])
    seeds = [f"`{name}` {one['by_lag'][lag]['solved']}" for name, one in learnt["models"].items()]
    plain = depth["plain, torch's own initial weights"][-1]
    return (
        f"**In numbers:** a symbol {lag} steps back is in the field of all but `gated`; of three seeds, so many learnt "
        f"to say which it was in {learnt['run_steps']} steps: {', '.join(seeds)}. Through {plain['depth']} plain "
        f"convolutions, as torch begins them, {plain['median']:.0e} of a gradient arrives; through as many dense "
        f"ones, {depth['dense'][-1]['median']:.1f}."
    )


SAID: dict[str, Callable[[dict[str, Any]], str]] = {
    "joined": joined, "causal": causal, "dilation": dilation, "gradients": gradients,
}  # fmt: skip
