"""The board: a column a stage, cards that are moved by hand, keyboard or form; the same rows as a table and a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import format, organisation
from nenrin.foundation.calendar import day_of
from nenrin.foundation.permissions import Permission
from nenrin.insight.revenue import own_money
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.journeys import common, filters, rows
from nenrin.web.journeys.common import Here
from nenrin.web.journeys.filters import SORTS
from nenrin.web.listing import chosen_sort, ordered, page_of
from nenrin.work.journeys import overlays, standings
from nenrin.work.models.journey import STANDINGS

HEAD = (
    Text("id", "id"), Text("Account", "顧客"), Text("Stage", "ステージ"), Text("In the stage since", "ステージに入った日"),
    Text("Day", "日目"), Text("Expected days", "想定日数"), Text("Standing", "進み具合"), Text("Health", "ヘルス"),
    Text("Owner", "担当CSM"), Text("Monthly amount", "月額"), Text("Currency", "通貨"), Text("Overdue tasks", "期限切れタスク"),
    Text("Overdue, theirs", "期限超過（お客様）"), Text("Next renewal", "次の更新日"), Text("Ready to move", "移動の条件を満たす"),
    Text("Renewal decided on", "更新判断日（120日以内）"),
)  # fmt: skip


@requires(common.VIEW)
def board(request: MemberRequest) -> HttpResponse:
    """Columns of the journey that the address names."""
    here = common.here(request)
    if here is None:
        return none(request, "journey")
    asked = filters.read(request.GET, here.design.keys)
    found = filters.apply(rows.base(here.accounts(request), here), asked, request.user, here.today)
    wide, pace = request.GET.get("wide", ""), rows.stalled(here.ever(request), here)
    own = own_money.on(here.today)
    lanes = rows.lanes(found, here, request.user, own, pace, wide)
    language = get_language() or "ja"
    context = _shared(request, here, asked, "journey") | {
        "lanes": [(lane, _pace(lane, language)) for lane in lanes],
        "total": sum(lane.count for lane in lanes),
        "wide": wide,
        "rates": own.used() if any(lane.abroad for lane in lanes) else None,
        "unrated": own_money.left_out(_unrated(found, own)) if any(lane.unrated for lane in lanes) else None,
    }
    return render(request, "journeys/board.html", context)


def _unrated(found: QuerySet[Any], own: OwnMoney) -> list[str]:
    """The names of the accounts that no sum holds."""
    return list(found.filter(own.unknown()).order_by("name").values_list("name", flat=True))


def _pace(lane: rows.Lane, language: str) -> dict[str, Any] | None:
    """How long the stage takes and how many moved on in time; None for the last stage, and where it is none."""
    if lane.stall is None or lane.stall.is_last:
        return None
    whole = lane.stall.whole
    enough = whole is not None and whole.curve is not None
    due = whole.by_due if whole and enough else None
    return {
        "n": whole.projects if whole else 0,
        "enough": enough,
        "median": int(whole.median) if whole and whole.median else None,
        "in_time": format.percent(due.value, language, 0) if due else None,
        "due": due,
        "target": lane.stall.stage.in_time,
        "is_under": due is not None and 100 * due.value < lane.stall.stage.in_time,
    }


@requires(common.VIEW)
def table(request: MemberRequest) -> HttpResponse:
    """The same accounts as rows."""
    here = common.here(request)
    if here is None:
        return none(request, "journey-table")
    asked = filters.read(request.GET, here.design.keys)
    sort = chosen_sort(request, SORTS, "since")
    found = _ordered(filters.apply(rows.base(here.accounts(request), here), asked, request.user, here.today), sort)
    page = page_of(rows.with_signals(found, here.today), request)
    context = _shared(request, here, asked, "journey-table") | {
        "page": page,
        "lines": rows.lines(page.object_list, here, request.user),
        "sort": sort,
    }
    return render(request, "journeys/table.html", context)


def _ordered(found: QuerySet[Account], sort: str) -> QuerySet[Account]:
    if sort.removeprefix("-") == "since":  # not a column of the account
        way = "-since" if sort.startswith("-") else "since"
        return found.order_by(way, "pk")
    return ordered(found, sort, SORTS)


def none(request: MemberRequest, at: str) -> HttpResponse:
    context = {
        "as_of": request.at, "tabs": common.tabs(at), "may_configure": common.may(request, common.CONFIGURE),
    }  # fmt: skip
    return render(request, "journeys/none.html", context)


def _shared(request: MemberRequest, here: Here, asked: filters.Filters, at: str) -> dict[str, Any]:
    return {
        "as_of": request.at,
        "tabs": common.tabs(at, here.key),
        "here": here,
        "filters": asked,
        "owners": filters.owners(request.user),
        "standings": STANDINGS.items(),
        "overlays": overlays.NAMES.items(),
        "stages": [(one.stage, one.name) for one in here.design.stages],
        "meaning": {one.value: standings.meaning(one) for one in STANDINGS},
        "may_move": common.may(request, common.EDIT),
        "may_configure": common.may(request, common.CONFIGURE),
        "may_export": common.may(request, Permission.EXPORT),
        "query": request.GET.urlencode(),
        "back": request.get_full_path(),
        "moved": request.GET.get("moved", ""),
    }


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The table with the same filters and order, of accounts within the right to export."""
    here, language, zone = common.here(request), get_language() or "ja", organisation.zone()
    head = [one.in_(language) for one in HEAD]
    if here is None:
        return exports.answer(kind, "journey", head, [], request.at)
    asked = filters.read(request.GET, here.design.keys)
    reach = Account.objects.for_member(request.user, Permission.EXPORT).values("pk")
    mine = here.accounts(request).filter(pk__in=reach)
    found = _ordered(
        filters.apply(rows.base(mine, here), asked, request.user, here.today), chosen_sort(request, SORTS, "since")
    )
    exports.note(request, "journey", found.count(), {"journey": here.key} | asked.told, room="work")

    def body() -> Iterator[list[Any]]:
        for chunk in exports.chunks(found, rows.with_signals(rows.base(mine, here), here.today)):
            yield from (_cells(line, language, zone) for line in rows.lines(chunk, here, request.user))

    return exports.answer(kind, "journey", head, body(), request.at)


def _cells(line: rows.Line, language: str, zone: ZoneInfo) -> list[Any]:
    row: Any = line.account  # annotated
    return [
        row.pk, row.name, line.stage.in_(language), day_of(row.since, zone) if line.day else "", line.day or "",
        line.of or "", line.standing.in_(language), round(line.health.score) if line.health else "",
        row.owner.name if row.owner else "",
        row.mrr_minor, row.currency, line.late, line.theirs, row.renewal_on or "", int(line.is_ready), line.renewal or "",
    ]  # fmt: skip


urlpatterns = [
    path("journey", board, name="journey"),
    path("journey/table", table, name="journey-table"),
    path("journey/export.<str:kind>", export, name="journey-export"),
]
