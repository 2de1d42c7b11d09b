"""Two days side by side: health and measures of the listed accounts as they were known then, with the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight import past
from nenrin.insight.models import CurrentMeasure, Progress
from nenrin.values import Text
from nenrin.web import exports, marks, navigation
from nenrin.web.accounts import filters as account_filters
from nenrin.web.accounts import rows as account_rows
from nenrin.web.accounts import standings
from nenrin.web.accounts.column_sets import MEASURED
from nenrin.web.accounts.columns import Column, Frame, Row
from nenrin.web.accounts.filters import Choices
from nenrin.web.accounts.standings import Standing, Standings
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import Counted

BACK = timedelta(days=30)
PAGE = 50
DEFAULT = ("active_user_share", "weekly_active_users", "usage_trend")
SORTS = {"change": 1, "-change": -1}


@dataclass(frozen=True, slots=True)
class Line:
    account: Account
    before: Standing | None
    after: Standing | None
    cells: Sequence[tuple[SafeString | str, SafeString | str, SafeString | str]]

    @property
    def change(self) -> float | None:
        return _change(self.before, self.after)


def _change(before: Standing | None, after: Standing | None) -> float | None:
    return after.score - before.score if before and after else None


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared: two days (the earlier first), these measures, these accounts in this order."""

    days: tuple[date, date]
    today: date
    columns: Sequence[Column]
    filters: Mapping[str, str]
    sort: str
    scored_through: date | None

    def is_closed(self, day: date) -> bool:
        """Are the scores of this day final?"""
        return self.scored_through is not None and day <= self.scored_through

    def standings(self) -> tuple[Standings, Standings]:
        first, last = (standings.on(day, is_closed=self.is_closed(day)) for day in self.days)
        return first, last


def asked(request: MemberRequest) -> Question:
    today = navigation.today(request)
    days = sorted((_day(request.GET.get("a"), today - BACK, today), _day(request.GET.get("b"), today, today)))
    known = {column.key: column for column in MEASURED}
    wanted = [key for each in request.GET.getlist("measure") for key in each.split(",")] or DEFAULT
    columns = [known[key] for key in dict.fromkeys(wanted) if key in known][:6]
    sort = request.GET.get("sort", "change")
    filters = account_filters.asked(request.GET)
    scored = Progress.objects.filter(pk=1).values_list("scored_through", flat=True).first()
    return Question((days[0], days[1]), today, columns, filters, sort if sort in SORTS else "change", scored)


def _day(said: str | None, default: date, latest: date) -> date:
    try:
        return min(date.fromisoformat(said or ""), latest)
    except ValueError:
        return default


def _measured(
    day: date, accounts: Sequence[int], keys: Sequence[str], is_kept: bool, is_closed: bool
) -> Mapping[int, Mapping[str, float | None]]:
    """Values of measures on a day; nothing for a day without kept scores."""
    if not is_kept or not keys:
        return {}
    if not is_closed:
        found: dict[int, dict[str, float | None]] = {}
        rows = CurrentMeasure.objects.filter(account__in=accounts, measure__in=keys)
        for account, measure, value in rows.values_list("account_id", "measure", "value"):
            found.setdefault(account, {})[measure] = value
        return found
    return {record.account: record.values for record in past.on(day, accounts=accounts).records.values()}


@requires(Permission.HEALTH_VIEW)
def comparison(request: MemberRequest) -> HttpResponse:
    """The accounts of the list, those that fell most first."""
    question, choices, language = asked(request), Choices.current(), get_language() or "ja"
    rows = _rows(request, question)
    before, after = question.standings()
    keys = _ranked(rows, question.sort, before, after)
    page = Counted(keys, len(keys), PAGE).get_page(request.GET.get("page"))
    lines = _lines(list(page.object_list), question, before, after, language)
    rest = request.GET.copy()
    for name in ("a", "b", "measure", "page", "sort"):
        rest.pop(name, None)
    context = {
        "as_of": request.at, "question": question, "page": page, "lines": lines, "sort": question.sort,
        "measures": [(column, column in question.columns) for column in MEASURED],
        "kept": [bool(before), bool(after)], "story": _story(keys, before, after),
        "chips": account_filters.chips(question.filters, choices, request.GET), "hidden": rest,
        "list_url": f"{reverse('accounts')}?{rest.urlencode()}",
        "exports": _exports(request),
    }  # fmt: skip
    return render(request, "accounts/compare.html", context)


def _rows(request: MemberRequest, question: Question, *more: Permission) -> QuerySet[Account]:
    rows = account_rows.visible(request.user)
    for permission in (Permission.HEALTH_VIEW, *more):
        rows = rows.filter(pk__in=Account.objects.for_member(request.user, permission).values("pk"))
    return account_filters.applied(rows, question.filters, request.user, question.today)


