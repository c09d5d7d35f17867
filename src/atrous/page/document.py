"""A whole page around its parts: one file that needs no other, no script and no network."""

from __future__ import annotations

from atrous.page.markup import Html, joined, tag, text
from atrous.page.style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, *parts: Html) -> str:
    """The text of an HTML file.

    >>> document("a < b", tag("p", text("..."))).splitlines()[:2]
    ['<!DOCTYPE html>', '<html lang="en">']
    """
    head = joined(
        [
            Html('<meta charset="utf-8">'),
            tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html('<meta name="color-scheme" content="light dark">'),
            tag("title", text(title, 120)),
            Html(f"<style>{STYLE}</style>"),
        ]
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{joined(parts)}\n</body>\n</html>\n'
