"""The list of handoffs: under way, late, accepted; how complete and how fast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs.common import VIEW, tabs
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.work.handing import figures
from nenrin.work.handing.figures import Figures
from nenrin.work.models import Handoff
from nenrin.work.models.handoff import ITEMS, RUNNING, STATES, WRITING, HandoffState

SORTS = {
    "account": "account__name", "state": "state", "settled": "settled", "seller": "seller__name",
    "receiver": "receiver__name", "signed": "signed_on", "due": "due_on", "sent": "first_sent_at",
    "accepted": "accepted_at", "hours": "accept_hours",
}  # fmt: skip
FILTERS = ("q", "state", "seller", "late", "mine")
HEADS = (
    Text("Account", "顧客"), Text("State", "状態"), Text("Items settled of 7", "記入済み項目（7項目中）"),
    Text("Waived", "対応不要の項目"), Text("Times sent back", "差し戻し回数"), Text("Seller", "営業担当"),
    Text("Receiver", "受領担当"), Text("Signed on", "締結日"), Text("Due on", "期限"), Text("First sent", "初回送付日時"),
    Text("Accepted", "受領日時"), Text("Hours to acceptance", "受領までの時間"), Text("Fit expected", "見込みの適合度"),
    Text("Fit found", "実際の適合度"),
)  # fmt: skip
UNDER_WAY = "running"


@dataclass(frozen=True, slots=True)
class Line:
    handoff: Handoff
    state: Text
    share: float
    is_late: bool
    seconds: float | None  # from first sent to accepted


@requires(VIEW)
def handoffs(request: MemberRequest) -> HttpResponse:
    """Handoffs of the accounts in the viewer's scope; those under way first, the most urgent on top."""
    today = navigation.today(request)
    rows, filters = _asked(request, today)
    sort = chosen_sort(request, SORTS, "-signed")
    page = page_of(ordered(rows, sort, SORTS), request)
    context = {
        "as_of": request.at,
        "tabs": tabs("handoffs"),
        "page": page,
        "lines": [line(row, today) for row in page.object_list],
        "facts": facts(figures.of(rows, today)),
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "states": [(UNDER_WAY, Text("Under way", "進行中")), *((key.value, word) for key, word in STATES.items())],
        "sellers": _sellers(request),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_configure": allowed(request.user, Permission.JOURNEYS_CONFIGURE) is not None,
    }
    return render(request, "handoffs/list.html", context)


def line(row: Handoff, today: date) -> Line:
    late = row.state in WRITING and row.due_on < today
    seconds = None if row.accept_hours is None else row.accept_hours * 3600
    return Line(row, STATES[HandoffState(row.state)], row.settled / len(ITEMS), late, seconds)


def facts(told: Figures) -> tuple[Fact, ...]:
    """The figures above the list, each with its meaning."""
    language = exports.language()
    hours = None if told.hours is None else format.duration(told.hours * 3600, language)
    return (
        Fact(Text("Waiting for acceptance", "受領待ち"), format.number(told.waiting, language), meaning=Text(
            "Sent by sales, not yet accepted or sent back.", "営業から送付済みで、まだ受領も差し戻しもしていないもの。")),
        Fact(Text("Late at sales", "送付の遅れ"), format.number(told.late, language), meaning=Text(
            "Not sent, although the day has passed: so many business days after the signature as the settings say.",
            "期限（締結日から設定の営業日数）を過ぎても送付されていないもの。")),
        Fact(Text("Sent in time", "期限内の送付"), format.percent(told.in_time, language, 0), meaning=Text(
            "First sent by its day, of all that were sent or whose day has passed.",
            "送付済みまたは期限を過ぎたもののうち、期限までに初めて送付された割合。")),
        Fact(Text("Completeness", "記入率"), format.percent(told.completeness, language, 0), meaning=Text(
            "Items answered, or waived with a reason, of seven each; those not needed are left out.",
            "7項目のうち、回答済みまたは理由付きで対応不要とした割合。引き継ぎ自体が不要のものは除く。")),
        Fact(Text("Time to acceptance", "受領までの時間"), hours, note=_of(told.accepted, language), meaning=Text(
            f"Median from the first sending to the acceptance. Shown from {figures.ENOUGH} acceptances on.",
            f"初回送付から受領までの中央値。受領が{figures.ENOUGH}件以上で表示。")),
        Fact(Text("Sent back", "差し戻し"), format.percent(told.returned, language, 0), meaning=Text(
            "Sent back with questions at least once, of all that were sent.", "送付されたもののうち、1回以上差し戻された割合。")),
    )  # fmt: skip


def _of(count: int, language: str) -> Text:
    n = format.number(count, language)
    return Text(f"{n} accepted", f"受領{n}件")


def _sellers(request: MemberRequest) -> list[tuple[str, str]]:
    seen = Handoff.objects.for_member(request.user, VIEW).values("seller")
    return [(str(pk), name) for pk, name in Member.objects.filter(pk__in=seen).values_list("pk", "name")]


def _asked(request: MemberRequest, today: date) -> tuple[QuerySet[Handoff], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = Handoff.objects.for_member(request.user, VIEW).filter(account__archived_at__isnull=True)
    rows = rows.select_related("account", "seller", "receiver")
    if filters["q"]:
        rows = rows.filter(account__search__contains=normal(filters["q"]))
    if filters["state"] == UNDER_WAY:
        rows = rows.filter(state__in=RUNNING)
    elif filters["state"] in set(HandoffState):
        rows = rows.filter(state=filters["state"])
    if seller := whole(filters["seller"]):
        rows = rows.filter(seller=seller)
    if filters["late"]:
        rows = rows.filter(state__in=WRITING, due_on__lt=today)
    if filters["mine"]:
        rows = rows.filter(seller=request.user) | rows.filter(receiver=request.user)
    return rows, filters


@requires(Permission.EXPORT)
def handoffs_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file: states and figures, no words of the items."""
    rows, filters = _asked(request, navigation.today(request))
    within = Handoff.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = rows.filter(pk__in=within)
    language = exports.language()
    base = Handoff.objects.select_related("account", "seller", "receiver")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows.order_by("-signed_on", "-pk"), base):
            yield from (_cells(row, language) for row in chunk)

    exports.note(request, "handoff", rows.count(), filters, room="work")
    return exports.answer(kind, "handoffs", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(row: Handoff, language: str) -> list[Any]:
    hours = None if row.accept_hours is None else round(row.accept_hours, 1)
    return [
        row.account.name, STATES[HandoffState(row.state)].in_(language), row.settled, row.waived, row.returns,
        row.seller.name if row.seller else "", row.receiver.name if row.receiver else "", row.signed_on, row.due_on,
        row.first_sent_at and row.first_sent_at.isoformat(), row.accepted_at and row.accepted_at.isoformat(),
        hours, row.fit_expected, row.fit_found,
    ]  # fmt: skip


urlpatterns = [
    path("handoffs", handoffs, name="handoffs"),
    path("handoffs/export.<str:kind>", handoffs_export, name="handoffs-export"),
]
