"""What every list page does: order with blanks last, count once, fifty to a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
R = TypeVar("R")
T = TypeVar("T")
PAGE = 50


class Counted(Paginator):  # type: ignore[type-arg]
    """A paginator that was told the count, because the totals of the page know it already."""

    def __init__(self, rows: object, count: int, size: int = PAGE) -> None:
        super().__init__(rows, size)  # type: ignore[arg-type]
        self.__dict__["count"] = count  # the cached property's place


def ordered(rows: QuerySet[M], sort: str, columns: Mapping[str, str]) -> QuerySet[M]:
    """Rows by one of these columns ("-key" descending), blanks last, then by id so that pages never overlap."""
    column, backwards = columns[sort.removeprefix("-")], sort.startswith("-")
    if _is_plain(rows, column):  # so that an index gives the order
        return rows.order_by(f"-{column}", "-pk") if backwards else rows.order_by(column, "pk")
    first = F(column).desc(nulls_last=True) if backwards else F(column).asc(nulls_last=True)
    return rows.order_by(first, "pk")


def _is_plain(rows: QuerySet[M], column: str) -> bool:
    """A column of its own that is never blank; what was added to the rows may be."""
    is_own = "__" not in column and column not in rows.query.annotations
    return is_own and not rows.model._meta.get_field(column).null


def in_order(rows: Iterable[T], sort: str, columns: Mapping[str, Callable[[T], Any]]) -> list[T]:
    """Rows that no query orders, by one of these values ("-key" descending), blanks last; equal ones stay as they came."""
    value = columns[sort.removeprefix("-")]
    told = list(rows)
    known = sorted((row for row in told if value(row) is not None), key=value, reverse=sort.startswith("-"))
    return [*known, *(row for row in told if value(row) is None)]


def chosen_sort(request: HttpRequest, columns: Mapping[str, object], default: str) -> str:
    """The order asked for in the address, or the default where it names none that there is."""
    asked = request.GET.get("sort", default)
    return asked if asked.removeprefix("-") in columns else default


def page_of(rows: QuerySet[Any, R], request: HttpRequest, count: int | None = None) -> Page[R]:
    """The page asked for; the nearest one where the number makes no sense."""
    pages = Paginator(rows, PAGE) if count is None else Counted(rows, count)
    return pages.get_page(request.GET.get("page"))


def whole(value: str | None, highest: int = 2**31 - 1) -> int | None:
    """A number from an address; None where it is none."""
    if not value or not (value.isascii() and value.isdigit()) or len(value) > 10:
        return None
    return min(int(value), highest)


def plain(value: str | None, limit: int = 200) -> str:
    """Text from an address without what a database refuses."""
    return "".join(c for c in (value or "") if c >= " " and not "\ud800" <= c <= "\udfff").strip()[:limit]
