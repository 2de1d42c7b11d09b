"""Targets: what a KPI should reach in a period, for everyone or a slice, and which team answers for it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.analytics.revenue.periods import Grain
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Team
from nenrin.insight.models import KpiTarget
from nenrin.insight.revenue import policies

#: What follows from the work of months: steered by a leading KPI that has a target of its own.
OUTCOMES = frozenset(
    key for key, kpi in KPIS.items()
    if kpi.group == "retention" or key.startswith("ltv") or key in ("renewal_rate", "renewal_rate_mrr", "net_new_mrr")
)  # fmt: skip
#: What a team moves itself, within the period: how customers start, use, ask, answer and buy more.
LEADING = frozenset(
    key for key, kpi in KPIS.items()
    if not kpi.waits
    and (
        kpi.group in ("adoption", "experience", "marketing")
        or key in ("upsell_rate", "cross_sell_rate", "referral_rate", "churn_reason_unknown")
    )
)  # fmt: skip


class NoTarget(ValueError):
    """A target needs a KPI that there is; an outcome also a leading KPI, which has a target for the same period."""


class NeverTold(NoTarget):
    """Nothing tells this KPI's facts yet: whether a target of it is met would never be known."""


class NoTeam(NoTarget):
    """An outcome's target names the team that answers for it."""


class StillLeads(NoTarget):
    """An outcome is steered by this target: take that one back first, or name another leading KPI there."""


def put(
    kpi: str, grain: Grain, day: date, value: float, *, dimension: str = "", within: str = "", team: Team | None = None,
    leading_kpi: str = "", by: Actor, at: datetime,
) -> KpiTarget:  # fmt: skip
    """Set the target of the period that holds a day. Raises NoTarget, NeverTold, NoTeam. Journal: insight.target.set."""
    if kpi not in KPIS:
        raise NoTarget(f"{kpi}: there is no such KPI")
    if KPIS[kpi].waits:
        raise NeverTold(f"{kpi} {KPIS[kpi].empty.en}")
    start = policies.fiscal().holding(day, grain).start
    place = {"grain": grain, "start_on": start, "dimension": dimension, "slice": within}
    has_lead = leading_kpi in LEADING and KpiTarget.objects.filter(kpi=leading_kpi, **place).exists()
    if kpi in OUTCOMES and not has_lead:
        raise NoTarget(f"{kpi} is an outcome: name a leading KPI that has a target for the same period")
    if kpi in OUTCOMES and team is None:
        raise NoTeam(f"{kpi} is an outcome: name the team that answers for it")
    with transaction.atomic():
        row, is_new = KpiTarget.objects.select_for_update().get_or_create(
            kpi=kpi, **place, defaults={"value": value, "team": team, "leading_kpi": leading_kpi, "changed_at": at}
        )
        if not is_new:
            row.value, row.team, row.leading_kpi = value, team, leading_kpi
            row.version, row.changed_at = row.version + 1, at
            row.save()
        _record("set", row, by, at)
    return row


def lift(row: KpiTarget, *, by: Actor, at: datetime) -> None:
    """Take a target back. Raises StillLeads. Journal: insight.target.lifted."""
    with transaction.atomic():
        place = {"grain": row.grain, "start_on": row.start_on, "dimension": row.dimension, "slice": row.slice}
        led = list(
            KpiTarget.objects.select_for_update().filter(leading_kpi=row.kpi, **place).values_list("kpi", flat=True)
        )
        if led:
            raise StillLeads(f"{row.kpi} leads to the target of {', '.join(led)}")
        _record("lifted", row, by, at)
        row.delete()


def withdraw(
    kpi: str, grain: Grain, day: date, *, dimension: str = "", within: str = "", by: Actor, at: datetime
) -> bool:
    """Take back the target of the period that holds a day; whether there was one. Safe to repeat."""
    start = policies.fiscal().holding(day, grain).start
    row = KpiTarget.objects.filter(kpi=kpi, grain=grain, start_on=start, dimension=dimension, slice=within).first()
    if row is not None:
        lift(row, by=by, at=at)
    return row is not None


def reached(kpi: Kpi, value: float | None, target: KpiTarget | None) -> bool | None:
    """Is the target met? None where that cannot be said."""
    return kpi.is_reached(value, target.value if target else None)


def _record(what: str, row: KpiTarget, by: Actor, at: datetime) -> None:
    name = KPIS[row.kpi].name
    particulars = {"name_en": name.en, "name_ja": name.ja, "kpi": row.kpi, "start_on": row.start_on.isoformat(),
                   "slice": row.slice}  # fmt: skip
    told = {"value": row.value} if what == "set" else {}
    journal.record(f"insight.target.{what}", actor=by, at=at, particulars=particulars | told)


def of(grain: Grain, start: date, dimension: str = "", within: str = "") -> dict[str, KpiTarget]:
    """The targets of a period by KPI."""
    rows = KpiTarget.objects.filter(grain=grain, start_on=start, dimension=dimension, slice=within)
    return {row.kpi: row for row in rows.select_related("team")}


def of_period(grain: Grain, start: date) -> list[KpiTarget]:
    """The targets of a period in all its slices."""
    rows = KpiTarget.objects.filter(grain=grain, start_on=start).select_related("team")
    return list(rows.order_by("kpi", "dimension", "slice")[:500])