def _ranked(rows: QuerySet[Account], sort: str, before: Standings, after: Standings) -> list[int]:
    """By the change of the score, those without one last; of equals the larger contract first."""
    found = np.array(list(rows.order_by().values_list("pk", "mrr_minor")), np.int64).reshape(-1, 2)
    listed, mrr = found[:, 0], found[:, 1]
    change = after.of(listed)[1] - before.of(listed)[1]
    ranked: list[int] = listed[np.lexsort((listed, -mrr, SORTS[sort] * change))].tolist()
    return ranked


def _lines(
    keys: Sequence[int],
    question: Question,
    before: Standings,
    after: Standings,
    language: str,
) -> list[Line]:
    found = Account.objects.in_bulk(keys)
    wanted = [column.needs for column in question.columns]
    first, last = (
        _measured(day, keys, wanted, bool(there), question.is_closed(day))
        for day, there in zip(question.days, (before, after), strict=True)
    )
    frame = Frame(language, question.today)

    def cells(account: Account, column: Column) -> tuple[SafeString | str, SafeString | str, SafeString | str]:
        one, two = ({k: v for k, v in each.get(account.pk, {}).items() if v is not None} for each in (first, last))
        shown = [column.cell(Row(account, None, (), each), frame) for each in (one, two)]
        return shown[0], shown[1], _difference(column, one, two, language)

    return [
        Line(found[key], before.get(key), after.get(key), [cells(found[key], column) for column in question.columns])
        for key in keys
        if key in found
    ]


def _difference(column: Column, one: Mapping[str, float], two: Mapping[str, float], language: str) -> SafeString | str:
    if column.needs not in one or column.needs not in two:
        return "—"
    change = two[column.needs] - one[column.needs]
    return (
        format.signed(100 * change, language, 0, "pt")
        if column.is_share
        else format.signed(change, language, column.digits)
    )


def _story(keys: Sequence[int], before: Standings, after: Standings) -> Text:
    """How many fell, rose and stayed, in one sentence."""
    listed = np.array(keys, np.int64)
    (was, had), (band, has) = before.of(listed), after.of(listed)
    change = (has - had)[~np.isnan(has - had)]
    fell, rose = int((change <= -marks.LOUD).sum()), int((change >= marks.LOUD).sum())
    crossed = int(((was != band) & (was != "") & (band != "")).sum())
    return Text(
        f"{fell:,} fell by five points or more, {rose:,} rose; {crossed:,} changed colour, of {len(change):,} with health on both days.",
        f"5点以上の低下 {fell:,}社、上昇 {rose:,}社、色が変わった顧客 {crossed:,}社（両日にヘルスのある {len(change):,}社中）。",
    )


def _exports(request: MemberRequest) -> list[tuple[str, str]]:
    if allowed(request.user, Permission.EXPORT) is None:
        return []
    kinds = (("CSV (UTF-8)", "csv"), ("Excel", "xlsx"))
    return [
        (name, f"{reverse('accounts-compare-export', args=[kind])}?{request.GET.urlencode()}") for name, kind in kinds
    ]


@requires(Permission.EXPORT)
def comparison_export(request: MemberRequest, kind: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """The comparison as it stands, every line of it."""
    question, language = asked(request), get_language() or "ja"
    rows = _rows(request, question, Permission.EXPORT)
    before, after = question.standings()
    keys = _ranked(rows, question.sort, before, after)
    first, last = (day.isoformat() for day in question.days)
    score, band = Text("Health score", "ヘルススコア").in_(language), Text("Health", "ヘルス").in_(language)
    head = ["id", Text("Account", "顧客").in_(language)]
    head += [
        f"{band} {first}",
        f"{score} {first}",
        f"{band} {last}",
        f"{score} {last}",
        Text("Change", "変化").in_(language),
    ]
    head += [f"{column.label.in_(language)} {day}" for column in question.columns for day in (first, last)]
    exports.note(request, "account", len(keys), dict(question.filters))
    lines = _exported(keys, question, before, after, language)
    return exports.answer(kind, "comparison", head, lines, request.at)


def _exported(
    keys: Sequence[int],
    question: Question,
    before: Standings,
    after: Standings,
    language: str,
) -> Iterator[list[Any]]:
    wanted = [column.needs for column in question.columns]
    for start in range(0, len(keys), exports.CHUNK):
        chunk = keys[start : start + exports.CHUNK]
        names = dict(Account.objects.filter(pk__in=chunk).values_list("pk", "name"))
        values = [
            _measured(day, chunk, wanted, bool(there), question.is_closed(day))
            for day, there in zip(question.days, (before, after), strict=True)
        ]
        for key in chunk:
            one, two = before.get(key), after.get(key)
            change = _change(one, two)
            parts = [part for each in (one, two) for part in _said(each, language)]
            figures = [each.get(key, {}).get(need) for need in wanted for each in values]
            yield [key, names.get(key, ""), *parts, None if change is None else round(change, 1), *figures]


def _said(standing: Standing | None, language: str) -> tuple[str, float | None]:
    if standing is None:
        return "", None
    return marks.word(standing.band).in_(language), round(standing.score, 1)


urlpatterns = [
    path("accounts/compare", comparison, name="accounts-compare"),
    path("accounts/compare/export.<str:kind>", comparison_export, name="accounts-compare-export"),
]
