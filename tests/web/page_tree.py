"""A page as a tree of elements, as far as tests of tables and figures need it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
#: Elements of pictures that close themselves; html.parser tells them by handle_startendtag.
HIDDEN = {"note", "visually-hidden"}


@dataclass(eq=False)
class Node:
    tag: str
    attrs: dict[str, str]
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set(self.attrs.get("class", "").split())

    @property
    def nodes(self) -> list[Node]:
        return [child for child in self.children if isinstance(child, Node)]

    def all(self, *tags: str) -> Iterator[Node]:
        """Every element below, in the page's order."""
        for child in self.nodes:
            if not tags or child.tag in tags:
                yield child
            yield from child.all(*tags)

    def with_class(self, name: str) -> list[Node]:
        return [node for node in self.all() if name in node.classes]

    def above(self) -> Iterator[Node]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def nearest(self, *tags: str) -> Node | None:
        return next((node for node in self.above() if node.tag in tags), None)

    def following(self) -> Node | None:
        """The next element beside this one."""
        if self.parent is None:
            return None
        beside = self.parent.nodes
        at = beside.index(self)
        return beside[at + 1] if at + 1 < len(beside) else None

    @property
    def text(self) -> str:
        """What is read, without the notes that open on demand."""
        parts = [
            child if isinstance(child, str) else "" if child.classes & HIDDEN else child.text for child in self.children
        ]
        return " ".join(" ".join(parts).split())

    @property
    def explains_itself(self) -> bool:
        """Whether a dotted term that opens its definition is inside."""
        return any("def" in node.classes for node in self.all("button"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Node("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Node(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.here
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self.here = node.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(page: str) -> Node:
    reader = _Reader()
    reader.feed(page)
    return reader.root
