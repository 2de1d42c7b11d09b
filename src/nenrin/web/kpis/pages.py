"""The KPI list, and a page for each: what it means, how it stands and moves, by slice, and who is behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode

from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.catalogue import GROUPS, KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.kpis import Band, Kpi, band_of, is_money
from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import KpiTarget
from nenrin.insight.revenue import formulas, slices, targets, trends
from nenrin.insight.revenue import kpis as revenue_kpis
from nenrin.insight.revenue import notes as revenue_notes
from nenrin.insight.revenue import words as revenue_words
from nenrin.insight.revenue.kpis import Behind
from nenrin.insight.revenue.slices import DIMENSIONS
from nenrin.values import Period, Text
from nenrin.web import drills, exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.kpis import spent
from nenrin.web.kpis import targets as kpi_targets
from nenrin.web.kpis import trends as kpi_trends
from nenrin.web.listing import PAGE
from nenrin.web.revenue.asking import VIEW, Asked, asked
from nenrin.web.revenue.pages import frame, major


@dataclass(frozen=True, slots=True)
class Line:
    """One KPI of the list: now, one period before, its band, and by slice where one was asked for."""

    kpi: Kpi
    figure: Figure
    before: Figure
    change: Text | None
    is_better: bool | None
    band: Band | None
    url: str
    by_slice: tuple[tuple[Figure, str], ...] = ()
    target: KpiTarget | None = None
    is_reached: bool | None = None

    @property
    def why_none(self) -> Text:
        """What is told in place of a figure."""
        return self.kpi.why_none(self.figure.n)


@requires(VIEW)
def kpis(request: MemberRequest) -> HttpResponse:
    """Every KPI of a period, by group."""
    ask = asked(request)
    lines = _lines(ask)
    groups = [(name, [line for line in lines if line.kpi.group == key]) for key, name in GROUPS.items()]
    context = {
        **frame(request, ask),
        "views": (),
        "groups": groups,
        "has_targets": any(line.target for line in lines),
        "withheld": revenue_notes.withheld(ask.ledger),
        "dimension": DIMENSIONS.get(ask.by),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "is_empty": not len(ask.ledger.book.accounts),
    }
    return render(request, "revenue/kpis.html", context)


def _lines(ask: Asked) -> list[Line]:
    before = ask.series(2)[0]
    keys = revenue_kpis.shown(ask.ledger)
    now = revenue_kpis.figures_of(ask.ledger, ask.period, ask.grain, ask.within, keys)
    was = _told(ask, before, keys)
    by_slice = _by_part(ask)
    aims = kpi_targets.of(ask)
    return [_line(ask, KPIS[key], now[key], was[key], by_slice.get(key, ()), aims.get(key)) for key in keys]


def _by_part(ask: Asked) -> dict[str, list[Figure]]:
    """Of every part asked for, with its interval; worked out once for whoever is in which."""
    if not ask.slices:
        return {}
    who = blake2b()
    for each in ask.slices:
        for told in (each.key.encode(), each.before.tobytes(), each.after.tobytes()):
            who.update(told + b"\0")
    what = ("parts", ask.ledger.shows_costs, ask.period, ask.grain, who.digest())
    return ask.ledger.kept(what, lambda: revenue_kpis.by_slice(ask.ledger, ask.period, ask.grain, ask.slices))


def _told(ask: Asked, period: Period, keys: Sequence[str]) -> dict[str, Figure]:
    """Of another period, as its books tell it; no amount in another currency than this period's."""
    ledger, within = ask.told(period)
    found = revenue_kpis.figures_of(ledger, period, ask.grain, within, keys, interval=False)
    return {
        key: each if trends.told_alike(key, ledger, ask.ledger) else Figure(key, None, each.n)
        for key, each in found.items()
    }


def _line(
    ask: Asked, kpi: Kpi, now: Figure, was: Figure, by_slice: Sequence[Figure] = (), target: KpiTarget | None = None
) -> Line:
    change, is_better = _change(ask, kpi, now.value, None if ask.is_partial and kpi.flows else was.value)
    is_judged = kpi.is_judged(ask.is_partial)
    url = f"{reverse('kpi', args=[kpi.key])}?{ask.address()}"
    return Line(
        kpi,
        now,
        was,
        change,
        is_better,
        _band(ask, kpi, now) if is_judged else None,
        url,
        tuple(
            (figure, f"{url}&{urlencode({'slice': each.key})}#accounts")
            for figure, each in zip(by_slice, ask.slices, strict=False)
        ),
        target,
        targets.reached(kpi, now.value, target) if is_judged else None,
    )


