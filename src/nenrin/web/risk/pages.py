"""Who will probably leave or grow: the list, with what stands behind each figure, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.analytics.forecasts.hazards.models import ENOUGH_EVENTS
from nenrin.analytics.scores.bands import Band
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import Risk, RiskModelVersion
from nenrin.insight.risk import expected, learning, reports, silences
from nenrin.insight.risk.expected import Expected
from nenrin.values import Money, Text
from nenrin.web import exports, marks
from nenrin.web.charts.bands import band_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, page_of
from nenrin.web.risk import asking, events, words
from nenrin.web.risk.asking import SORTS, VIEW
from nenrin.web.risk.tabs import tabs

DEFAULT_SORT = "-p"


@dataclass(frozen=True, slots=True)
class Line:
    """One account. Without `chance` the model only ranks: its interval is all that may be said."""

    risk: Risk
    chance: str
    interval: str
    year: str
    why: Text
    mrr: Money
    expected: Money | None
    tier: Text


@dataclass(frozen=True, slots=True)
class Totals:
    """Of all rows that match: how many, their MRR, and what of it is expected to move within 90 days."""

    count: int
    mrr: Money
    value: Money
    low: Money
    high: Money


@requires(VIEW)
def risks(request: MemberRequest) -> HttpResponse:
    """Accounts in the viewer's scope, the most probable first."""
    filters = asking.asked(request)
    found = asking.rows(request, filters)
    sort = chosen_sort(request, SORTS, DEFAULT_SORT)
    version = learning.in_use(filters.event)
    tiers, currency = asking.tiers(), reports.currency()
    totals = _totals(found, version, currency)
    page = page_of(asking.in_order(found, sort), request, totals.count)
    context = {
        "as_of": page.object_list[0].as_of if page.object_list else request.at,
        "tabs": tabs("risks", filters.event),
        "filters": filters,
        "events": list(words.EVENTS.items()),
        "event": words.EVENTS[filters.event],
        "wording": events.EVENTS[filters.event],
        "soon": events.said(events.EVENTS[filters.event].soon, (totals.value, totals.low, totals.high)),
        "version": version,
        "is_ranking": version is not None and not version.card.get("shows_probability"),
        "is_ordered": version is not None and words.orders(version.card),
        "silence": None if version else silences.of(filters.event),
        "enough": ENOUGH_EVENTS,
        "totals": totals,
        "page": page,
        "lines": [line(row, tiers, currency) for row in page.object_list],
        "sort": sort,
        "tiers": list(tiers.items()),
        "bands": [(band.value, marks.WORDS[band_of(band.value)]) for band in Band],
        "owners": list(Member.objects.filter(is_active=True).order_by("name").values_list("pk", "name")),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_learn": allowed(request.user, Permission.HEALTH_CONFIGURE) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "risk/list.html", context)


def line(row: Risk, tiers: dict[str, Text], currency: str) -> Line:
    """A row as the list and the files show it."""
    language, tier = get_language() or "ja", row.account.tier
    share = float(row.version.card.get("share", 1.0))
    year = row.horizons[-1] if row.horizons else [365, row.p, row.low, row.high]
    is_ranking = words.is_ranking(row)
    return Line(
        row,
        "" if is_ranking else words.chance(row.p),
        words.interval(row.low, row.high, language),
        words.interval(year[2], year[3], language) if is_ranking else words.chance(year[1]),
        words.brief(row.reasons),
        Money(row.minor, currency),
        None if is_ranking else Money(round(row.p * row.minor * share), currency),
        tiers.get(tier, Text(tier or "—", tier or "—")),
    )


def _totals(found: Any, version: RiskModelVersion | None, currency: str) -> Totals:
    told = list(found.order_by().values_list("p", "low", "high", "minor"))
    p, low, high, minor = np.array(told, dtype=np.float64).reshape(-1, 4).T
    share = float(version.card.get("share", 1.0)) if version else 1.0
    sums: Expected = expected.expected(p, share * minor, expected.doubt(low, high))
    amounts = (Money(round(amount), currency) for amount in (minor.sum(), sums.value, sums.low, sums.high))
    return Totals(len(told), *amounts)


_HEADS = (
    Text("id", "id"), Text("Account", "顧客"), Text("Tier", "企業規模"), Text("Owner", "担当CSM"), Text("Health", "ヘルススコア"),
    *(Text(f"{name} within {days} days", f"{days}日以内の{ja}") for days in (30, 90, 180, 365)
      for name, ja in (("probability", "確率"), ("low (90 %)", "下限（90%）"), ("high (90 %)", "上限（90%）"))),
    Text("MRR", "MRR"), Text("Expected within 90 days", "90日以内の期待額"), Text("Currency", "通貨"),
    Text("Next renewal", "次回更新"), Text("Notice deadline", "更新拒絶期限日"), Text("Reasons", "理由"),
    Text("As of", "時点"), Text("Model", "モデル"),
)  # fmt: skip


@requires(Permission.EXPORT)
def risks_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, with every horizon; where the model only ranks, probabilities stay blank."""
    filters, language = asking.asked(request), exports.language()
    found = asking.rows(request, filters).filter(pk__in=asking.rows(request, filters, Permission.EXPORT).values("pk"))
    tiers, currency = asking.tiers(), reports.currency()
    base = Risk.objects.select_related("account__owner", "account__health", "version").defer("version__document")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(asking.in_order(found, chosen_sort(request, SORTS, DEFAULT_SORT)), base):
            for row in chunk:
                yield _exported(line(row, tiers, currency), language)

    exports.note(request, "account", found.count(), {"risk": filters.event})
    return exports.answer(kind, f"risk-{filters.event}", [head.in_(language) for head in _HEADS], lines(), request.at)


def _exported(one: Line, language: str) -> list[Any]:
    row, account = one.risk, one.risk.account
    health = getattr(account, "health", None)
    ranks = words.is_ranking(row)
    figures = [
        "" if ranks and place == 0 else round(value, 4)
        for horizon in row.horizons
        for place, value in enumerate(horizon[1:])
    ]
    reasons = "; ".join(
        f"{reason.name.in_(language)} {reason.value.in_(language)} {reason.factor}"
        for reason in words.reasons(row.reasons)
    )
    return [
        account.pk, account.name, one.tier.in_(language), account.owner.name if account.owner else "",
        "" if health is None else round(health.score, 1), *figures, one.mrr.major, one.expected.major if one.expected else "", one.mrr.currency,
        account.renewal_on or "", account.notice_on or "", reasons, row.as_of, str(row.version),
    ]  # fmt: skip


urlpatterns = [
    path("risk", risks, name="risks"),
    path("risk/export.<str:kind>", risks_export, name="risks-export"),
]
