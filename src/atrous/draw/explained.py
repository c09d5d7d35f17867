"""An explanation as HTML: a fragment for a notebook, a page of its own."""

from __future__ import annotations

from atrous.draw.explanation import CALLED, Explanation, Method, Piece, around, direction, runs
from atrous.page.document import document
from atrous.page.markup import Html, cell, column, joined, number, row, table, tag, text
from atrous.page.words import counted

_TOP = 12  # pieces of the table
_AROUND = 20  # letters shown on each side of a piece there
_METHODS: dict[Method, str] = {
    "gradient": "To first order, what the label's log-odds would lose if the vector of a piece were zero",
    "occlusion": "What the label's log-odds lose when the piece is left out of the text",
}
_STRANGE = "What the label's log-odds lose when the piece becomes one that the model does not know"
# The colours are those of the page, or of the notebook's card, around it; what stands here holds inside it alone.
_STYLE = """
.explained { max-width: 60rem } .explained .note { color: var(--soft) }
.explained h3 { color: var(--ink); font-size: 1.05rem; margin: 1.2rem 0 .3rem }
.explained .read { white-space: pre-wrap; unicode-bidi: plaintext; text-align: start; overflow-wrap: anywhere;
  font-size: 1.15rem; line-height: 2; max-width: none; margin: .2rem 0 .8rem }
.explained .read span { border-radius: .15em }
.explained .f1 { background: rgba(var(--right), .1) } .explained .f2 { background: rgba(var(--right), .2) }
.explained .f3 { background: rgba(var(--right), .31) } .explained .f4 { background: rgba(var(--right), .43) }
.explained .f5 { background: rgba(var(--right), .56) }
.explained .a1 { background: rgba(var(--wrong), .1) } .explained .a2 { background: rgba(var(--wrong), .2) }
.explained .a3 { background: rgba(var(--wrong), .31) } .explained .a4 { background: rgba(var(--wrong), .43) }
.explained .a5 { background: rgba(var(--wrong), .56) }
.explained .a1, .explained .a2, .explained .a3, .explained .a4, .explained .a5 { text-decoration: underline dotted;
  text-underline-offset: .3em; text-decoration-thickness: .1em }
.explained .legend { display: flex; flex-wrap: wrap; gap: .2rem .8rem; align-items: baseline; font-size: .95rem }
.explained .legend span span { padding: .1rem .45rem }
.explained .unread { opacity: .5 }
.explained caption { color: var(--ink); text-align: start }
.explained bdi { white-space: pre-wrap } .explained bdi b { background: var(--ground) }
.explained th { text-align: start; font-weight: normal } .explained .number { text-align: right }
"""


def page(explanation: Explanation) -> str:
    """The explanation as a file that needs no other, no script and no network."""
    title = f"Why {explanation.label}{f': {explanation.about}' * (explanation.of is not None)}?"
    return document(title, tag("main", tag("h1", text(title, 120)), fragment(explanation)))


def fragment(explanation: Explanation) -> Html:
    """The explanation as a part of a page, with its own style.

    The text stays in the order in which it was written, with no direction of ours: whoever shows it lays out Hebrew
    from right to left and joins what is to be joined, for a piece is only a run with a background.
    """
    one = explanation
    parts = [Html(f"<style>{_STYLE}</style>"), _answer(one), _legend(one)]
    for method in one.methods:
        parts.append(tag("h3", text(CALLED[method].capitalize())))
        says = _STRANGE if method == "occlusion" and one.of is not None else _METHODS[method]
        parts.append(tag("p", text(f"{says}.{_more(one, method)}", 400), class_="note"))
        parts += [_read(one, method, place) for place in range(len(one.texts))]
    return tag("div", joined([*parts, _table(one)]), class_="explained")


def _answer(one: Explanation) -> Html:
    about = [text("The")] if one.of is None else [text("Of "), tag("b", tag("bdi", text(one.about, 60))), text(" the")]
    parts = [*about, text(" model answers "), tag("b", tag("bdi", text(one.answer or "nothing", 60)))]
    if one.label != one.answer:
        parts += [text("; explained is "), tag("b", tag("bdi", text(one.label, 60)))]
    parts.append(text(f", which has the probability {one.probability:.3f} (log-odds {one.log_odds:+.2f} nats)."))
    if one.unread:
        parts.append(text(f" The last {counted(one.unread, 'token')} are not read."))
    return tag("p", *parts)


def _more(one: Explanation, method: Method) -> str:
    if method == "gradient" and one.gap is not None and one.nothing is not None:
        explained = one.log_odds - one.nothing - one.gap
        return (
            f" The scores add up to {explained:+.2f}; from a row of zeros to this text the log-odds go from "
            f"{one.nothing:+.2f} to {one.log_odds:+.2f}, which leaves {one.gap:+.2f} unexplained."
        )
    if method == "occlusion" and one.together > 1:
        return f" The text is long: {one.together} pieces are left out at once, and each has the score of all of them."
    return ""


def _legend(one: Explanation) -> Html:
    label = tag("b", tag("bdi", text(one.label, 40)))
    shades = {side: [tag("span", text("\u00a0"), class_=f"{side}{level}") for level in range(1, 6)] for side in "af"}
    against = tag("span", text("against "), label, text(": "), *reversed(shades["a"]))
    return tag("p", against, tag("span", *shades["f"], text(" for "), label), class_="legend")


def _read(one: Explanation, method: Method, place: int) -> Html:
    parts = []
    for run, level, score in runs(one, method, place):
        if level:
            side = "f" if level > 0 else "a"
            parts.append(tag("span", _lines(run), class_=f"{side}{abs(level)}", title=f"{score:+.3f}"))
        else:
            parts.append(_lines(run))
    last = max((piece.end for piece in one.pieces if piece.text == place), default=0)
    if one.unread and last < len(one.texts[place]):
        parts[-1] = tag("span", parts[-1], class_="unread")
    return tag("p", *parts, class_="read", dir="auto")


def _lines(run: str) -> Html:
    """A run of a text as it stands there: lines stay lines, and what is invisible is written out."""
    return Html("\n".join(text(line, len(line) + 1) for line in run.split("\n")))


def _table(one: Explanation) -> Html:
    head = [column(text("piece")), *(column(text(CALLED[method]), class_="number") for method in one.methods)]
    wide = any(piece.features for piece in one.pieces)
    head += [column(text("most of it from"))] if wide else []
    rows = []
    for piece in one.strongest(_TOP):
        cells = [number(f"{piece.score(method) or 0.0:+.3f}") for method in one.methods]
        if wide:
            best = max(enumerate(piece.features, 1), key=lambda one: abs(one[1]), default=None)
            cells.append(cell(text("" if best is None else f"feature {best[0]} ({best[1]:+.3f})")))
        rows.append(row(_around(one, piece), cells))
    says = text("The strongest pieces by the first column, in nats; the letters around each are there to find it.", 200)
    return table("The strongest pieces", head, rows, says=says)


def _around(one: Explanation, piece: Piece) -> Html:
    """A piece and a few letters on each side of it."""
    whole = one.texts[piece.text]
    before, after = around(whole, piece.start, piece.end, _AROUND)
    own = tag("b", text(one.shown(piece), 60))
    return tag("bdi", text(before, _AROUND + 2), own, text(after, _AROUND + 2), dir=direction(whole))
