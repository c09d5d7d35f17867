"""The whole page out of the whole results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atrous.comparing.report.calibration import calibration
from atrous.comparing.report.confusion import confusion
from atrous.comparing.report.curves import curves
from atrous.comparing.report.differences import differences
from atrous.comparing.report.given import Race
from atrous.comparing.report.gradients import gradients
from atrous.comparing.report.mistakes import mistakes
from atrous.comparing.report.ngrams import ngrams
from atrous.comparing.report.planes import planes
from atrous.comparing.report.rates import rates
from atrous.comparing.report.repeat import repeat
from atrous.comparing.report.summary import heading, ranking, verdict
from atrous.comparing.report.terms import terms
from atrous.comparing.report.windows import windows
from atrous.page.document import document
from atrous.page.ink import need_matplotlib
from atrous.page.markup import Html, joined, tag, text

# In the order in which a colleague reads: what stands above explains what stands below.
_SECTIONS = (
    ("models", "All models", ranking),
    ("differences", "Differences", differences),
    ("curves", "Curves", curves),
    ("costs", "Speed and size", planes),
    ("windows", "Windows", windows),
    ("gradients", "Gradients", gradients),
    ("confusion", "Confusion", confusion),
    ("calibration", "Probabilities", calibration),
    ("ngrams", "Filters", ngrams),
    ("mistakes", "Mistakes", mistakes),
    ("rates", "Rates", rates),
    ("repeat", "Repeat", repeat),
    ("terms", "Words", terms),
)


def report(results: Mapping[str, Any]) -> str:
    """What a race found (its results.json) as one HTML page that needs no other file, no script and no network.

    The same results give the same page, byte for byte. Whatever the results leave out (null), the page does without.

    Raises MissingExtra if matplotlib is not installed, ConfigError if the results are of another format.
    """
    race = Race(results)
    need_matplotlib()
    sections = [one for one in _SECTIONS if one[0] != "ngrams" or not race.tags]  # of a tagger every step is read
    links = [tag("a", text(short), href=f"#{name}") for name, short, _ in sections]
    return document(
        heading(race),
        tag("header", tag("h1", text(heading(race), 120)), verdict(race)),
        tag("nav", joined(links), aria_label="Parts of this page"),
        tag("main", Html("\n"), joined([part(race) for _, _, part in sections]), Html("\n")),
    )
