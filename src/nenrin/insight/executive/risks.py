"""The accounts at risk that are worth most: how they stand, why, and when they decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from nenrin.analytics.kpis.measures import Measure
from nenrin.customers.models import Account
from nenrin.insight import measures
from nenrin.insight.executive.ahead import Due
from nenrin.insight.executive.questions import Question
from nenrin.insight.models import Health
from nenrin.values import Text

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Risk:
    """`mrr` in minor units. Score, its change in 30 days and its reasons only of today; `due`: its next renewal."""

    account: Account
    mrr: int
    score: float | None
    change: float | None
    reasons: tuple[Text, ...]
    due: date | None
    notice_on: date | None


def risks(ask: Question, bands: Mapping[int, str], pays: Mapping[int, int], dues: Iterable[Due]) -> list[Risk]:
    """The largest first."""
    at_risk = sorted((a for a in pays if bands.get(a) == "at_risk"), key=lambda a: (-pays[a], a))[:SHOWN]
    rows = Account.objects.select_related("owner", "health").in_bulk(at_risk)
    health = {key: row.health for key, row in rows.items() if hasattr(row, "health")} if ask.is_now else {}
    known = measures.named(bar for row in health.values() for bar, _ in row.losses)
    first = _first(due for due in dues if due.account in rows)
    return [_risk(rows[a], pays[a], health.get(a), known, first.get(a), ask) for a in at_risk if a in rows]


def _first(dues: Iterable[Due]) -> dict[int, Due]:
    """Each account's next contract that comes due."""
    return {due.account: due for due in sorted(dues, key=lambda due: due.on, reverse=True)}


def _risk(
    account: Account, mrr: int, health: Health | None, known: Mapping[str, Measure], due: Due | None, ask: Question
) -> Risk:
    reasons = tuple(known[bar].name for bar, _ in health.losses if bar in known)[:3] if health else ()
    notice = account.notice_on if ask.is_now and account.notice_on and account.notice_on >= ask.last else None
    return Risk(
        account, mrr, health.score if health else None, health.delta_30 if health else None, reasons,
        due.on if due else None, notice,
    )  # fmt: skip
