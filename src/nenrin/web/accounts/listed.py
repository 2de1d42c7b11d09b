"""The account list: views, filters in the address, columns, groups, totals, fifty rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Max, QuerySet, Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Money, Text
from nenrin.web import navigation, saved_views
from nenrin.web.accounts import filters as account_filters
from nenrin.web.accounts import groups as account_groups
from nenrin.web.accounts import rows as account_rows
from nenrin.web.accounts import views as account_views
from nenrin.web.accounts.column_sets import Columns
from nenrin.web.accounts.columns import Column, Frame
from nenrin.web.accounts.filters import Choices
from nenrin.web.accounts.groups import Group
from nenrin.web.accounts.rings import trees
from nenrin.web.accounts.rows import Line
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, page_of, plain

DEFAULT_SORT = "countdown"


@dataclass(frozen=True, slots=True)
class Head:
    key: str
    label: Text
    sort: bool
    is_number: bool
    term: str


@dataclass(frozen=True, slots=True)
class Section:
    """A group with the rows of an open one."""

    group: Group
    lines: Sequence[Line]


@requires(Permission.ACCOUNTS_VIEW)
def accounts(request: MemberRequest) -> HttpResponse:
    """Accounts in the viewer's scope; the bare address is the viewer's default view, if they chose one."""
    views = account_views.of(request)
    if not request.GET and views.opening:
        return HttpResponseRedirect(f"{reverse(account_views.PAGE)}?{views.opening}")
    today, language = navigation.today(request), get_language() or "ja"
    filters, choices, available = account_filters.asked(request.GET), Choices.current(), Columns.of(request.user)
    columns = available.chosen(plain(request.GET.get("columns"), 2000))
    rows = account_filters.applied(account_rows.visible(request.user), filters, request.user, today)
    way = plain(request.GET.get("group"), 20)
    parts = account_groups.counted(rows, way) if way in account_groups.WAYS else []
    totals = _totals(parts if parts and way in account_groups.PARTING else _summed(rows), language)
    sort = chosen_sort(request, available.sorts, DEFAULT_SORT)
    frame = Frame(language, today, _names(choices.tier), _names(choices.touch))
    ordered = available.ordered(rows, sort)
    table = (
        _grouped(request, ordered, parts, columns, frame, way, choices)
        if way in account_groups.WAYS
        else _paged(request, ordered, columns, frame, totals.count)
    )
    context = {
        "as_of": totals.as_of or request.at,
        "heads": [Head(c.key, c.label, c.key in available.sorts, c.is_number, c.term) for c in columns],
        "columns": [(name, [(each, each in columns) for each in group]) for name, group in available.groups],
        "sort": sort,
        "filters": filters,
        "choices": choices,
        "chips": account_filters.chips(filters, choices, request.GET),
        "totals": totals,
        "views": views,
        "tabs": views.tabs,
        "has_filters": set(request.GET) & set(account_filters.LABELS),
        "is_scoped": not totals.count and _is_scoped(request.user),
        "back": request.GET.urlencode(),
        "ways": [(key, label) for key, (label, _, _) in account_groups.WAYS.items()],
        "export_url": f"{reverse('accounts-export', args=['csv'])}?{request.GET.urlencode()}",
        "workbook_url": f"{reverse('accounts-export', args=['xlsx'])}?{request.GET.urlencode()}",
        "compare_url": f"{reverse('accounts-compare')}?{request.GET.urlencode()}",
        **_may(request.user),
        **table,
    }
    return render(request, "accounts/list.html", context)


def _paged(
    request: MemberRequest, rows: QuerySet[Account], columns: Sequence[Column], frame: Frame, count: int
) -> dict[str, Any]:
    # Sorted by their numbers alone: no wide rows are read but those of the page.
    page: Page[int] = page_of(rows.values_list("pk", flat=True), request, count)
    keys = list(page.object_list) if count else []
    found = Account.objects.select_related("owner", "health").in_bulk(keys)
    shown = [found[key] for key in keys if key in found]
    lines = account_rows.lines(shown, columns, frame, request.user)
    return {"page": page, "lines": lines, "trees": _trees(shown, frame), "shown_mrr": _sum_of(shown, frame.language)}


def _grouped(
    request: MemberRequest, rows: QuerySet[Account], parts: Sequence[Mapping[str, Any]], columns: Sequence[Column],
    frame: Frame, way: str, choices: Choices,
) -> dict[str, Any]:  # fmt: skip
    """The groups, with the rows of those that are open."""
    groups = account_groups.of(rows, parts, way, request.GET, choices, frame.language)
    wanted = {key for group in groups for key in group.accounts}
    found = {row.pk: row for row in Account.objects.select_related("owner", "health").filter(pk__in=wanted)}
    drawn = {line.account.pk: line for line in account_rows.lines(list(found.values()), columns, frame, request.user)}
    sections = [Section(group, [drawn[key] for key in group.accounts if key in drawn]) for group in groups]
    return {"way": way, "sections": sections, "lines": groups, "trees": _trees(list(found.values()), frame)}


def _trees(shown: Sequence[Account], frame: Frame) -> Mapping[int, Any]:
    health = {row.pk: health for row in shown if (health := account_rows.health_of(row))}
    return trees(shown, health, frame.today)


def _names(options: Iterable[account_filters.Option]) -> dict[str, Text]:
    return {option.value: option.label for option in options if isinstance(option.label, Text)}


def _is_scoped(member: Member) -> bool:
    """There are accounts, but none within this member's reach: another reason for an empty list than none at all."""
    return not account_rows.visible(member).exists() and Account.objects.standing().exists()


