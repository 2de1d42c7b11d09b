"""The accounts behind a figure as a list: narrowed by name and by what the figure has parts of, in any order, and as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from nenrin.customers.models import Account
from nenrin.foundation import bulk
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Money, Text
from nenrin.web import exports, marks
from nenrin.web.charts.bands import band_of
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import PAGE, chosen_sort, plain

Kind = Literal["text", "money", "day", "share", "number", "hours", "band"]
NUMBERS = ("money", "share", "number", "hours")


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names it in the address; `term` of the glossary opens beside its head and says what a figure means."""

    key: str
    name: Text
    kind: Kind = "text"
    term: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True, slots=True)
class Choice:
    """A part to narrow by: what the address may name, in its order, and what it names."""

    name: str
    label: Text
    options: Sequence[tuple[str, Text]]
    chosen: str


@dataclass(frozen=True, slots=True)
class Drill:
    """`rows`: an account and a value for each column (money in minor units, hours in minutes, bands by key; None: not
    told). `kept`: what else stands in the address. `above`: the page it opens from, with its address."""

    title: Text
    above: tuple[Text, str]
    columns: Sequence[Column]
    rows: Sequence[tuple[int, Sequence[Any]]]
    currency: str
    as_of: date | datetime
    to: str
    choices: Sequence[Choice] = ()
    kept: Sequence[tuple[str, str]] = ()
    about: Text | None = None
    key: str = ""  # of the address of the file

    def query(self) -> str:
        """What was asked, for the addresses of files."""
        return urlencode([*self.kept, *((one.name, one.chosen) for one in self.choices if one.chosen)])


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    value: Any


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that match, in order, and what was asked: a part of the name, an order ("" as they came)."""

    rows: Sequence[tuple[int, Sequence[Any]]]
    text: str
    sort: str


def page(request: MemberRequest, drill: Drill) -> HttpResponse:
    """The list."""
    found = narrowed(request, drill.rows, [one.key for one in drill.columns])
    shown = Paginator(found.rows, PAGE).get_page(request.GET.get("page"))
    names = names_of(account for account, _ in shown)
    lines = [
        (account, names[account], [Cell(*pair) for pair in zip(drill.columns, values, strict=True)])
        for account, values in shown
        if account in names
    ]
    context = {
        "drill": drill,
        "lines": lines,
        "page": shown,
        "sort": found.sort,
        "text": found.text,
        "sums": _sums(drill, found),
        "as_of": drill.as_of,
        "everyone": f"?{urlencode(drill.kept)}",
        "is_narrowed": bool(found.text or any(one.chosen for one in drill.choices)),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": f"{drill.query()}&{urlencode({'q': found.text, 'sort': found.sort})}",
    }
    return render(request, "drills/list.html", context)


def file(request: MemberRequest, drill: Drill, kind: str, name: str) -> Any:
    """The same rows as a file."""
    language, found = exports.language(), narrowed(request, drill.rows, [one.key for one in drill.columns])
    names = names_of(account for account, _ in found.rows)
    heads = ["id", Text("Account", "顧客").in_(language), *(one.name.in_(language) for one in drill.columns)]
    is_money = any(one.kind == "money" for one in drill.columns)

    def lines() -> Iterator[list[Any]]:
        for account, values in found.rows:
            cells = [_plain(drill, one, value, language) for one, value in zip(drill.columns, values, strict=True)]
            yield [account, names.get(account, ""), *cells, *([drill.currency] if is_money else [])]

    exports.note(request, "subscription", len(found.rows), {"figure": name, **dict(drill.kept)})
    heads += [Text("Currency", "通貨").in_(language)] if is_money else []
    return exports.answer(kind, name, heads, lines(), request.at)


def narrowed(request: MemberRequest, rows: Sequence[tuple[int, Sequence[Any]]], keys: Sequence[str]) -> Found:
    """Of rows of an account and values: those with a part of the name, in the order asked for, blanks last; names are read
    only where one of both is asked for."""
    text = plain(request.GET.get("q"), 100)
    sort = chosen_sort(request, {"account": "", **dict.fromkeys(keys, "")}, "")
    key, is_down = sort.removeprefix("-"), sort.startswith("-")
    names = names_of(row[0] for row in rows) if text or key == "account" else {}
    if text:
        rows = [row for row in rows if text.casefold() in names.get(row[0], "").casefold()]
    if key == "account":
        rows = sorted(rows, key=lambda row: names.get(row[0], ""), reverse=is_down)
    elif key:
        place, language = list(keys).index(key), exports.language()
        known = [row for row in rows if row[1][place] is not None]
        known.sort(key=lambda row: _order(row[1][place], language), reverse=is_down)
        rows = known + [row for row in rows if row[1][place] is None]
    return Found(rows, text, sort)


def names_of(accounts: Iterable[int]) -> dict[int, str]:
    return dict(Account.objects.filter(pk__in=bulk.among(sorted({*accounts}))).values_list("pk", "name"))


def _order(value: Any, language: str) -> Any:
    return value.in_(language) if isinstance(value, Text) else value


def _sums(drill: Drill, found: Found) -> list[tuple[Column, int]]:
    """Of the columns of money, that they can be held against the figure."""
    out = []
    for place, one in enumerate(drill.columns):
        if one.kind == "money":
            out.append((one, sum(values[place] or 0 for _, values in found.rows)))
    return out


def _plain(drill: Drill, column: Column, value: Any, language: str) -> Any:
    if value is None or value == "":
        return ""
    if column.kind == "money":
        return Money(value, drill.currency).major
    if column.kind == "hours":
        return round(value / 60, 2)
    if column.kind == "band":
        return marks.WORDS[band_of(value)].in_(language)
    return value.in_(language) if isinstance(value, Text) else value
