"""The renewals ahead: each term whose decision falls due, with what the model says beside what people say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Subscription
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.insight.models import Risk
from nenrin.values import Money
from nenrin.work.models import RenewalCall
from nenrin.work.renewal_calls import Standing, latest
from nenrin.work.renewal_terms import DECISION, PIPELINE

#: Person and model are at odds from so much probability on.
APART: Final = 0.25
MONTH: Final = 30.4375
#: Calls that a red or a healthy account speaks against where no probability is told.
HOPEFUL, GLOOMY = 0.75, 0.35


@dataclass(frozen=True, slots=True)
class Line:
    """One term ahead. `p`: the model's probability to renew, None where data do not suffice; `low` and `high` bound it.
    `call` is the CSM's, `over` the manager's, which holds before it.

    A term under notice has left: its probability is nought whatever was called.
    """

    subscription: int
    account: int
    name: str
    owner: int | None
    owner_name: str
    starts_on: date
    ends_on: date
    decision_on: date
    days_left: int
    auto_renews: bool
    is_noticed: bool
    mrr: Money
    band: str
    score: float | None
    p: float | None
    low: float | None
    high: float | None
    call: RenewalCall | None
    over: RenewalCall | None = None
    number: int = 0  # of the last call, whoever's
    told_on: date | None = None  # the day of the facts behind the model's probability

    @property
    def held(self) -> RenewalCall | None:
        return self.over or self.call

    @property
    def called(self) -> float | None:
        return self.held.probability if self.held else None

    @property
    def is_since(self) -> bool:
        """Has the CSM called it again since the manager did?"""
        return Standing(self.call, self.over).is_since

    @property
    def gap(self) -> float | None:
        """How far the model lies below (negative) or above what was called."""
        return None if self.p is None or self.called is None else self.p - self.called

    @property
    def is_apart(self) -> bool:
        """Where no model tells a probability, health speaks for it: red though likely, or healthy though leaving."""
        return self.lean != 0

    @property
    def lean(self) -> int:
        """-1 where the model (or health) sees much less than was called, 1 where much more, else 0."""
        if self.called is None:
            return 0
        if self.gap is not None:
            return 0 if round(abs(self.gap), 9) <= APART else 1 if self.gap > 0 else -1
        if self.band == Band.AT_RISK and self.called >= HOPEFUL:
            return -1
        return 1 if self.band == Band.HEALTHY and self.called <= GLOOMY else 0


def ahead(member: Member, today: date, until: date, permission: Permission = Permission.RENEWALS_VIEW) -> list[Line]:
    """Terms of 6 months and longer in the member's scope that are decided from today to `until`: those at odds first,
    then the nearest."""
    return of(Subscription.objects.for_member(member, permission), today, Q(decision__range=(today, until)))


def of(rows: QuerySet[Subscription], today: date, which: Q) -> list[Line]:
    """Lines of these subscriptions; `which` may ask for `decision`, the day."""
    found = rows.filter(PIPELINE).annotate(decision=DECISION).filter(which)
    told = found.values_list(
        *("pk", "account_id", "account__name", "account__owner_id", "account__owner__name", "term_from", "ends_on"),
        *("decision", "auto_renews", "status", "mrr_minor", "currency"),
        *("account__health__band", "account__health__score"),
    )
    held = list(told)
    accounts = found.values("account_id")
    calls, risks = _calls(accounts, {row[6] for row in held}), _risks(accounts)
    lines = [_line(row, today, calls.get((row[1], row[6]), Standing()), risks.get(row[1])) for row in held]
    return ranked(lines)


def ranked(lines: Iterable[Line]) -> list[Line]:
    """Those at odds first, the widest gap before; then by the day of the decision."""
    return sorted(
        lines, key=lambda x: (not x.is_apart, -abs(x.gap or 0) if x.is_apart else 0, x.decision_on, x.subscription)
    )


def _calls(accounts: QuerySet[Any, Any], ends: set[date]) -> dict[tuple[int, date], Standing]:
    return latest(RenewalCall.objects.filter(account__in=accounts, term_end__in=ends).select_related("author"))


Told = tuple[float, float, float, list[float], date]


def _risks(accounts: QuerySet[Any, Any]) -> dict[int, Told]:
    """What is told of leaving, where probabilities may be shown."""
    shows = KeyTextTransform("shows_probability", "version__card")
    rows = Risk.objects.filter(account__in=accounts, event="churn").annotate(shows=shows)
    rows = rows.exclude(version__state="ranking")
    columns = ("account_id", "p", "low", "high", "months", "as_of", "shows")
    return {
        key: (p, low, high, months, as_of)
        for key, p, low, high, months, as_of, shown in rows.values_list(*columns)
        if str(shown).lower() in {"true", "1"}
    }


def _line(row: tuple[Any, ...], today: date, calls: Standing, risk: Told | None) -> Line:
    key, account, name, owner, owner_name, begun, ends, decision, renews, status, minor, currency, band, score = row
    noticed = status == SubscriptionStatus.NOTICED
    days = (decision - today).days
    p, low, high = (0.0, 0.0, 0.0) if noticed else stays(risk, decision) if risk else (None, None, None)
    return Line(
        key, account, name, owner, owner_name or "", begun, ends, decision, days, renews, noticed,
        Money(minor, currency), band or "", score, p, low, high, calls.call, calls.over, calls.number,
        risk[4] if risk and not noticed else None,
    )  # fmt: skip


def stays(risk: Told, decision: date) -> tuple[float, float, float]:
    """The probability to stay through the month of the decision, and its 90 % interval.

    The interval is told for 90 days; its width in log-odds is taken over.
    """
    p, low, high, months, as_of = risk
    through = max(int((decision - as_of + timedelta(1)).days / MONTH) + 1, 1)
    leaves = min(sum(months[:through]), 1.0) if months else p
    below, above = (_moved(leaves, p, end) for end in (high, low))
    return 1 - leaves, 1 - below, 1 - above


def _moved(p: float, base: float, end: float) -> float:
    """`p` with its odds moved as from `base` to `end`."""
    if not 0 < p < 1 or not 0 < base < 1 or not 0 < end < 1:
        return p
    odds = p / (1 - p) * (end / (1 - end)) / (base / (1 - base))
    return odds / (1 + odds)


def owners(lines: Sequence[Line]) -> list[tuple[str, str]]:
    return sorted({(str(one.owner), one.owner_name) for one in lines if one.owner}, key=lambda pair: pair[1])