def _band(ask: Asked, kpi: Kpi, now: Figure) -> Band | None:
    """A band of the tier where a tier is looked at; monthly rates have none for longer periods."""
    tier = ask.within.key if ask.within and ask.by == "tier" else ""
    is_monthly = any(band.tier for band in kpi.bands)
    return None if is_monthly and ask.grain != "month" else band_of(kpi, now.value, tier)


def _change(ask: Asked, kpi: Kpi, now: float | None, was: float | None) -> tuple[Text | None, bool | None]:
    """The difference from the period before, in points for shares; better or worse where the KPI has a direction."""
    if now is None or was is None:
        return None, None
    gap = now - was
    if kpi.unit == "share":
        words = [format.signed(gap * 100, language, 1, "pt") for language in ("en", "ja")]
    elif kpi.unit == "money":
        currency = ask.ledger.policy.reporting_currency
        shown = [revenue_words.figure(kpi, abs(gap), currency, language) for language in ("en", "ja")]
        words = [("±" if gap == 0 else "+" if gap > 0 else format.MINUS) + each for each in shown]
    else:
        words = [format.signed(gap, language, 0 if kpi.unit == "count" else 2) for language in ("en", "ja")]
    is_flat = kpi.direction == "neutral" or words[0].startswith("±") or gap == 0
    return Text(*words), None if is_flat else (gap > 0) == (kpi.direction == "higher")


@requires(VIEW)
def kpi(request: MemberRequest, key: str) -> HttpResponse:
    """One KPI: definition, trend, slices, the accounts behind it."""
    one, ask = kpi_targets.find(key), asked(request)
    now = revenue_kpis.figures_of(ask.ledger, ask.period, ask.grain, ask.within, (key,))[key]
    aim = kpi_targets.of(ask).get(key)
    trend, dotted = kpi_trends.picture(ask, one, aim)
    context = {
        **frame(request, ask),
        "views": (),
        "kpi": one,
        "formula": formulas.spoken(one),
        "bands": _bands(one),
        "figure": now,
        "empty": one.why_none(now.n) if key in revenue_kpis.shown(ask.ledger) else revenue_kpis.WITHHELD,
        "beside": _beside(ask, one),
        "band": _band(ask, one, now) if one.is_judged(ask.is_partial) else None,
        "is_judged": one.is_judged(ask.is_partial),
        "line": _line(ask, one, now, _before(ask, key), target=aim),
        "unit": revenue_words.UNITS[one.unit],
        "direction": revenue_words.DIRECTIONS[one.direction],
        "trend": trend,
        "dotted": dotted,
        "by_slice": _by_slice(ask, one),
        "spent": spent.tables(ask, key),
        **_accounts(request, ask, one),
        "columns": revenue_kpis.COLUMN_NAMES,
        "over": revenue_kpis.COLUMN_NAMES.get(one.parts[0]),
        "under": revenue_kpis.COLUMN_NAMES[one.parts[1]] if one.parts[1] else None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "back": f"{reverse('kpis')}?{ask.address()}",
        "target": aim,
        "target_form": kpi_targets.form(ask, one) if allowed(request.user, Permission.HEALTH_CONFIGURE) else None,
        "export_query": ask.address(),
    }
    return render(request, "revenue/kpi.html", context)


def _accounts(request: MemberRequest, ask: Asked, one: Kpi) -> dict[str, Any]:
    """The list of accounts as the page shows it, with what its form and its files keep."""
    listed = _listed(request, ask, one)
    page = Paginator(listed.rows, PAGE).get_page(request.GET.get("page"))
    asked_for = {name: value for name, value in (("q", listed.text), ("sort", listed.sort)) if value}
    kept = ("grain", "start", "known", "by", "slice")
    return {
        "page": page,
        "rows": _named([Behind(account, *parts) for account, parts in page]),
        "listed": listed,
        "list_query": urlencode(asked_for),
        "kept": [(name, request.GET[name]) for name in kept if name in request.GET],
    }


def _listed(request: MemberRequest, ask: Asked, one: Kpi) -> drills.Found:
    """The accounts behind it, narrowed by name and ordered as asked."""
    found = revenue_kpis.behind(ask.ledger, ask.period, one, ask.within)
    return drills.narrowed(request, [(row.account, (row.over, row.under)) for row in found], ("over", "under"))


