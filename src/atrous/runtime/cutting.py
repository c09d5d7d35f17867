"""A text cut into the tokens that have a tag each. Needs the standard library alone; every export carries a copy."""

from __future__ import annotations

import re

RULES = ("characters", "fine", "treebank")

_FINE = re.compile(r"\w+|[^\w\s]")

# What counts is the order: the first line that fits takes what it can. Repetitions before something that may fail to
# come are bounded, so that no text of whatever length is read more than some hundred times.
_TREEBANK = re.compile(
    r"""
      (?:https?://|www\.)[^\s<>"]*[^\s<>"'’”.,;:!?)\]}]            # addresses, but for the sign that ends a sentence
    | [\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}\w{2,24}
    | [:;=8][-o^']?[)\](\[DPp/\\|](?=\s|$)                         # faces
    | (?<!\w)[+-]?(?=[.,\d])(?:\d+(?:[.,:/-]\d+)*|[.,]\d+)(?:st|nd|rd|th|s|am|pm|[ap]\.m\.|[kKmMbB])?(?![\w])
    | (?:[^\W\d_]\.){2,}                                           # U.S., e.g., a.m.
    | (?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Inc|Ltd|Corp|Co|Bros|vs|etc|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|Rev|Hon|Gov|Ave|Blvd
        |Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.(?!\w)
    | [A-Z]\.(?=\s+[A-Z])                                          # J. Smith
    | \w{1,40}?(?=n['’]t(?!\w))                                    # do|n't
    | n['’]t(?!\w)
    | (?:ca|Ca|CA)n(?=not(?!\w)) | (?i:gon|wan)(?=na(?!\w)) | (?i:got)(?=ta(?!\w))
    | ['’](?:[sSdDmM]|re|ve|ll|RE|VE|LL)(?!\w)
    | [^\W\d_]['’](?=[A-Z])\w+                                     # O'Brien
    | \w+(?:(?:[-‐‑]|[.](?=[^\W\d])|[&](?=[A-Z]))\w+)*           # hyphenated words, AT&T, names of files
    | [!?]{2,} | ([^\w\s])\1*                                       # a sign, as often as it stands there
    """,
    re.VERBOSE,
)


def tokens_of(text: str, rule: str) -> list[tuple[int, int]]:
    """Where each token of a text stands: its first character, and the one after its last.

    rule: "characters", every one of them; "fine", runs of letters, digits and underscores, every other character that
        is not a space by itself; "treebank", as treebanks of English have them: U.S., 1,234.5, addresses and hyphenated
        words are whole, and do|n't and Ann|'s are two. Every character that is not a space is in one token.

    >>> tokens_of("U.S. troops", "fine")
    [(0, 1), (1, 2), (2, 3), (3, 4), (5, 11)]
    >>> tokens_of("U.S. troops", "treebank")
    [(0, 4), (5, 11)]

    Raises ValueError for another rule.
    """
    if rule not in RULES:
        raise ValueError(f"tokens_of needs a rule of {', '.join(RULES)}, got rule={rule!r}")
    if rule == "characters":
        return [(place, place + 1) for place in range(len(text))]
    return [(found.start(), found.end()) for found in (_FINE if rule == "fine" else _TREEBANK).finditer(text)]
