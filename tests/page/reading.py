"""A page read back with Python's own parser, which knows nothing of how it was written."""

from html.parser import HTMLParser

_VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a page holds: its elements with their attributes, its text, what is in each section.

    Raises ValueError where a tag is not closed, or another one than was opened.
    """

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, str | None]] = []
        self.feed(page)
        self.close()
        if self._open:
            raise ValueError(f"not closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len({name for name, _ in attrs}) < len(attrs):
            raise ValueError(f"an attribute of {tag} stands twice: {attrs}")
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append((tag, dict(attrs).get("id")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise ValueError(f"</{tag}> closes {self._open[-3:]}")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        section = next((name for tag, name in reversed(self._open) if tag in ("section", "header")), None)
        if not any(tag == "style" for tag, _ in self._open):
            self.texts.setdefault(section or "", []).append(data)

    def attributes(self, name: str) -> list[str]:
        """Every value of an attribute, whichever element has it."""
        return [attributes[name] or "" for _, attributes in self.elements if name in attributes]

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, section: str | None = None) -> str:
        """All text, or that of one section, white space made single."""
        parts = [part for name, part in self.texts.items() if section in (None, name)]
        return " ".join(" ".join("".join(one) for one in parts).split())
