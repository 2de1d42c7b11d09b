"""Every figure of every page explains itself: a dotted term at its heading, its row or its picture opens what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

import nenrin
from nenrin.foundation.models import Organisation
from tests.web import matrix_world, page_tree
from tests.web.matrix_world import World
from tests.web.page_tree import Node
from tests.web.test_plain_words import _pages

pytestmark = pytest.mark.words
#: Headings of numbers that count nothing.
NO_FIGURES = {
    "Order": "a place in a list", "順序": "a place in a list", "順番": "a place in a list",
    "Row": "a line of a file", "行": "a line of a file",
    "Place in the chain": "an entry's number", "連番": "an entry's number",
    "Number": "an entry's number", "番号": "an entry's number",
    "Version": "a version's number", "版": "a version's number", "バージョン": "a version's number",
    "Day of the month": "a setting", "日にち": "a setting",
    "毎月の送信日": "a setting",
}  # fmt: skip
#: What an entry of the journal holds is said in the words of its own verb.
ENTRIES = "/journal/"
#: A number, its sign, its currency and its unit; dates and clock times are none.
FIGURE = re.compile(
    r"[+−–-]?\s*[¥$€]?\s*\d[\d,.]*\s*(%|ポイント|万円|億円|円|社|件|人|名|日|分|時間|か月|回|点|pt|min|h|days?)?"
)


@pytest.fixture
def world(org: Organisation, at: datetime) -> World:
    return matrix_world.build(at)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_figure_of_a_table_a_tile_or_a_picture_opens_its_definition(world: World, language: str) -> None:
    found = {}
    for path, page in _pages(world, language):
        if path.startswith(ENTRIES):
            continue
        read = page_tree.read(page)
        main = next(read.all("main"), read)
        plain = {*_tables(main), *_tiles(main), *_counts(main), *_pictures(main)} - NO_FIGURES.keys()
        if plain:
            found[path] = sorted(plain)
    assert found == {}


def _tables(page: Node) -> Iterator[str]:
    """Headings of the columns, or of the rows, that hold figures and say nothing about them."""
    for table in page.all("table"):
        if not _is_explained(table) and "only-print" not in {name for node in table.above() for name in node.classes}:
            yield from _columns(table)


def _columns(table: Node) -> Iterator[str]:
    heads = _heads([row for part in table.all("thead") for row in part.all("tr")])
    rows = [row for row in table.all("tr") if row.parent is not None and row.parent.tag != "thead"]
    for stack in heads:
        if stack and "num" in stack[-1].classes and not _any(stack) and not (rows and all(map(_row_says, rows))):
            yield stack[-1].text
    for row in rows:
        if not _row_says(row):
            for column, cell in _cells(row):
                stack = heads[column] if column < len(heads) else []
                if _holds_figure(cell) and not _any(stack):
                    yield stack[-1].text if stack else row.text


def _heads(rows: list[Node]) -> list[list[Node]]:
    """The headings above each column, the nearest last."""
    stacks: list[list[Node]] = []
    taken: set[tuple[int, int]] = set()
    for line, row in enumerate(rows):
        column = 0
        for head in row.nodes:
            while (line, column) in taken:
                column += 1
            wide, high = int(head.attrs.get("colspan", 1)), int(head.attrs.get("rowspan", 1))
            for place in range(column, column + wide):
                taken |= {(line + down, place) for down in range(high)}
                stacks.extend([] for _ in range(place + 1 - len(stacks)))
                stacks[place].append(head)
            column += wide
    return stacks


def _cells(row: Node) -> Iterator[tuple[int, Node]]:
    column = 0
    for cell in row.nodes:
        if cell.tag == "td":
            yield column, cell
        column += int(cell.attrs.get("colspan", 1))


def _holds_figure(cell: Node) -> bool:
    if any(True for _ in cell.all("input", "select", "textarea", "time")):
        return False
    said = cell.text
    return bool(re.search(r"\d", said)) and ("num" in cell.classes or bool(FIGURE.fullmatch(said)))


def _row_says(row: Node) -> bool:
    return any(cell.explains_itself for cell in row.all("th"))


def _any(stack: list[Node]) -> bool:
    return any(head.explains_itself for head in stack)


def _is_explained(node: Node) -> bool:
    """By its caption, its figure, the line under it, or the head of its section."""
    if any(caption.explains_itself for caption in node.all("caption", "figcaption")):
        return True
    figure, section = node.nearest("figure"), node.nearest("section")
    if figure is not None and any(
        one.explains_itself for one in figure.nodes if one.tag == "p" or one.tag == "figcaption"
    ):
        return True
    if section is not None and any(head.explains_itself for head in section.with_class("section__head")):
        return True
    beside = [node.following(), *(one.following() for one in [node.parent] if one is not None and one.tag == "div")]
    return any("explains" in one.classes and one.explains_itself for one in beside if one is not None)


def _tiles(page: Node) -> Iterator[str]:
    for tile in [*page.with_class("tile"), *(one for strip in page.with_class("facts") for one in strip.nodes)]:
        for term in tile.all("dt"):
            if not term.explains_itself:
                yield term.text


def _counts(page: Node) -> Iterator[str]:
    """Counts beside a heading: a line of the page opens what they count."""
    for count in page.with_class("count"):
        aside = {"nav", "summary", "button", "header"} & {node.tag for node in count.above()}
        told = any(line.explains_itself for line in page.with_class("explains"))
        if re.search(r"\d", count.text) and not aside and not told:
            yield f"count: {count.text}"


def _pictures(page: Node) -> Iterator[str]:
    """Charts, the tables beside them included; keys of legends, and pictures of steps, hold no figures."""
    for figure in page.all("figure"):
        charts = [
            one for one in figure.all("svg") if "chart" in one.classes and not one.classes & {"key", "chart--flow"}
        ]
        if charts and "gantt" not in figure.classes:
            own = any(one.explains_itself for one in figure.nodes)
            if not own and not _is_explained(figure):
                yield f"picture: {figure.text[:40]}"


TEMPLATES = Path(nenrin.__file__).parent / "web" / "templates"
HEAD = re.compile(r'<th\b[^>]*class="[^"]*\bnum\b[^"]*"[^>]*>(.*?)</th>', re.S)
SORTED = re.compile(r"\{% sort [^%]*number=True[^%]*%\}")
#: Headings whose explanation stands beside them, or that count nothing, with the reason.
BESIDE = {
    "accounts/compare_days.html": "the two days, under the heading of the measure, which explains itself",
    "backtests/twin.html": "the line above the table explains the picture",
    "components/columns.html": "the line under the picture explains it",
    "components/lines.html": "the line under the picture explains it",
    "components/sort.html": "the tag itself: its sign explains",
    "customer_settings/rules.html": "the order of the rules",
    "executive/mail.html": "a day of the month that somebody chose",
    "executive/returns.html": "inputs, whose rows explain themselves",
    "health_models/list.html": "the order of the models",
    "holdout/holdout.html": "a row's own heading, under a column that explains itself",
    "imports/import.html": "lines of a file",
    "imports/mapping.html": "lines of a file",
    "journal/journal.html": "an entry's number",
    "lifetimes/lifetimes.html": "a row's own heading, under a column that explains itself",
    "playbooks/replay.html": "two versions, whose rows explain themselves",
}


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_no_template_heads_a_column_of_figures_without_a_definition(file: Path) -> None:
    """Also where a test's world has no rows to show."""
    source = file.read_text(encoding="utf-8")
    plain = [head for head in HEAD.findall(source) if "{% define" not in head and "{% term" not in head]
    plain += [tag for tag in SORTED.findall(source) if "term=" not in tag]
    if str(file.relative_to(TEMPLATES)) not in BESIDE:
        assert plain == []


def test_exceptions_are_still_needed() -> None:
    """A template that explains itself by now leaves the list."""
    needless = [name for name in BESIDE if (TEMPLATES / name).exists() and not _has_plain(TEMPLATES / name)]
    assert needless == []


def _has_plain(file: Path) -> bool:
    return any("{% define" not in head and "{% term" not in head for head in HEAD.findall(file.read_text("utf-8")))
