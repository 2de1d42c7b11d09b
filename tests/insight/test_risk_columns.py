"""Forecasts read as columns are, figure by figure, what the rows of the accounts tell one by one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from nenrin.customers.models import Account
from nenrin.customers.terms import add_months
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.models import Risk, RiskModelVersion, RiskSaid
from nenrin.insight.revenue import books
from nenrin.insight.risk import forecasts, learning, outcomes, past_months, tables, telling
from nenrin.insight.risk.expected import Expected, doubt, expected
from nenrin.insight.risk.forecasts import Forecast
from nenrin.insight.risk.past_months import Held
from tests.insight import risk_world
from tests.insight.risk_world import KNOWN

pytestmark = pytest.mark.django_db


def test_every_figure_is_that_of_the_rows(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    made = list(risk_world.build(at))
    learning.learn(KNOWN, by=SYSTEM, at=at, events=("churn", "expansion"))
    telling.tell(KNOWN, at=at)
    for event in ("churn", "expansion"):
        for within in (None, made[:30], []):
            alike(forecasts.forecast(event, KNOWN, within), event, within)
            monkeypatch.setattr(past_months, "FEW", 0)
            alike(forecasts.forecast(event, KNOWN, within), event, within)
            monkeypatch.undo()


def test_what_is_kept_of_a_month_goes_with_its_rows(org: Organisation, at: datetime) -> None:
    made = list(risk_world.build(at))
    learning.learn(KNOWN, by=SYSTEM, at=at, events=("churn",))
    telling.tell(KNOWN, at=at)
    before = forecasts.forecast("churn", KNOWN)
    assert forecasts.forecast("churn", KNOWN).held == before.held
    day = before.held[-1].begins - timedelta(1)
    said = RiskSaid.objects.filter(event="churn", as_of=day).order_by("-account")
    gone = said[0]
    gone.delete()
    after = forecasts.forecast("churn", KNOWN)
    assert after.held[-1].accounts == before.held[-1].accounts - 1 and after.held[:-1] == before.held[:-1]
    alike(after, "churn", None)
    gone.pk, gone.months = None, [0.9, *gone.months[1:]]
    gone.save()
    again = forecasts.forecast("churn", KNOWN)
    assert again.held[-1].accounts == before.held[-1].accounts and again.held[-1].told != before.held[-1].told
    alike(again, "churn", None)
    RiskSaid.objects.filter(event="churn", as_of=day).delete()
    assert forecasts.forecast("churn", KNOWN).held == before.held[:-1]
    assert forecasts.forecast("churn", KNOWN, made[:3]).held != ()
    changes_with_what_is_told(at)


def changes_with_what_is_told(at: datetime) -> None:
    """Of everybody: a probability, an archived account, one brought back in place of another, and a model withdrawn."""
    first, second = Risk.objects.filter(event="churn").order_by("account")[:2]
    first.p, first.months = first.p / 2, [0.5, *first.months[1:]]
    first.save()
    for archived in ([], [first.account_id], [second.account_id]):
        Account.objects.update(archived_at=None)
        Account.objects.filter(pk__in=archived).update(archived_at=at + timedelta(minutes=len(archived)))
        alike(forecasts.forecast("churn", KNOWN), "churn", None)
    [version] = RiskModelVersion.objects.filter(event="churn")
    learning.withdraw(version, by=SYSTEM, at=at)
    assert forecasts.forecast("churn", KNOWN).months == ()


def alike(found: Forecast, event: str, within: Collection[int] | None) -> None:
    """With what is worked out here from the rows' own values."""
    told = Risk.objects.filter(event=event, account__archived_at__isnull=True).order_by("account")
    rows = list(told if within is None else told.filter(account__in=within))
    share = found.version.card.get("share", 1.0) if found.version else 1.0
    assert found.mrr == sum(row.minor for row in rows)
    assert found.as_of == max((row.as_of for row in rows), default=None)
    assert len(found.months) == (12 if rows else 0)
    amount = [share * row.minor for row in rows]
    off = [(row.low, row.high) for row in rows]
    for n, month in enumerate(found.months):
        p = [row.months[n] for row in rows]
        close(month.expected, worked_out(p, amount, off))
        assert month.accounts == pytest.approx(sum(p))
        assert month.begins == add_months(KNOWN + timedelta(1), n)
    if rows:
        year = [row.horizons[-1] for row in rows]
        close(found.year, worked_out([one[1] for one in year], amount, [(one[2], one[3]) for one in year]))
    else:
        assert found.year == Expected(0, 0, 0)
    expected_months = past(event, share, within)
    assert len(found.held) == len(expected_months) and (within is not None or len(found.held) >= 8)
    for one, other in zip(found.held, expected_months, strict=True):
        close(one.expected, other.expected)
        assert (one.told, one.spread) == pytest.approx((other.told, other.spread))
        assert replace(one, expected=other.expected, told=other.told, spread=other.spread) == other


def past(event: str, share: float, within: Collection[int] | None) -> list[Held]:
    found, decided = [], outcomes.decided(books.ledger(KNOWN))
    days = RiskSaid.objects.filter(event=event).order_by("as_of").values_list("as_of", flat=True).distinct()
    for day in days:
        said = RiskSaid.objects.filter(event=event, as_of=day)
        rows = list(said if within is None else said.filter(account__in=within))
        if rows and (day + timedelta(1)).day == 1 and day >= date(2024, 11, 30):
            found.append(month(decided, event, share, day, rows))
    return found


def month(decided: outcomes.Decided, event: str, share: float, day: date, rows: list[RiskSaid]) -> Held:
    begins, ends = day + timedelta(1), add_months(day + timedelta(1), 1)
    p = [row.months[0] for row in rows]
    came = decided.standing([begins], [min(ends, KNOWN + timedelta(1))])
    own = {row.account_id for row in rows}
    moved = {
        (account, int(code)): abs(int(change))
        for account, code, change in zip(came.account.tolist(), came.outcome, came.change, strict=True)
        if account in own
    }
    mine = [change for (_, code), change in moved.items() if code == tables.EVENTS[event]]
    unpaid = [change for (_, code), change in moved.items() if code == outcomes.UNPAID]
    return Held(
        begins, ends, "replayed" if rows[0].is_replayed else "said",
        worked_out(p, [share * row.minor for row in rows], [(row.low, row.high) for row in rows]),
        sum(mine), sum(unpaid) if event == "churn" else 0, len(rows), sum(p), sum(one * (1 - one) for one in p) ** 0.5,
        len(mine), ends <= KNOWN + timedelta(1),
    )  # fmt: skip


def worked_out(p: list[float], amount: list[float], ends: list[tuple[float, float]]) -> Expected:
    low, high = np.array(ends, dtype=np.float64).T
    return expected(np.array(p), np.array(amount), doubt(low, high))


def close(one: Expected, other: Expected) -> None:
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), rel=1e-9)
