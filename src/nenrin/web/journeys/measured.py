"""How the KPIs stand by which stages are measured: of this month, of the accounts that the viewer may see, as on /kpis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.foundation.permissions import allowed
from nenrin.insight.revenue import kpis as revenue_kpis
from nenrin.values import Text, minor_digits
from nenrin.web.guard import MemberRequest
from nenrin.web.revenue import asking
from nenrin.work.journeys import kpis
from nenrin.work.journeys.documents import StageDesign


@dataclass(frozen=True, slots=True)
class Measured:
    """`figure` None where the viewer's role does not show it; `is_reached` None where that cannot be said."""

    kpi: Kpi
    period: Text
    is_partial: bool
    currency: str
    figure: Figure | None
    is_reached: bool | None
    url: str

    @property
    def why_none(self) -> Text:
        return self.kpi.why_none(self.figure.n) if self.figure else revenue_kpis.WITHHELD


def of(request: MemberRequest, stages: Iterable[StageDesign]) -> dict[str, Measured]:
    """By stage; of one that is measured in words, or by what the catalogue no longer has, none. Reads the book only where
    there is something to tell."""
    found = [(one.stage, one.kpi) for one in stages if one.kpi and one.kpi.key in KPIS]
    if not found or allowed(request.user, asking.VIEW) is None:
        return {}
    ask = asking.asked(request)
    wanted = revenue_kpis.shown(ask.ledger, dict.fromkeys(one.key for _, one in found))
    told = revenue_kpis.figures_of(ask.ledger, ask.period, ask.grain, ask.within, wanted, interval=False)
    currency = ask.ledger.policy.reporting_currency
    out = {}
    for stage, one in found:
        kpi, figure = KPIS[one.key], told.get(one.key)
        aim = kpis.aim(one.key, one.target, minor_digits(currency))
        is_reached = kpi.is_reached(figure.value, aim) if figure and kpi.is_judged(ask.is_partial) else None
        url = f"{reverse('kpi', args=[one.key])}?{ask.address()}"
        out[stage] = Measured(kpi, ask.name(), ask.is_partial, currency, figure, is_reached, url)
    return out
