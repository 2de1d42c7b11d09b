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
from django.utils.translation import get_language

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.spreadsheets import defused
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import plain

CHUNK = 500
M = TypeVar("M", bound=Model)


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


def note(request: MemberRequest, noun: str, rows: int, filters: dict[str, str], *, room: str = "customers") -> None:
    """The journal knows who took how much of what."""
    particulars = {"rows": rows, "filters": filters, "columns": plain(request.GET.get("columns"))}
    action = f"{room}.{noun}.exported"
    journal.record(action, actor=Actor.of(request.user), at=request.at, particulars=particulars)


def answer(
    kind: str, name: str, head: Sequence[str], lines: Iterable[Sequence[Any]], at: datetime
) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """A download of this kind, named by the organisation's day; raises Http404 for a kind that there is not."""
    written = _KINDS.get(kind)
    if written is None:
        raise Http404(kind)
    response = written(head, lines)
    response["Content-Disposition"] = f'attachment; filename="{name}-{organisation.today(at):%Y%m%d}.{kind}"'
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
        bold, zone = book.add_format({"bold": True}), organisation.zone()
        day, moment = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(head):
            sheet.write_string(0, column, title, bold)
        for number, line in enumerate(lines, start=1):
            for column, cell in enumerate(line):
                if isinstance(cell, datetime):  # Excel knows no zones: by the organisation's clock, as on pages
                    sheet.write_datetime(number, column, cell.astimezone(zone), moment)
                else:
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
