"""The audit log: every change, who, when and why; its chain verified; exported as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from nenrin.foundation import organisation, verification
from nenrin.foundation.models import Entry, Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.spreadsheets import defused
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.settings.journal_entries import Filters, found, lines

PAGE = 50
CHUNK = 500


@requires(Permission.JOURNAL_VIEW)
def journal(request: MemberRequest) -> HttpResponse:
    """The newest entries first, filtered by the address."""
    filters = Filters(request.GET)
    page = Paginator(found(filters).select_related("personal"), PAGE).get_page(request.GET.get("page"))
    context = {
        "as_of": request.at,
        "filters": filters,
        "page": page,
        "lines": lines(list(page.object_list), request.user),
        "verified": verification.last(),
        "unsealed": Entry.objects.filter(sequence__isnull=True).count(),
        "is_filtered": any(value for key, value in request.GET.items() if key != "page"),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "journal/journal.html", context)


@requires(Permission.JOURNAL_VIEW)
def journal_entry(request: MemberRequest, key: int) -> HttpResponse:
    """One entry with its particulars and its place in the chain."""
    entry = get_object_or_404(Entry.objects.select_related("personal"), pk=key)
    part = getattr(entry, "personal", None)
    may_see = visible(request.user, FieldClass.PERSONAL)
    context = {
        "as_of": request.at,
        "entry": entry,
        "line": lines([entry], request.user)[0],
        "particulars": _pairs(entry.particulars),
        "personal": _pairs(part.payload) if part and may_see and not part.erased_at else [],
        "is_hidden": bool(part) and not may_see,
        "is_erased": bool(part and part.erased_at),
        "references": list(entry.references.all()),
    }
    return render(request, "journal/entry.html", context)


@require_POST
@requires(Permission.JOURNAL_VIEW)
def journal_verify(request: MemberRequest) -> HttpResponse:
    """Have every hash recomputed from the first entry on; the worker does it and its finding stands on the page."""
    verification.ask(at=request.at)
    messages.success(request, gettext("Verifying begins; the result will stand above the list."))
    return HttpResponseRedirect(reverse("journal"))


@requires(Permission.JOURNAL_VIEW)
def journal_export(request: MemberRequest) -> StreamingHttpResponse:
    """The same entries as the page's, streamed; personal parts only for those who see them on the page."""
    if allowed(request.user, Permission.EXPORT) is None:
        raise PermissionDenied(Permission.EXPORT.value)
    rows = found(Filters(request.GET)).select_related("personal")
    name = f"nenrin-journal-{organisation.today(request.at):%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(_csv(rows, request.user), content_type="text/csv; charset=utf-8", headers=headers)


def _csv(rows: object, reader: Member) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, so that Excel reads it as such."""
    language, zone = reader.language, organisation.zone()
    yield b"\xef\xbb\xbf" + _row(
        ["number", "recorded_at", "valid_at", "by", "action", "what", "account", "account_id", "hash"]
    )
    entries: list[Entry] = []
    for entry in rows.iterator(CHUNK):  # type: ignore[attr-defined]  # a QuerySet with its select_related
        entries.append(entry)
        if len(entries) == CHUNK:
            yield from _chunk(entries, reader, language, zone)
            entries = []
    yield from _chunk(entries, reader, language, zone)


def _chunk(entries: list[Entry], reader: Member, language: str, zone: object) -> Iterator[bytes]:
    for line in lines(entries, reader):
        entry = line.entry
        times = [at.astimezone(zone).isoformat(timespec="seconds") for at in (entry.recorded_at, entry.valid_at)]  # type: ignore[arg-type]
        told = [
            line.who.in_(language),
            entry.action,
            line.what.in_(language),
            line.account,
            entry.account or "",
            entry.hash,
        ]
        yield _row([line.place or "", *times, *told])


def _row(cells: list[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([defused(cell) for cell in cells])
    return out.getvalue().encode()


def _pairs(payload: dict[str, object]) -> list[tuple[str, str]]:
    """Key and value as they are kept; what is no plain word is shown as JSON."""
    return [
        (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for key, value in payload.items()
    ]


urlpatterns = [
    path("journal", journal, name="journal"),
    path("journal/verify", journal_verify, name="journal-verify"),
    path("journal/export.csv", journal_export, name="journal-export"),
    path("journal/<int:key>", journal_entry, name="journal-entry"),
]
