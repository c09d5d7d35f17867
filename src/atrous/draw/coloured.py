"""An explanation in a terminal: colours where there are some, signs where there are none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from atrous.draw.explanation import CALLED, Explanation, Method, around, runs
from atrous.page.words import counted, shown

# Grounds out of the 256 colours, from weak to strong, under black letters: readable in a dark and in a light terminal,
# and blue against orange, which people with any sight of colour tell apart.
_FOR, _AGAINST = (195, 153, 117, 75, 33), (230, 223, 216, 215, 208)
_MARKED = 2  # without colours the level from which on a run is marked: brackets around every letter read badly
_AROUND = 20  # letters shown on each side of a piece in the table


def coloured(explanation: Explanation, *, top: int = 10, colour: bool = True) -> str:
    """The text, once a method, each piece on a ground of its colour; then the strongest pieces with their numbers.

    top: how many of the strongest. colour: False marks the pieces with signs instead: [+++for], [--against].

    The characters stand in the order in which they were written, right-to-left texts too: to turn them around is the
    terminal's task, and most that know Hebrew do it.

    >>> from atrous.draw.explanation import Piece
    >>> one = Explanation(("not a good film",), (Piece(0, 0, 3, -2.0), Piece(0, 6, 10, 1.0)), "pos", 0.25, "neg", -1.1)
    >>> print(coloured(one, colour=False))
    The model answers neg; explained is pos: probability 0.250, log-odds -1.10 nats.
    <BLANKLINE>
    gradient × input:
      [---not] a [++good] film
    <BLANKLINE>
    gradient × input  piece
              -2.000  [not] a good film
              +1.000  not a [good] film
    [+++], [++], [+] for pos; [---], [--], [-] against it; nats of its log-odds
    """
    one = explanation
    lines = [_answer(one)]
    for method in one.methods:
        lines += ["", f"{CALLED[method]}:"]
        for place in range(len(one.texts)):
            whole = _in_colour(one, method, place) if colour else _in_signs(one, method, place)
            lines += [f"  {line}" for line in whole.split("\n")]
    lines += ["", *_table(one, top), *_notes(one)]
    ends = (_painted("  for  ", 5), _painted("  against  ", -5)) if colour else ("[+++], [++], [+]", "[---], [--], [-]")
    label = shown(one.label, 40)
    return "\n".join([*lines, f"{ends[0]} for {label}; {ends[1]} against it; nats of its log-odds"])


def _answer(one: Explanation) -> str:
    said = f"Of {shown(one.about, 60)} the" if one.of is not None else "The"
    said += f" model answers {shown(one.answer, 60) or 'nothing'}"
    said += f"; explained is {shown(one.label, 60)}" if one.label != one.answer else ""
    said += f": probability {one.probability:.3f}, log-odds {one.log_odds:+.2f} nats."
    return said + (f" The last {counted(one.unread, 'token')} are not read." if one.unread else "")


def _in_colour(one: Explanation, method: Method, place: int) -> str:
    return "".join(_painted(run, level) for run, level, _ in runs(one, method, place))


def _painted(run: str, level: int) -> str:
    """A run on its ground; the ground ends with each line, so that nothing else is painted."""
    if not level:
        return _lines(run)
    ground = (_FOR if level > 0 else _AGAINST)[abs(level) - 1]
    return "\n".join(f"\x1b[38;5;16;48;5;{ground}m{line}\x1b[0m" if line else "" for line in _lines(run).split("\n"))


def _in_signs(one: Explanation, method: Method, place: int) -> str:
    return "".join(
        _marked(sign, _lines("".join(run for _, run in some)), one.series)
        for sign, some in itertools.groupby(_signed(one, method, place), key=lambda pair: pair[0])
    )


def _marked(sign: str, run: str, series: bool) -> str:
    # A number's own sign, or a word's, would be read as one more of ours.
    return f"[{sign}{' ' if series or run.startswith(('+', '-')) else ''}{run}]" if sign else run


def _signed(one: Explanation, method: Method, place: int) -> Iterator[tuple[str, str]]:
    for run, level, _ in runs(one, method, place):
        size = abs(level)
        yield ("" if size < _MARKED else ("+" if level > 0 else "-") * ((size + 1) // 2)), run


def _lines(run: str) -> str:
    return "\n".join(shown(line, len(line) + 1) for line in run.split("\n"))


def _table(one: Explanation, top: int) -> list[str]:
    # The piece stands last: what has letters of another width or direction moves no number.
    heads = [CALLED[method] for method in one.methods]
    lines = ["  ".join([*heads, "piece"])]
    for piece in one.strongest(top):
        numbers = [
            f"{piece.score(method) or 0.0:+.3f}".rjust(len(head))
            for method, head in zip(one.methods, heads, strict=True)
        ]
        before, after = around(one.texts[piece.text], piece.start, piece.end, _AROUND)
        lines.append("  ".join([*numbers, f"{shown(before)}[{shown(one.shown(piece))}]{shown(after)}"]))
    return lines


def _notes(one: Explanation) -> list[str]:
    found = []
    if one.gap is not None and one.nothing is not None:
        found.append(
            f"gradient × input adds up to {one.log_odds - one.nothing - one.gap:+.2f}; from a row of zeros "
            f"({one.nothing:+.2f}) to this text ({one.log_odds:+.2f}) that leaves {one.gap:+.2f} unexplained"
        )
    if one.together > 1:
        found.append(f"occlusion: of a text this long {one.together} pieces were left out at once")
    return found
