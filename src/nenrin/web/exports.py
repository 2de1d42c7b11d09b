"""Lists as files: the same rows and columns as on the screen, within the right to export, noted in the journal."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, TypeVar

import xlsxwriter
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.foundation.spreadsheets import defused
from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.accounts import filters as account_filters
from nenrin.web.accounts import rows as account_rows
from nenrin.web.accounts.column_sets import Columns
from nenrin.web.accounts.listed import DEFAULT_SORT
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, plain

CHUNK = 500
M = TypeVar("M", bound=Model)


@requires(Permission.EXPORT)
def accounts_export(request: MemberRequest, kind: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """The account list as it stands, as CSV (UTF-8 with BOM) or Excel."""
    filters = account_filters.asked(request.GET)
    within = Account.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = account_rows.visible(request.user).filter(pk__in=within)
    rows = account_filters.applied(rows, filters, request.user, navigation.today(request))
    available, base = Columns.of(request.user), Account.objects.select_related("owner", "health")
    sort = chosen_sort(request, available.sorts, DEFAULT_SORT)
    chosen = available.chosen(plain(request.GET.get("columns"), 2000))
    frame = account_rows.frame(request)

    def lines() -> Iterator[list[Any]]:
        for chunk in chunks(available.ordered(rows, sort), base):
            for row in account_rows.filled(chunk, chosen):
                yield [row.account.pk, row.account.name, *(column.export(row, frame) for column in chosen)]

    head = ["id", Text("Account", "顧客").in_(frame.language), *(column.label.in_(frame.language) for column in chosen)]
    note(request, "account", rows.count(), filters)
    return answer(kind, "accounts", head, lines(), request.at)


def chunks(rows: QuerySet[M], base: QuerySet[M]) -> Iterator[list[M]]:
    """The rows by the five hundred, in their order, each read from `base` by its number: filters are asked once."""
    for wanted in keys(rows):
        found = {row.pk: row for row in base.filter(pk__in=wanted)}
        yield [found[key] for key in wanted if key in found]


def keys(rows: QuerySet[M]) -> Iterator[list[int]]:
    """The numbers of the rows by the five hundred, in their order."""
    all_keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(all_keys), CHUNK):
        yield all_keys[start : start + CHUNK]


def note(request: MemberRequest, noun: str, rows: int, filters: dict[str, str]) -> None:
    """The journal knows who took how much of what."""
    particulars = {"rows": rows, "filters": filters, "columns": plain(request.GET.get("columns"))}
    action = f"customers.{noun}.exported"
    journal.record(action, actor=Actor.of(request.user), at=request.at, particulars=particulars)


def answer(
    kind: str, name: str, head: Sequence[str], lines: Iterable[Sequence[Any]], at: datetime
) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """A download of this kind; raises Http404 for a kind that there is not."""
    written = _KINDS.get(kind)
    if written is None:
        raise Http404(kind)
    response = written(head, lines)
    response["Content-Disposition"] = f'attachment; filename="{name}-{at:%Y%m%d}.{kind}"'
    return response


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def parts() -> Iterator[str]:
        yield "\ufeff"
        yield writer.writerow([defused(cell) for cell in head])
        for line in lines:
            yield writer.writerow([defused(cell) for cell in line])

    return StreamingHttpResponse(parts(), content_type="text/csv; charset=utf-8")


def _xlsx(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> FileResponse:
    target: IO[bytes] = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (closed by the response)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet()
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(head):
            sheet.write_string(0, column, title, bold)
        for number, line in enumerate(lines, start=1):
            for column, cell in enumerate(line):
                _write(sheet, number, column, cell, day)
    target.seek(0)
    return FileResponse(target, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _write(sheet: Any, row: int, column: int, cell: Any, day: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(row, column, cell)


_KINDS: dict[str, Callable[..., HttpResponse | StreamingHttpResponse | FileResponse]] = {"csv": _csv, "xlsx": _xlsx}


def language() -> str:
    return get_language() or "ja"


urlpatterns = [path("accounts/export.<str:kind>", accounts_export, name="accounts-export")]
