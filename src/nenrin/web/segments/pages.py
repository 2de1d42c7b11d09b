"""Segments: the list with live counts, and the editor that says its condition in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.analytics.conditions import Field, Unreadable
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight import past_segments, segment_fields, segments
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.playbooks import segment_users
from nenrin.playbooks.rehearsing import rehearsals
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.web.segments import drafts, editing, replay

SHOWN = 10
HEAD = (
    Text("id", "id"),
    Text("Segment", "セグメント"),
    Text("What it is for", "用途"),
    Text("Condition", "条件"),
    Text("Accounts", "顧客数"),
    Text("Counted", "集計時点"),
    Text("Made by", "作成者"),
)
MOVES = 20
SORTS = {"name": "name", "accounts": "counted", "counted": "counted_at", "owner": "owner__name"}
FILTERS = ("q", "owner")


@dataclass(frozen=True, slots=True)
class Line:
    segment: Segment
    sentence: Text


@dataclass(frozen=True, slots=True)
class Named:
    """An account by its name."""

    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a condition finds, on a past day or now."""

    sentence: Text
    count: int
    accounts: list[Named]
    on: date | None


@requires(Permission.SEGMENTS_VIEW)
def segment_list(request: MemberRequest) -> HttpResponse:
    """Every segment with its condition in words and its count."""
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "name")
    page = page_of(ordered(rows, sort, SORTS), request)
    owners = Segment.objects.filter(archived_at__isnull=True).order_by().values("owner")
    context = {
        "as_of": request.at,
        "page": page,
        "lines": _lines(page.object_list),
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "owners": list(Member.objects.filter(pk__in=owners).order_by("name").values_list("pk", "name")),
        "query": request.GET.urlencode(),
        "may_edit": _may_edit(request),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "segments/list.html", context)


