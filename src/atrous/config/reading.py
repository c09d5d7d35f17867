"""Reading settings out of a file and the command line, all mistakes at once, and writing them. No torch here."""

from __future__ import annotations

import difflib
import json
import re
import reprlib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from atrous.config.encoders import ENCODE_SETTINGS
from atrous.config.fields import Settings
from atrous.config.section import Section
from atrous.errors import ConfigError, quoted

NAMED = (
    "embed",
    "encode",
    "attend",
    "predict",
)  # sections that a name stands for: encode = "tcn" is encode.name = "tcn"
Tree = dict[str, Any]
_SIZE = 2**20  # bytes of a settings file, at most
_DEEP = re.compile(r"""(?:(?:[\w-]{1,100}|"[^"\n]{0,100}"|'[^'\n]{0,100}')[ \t]*\.[ \t]*){50}""", re.ASCII)
_HUGE = re.compile("0[xob][0-9a-f_]{1000}", re.IGNORECASE)
_LONGEST = 200  # characters of a value in a message


class _Short(reprlib.Repr):
    """Of a value with parts only the first few, and no number that Python refuses to write."""

    def repr_int(self, x: int, level: int) -> str:
        return _shown(x)


_SHORT = _Short()


def load(
    path: str | Path | None = None,
    overrides: Sequence[str] = (),
    *,
    assumed: Mapping[str, Any] | None = None,
    **sections: Any,
) -> Settings:
    """The settings of a TOML file, then of `sections`, then of `overrides`; what comes later wins.

    path: None for no file. overrides: `KEY=VALUE`, a dotted key and a TOML value; what is not TOML is a text.
    assumed: what is so unless any of them says otherwise.
    sections: a mapping each, or a name: `encode="lstm", train={"seed": 3}`; a value of None is not there.
    Naming another encoder than the file's leaves the file's settings of its own encoder out.

    >>> load(encode="lstm", train={"epochs": 3, "rate": None}).train.epochs
    3

    Raises ConfigError that lists every mistake, one a line, each with its file and line or its `--set`.
    """
    tree: Tree = dict(assumed or {})
    origins: dict[str, str] = {}
    if path is not None:
        text = _text(Path(path))
        lines = _lines(text)
        _merge(tree, _parsed(text, path), origins, {key: f"{path} line {line}: " for key, line in lines.items()})
        origins[""] = f"{path}: "
    given = {name: _without_none(section) for name, section in sections.items() if section is not None}
    _merge(tree, given, origins, {})
    typed, places, problems = _typed(overrides)
    _merge(tree, typed, origins, places)
    try:
        # Outside problems are told together with those of the fields, so that one run shows them all.
        settings = Settings.model_validate(_with_encoder(tree))
    except ValidationError as error:
        problems += [_problem(dict(one), tree, origins) for one in error.errors(include_url=False)]
    if problems:
        raise ConfigError("\n".join(problems))
    return settings


def dump(settings: Settings) -> str:
    """The settings as TOML; what is None is left out.

    >>> print(dump(Settings()).splitlines()[0])
    task = "classify"
    """
    lines: list[str] = []
    for key, value in settings.model_dump(exclude_none=True).items():
        if not isinstance(value, dict):
            lines.append(f"{key} = {_toml(value)}")
        elif value:
            lines += ["", f"[{key}]", *(f"{name} = {_toml(one)}" for name, one in value.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_toml(key)} = {_toml(one)}' for key, one in value.items())}}}"
    if isinstance(value, str):
        # JSON escapes what TOML wants escaped, but for the delete character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_SIZE + 1)
        if len(content) > _SIZE:
            raise ConfigError(f"{path}: larger than the {_SIZE:,} bytes that settings may have; name a settings file")
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such settings file") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save the settings as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: the settings cannot be read: {error.strerror}") from None


def _parsed(text: str, path: str | Path) -> Tree:
    try:
        return tree_of(text)
    except (ValueError, RecursionError) as error:  # ValueError: a number of more digits than Python reads
        reason, found, place = unread(error).partition(" (at ")
        where = f"{path} {place.rstrip(')')}" if found else f"{path}"
        raise ConfigError(
            f"{where}: not TOML: {reason}; write `key = value` under a `[section]`, texts in quotes"
        ) from None


def tree_of(text: str) -> Tree:
    """The values of a TOML text.

    Raises ValueError if it is not TOML or holds a number of too many digits, and RecursionError if it is too deep.
    """
    # The time that Python takes for a key of many parts grows with the square of their number.
    if _DEEP.search(text):
        raise RecursionError
    # Decimal numbers have this limit in Python itself; pydantic cannot write what is beyond it.
    if _HUGE.search(text):
        raise ValueError("a number of too many digits")
    return tomllib.loads(text)


def unread(error: ValueError | RecursionError) -> str:
    """Why a text could not be read as TOML or JSON, in words that are not about Python.

    >>> unread(RecursionError("maximum recursion depth exceeded"))
    'nested too deeply'
    """
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return "a number of too many digits" if "integer string conversion" in str(error) else str(error)


def _lines(text: str) -> dict[str, int]:
    """The line of each key that stands on its own; the keys of inline tables have none."""
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            section = f"{header[1]}."
            found[header[1]] = number
        elif key := re.match(r"\s*([\w.-]+)\s*=", line):
            found[section + key[1]] = number
    return found


def _without_none(section: Any) -> Any:
    return (
        {key: value for key, value in section.items() if value is not None} if isinstance(section, Mapping) else section
    )