def _beside(ask: Asked, one: Kpi) -> tuple[Kpi, Figure] | None:
    """The KPI without which this one misleads, with its figure."""
    if not one.beside:
        return None
    found = revenue_kpis.figures_of(ask.ledger, ask.period, ask.grain, ask.within, (one.beside,))
    return KPIS[one.beside], found[one.beside]


def _bands(one: Kpi) -> list[tuple[Band, Text | None]]:
    """The benchmarks with the names of their tiers."""
    names = slices.tiers()
    return [(band, names.get(band.tier, Text(band.tier, band.tier)) if band.tier else None) for band in one.bands]


def _before(ask: Asked, key: str) -> Figure:
    before = ask.series(2)[0]
    return _told(ask, before, (key,))[key]


def _by_slice(ask: Asked, one: Kpi) -> list[tuple[Text, list[tuple[Text, Figure, str]]]]:
    """The KPI in every slice of the dimension asked for, or of the usual ones, with where each is looked at."""
    base = {"grain": ask.grain, "start": ask.period.start.isoformat()}
    base |= {"known": ask.known.isoformat()} if ask.known < ask.today else {}
    out = []
    for dimension, found in kpi_trends.by_part(ask, one):
        rows = [(each.name, figure, urlencode({**base, "by": dimension, "slice": each.key})) for each, figure in found]
        out.append((DIMENSIONS[dimension], rows))
    return out


def _named(rows: Sequence[Behind]) -> list[tuple[Account, Behind]]:
    accounts = Account.objects.in_bulk([row.account for row in rows])
    return [(accounts[row.account], row) for row in rows if row.account in accounts]


@requires(Permission.EXPORT)
def kpis_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file: every KPI, for all and for each slice asked for."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    rows = revenue_kpis.rows(ask.ledger, ask.period, ask.grain, ask.slices, ask.by)
    words = [Text("By", "区分の種類").in_(language), Text("Slice", "区分").in_(language)]
    heads = ["kpi", Text("Name", "名称").in_(language), "slice", "value", "unit", "n", "low", "high", *words]
    by = DIMENSIONS[ask.by].in_(language) if ask.by else ""

    def lines() -> Iterator[list[Any]]:
        for row in rows:
            part = Text(row.slice_name_en, row.slice_name_ja).in_(language)
            figure = Figure(
                row.kpi, row.value, row.n, None if row.low is None or row.high is None else Interval(row.low, row.high)
            )
            told = kpi_trends.cells(ask, figure)
            yield [row.kpi, KPIS[row.kpi].name.in_(language), row.slice or "", *told, by if row.by else "", part]

    exports.note(request, "subscription", len(rows), {"by": ask.by, "grain": ask.grain})
    return exports.answer(kind, "kpis", heads, lines(), request.at)


@requires(Permission.EXPORT)
def kpi_export(request: MemberRequest, key: str, kind: str) -> Any:
    """The accounts behind one KPI, as a file; with `table` its trend or its slices."""
    one, ask, language = kpi_targets.find(key), asked(request, Permission.EXPORT), exports.language()
    table = request.GET.get("table")
    if table in ("trend", "slices"):
        told = list(kpi_trends.rows(ask, one, table))
        exports.note(request, "subscription", len(told), {"kpi": key})
        return exports.answer(kind, f"kpi-{key}-{table}", kpi_trends.heads(language), told, request.at)
    found = [Behind(account, *parts) for account, parts in _listed(request, ask, one).rows]
    names = [name for name in one.parts if name]
    words = [revenue_kpis.COLUMN_NAMES[name].in_(language) for name in names]
    heads = ["id", Text("Account", "顧客").in_(language), *words]

    def lines() -> Iterator[list[Any]]:
        for account, row in _named(found):
            told = zip(names, (row.over, row.under), strict=False)  # one column says it all of some
            yield [account.pk, account.name, *(_plain(ask, name, value) for name, value in told)]

    exports.note(request, "subscription", len(found), {"kpi": key})
    return exports.answer(kind, f"kpi-{key}", heads, lines(), request.at)


def _plain(ask: Asked, column: str, value: int) -> Any:
    return major(ask, value) if is_money(column) else value


urlpatterns = [
    path("kpis", kpis, name="kpis"),
    path("kpis/export.<str:kind>", kpis_export, name="kpis-export"),
    path("kpis/<slug:key>", kpi, name="kpi"),
    path("kpis/<slug:key>/target", kpi_targets.target, name="kpi-target"),
    path("kpis/<slug:key>/export.<str:kind>", kpi_export, name="kpi-export"),
]