def _asked(request: MemberRequest) -> tuple[QuerySet[Segment], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = Segment.objects.filter(archived_at__isnull=True).select_related("owner")
    if filters["q"]:
        rows = rows.filter(Q(name__icontains=filters["q"]) | Q(note__icontains=filters["q"]))
    if owner := whole(filters["owner"]):
        rows = rows.filter(owner=owner)
    return rows, filters


def _lines(rows: Iterable[Segment]) -> list[Line]:
    known = segment_fields.fields()
    return [Line(row, segments.sentence(row.condition, known)) for row in rows]


@requires(Permission.EXPORT)
def segments_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The list as CSV or Excel, in the reader's language."""
    language = get_language() or "ja"
    rows, filters = _asked(request)
    lines = _lines(ordered(rows, chosen_sort(request, SORTS, "name"), SORTS))
    exports.note(request, "segment", len(lines), filters)
    table = [
        [one.segment.pk, one.segment.name, one.segment.note, one.sentence.in_(language), one.segment.counted,
         one.segment.counted_at, one.segment.owner.name if one.segment.owner else ""]
        for one in lines
    ]  # fmt: skip
    return exports.answer(kind, "segments", [head.in_(language) for head in HEAD], table, request.at)


@requires(Permission.SEGMENTS_EDIT)
def new(request: MemberRequest) -> HttpResponse:
    return _editor(request, None)


@requires(Permission.SEGMENTS_VIEW)
def segment(request: MemberRequest, key: int) -> HttpResponse:
    """One segment: its condition, whom it finds now or on a past day, who entered and left."""
    return _editor(request, get_object_or_404(Segment, pk=key, archived_at__isnull=True))


@require_POST
@requires(Permission.SEGMENTS_EDIT)
def archive(request: MemberRequest, key: int) -> HttpResponse:
    """Put it away; what goes by it is named where it is in use."""
    found = get_object_or_404(Segment, pk=key)
    try:
        segment_users.archive(found, by=Actor.of(request.user), at=request.at)
    except segment_users.InUse as refused:
        said = refused.told.in_(get_language() or "ja")
        return _page(request, found, found.name, found.condition, [said], None, segment_fields.fields())
    toasts.say(request, _("Segment archived."))
    return HttpResponseRedirect(reverse("segments"))


def _editor(request: MemberRequest, row: Segment | None) -> HttpResponse:
    fields = segment_fields.fields()
    is_post = request.method == "POST" and _may_edit(request)
    tried = None if is_post else drafts.asked(request, row)
    document = editing.document(request.POST, fields) if is_post else _standing(row, tried)
    name = request.POST.get("name", "").strip() if is_post else row.name if row else ""
    problems, found = [], None
    try:
        if is_post and request.POST.get("do") == "save":
            return _saved(request, row, name, document)
        if is_post and request.POST.get("do") == "replay":
            return _tried(request, row, document)
        found = _found(request, document, fields)
    except Unreadable as unreadable:
        problems = [problem.text.in_(get_language() or "ja") for problem in unreadable.problems]
    except (segments.NameTaken, segments.Stale, past_segments.NotKept, _NoName, _NoDay) as refused:
        problems = [_REFUSALS[type(refused)].in_(get_language() or "ja")]
    return _page(request, row, name, document, problems, found, fields, tried)


def _standing(row: Segment | None, tried: drafts.Tried | None) -> Any:
    if tried is not None:
        return tried.row.document
    return row.condition if row else {"all": []}


def _tried(request: MemberRequest, row: Segment | None, document: Any) -> HttpResponse:
    """Ask the past about what is typed, without saving it; the form stands as it was typed."""
    draft = rehearsals.of_draft(document, segment=row, by=Actor.of(request.user), at=request.at)
    toasts.say(request, _("Asked for. The figures appear here in a moment."))
    where = reverse("segment", args=[row.pk]) if row else reverse("segment-new")
    return HttpResponseRedirect(f"{where}?draft={draft.pk}")


def _saved(request: MemberRequest, row: Segment | None, name: str, document: Any) -> HttpResponse:
    if not name:
        raise _NoName
    if row is not None:
        version = request.POST.get("version", "")
        row.version = int(version[:9]) if version.isascii() and version.isdigit() else 0
    note = request.POST.get("note", "").strip()
    saved = segments.save(name, document, by=Actor.of(request.user), at=request.at, note=note, segment=row)
    rehearsals.adopt(saved, by=Actor.of(request.user))
    toasts.say(request, _("Segment saved."))
    return HttpResponseRedirect(reverse("segment", args=[saved.pk]))


def _found(request: MemberRequest, document: Any, fields: Mapping[str, Field]) -> Found:
    asked = request.POST.get("on") or request.GET.get("on") or ""
    on = _day(asked) if asked else None
    ids = past_segments.accounts_on(document, on) if on else segments.accounts_in(document, at=request.at, known=fields)
    wanted = set(ids)
    mine = Account.objects.for_member(request.user, Permission.SEGMENTS_VIEW).order_by("name")
    visible = [Named(key, name) for key, name in mine.values_list("pk", "name") if key in wanted]
    return Found(segments.sentence(document, fields), len(visible), visible[:SHOWN], on)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _NoDay from None
    if not 2000 <= day.year < 2200:
        raise _NoDay
    return day


def _page(
    request: MemberRequest,
    row: Segment | None,
    name: str,
    document: Any,
    problems: list[str],
    found: Found | None,
    fields: Mapping[str, Field],
    tried: drafts.Tried | None = None,
) -> HttpResponse:
    flat = editing.rows(document, fields)
    is_yaml = flat is None or request.POST.get("mode") == "yaml" or request.GET.get("mode") == "yaml"
    match, rows = flat or ("all", [])
    context = {
        "as_of": request.at,
        "segment": row,
        "name": name,
        "note": request.POST.get("note", row.note if row else ""),
        "match": match,
        "rows": [*rows, *(editing.Row() for _empty in range(3 if not rows else 1))],
        "is_yaml": is_yaml,
        "yaml": request.POST.get("yaml") if problems and is_yaml else editing.as_yaml(document),
        "fields": fields.values(),
        "choices": editing.choices(fields),
        "ops": editing.OPS.items(),
        "problems": problems,
        "found": found,
        "tried": tried,
        "change": drafts.change(request, row, document, fields)
        if row and (tried or request.method == "POST")
        else None,
        "moves": _moves(request, row) if row else [],
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_edit": _may_edit(request),
        "tabs": replay.tabs(row.pk, "segment") if row else [],
    }
    return render(request, "segments/segment.html", context, status=422 if problems else 200)


def _moves(request: MemberRequest, row: Segment) -> QuerySet[SegmentMembership]:
    """Who entered and left last, of the accounts in the viewer's scope."""
    reached = Account.objects.for_member(request.user, Permission.SEGMENTS_VIEW).values("pk")
    rows = SegmentMembership.objects.filter(segment=row, account__in=reached)
    return rows.select_related("account").order_by("-pk")[:MOVES]


class _NoName(ValueError):
    """A segment needs a name."""


class _NoDay(ValueError):
    """A day is written as 2026-04-01."""


_REFUSALS: dict[type[Exception], Text] = {
    segments.NameTaken: Text(
        "Another segment has this name. Choose another.", "同じ名前のセグメントがあります。別の名前にしてください。"
    ),
    segments.Stale: Text(
        "Somebody changed this segment after you opened it. Open it again; what you typed is below.",
        "開いた後に別の人がこのセグメントを変更しました。開き直してください。入力内容は下に残っています。",
    ),
    _NoName: Text("Give the segment a name.", "名前を入力してください。"),
    past_segments.NotKept: Text(
        "A past day cannot be asked for owners, attributes or changes of the score.",
        "担当・独自項目・スコアの増減は、過去の日付では調べられません。",
    ),
    _NoDay: Text("The day is not a date.", "日付の形式が正しくありません。"),
}


def _may_edit(request: MemberRequest) -> bool:
    return allowed(request.user, Permission.SEGMENTS_EDIT) is not None


urlpatterns = [
    path("segments", segment_list, name="segments"),
    path("segments/new", new, name="segment-new"),
    path("segments/export.<str:kind>", segments_export, name="segments-export"),
    path("segments/<int:key>", segment, name="segment"),
    path("segments/<int:key>/archive", archive, name="segment-archive"),
    *replay.urlpatterns,
]
