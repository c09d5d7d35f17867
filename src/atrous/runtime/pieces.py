"""A text that arrives in pieces, cut where its tokens are decided. Needs the standard library alone."""

from __future__ import annotations

import re

# What of a text is decided, for each kind: up to the last character that ends a word or a number, and, as the pieces of
# byte pairs never reach over white space, up to the last of it that follows something else.
_DECIDED = {
    "bytes": re.compile(r".*", re.DOTALL),
    "characters": re.compile(r".*", re.DOTALL),
    "words": re.compile(r".*\W", re.DOTALL),
    "bpe": re.compile(r".*\S(?=\s)", re.DOTALL),
    "numbers": re.compile(r".*\s", re.DOTALL),
    "fine": re.compile(r".*\W", re.DOTALL),
    "treebank": re.compile(r".*\s(?=\S)", re.DOTALL),
}


class Pieces:
    """What of a text can be tokenised before the rest of it has come.

    The texts that go out, each tokenised by itself, give the tokens of the whole text, however it is cut into pieces.
    A byte or a character is decided at once, a word by the character after it, byte pairs and numbers by white space,
    words of treebanks by what follows the white space: `next`, with which they are to be cut.
    In lower case a capital sigma waits for the next letter, which says which of the two small ones it becomes.

    kind, lower: those of the `Tokeniser`; or "numbers", which have white space between them; or a rule of
        `atrous.runtime.cutting`. What goes out is in lower case already if `lower` says so.
    Memory: what is held back, which is one word, or what follows a sigma without a letter.

    >>> pieces = Pieces("words", lower=True)
    >>> [pieces.push(text) for text in ("A go", "", "od fi", "lm")], pieces.finish()
    (['a ', '', 'good ', ''], 'film')

    Raises ValueError if the kind is unknown.
    """

    def __init__(self, kind: str, *, lower: bool) -> None:
        if kind not in _DECIDED:
            raise ValueError(f"Pieces needs kind to be one of {', '.join(_DECIDED)}, got kind={kind!r}")
        self._ends = _DECIDED[kind]
        self._lower = _Lower() if lower else None
        self._held: list[str] = []  # joined once, so that a long word in many pieces costs no square

    def push(self, text: str) -> str:
        """The text that one more piece decides; a piece of no characters decides nothing."""
        return self._decided(self._lower.push(text) if self._lower else text)

    def finish(self) -> str:
        """The text that was held back: here it ends. The next piece begins another text."""
        decided = self._decided(self._lower.finish()) if self._lower else ""
        held, self._held = self._held, []
        return decided + "".join(held)

    @property
    def next(self) -> str:
        """The first character of what is held back; "" if nothing is."""
        return self._held[0][:1] if self._held else ""

    def _decided(self, text: str) -> str:
        # What is held ends in nothing that decides; its last character may, with the first of what comes.
        last = self._held[-1][-1:] if self._held else ""
        ended = self._ends.match(last + text)
        if ended is None:
            self._held += [text] if text else []
            return ""
        end = ended.end() - len(last)
        held, self._held = "".join(self._held), [text[end:]] if end < len(text) else []
        return held + text[:end]


class _Lower:
    """`str.lower` of a text that arrives in pieces.

    Only the capital sigma depends on its neighbours: at the end of a word it becomes "ς", else "σ". Python says what
    ends a word; asking it keeps its Unicode tables out of here.
    """

    def __init__(self) -> None:
        self._before = " "  # stands for all that was given out: "a" if its last letter touches what comes, else " "
        self._held: list[str] = []  # begins with a sigma that waits; joined once

    def push(self, text: str) -> str:
        if self._held:
            self._held += [text] if text else []
            if _waits("Σ" + text):
                return ""
            text, self._held = "".join(self._held), []
        last = text.rfind("Σ")
        follows = ""
        if last >= 0 and _waits(text[last:]):
            text, self._held = text[:last], [text[last:]]
            follows = "Σ"  # a letter follows what goes out now
        lowered = (self._before + text + follows).lower()
        lowered = lowered[1 : len(lowered) - len(follows)]
        self._before = "a" if (self._before + text + "Σ").lower().endswith("ς") else " "
        return lowered

    def finish(self) -> str:
        lowered = (self._before + "".join(self._held)).lower()[1:]
        self._before, self._held = " ", []
        return lowered


def _waits(text: str) -> bool:
    """Whether the sigma at the start of a text depends on what follows the text."""
    return ("a" + text + "a").lower()[1] != ("a" + text).lower()[1]