def _may(member: Member) -> dict[str, Any]:
    wanted = {"edit": Permission.ACCOUNTS_EDIT, "assign": Permission.ACCOUNTS_ASSIGN, "export": Permission.EXPORT}
    wanted |= {"merge": Permission.ACCOUNTS_MERGE, "import": Permission.IMPORT, "compare": Permission.HEALTH_VIEW}
    rights = {f"may_{name}": allowed(member, permission) is not None for name, permission in wanted.items()}
    return {**rights, "may_share": saved_views.may_share(member)}


@dataclass(frozen=True, slots=True)
class Totals:
    count: int
    mrr: str  # by currency, in words
    as_of: datetime | None  # of the freshest health among them


def _summed(rows: QuerySet[Account]) -> Iterable[Mapping[str, Any]]:
    """Count, MRR and stand of everything that matches, by currency, in one query."""
    by_currency: Iterable[Mapping[str, Any]] = rows.order_by().values("currency").annotate(
        n=Count("pk"), mrr=Sum("mrr_minor"), at=Max("health__at")
    )  # fmt: skip
    return by_currency


def _totals(parts: Iterable[Mapping[str, Any]], language: str) -> Totals:
    """The sum of what was counted in parts, the currency of most first."""
    count, sums, moments = 0, dict[str, int](), []
    for part in parts:
        count += part["n"]
        sums[part["currency"]] = sums.get(part["currency"], 0) + (part["mrr"] or 0)
        moments += [part["at"]] if part["at"] else []
    most_first = sorted(sums.items(), key=lambda item: -item[1])
    said = [format.money(Money(minor, currency), language, "text") for currency, minor in most_first if minor]
    return Totals(count, " + ".join(said) or "—", max(moments, default=None))


def _sum_of(shown: Sequence[Account], language: str) -> list[str]:
    sums: dict[str, int] = {}
    for account in shown:
        sums[account.currency] = sums.get(account.currency, 0) + account.mrr_minor
    return [format.money(Money(minor, currency), language) for currency, minor in sums.items() if minor]


urlpatterns = [path("accounts", accounts, name=account_views.PAGE)]
