"""The beginning of the page: what was asked, what came out, and the table of all models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from atrous.comparing.baselines import MAJORITY, SPANS, TRIGRAMS, WORDS
from atrous.comparing.report.given import Entry, Race, called, sequence
from atrous.page.ink import swatch
from atrous.page.markup import Html, cell, column, joined, number, row, section, stranger, table, tag, text
from atrous.page.words import NONE, counted, finite, listed, measured, memory, rate, score, shown, whole

_CEILING = "ceiling"


def heading(race: Race) -> str:
    """What the page is about, in a few words."""
    return f"{counted(len(race.entries), 'model')} compared: {race.score} on test"


def asked(race: Race) -> Html:
    """What was asked, on what data, under what conditions: a sentence or two."""
    data, plan = race.part("data"), race.part("plan")
    train, test = finite(data.get("train")), finite(data.get("test"))
    said = f"Which of {counted(len(race.entries), 'model')} answers best"
    said += f" after training on {counted(int(train), 'row')}" if train is not None else ""
    said += f" of {shown(name, 80)}" if (name := _source(data)) else ""
    said += f", judged by {race.score}"
    said += f" on {counted(int(test), 'row')} that none had seen" if test is not None else ""
    parts = []
    if (budget := finite(plan.get("budget"))) is not None:
        parts.append(f"about {whole(budget)} parameters in its encoder")
    if (rates := finite(plan.get("rates")) or 0) > 1:
        parts.append(f"a search over {counted(int(rates), 'learning rate')}")
    if seeds := sequence(plan.get("seeds")):
        parts.append(counted(len(seeds), "seed"))
    same = f" Each got the same data, {listed(parts)}." if parts else ""
    return tag("p", text(f"{said}?{same}", 600))


def _source(data: Mapping[str, Any]) -> str:
    """The file that the rows for training came from, as the command line was told; nothing where it was no file."""
    files = data.get("files")
    file = str(files.get("data") or files.get("train") or "") if isinstance(files, Mapping) else ""
    return "" if file.startswith("rows of") else file


def verdict(race: Race) -> Html:
    """The answer before anything else."""
    sentences = [tag("p", text(one, 600)) for one in sequence(race.raw.get("verdict")) if one]
    found = tag("div", joined(sentences), class_="verdict") if sentences else Html("")
    stopped = "The race was interrupted; this page shows what had finished by then."
    note = tag("p", text(stopped), class_="note") if race.raw.get("interrupted") else Html("")
    return joined([found, asked(race), note])


def ranking(race: Race) -> Html:
    """The table of all models, the baselines and the ceiling in their place."""
    head = [column(text("model"))]
    head += [
        column(text(title), class_=None if term == "sees" else "number", note=term) for title, term in _columns(race)
    ]
    rows = [(one.mean or 0.0, _model(one, race)) for one in race.ranked]
    rows += [(value, _line(name, value, len(head))) for name, value in race.baselines.items()]
    if race.ceiling is not None:
        rows.append((race.ceiling, _line(_CEILING, race.ceiling, len(head))))
    rows.sort(key=lambda one: -one[0])
    unfinished = [_unfinished(one, len(head)) for one in race.entries if one.mean is None]
    says = "Encoder and all: their parameters. The sign beside a name is that of the model in every figure."
    made = table("From best to worst on test", head, [one for _, one in rows] + unfinished, says=text(says, 200))
    return section("models", "All models", made, _remarks(race))


def _columns(race: Race) -> list[tuple[str, str]]:
    """The heads of the columns and the footnotes that explain them."""
    return [
        (f"{race.score} on test", "score"),
        ("failed", "failed"),
        ("encoder", "encoder"),
        ("all", "encoder"),
        ("sees", "sees"),
        ("steps/s", "steps"),
        ("texts/s", "texts"),
        ("alone", "alone"),
        ("peak", "peak"),
        ("rate", "rate"),
    ]


def _model(entry: Entry, race: Race) -> Html:
    sd, failed = entry.number("sd"), entry.number("failed_seeds")
    spread = tag("small", text(f" ± {sd:.4f}")) if sd is not None else Html("")
    chosen = text(" ★") if race.best is entry else Html("")
    budget = entry.raw.get("budget") or {}
    star = tag("a", text("*"), href="#remarks") if budget.get("exempt") or budget.get("note") else Html("")
    return row(
        joined([swatch(entry.place), stranger(entry.name), chosen], ""),
        [
            cell(joined([text(score(entry.mean)), spread], ""), class_="number"),
            cell(tag("b", text(whole(failed))), class_="number") if failed else number(whole(failed)),
            cell(joined([text(whole(entry.number("encoder_parameters"))), star], ""), class_="number"),
            number(whole(entry.number("parameters"))),
            cell(text(entry.raw.get("sees") or NONE, 40), class_="sees"),
            number(measured(entry.number("train_steps_per_second"))),
            number(whole(entry.number("texts_per_second"))),
            number(measured(entry.number("milliseconds_alone"), "ms")),
            number(memory(entry.number("peak_bytes"))),
            number(rate(entry.number("rate"))),
        ],
    )


def _line(name: str, value: float, columns: int) -> Html:
    """A baseline or the ceiling: a score and nothing else."""
    term = {TRIGRAMS: "bayes", WORDS: "lookup", SPANS: "lookup", MAJORITY: "majority", _CEILING: "ceiling"}.get(name)
    said = text(called(name))
    blank = tag("td", colspan=columns - 2)
    return row(
        tag("a", said, href=f"#term-{term}") if term else said, [number(score(value)), blank], class_="reference"
    )


def _unfinished(entry: Entry, columns: int) -> Html:
    cells = [number("no run finished"), number(whole(entry.number("failed_seeds"))), tag("td", colspan=columns - 3)]
    return row(joined([swatch(entry.place), stranger(entry.name)], ""), cells, class_="reference")


def _remarks(race: Race) -> Html:
    """What is to be known of single models: why runs failed, and where the budget was not met."""
    remarks = []
    if race.best is not None:
        remarks.append(tag("li", text("★ the best on dev, which is how it was chosen; test had no say")))
    for entry in race.entries:
        budget = entry.raw.get("budget") or {}
        note = budget.get("note") or ("exempt from the budget" if budget.get("exempt") else "")
        if note:
            remarks.append(tag("li", text("* "), stranger(entry.name), text(f": {note}", 300)))
        for failure, runs in Counter(str(one) for one in sequence(entry.raw.get("failures"))).items():
            remarks.append(tag("li", stranger(entry.name), text(f": {counted(runs, 'run')} failed: {failure}", 300)))
    return tag("ul", joined(remarks), class_="remarks", id="remarks") if remarks else Html("")
