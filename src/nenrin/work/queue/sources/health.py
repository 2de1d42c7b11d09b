"""The health fell: into a worse band, or by many points within a week."""

from __future__ import annotations

from datetime import date, timedelta

from nenrin.foundation.models import Member
from nenrin.insight import measures
from nenrin.values import Text
from nenrin.work.queue import plays, said
from nenrin.work.queue.portfolio import WEEK, Portfolio, Standing
from nenrin.work.queue.reasons import Reason

#: Points within a week from which a fall is told, and days for which a worse band is news.
POINTS, NEWS_DAYS = 10.0, 14
MOST_NAMED = 2


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    return [found for row in accounts.standing.values() if (found := _reason(row, on))]


def _reason(row: Standing, on: date) -> Reason | None:
    health = row.health
    if health is None or row.band not in {"caution", "at_risk"}:
        return None
    fell = row.delta is not None and row.delta <= -POINTS
    is_new = health.since > on - timedelta(NEWS_DAYS) and (row.delta or 0) < 0
    if not fell and not is_new:
        return None
    return Reason(
        account=row.account.pk, code="health_fell", headline=_headline(row, fell=fell), evidence=_evidence(row),
        play=plays.play("rescue", on), facts=(row.band, health.since),
    )  # fmt: skip


def _headline(row: Standing, *, fell: bool) -> Text:
    assert row.health is not None
    band, since = said.band(row.band), said.day(row.health.since)
    if fell and row.before is not None:
        was, now = f"{row.before:.0f}", f"{row.health.score:.0f}"
        return Text(f"Health {was} → {now} in {WEEK} days", f"ヘルスが{WEEK}日で{was}→{now}")
    return Text(f"Health {band.en.lower()} since {since.en}", f"{since.ja}からヘルスが{band.ja}")


def _evidence(row: Standing) -> tuple[Text, ...]:
    assert row.health is not None
    known = measures.named(bar for bar, _ in row.health.losses if not measures.is_attribute(bar))
    worst = [known[bar].name for bar, _ in row.health.losses if bar in known][:MOST_NAMED]
    if not worst:
        return ()
    as_of = said.day(row.health.as_of)
    return (
        Text(
            f"{' and '.join(name.en for name in worst)} cost{'s' if len(worst) == 1 else ''} it most (as of {as_of.en}).",
            f"主な減点は{'・'.join(name.ja for name in worst)}（{as_of.ja}時点）。",
        ),
    )
