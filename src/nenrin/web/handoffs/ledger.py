"""The ledger of promises: what was promised to whom, by when, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.values import Ratio, Text
from nenrin.web import exports, navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs import common
from nenrin.web.handoffs.common import VIEW, tabs
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.work import promises as verbs
from nenrin.work.models import Promise
from nenrin.work.models.promise import ORIGINS, STANDINGS, Origin, PromiseState, Standing

SORTS = {
    "due": "due_on", "account": "account__name", "owner": "owner__name", "given": "given_on", "state": "state",
    "origin": "origin", "settled": "settled_on",
}  # fmt: skip
FILTERS = ("q", "standing", "owner", "origin", "soon", "mine")
HEADS = (
    Text("Account", "顧客"), Text("Promise", "約束事"), Text("State", "状態"), Text("Due on", "期限"),
    Text("Owner", "履行の担当"), Text("Promised by", "約束した人"), Text("Promised to", "約束の相手"),
    Text("Promised on", "約束した日"), Text("Where", "約束した場面"), Text("Settled on", "完了日"),
    Text("How, or why not", "結果・理由"), Text("Evidence", "根拠"),
)  # fmt: skip
#: Fewer settled than this, and no share is shown.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A promise as the viewer may read it; `days` until it is due, below zero where it is late."""

    row: Promise
    words: str
    standing: Standing
    state: Text
    origin: Text
    days: int | None
    toward: str
    outcome: str

    @property
    def is_open(self) -> bool:
        return self.standing in (Standing.OPEN, Standing.OVERDUE)


def line(row: Promise, today: date, may_read: bool) -> Line:
    standing = row.standing_on(today)
    days = (row.due_on - today).days if row.due_on and row.state == PromiseState.OPEN else None
    toward = row.contact.name if row.contact else row.toward
    outcome = row.outcome
    if not may_read:
        toward, outcome = toward and common.HIDDEN, outcome and common.HIDDEN
    words = row.words if may_read else common.HIDDEN
    return Line(row, words, standing, STANDINGS[standing], ORIGINS[Origin(row.origin)], days, toward, outcome)


def sorted_lines(rows: Iterable[Promise], today: date, may_read: bool) -> list[Line]:
    """Open ones first, the most urgent on top; then what is settled, the latest first."""
    found = [line(row, today, may_read) for row in rows]
    open_ones = [one for one in found if one.is_open]
    closed = sorted(
        (one for one in found if not one.is_open), key=lambda one: one.row.settled_on or today, reverse=True
    )
    return [*open_ones, *closed]


@requires(VIEW)
def promises(request: MemberRequest) -> HttpResponse:
    """Promises to the accounts in the viewer's scope: open ones unless asked otherwise."""
    today = navigation.today(request)
    rows, filters = _asked(request, today)
    sort = chosen_sort(request, SORTS, "due")
    page = page_of(ordered(rows, sort, SORTS), request)
    may_read = common.may_read(request)
    context = {
        "as_of": request.at,
        "tabs": tabs("promises"),
        "page": page,
        "lines": [line(row, today, may_read) for row in page.object_list],
        "facts": _facts(request, today),
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters[name] for name in FILTERS if name != "standing"),
        "standings": [
            ("live", Text("Not settled", "未履行・期限超過")),
            *((s.value, word) for s, word in STANDINGS.items()),
        ],
        "origins": [(key.value, word) for key, word in ORIGINS.items()],
        "owners": _owners(request),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_read": may_read,
    }
    return render(request, "handoffs/promises.html", context)