def _typed(overrides: Sequence[str]) -> tuple[Tree, dict[str, str], list[str]]:
    """The tree of `KEY=VALUE` texts, where each key was typed, and the texts that are not of that form."""
    tree: Tree = {}
    places: dict[str, str] = {}
    problems: list[str] = []
    for override in overrides:
        key, equals, text = (part.strip() for part in override.partition("="))
        if not key or not equals:
            problems.append(f"--set {override}: expected KEY=VALUE, such as train.epochs=5")
            continue
        try:
            parsed = tree_of(f"value = {text}")
        except (ValueError, RecursionError):
            parsed = {}
        value = parsed["value"] if len(parsed) == 1 else text
        section, _, name = key.partition(".")
        # One override may name a section's part and another its fields: encode=lstm and encode.depth=2.
        if not name and section in NAMED and isinstance(value, str):
            name = "name"
        if name:
            inner = tree.get(section)
            tree[section] = {**inner, name: value} if isinstance(inner, dict) else {name: value}
        else:
            tree[section] = value
        places[f"{section}.{name}".rstrip(".")] = f"--set {override}: "
    return tree, places, problems


def _merge(tree: Tree, addition: Mapping[str, Any], origins: dict[str, str], places: Mapping[str, str]) -> None:
    """Write the addition into the tree, section by section, and into origins where each key came from."""
    for section, value in addition.items():
        if isinstance(value, str) and section in NAMED:
            value = {"name": value}
        old = tree.get(section)
        if isinstance(value, Mapping) and isinstance(old, dict):
            renamed = section == "encode" and {"name"} <= old.keys() & value.keys() and old["name"] != value["name"]
            tree[section] = dict(value) if renamed else {**old, **value}
        else:
            tree[section] = dict(value) if isinstance(value, Mapping) else value
        for name in value if isinstance(value, Mapping) else ():
            key = f"{section}.{name}"
            origins[key] = places.get(key, places.get(section, ""))
        origins[section] = places.get(section, "")


def _with_encoder(tree: Tree) -> Tree:
    encode = tree.get("encode")
    if isinstance(encode, dict):
        return {**tree, "encode": {"name": Settings.model_fields["encode"].default.name, **encode}}
    return tree


def _problem(error: dict[str, Any], tree: Tree, origins: Mapping[str, str]) -> str:
    """One mistake in the words of who made it."""
    place = [str(part) for part in error["loc"]]
    if place[0] == "encode":
        del place[1:2]  # the encoder's name, which nobody typed there
    key = ".".join(place)
    kind, value = error["type"], error["input"]
    if kind == "union_tag_invalid":
        key, value = "encode.name", value["name"]
    origin = next((origins[part] for part in (key, ".".join(place[:2]), place[0]) if part in origins), "")
    if kind == "extra_forbidden":
        return f"{origin}unknown setting {quoted(key)} = {_shown(value)} {_remedy(key, tree)}"
    if kind == "union_tag_invalid":
        near = difflib.get_close_matches(_word(value), ENCODE_SETTINGS, 1)
        meant = f"did you mean '{near[0]}'? " if near else ""
        return f"{origin}unknown encoder {_shown(value)} ({meant}there are {', '.join(ENCODE_SETTINGS)})"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{origin}'{key}' is {_shown(value)}, but should be a section, such as `[{key}]` and lines below it"
    wish = re.sub("^(Input|Value error,) ", "", error["msg"])
    if kind == "literal_error":
        near = difflib.get_close_matches(_word(value), re.findall(r"'([^']+)'", error["ctx"]["expected"]), 1)
        wish += f" (did you mean '{near[0]}'?)" if near else ""
    return f"{origin}'{key}' is {_shown(value)}, but {wish}"


def _word(value: Any) -> str:
    """What may be a name with a slip in it; "" if it is no text."""
    return value[:_LONGEST] if isinstance(value, str) else ""


def _shown(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a number of about {value.bit_length() * 3 // 10} digits"
    shown = _toml(value) if isinstance(value, str | bool | int | float) else _SHORT.repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


def _remedy(key: str, tree: Tree) -> str:
    """What an unknown key may have meant, else what is known beside it."""
    known: dict[str, list[str]] = {"": []}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, Section):
            known[name] = list(type(field.default).model_fields)
        known[""].append(name)
    encode = tree.get("encode")
    chosen = encode.get("name") if isinstance(encode, dict) else None
    if isinstance(chosen, str) and chosen in ENCODE_SETTINGS:
        known["encode"] = list(ENCODE_SETTINGS[chosen].model_fields)
    section, dot, name = key.partition(".")
    section, name = (section, name) if dot else ("", section)
    beside = known.get(section, [])
    near = [f"{section}.{close}".lstrip(".") for close in difflib.get_close_matches(name, beside, 1)]
    elsewhere = {field: f"{part}.{field}".lstrip(".") for part, fields in known.items() for field in fields}
    near += [elsewhere[close] for close in difflib.get_close_matches(name, elsewhere, 1, cutoff=0.75)]
    if name in elsewhere:  # a name that is right stands above one that looks like it
        near.insert(0, elsewhere[name])
    if near:
        return f"(did you mean '{near[0]}'?)"
    owner = f"{section} = {_shown(chosen)}" if section == "encode" and chosen else section
    return f"({owner} has {', '.join(beside)})" if beside and owner else f"(sections are {', '.join(known[''][1:])})"
