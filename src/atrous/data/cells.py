"""What stands in the cells of a row: a text, a label, several labels, or a probability in each of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atrous.data.formats import Format, at, named
from atrous.data.given import Table
from atrous.data.guess import known, there_are
from atrous.data.values import Number, Record, kind_of
from atrous.errors import ConfigError, DataError, quoted

Soft = str | tuple[str, ...] | dict[str, str]  # as the setting data.soft says it
SLACK = 1e-3  # by how much probabilities may miss the sum of 1: who writes them rounds them


def split_labels(cell: str | Sequence[Any], separator: str, *, place: str) -> list[str]:
    """The labels of a cell, without the spaces around them; an empty cell has none. JSON may hold a list instead.

    place: file, line and column, for messages.

    >>> split_labels("sport | politics", "|", place="a.csv line 2")
    ['sport', 'politics']
    >>> split_labels("", "|", place="a.csv line 2")
    []

    Raises DataError if a label is empty, comes twice, is no text or holds the separator.
    """
    labels: Sequence[Any] = cell
    if isinstance(cell, str):
        labels = cell.split(separator) if cell.strip() else []
    found: list[str] = []
    for label in labels:
        if not isinstance(label, str):
            raise DataError(f"{place}: expected a list of texts, got {kind_of(label)} in it; put it in quotes")
        label = whole(label.strip())
        if not label:
            raise DataError(f"{place}: an empty label beside others in {_shown(cell)}; remove a {separator!r}")
        refuse_separator(label, separator, place)
        if label in found:
            raise DataError(f"{place}: the label {quoted(label)} comes twice in {_shown(cell)}; name it once")
        found.append(label)
    return found


def refuse_separator(label: str, separator: str, place: str) -> None:
    """Raise DataError if the label could not be told from two."""
    if separator in label:
        raise DataError(
            f"{place}: the label {quoted(label)} holds {separator!r}, which stands between labels; "
            "set data.separator to what no label holds"
        )


def soft_columns(name: str, soft: Soft, names: Sequence[str], *, need: bool = True) -> str | dict[str, str] | None:
    """The columns of probabilities, by label; or the one column that holds a table of all of them.

    name: of the file, for messages. soft: the setting. names: the columns that the file has.
    need: whether they must be there; else a file that has none of them gives None.

    >>> soft_columns("a.csv", "p_*", ["text", "p_neg", "p_pos"])
    {'neg': 'p_neg', 'pos': 'p_pos'}

    Raises ConfigError if the file lacks one.
    """
    if isinstance(soft, str) and "*" in soft:
        start, end = soft.split("*")
        fits = [one for one in names if one.startswith(start) and one.endswith(end) and len(one) >= len(soft)]
        if len(fits) > 1:
            return {one[len(start) : len(one) - len(end)]: one for one in fits}
        if not (need or fits):
            return None
        raise ConfigError(f"{name}: data.soft = {soft!r} fits {len(fits)} columns, not two or more; {there_are(names)}")
    by_label = {"": soft} if isinstance(soft, str) else soft if isinstance(soft, dict) else {one: one for one in soft}
    if not need and not set(names) & set(by_label.values()):
        return None
    found = {label: known(name, column, names) for label, column in by_label.items()}
    return soft if isinstance(soft, str) else found


def probabilities(
    record: Mapping[str, Any], columns: str | dict[str, str], *, place: str, separator: str | None = None
) -> dict[str, float]:
    """What the row's cells say of each label.

    columns: as `soft_columns` gives them. place: file and line, for messages.
    separator: what stands between the labels of a row that can have several. Where a row has one, its probabilities
        must sum to 1 within 0.001, and are divided by their sum.

    >>> probabilities({"p": {"neg": "0.1", "pos": "0.9"}}, "p", place="a.jsonl line 2")
    {'neg': 0.1, 'pos': 0.9}

    Raises DataError if there is no such cell, or what stands in it is no probability or no whole distribution.
    """
    if isinstance(columns, str):
        table = record.get(columns)
        if not isinstance(table, Mapping) or not table or "" in table:
            empty = "an empty label" if table else "an empty one"
            what = empty if isinstance(table, Mapping) else kind_of(table)
            raise DataError(
                f"{place}: expected a table of probabilities by label in {quoted(columns)}, got {what}; "
                'write an object such as {"neg": 0.2, "pos": 0.8}, or name columns of numbers with data.soft'
            )
        given = {
            whole(str(label)): (f"{quoted(str(label))} in {columns!r}", value)
            for label, value in table.items()
            if value is not None
        }
    else:
        given = {label: (quoted(column), record.get(column)) for label, column in columns.items()}
    found = {label: _probability(value, f"{place}: the probability {where}") for label, (where, value) in given.items()}
    if separator is not None:
        for label in found:
            refuse_separator(label, separator, place)
        return found
    total = sum(found.values())
    if abs(total - 1) > SLACK:
        raise DataError(
            f"{place}: the probabilities of {', '.join(map(quoted, list(found)[:20]))} sum to {total:.6g}, expected 1; "
            "correct them, or set predict.name = labels if a text can have several labels"
        )
    return {label: one / total for label, one in found.items()}


def _probability(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise DataError(f"{what} is {kind_of(value)}; expected a number from 0 to 1")
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise DataError(f"{what} is {_shown(value)}; expected a number from 0 to 1")
    return number


def _shown(value: Any) -> str:
    shown = str(value) if isinstance(value, Number | int | float) else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}..."


def label_of(
    path: Table,
    line: int,
    record: Record,
    column: str | None,
    format: Format,
    *,
    soft: dict[str, float] | None,
    separator: str | None,
) -> str:
    """The label of a row, or its labels with the separator between them; without a column, what is most probable.

    column, soft, separator: as `Columns` and `Row` have them.

    Raises what `value` and `split_labels` raise, and DataError if a row that must have a label has none.
    """
    if column is None:
        if soft is None:
            return ""
        if separator is None:
            return max(soft, key=soft.__getitem__)
        return separator.join(label for label, probability in soft.items() if probability >= 0.5)
    if separator is not None:
        cell = record.get(column)
        if not isinstance(cell, list | tuple):
            nothing = column in record and cell is None
            cell = "" if nothing else value(path, line, record, column, format, short=True)
        return separator.join(split_labels(cell, separator, place=f"{at(path, line)}, column {quoted(column)}"))
    label = value(path, line, record, column, format, short=True)
    if not label:
        raise DataError(
            f"{at(path, line)}: the label in column {quoted(column)} is empty; give the row a label or remove it, "
            "or set predict.name = labels if a text can have none or several"
        )
    return label


def value(path: Table, line: int, record: Record, column: str, format: Format, *, short: bool) -> str:
    """The text in a column; a short one, a label or a group, may be a number and loses the spaces around it.

    Raises ConfigError if there is no such column, and DataError if no text stands in it.
    """
    found = record.get(column)
    if column not in record:
        known(at(path, line) if format in ("jsonl", "rows") else named(path), column, list(record))
    typed = format in ("parquet", "rows")
    if typed and short and isinstance(found, bool):
        found = str(found).lower()
    if not isinstance(found, str) or (isinstance(found, Number) and not short):
        expected = "a text or a number" if short else "a text"
        remedy = "name another column, or fill in or remove the row" if typed else "put the value in quotes"
        raise DataError(
            f"{at(path, line, format)}: expected {expected} in {quoted(column)}, got {kind_of(found)}; {remedy}"
        )
    if format in ("jsonl", "rows"):
        found = whole(found)
    return found.strip() if short else found


def whole(text: str) -> str:
    r"""The text with U+FFFD for each lone surrogate (\ud83d) that JSON let through: no file could hold it."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