def _facts(request: MemberRequest, today: date) -> tuple[Fact, ...]:
    """Over all promises in scope, whatever is filtered."""
    language = exports.language()
    rows = Promise.objects.for_member(request.user, VIEW).filter(account__archived_at__isnull=True)
    late = Q(due_on__isnull=False, settled_on__gt=F("due_on"))
    told = rows.order_by().aggregate(
        open=Count("pk", filter=Q(state=PromiseState.OPEN)),
        overdue=Count("pk", filter=Q(state=PromiseState.OPEN, due_on__lt=today)),
        soon=Count("pk", filter=Q(state=PromiseState.OPEN, due_on__gte=today, due_on__lte=verbs.due_soon(today))),
        kept=Count("pk", filter=Q(state=PromiseState.KEPT)),
        in_time=Count("pk", filter=Q(state=PromiseState.KEPT) & ~late),
        waived=Count("pk", filter=Q(state=PromiseState.WAIVED)),
    )
    over = told["kept"] + told["overdue"]
    in_time = format.percent(Ratio(told["in_time"], over), language, 0) if over >= ENOUGH else None
    return (
        Fact(STANDINGS[Standing.OPEN], format.number(told["open"], language), meaning=Text(
            "Neither kept nor waived, overdue ones included.", "履行済みでも対応不要でもないもの。期限超過を含む。")),
        Fact(STANDINGS[Standing.OVERDUE], format.number(told["overdue"], language), meaning=Text(
            "Open, and the day has passed.", "未履行のまま期限を過ぎたもの。")),
        Fact(Text("Due soon", "まもなく期限"), format.number(told["soon"], language), meaning=Text(
            f"Open, and due within {verbs.SOON_DAYS} business days.", f"未履行で、{verbs.SOON_DAYS}営業日以内に期限が来るもの。")),
        Fact(Text("Kept in time", "期限内の履行"), in_time, meaning=Text(
            f"Kept by its day, of all kept or overdue; waived ones are left out. Shown from {ENOUGH} on.",
            f"履行済みと期限超過のうち、期限までに履行した割合。対応不要は除く。{ENOUGH}件以上で表示。")),
        Fact(STANDINGS[Standing.WAIVED], format.number(told["waived"], language), meaning=Text(
            "Not to be kept any more, with a reason.", "理由を添えて対応不要としたもの。")),
    )  # fmt: skip


def _owners(request: MemberRequest) -> list[tuple[str, str]]:
    seen = Promise.objects.for_member(request.user, VIEW).values("owner")
    return [(str(pk), name) for pk, name in Member.objects.filter(pk__in=seen).values_list("pk", "name")]


def _asked(request: MemberRequest, today: date) -> tuple[QuerySet[Promise], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = Promise.objects.for_member(request.user, VIEW).filter(account__archived_at__isnull=True)
    rows = rows.select_related("account", "owner", "given_by", "contact")
    if filters["q"]:
        named = Q(account__search__contains=normal(filters["q"]))
        rows = rows.filter(named | Q(words__icontains=filters["q"]) if common.may_read(request) else named)
    if "standing" not in request.GET:
        filters["standing"] = "live"
    if filters["standing"] == "live":
        rows = rows.open()
    elif filters["standing"] in set(Standing):
        rows = rows.standing(Standing(filters["standing"]), today)
    if owner := whole(filters["owner"]):
        rows = rows.filter(owner=owner)
    if filters["origin"] in set(Origin):
        rows = rows.filter(origin=filters["origin"])
    if filters["soon"]:
        rows = rows.open().filter(due_on__lte=verbs.due_soon(today))
    if filters["mine"]:
        rows = rows.filter(owner=request.user)
    return rows, filters


@requires(Permission.EXPORT)
def promises_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file; words only for roles that read personal data."""
    today, may_read = navigation.today(request), common.may_read(request)
    rows, filters = _asked(request, today)
    rows = rows.filter(pk__in=Promise.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    language = exports.language()
    base = Promise.objects.select_related("account", "owner", "given_by", "contact")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, base):
            yield from (_cells(line(row, today, may_read), language, may_read) for row in chunk)

    exports.note(request, "promise", rows.count(), filters, room="work")
    return exports.answer(kind, "promises", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(one: Line, language: str, may_read: bool) -> list[Any]:
    row = one.row
    return [
        row.account.name, one.words, one.state.in_(language), row.due_on, row.owner.name if row.owner else "",
        row.given_by.name if row.given_by else "", one.toward, row.given_on, one.origin.in_(language), row.settled_on,
        one.outcome, row.evidence_url if may_read else "",
    ]  # fmt: skip


urlpatterns = [
    path("promises", promises, name="promises"),
    path("promises/export.<str:kind>", promises_export, name="promises-export"),
]
