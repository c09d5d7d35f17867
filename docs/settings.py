"""Write the tables of settings.md out of the settings themselves: `python docs/settings.py`.

A test holds the page equal to what this writes.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from atrous.config import ENCODE_SETTINGS, PRESETS, Section, Settings

PAGE = Path(__file__).with_name("settings.md")
START, END = "<!-- tables -->", "<!-- end of tables -->"


def shown(value: object) -> str:
    """A default as it stands in a settings file."""
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'`"{value}"`'
    return f"`{json.dumps(value) if isinstance(value, tuple) else value}`"


def choices(annotation: object) -> list[str]:
    """The names that a Literal offers, also one that may be None."""
    parts = getattr(annotation, "__args__", ())
    return [name for part in parts for name in ([part] if isinstance(part, str) else choices(part))]


def row(prefix: str, name: str, field: FieldInfo) -> str:
    """One line of a table: setting, default, meaning, and the names to choose from."""
    names = choices(field.annotation)
    meaning = field.description or ""
    if names:
        meaning += ": " + ", ".join(f"`{one}`" for one in names)
    return f"| `{prefix}{name}` | {shown(field.default)} | {meaning} |"


def table(prefix: str, section: type[Section], *, without: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines of one section's table."""
    yield from ("| setting | default | meaning |", "|---|---|---|")
    for name, field in section.model_fields.items():
        if name not in without and not isinstance(field.default, Section):
            yield row(prefix, name, field)


def tables() -> str:
    """Every table of the page."""
    lines = [*table("", Settings)]
    for name, field in Settings.model_fields.items():
        if not isinstance(field.default, Section):
            continue
        if name != "encode":
            lines += [
                "",
                f"## {name}",
                "",
                type(field.default).__doc__ or "",
                "",
                *table(f"{name}.", type(field.default)),
            ]
            continue
        lines += [
            "",
            "## encode",
            "",
            f"`encode.name` is one of the names below; it is `{field.default.model_dump()['name']}`",
        ]
        lines[-1] += " unless you say otherwise. Each encoder has its own settings beside it."
        for encoder, section in ENCODE_SETTINGS.items():
            lines += ["", f"### {encoder}", "", section.__doc__ or "", ""]
            if section().options:
                lines += [*table("encode.", section, without=("name",))]
            else:
                lines += ["No settings."]
    lines += ["", "## Presets", "", "What a setting that is unset stands for, by encoder:", ""]
    lines += ["| encoder | `train.rate` | `attend.name` | `embed.bigrams` |", "|---|---|---|---|"]
    lines += [f"| {name} | {one.rate} | {one.pool} | {one.bigrams} |" for name, one in PRESETS.items()]
    return "\n".join(lines)


def page() -> str:
    """The page with the tables as they must be."""
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    return f"{before}{START}\n\n{tables()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
