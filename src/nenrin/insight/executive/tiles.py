"""The figures at the head of the dashboard: each with its interval, change, target and the periods before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.kpis import Band, Kpi, band_of
from nenrin.analytics.revenue.periods import Grain
from nenrin.insight.executive.questions import Question
from nenrin.insight.models import KpiTarget
from nenrin.insight.revenue import kpis, targets, trends
from nenrin.values import Period, Text

#: What an executive asks for first, in rows of six; a KPI that the catalogue lacks has no tile.
WANTED = (
    *("nrr", "grr", "logo_churn", "logo_churn_year", "gross_mrr_churn", "gross_mrr_churn_year"),
    *("mrr", "renewal_rate", "upsell_rate", "expansion_rate", "onboarding_completion", "nps"),
    *("ltv", "ltv_revenue", "cac", "ltv_to_cac", "payback_months"),
)
SHOWN = tuple(key for key in WANTED if key in KPIS)
PERIODS: dict[Grain, int] = {"month": 12, "quarter": 8, "year": 5}


@dataclass(frozen=True, slots=True)
class Tile:
    """`change` against the period before, in the KPI's unit; none, nor band nor verdict, of what flows in a period that has
    not ended. `trend`: periods with their values, this one last. `beside`: the KPI without which it misleads."""

    kpi: Kpi
    figure: Figure
    change: float | None
    band: Band | None
    target: KpiTarget | None
    is_reached: bool | None
    trend: tuple[tuple[Period, float | None], ...]
    beside: tuple[Kpi, Figure] | None = None

    @property
    def why_none(self) -> Text:
        """What is told in place of a value."""
        return self.kpi.why_none(self.figure.n)

    @property
    def is_better(self) -> bool | None:
        """Better than before? None where it has no direction or nothing changed."""
        if not self.change or self.kpi.direction == "neutral":
            return None
        return (self.change > 0) == (self.kpi.direction == "higher")


def tiles(ask: Question) -> list[Tile]:
    """Of the period and slice asked for."""
    keys = kpis.shown(ask.ledger, SHOWN)
    now = kpis.figures_of(ask.ledger, ask.period, ask.grain, ask.within, keys)
    past = [(period, _plain(ask, period)) for period in ask.series(PERIODS[ask.grain])[:-1]]
    set_ = targets.of(ask.grain, ask.period.start, ask.by if ask.within else "", ask.within.key if ask.within else "")
    others = [KPIS[key].beside for key in keys if KPIS[key].beside]
    beside = kpis.figures_of(ask.ledger, ask.period, ask.grain, ask.within, others, interval=False) if others else {}
    return [_tile(ask, key, now[key], past, set_.get(key), beside) for key in keys]


def _plain(ask: Question, period: Period) -> dict[str, Figure]:
    """As the books of that period tell it; no amount in another currency than this period's."""
    ledger, keys = ask.books.telling(period), kpis.shown(ask.ledger, SHOWN)
    found = kpis.figures_of(ledger, period, ask.grain, ask.slice_at(period), keys, interval=False)
    return {
        key: each if trends.told_alike(key, ledger, ask.ledger) else Figure(key, None, each.n)
        for key, each in found.items()
    }


def _tile(
    ask: Question,
    key: str,
    now: Figure,
    past: list[tuple[Period, dict[str, Figure]]],
    target: KpiTarget | None,
    beside: Mapping[str, Figure],
) -> Tile:
    kpi = KPIS[key]
    trend = [(period, found[key].value) for period, found in past]
    before = trend[-1][1] if trend else None
    is_short = ask.is_partial and kpi.flows
    change = None if now.value is None or before is None or is_short else now.value - before
    is_judged = kpi.is_judged(ask.is_partial)
    return Tile(
        kpi, now, change, _band(ask, kpi, now) if is_judged else None, target,
        targets.reached(kpi, now.value, target) if is_judged else None,
        (*trend, (ask.period, now.value)), (KPIS[kpi.beside], beside[kpi.beside]) if kpi.beside in beside else None,
    )  # fmt: skip


def _band(ask: Question, kpi: Kpi, now: Figure) -> Band | None:
    """The tier's own where a tier is looked at; a monthly rate has none for a longer period."""
    tier = ask.within.key if ask.within and ask.by == "tier" else ""
    is_monthly = any(band.tier for band in kpi.bands)
    return None if is_monthly and ask.grain != "month" else band_of(kpi, now.value, tier)
