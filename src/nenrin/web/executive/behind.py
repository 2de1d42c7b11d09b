"""The lists behind the dashboard's tables: each figure of them opens the accounts or contracts that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.executive import behind
from nenrin.insight.executive.behind import PARTS, WHOSE, Line, NoSuchPart, Part, Whose
from nenrin.insight.executive.questions import Question
from nenrin.insight.revenue.words import parsed_day
from nenrin.values import Text
from nenrin.web.drills import Choice, Column, Drill
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import plain
from nenrin.web.revenue.asking import Asked
from nenrin.work import losses

TITLES: dict[str, Text] = {
    "renewals": Text("Contracts that come due", "更新期限を迎える契約"),
    "churn": Text("Accounts that left", "解約した顧客"),
    "expected": Text("Expected churned MRR by account", "顧客別の解約見込みMRR"),
    "capacity": Text("Planned time by account", "顧客別の予定時間"),
}
_MRR = Column("mrr", Text("MRR", "MRR"), "money", "mrr")
_COLUMNS: dict[str, Sequence[Column]] = {
    "renewals": (
        Column("on", Text("Due on", "更新日"), "day"),
        Column("amount", Text("MRR of the contract", "契約のMRR"), "money", "mrr"),
        _MRR,
        Column("band", Text("Health", "ヘルス"), "band"),
        Column("says", Text("Notice", "解約通知")),
    ),
    "churn": (
        Column("amount", Text("MRR lost", "失ったMRR"), "money", "reason_mrr"),
        Column("says", Text("Churn reason", "解約理由")),
    ),
    "expected": (
        Column("amount", Text("Expected", "解約見込み"), "money", "expected_lost"),
        Column("share", Text("Probability", "解約確率"), "share", "risk_probability"),
        _MRR,
    ),
    "capacity": (
        Column("says", Text("Owner", "担当CSM")),
        Column("minutes", Text("Hours a month", "予定時間（月）"), "hours", "cap_planned"),
        _MRR,
    ),
}


def address(asked_for: str, figure: str, **part: str) -> str:
    """The address of a list; `asked_for`: the dashboard's own question."""
    told = {"figure": figure, **{name: value for name, value in part.items() if value}}
    return f"{reverse('executive-accounts')}?{asked_for}&{urlencode(told)}"


def drill(request: MemberRequest, ask: Asked, question: Question, figure: str) -> Drill:
    """The list of a figure. Raises Http404, and PermissionDenied for what the member may not see: health, or the load of
    each colleague."""
    lines, choices, about = _READ[figure](request, question)
    has_bands = question.sees_health and any(one.band for one in lines)
    columns = [column for column in _COLUMNS[figure] if column.kind != "band" or has_bands]
    rows = [(one.account, [getattr(one, column.key) for column in columns]) for one in lines]
    return Drill(
        TITLES[figure], (Text("Executive dashboard", "経営ダッシュボード"), f"{reverse('executive')}?{ask.address()}"),
        columns, rows, question.currency, ask.known if ask.known < ask.today else request.at,
        "executive-accounts-export", choices, [*_asked(ask), ("figure", figure)], about,
    )  # fmt: skip


def _asked(ask: Asked) -> list[tuple[str, str]]:
    told = [("grain", ask.grain), ("start", ask.period.start.isoformat())]
    told += [("known", ask.known.isoformat())] if ask.known < ask.today else []
    return told + ([("by", ask.by), ("slice", ask.within.key)] if ask.within else [])


Read = tuple[list[Line], list[Choice], Text]


def _renewals(request: MemberRequest, ask: Question) -> Read:
    month, part = parsed_day(request.GET.get("month")), plain(request.GET.get("part"))
    months = behind.months(ask)
    chosen: Part = next((key for key in PARTS if key == part), "")
    if chosen == "at_risk" and not ask.sees_health:
        raise PermissionDenied(Permission.HEALTH_VIEW.value)
    month = month if month in months else None
    options = [("", Text("all months", "全期間")), *((each.isoformat(), _month(each)) for each in months)]
    parts = [(key, name) for key, name in PARTS.items() if key != "at_risk" or ask.sees_health]
    choices = [
        Choice("month", Text("Month", "月"), options, month.isoformat() if month else ""),
        Choice("part", Text("Which", "対象"), parts, chosen),
    ]
    return behind.renewals(ask, month, chosen), choices, Text("six months and longer", "6か月以上の契約")


def _churn(request: MemberRequest, ask: Question) -> Read:
    told, reason = behind.reasons(ask, losses.told), plain(request.GET.get("reason"))
    reason = reason if any(one.name.en == reason for one in told) else ""
    options = [("", Text("all reasons", "すべての理由")), *((one.name.en, one.name) for one in told)]
    name = ask.name()
    return (
        behind.churn(ask, losses.told, reason),
        [Choice("reason", Text("Churn reason", "解約理由"), options, reason)],
        name,
    )


def _expected(request: MemberRequest, ask: Question) -> Read:
    if not ask.sees_health:
        raise PermissionDenied(Permission.HEALTH_VIEW.value)
    month = parsed_day(request.GET.get("month"))
    try:
        lines = behind.expected(ask, month)
    except NoSuchPart as problem:
        raise Http404(str(problem)) from problem
    about = (
        Text("within twelve months", "12か月以内")
        if month is None
        else Text(f"within a month from {format.day(month, 'en')}", f"{format.day(month, 'ja')}からの1か月")
    )
    kept = [Choice("month", Text("Month from", "開始"), [("", Text("twelve months", "12か月")),
            *([(month.isoformat(), _day(month))] if month else [])], month.isoformat() if month else "")]  # fmt: skip
    return lines, kept, about


def _capacity(request: MemberRequest, ask: Question) -> Read:
    if allowed(request.user, Permission.CAPACITY_VIEW) is None:
        raise PermissionDenied(Permission.CAPACITY_VIEW.value)
    told = plain(request.GET.get("whose"))
    whose: Whose = next((key for key in WHOSE if key == told), "")
    return (
        behind.capacity(ask, whose),
        [Choice("whose", Text("Members", "メンバー"), list(WHOSE.items()), whose)],
        Text("as of today", "本日時点"),
    )


def _month(day: date) -> Text:
    return Text(format.day(day, "en", "month"), format.day(day, "ja", "month"))


def _day(day: date) -> Text:
    return Text(format.day(day, "en"), format.day(day, "ja"))


_READ: dict[str, Callable[[MemberRequest, Question], Read]] = {
    "renewals": _renewals, "churn": _churn, "expected": _expected, "capacity": _capacity,
}  # fmt: skip
