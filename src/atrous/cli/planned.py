"""What `atrous field --cover N` does: plan, and show the plans side by side."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from atrous.cli.options import CostName, KindName
from atrous.cli.shown import say, say_json
from atrous.errors import ConfigError

if TYPE_CHECKING:
    from atrous.planning import By, Plan


class Asked(NamedTuple):
    """What only a plan is asked for; None where it was not."""

    channels: int | None
    by: CostName | None
    most_parameters: int | None
    most_flops: int | None
    centred: bool
    kind: KindName | None
    out: str | None

    def given(self) -> list[str]:
        """The options that were typed, as they are typed."""
        return [f"--{name.replace('_', '-')}" for name, value in self._asdict().items() if value not in (None, False)]


def planned(window: int, asked: Asked, *, steps: int, svg: str | None, force: bool, json: bool) -> None:
    """Plan so many steps, print the plans or their JSON, and write what was asked for.

    Raises ConfigError if no plan can be made, and OutputExists if a file is there already.
    """
    from atrous.outputs import check, new_file
    from atrous.planning import LONGEST, Plan, cheapest, cover, kinds, settings_of

    if window > LONGEST:
        raise ConfigError(f"--cover {window:,}: a window has at most {LONGEST:,} steps")
    outputs = {"--out": asked.out, "--svg": svg}
    for option, path in outputs.items():
        if path is not None:
            check(path, force=force, option=f" with {option}")
    if asked.out is not None and svg is not None and Path(asked.out).resolve() == Path(svg).resolve():
        raise ConfigError(f"--out and --svg both name {svg}; give each a file of its own")
    by: By = "flops" if asked.by == "flops" else "parameters"
    question: dict[str, Any] = {
        "channels": asked.channels or 64, "steps": steps, "by": by, "most_parameters": asked.most_parameters,
        "most_flops": asked.most_flops, "centred": asked.centred,
    }  # fmt: skip
    found = kinds(window, **question)
    plans = [one for one in found.values() if isinstance(one, Plan)] or cover(window, **question)  # which says why not
    best = cheapest(plans, by)
    refused = [reason for reason in found.values() if not isinstance(reason, Plan)]
    chosen = found[asked.kind.value] if asked.kind else best
    if not isinstance(chosen, Plan):
        raise ConfigError(f"{chosen}; leave --kind out to take the cheapest, {best.kind}")
    from atrous.draw import WHY, plans_cone, plans_picture, plans_table

    settings = settings_of(chosen)
    if asked.out is not None:
        with new_file(asked.out, force=force) as fresh:
            fresh.write_text(settings, encoding="utf-8")
    if svg is not None:
        with new_file(svg, force=force) as fresh:
            fresh.write_text(plans_picture(plans), encoding="utf-8")
    if json:
        own = {"asked": window, "channels": question["channels"], "steps": steps, "by": by, "centred": asked.centred}
        own |= {"cheapest": best.kind, "plans": [plan.to_json() for plan in plans], "refused": refused}
        say_json({**own, "settings": settings})
        return
    width = shutil.get_terminal_size((100, 24)).columns
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    say(plans_table(plans), "", *refused, f"Cheapest by {by}: {_found(plans, best, by)}.", WHY, "")
    say(plans_cone(plans, width=width, plain=ascii_only), "")
    about = f"The settings of the {'cheapest' if chosen is best else chosen.kind} plan"
    if asked.out is None:
        say(f"{about}, for `atrous train SETTINGS.toml --data FILE`:", "", settings.rstrip())
    else:
        say(f"{about} are in {asked.out}. Next:", f"  atrous train {asked.out} --data FILE")


def _found(plans: list[Plan], best: Plan, by: By) -> str:
    """The cheapest plan, and what decided where another costs as much."""
    other = "flops" if by == "parameters" else "parameters"
    equal = [plan for plan in plans if plan is not best and getattr(plan, by) == getattr(best, by)]
    dearer = [plan.kind for plan in equal if getattr(plan, other) > getattr(best, other)]
    words = {"parameters": "parameters", "flops": "FLOPs"}
    return best.kind + f" ({' and '.join(dearer)} takes as many, but more {words[other]})" * bool(dearer)
