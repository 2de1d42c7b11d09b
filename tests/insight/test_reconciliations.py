"""What a forecast counts as lost and what the ledger books are tied together, line by line, to the last yen."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nenrin.customers import subscriptions
from nenrin.customers.models import Subscription
from nenrin.customers.terms import add_months
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.executive import reconciliations
from nenrin.insight.executive.reconciliations import Reconciliation
from nenrin.insight.models import RiskModelVersion, RiskSaid
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import locks
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.statements import statement
from nenrin.insight.risk import forecasts
from nenrin.values import Period
from tests.insight.test_revenue import on, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db
FIRST, TODAY = on("2026-01-01"), on("2026-12-31")
MONTHS = [add_months(FIRST, n) for n in range(12)]


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=TODAY)


def said(accounts: list[int], begins: date, minor: int = 1) -> None:
    """Something was told of them at the begin of a month."""
    version, _ = RiskModelVersion.objects.get_or_create(
        event="churn", number=1, defaults={"state": "model", "known_on": FIRST, "learned_at": "2026-01-01T00:00:00Z"}
    )
    RiskSaid.objects.bulk_create(
        RiskSaid(account_id=account, event="churn", as_of=begins - timedelta(1), version=version, p=0.1, low=0.05, high=0.2,
                 horizons=[[30, 0.1, 0.05, 0.2]], months=[0.1] * 12, minor=minor)
        for account in accounts
    )  # fmt: skip


def parts(of: Reconciliation) -> dict[str, int]:
    assert of.holds
    return {line.key: line.minor for line in of.lines}


def churn(begins: date) -> int:
    ledger = revenue.ledger(TODAY)
    told = locks.statement(
        Closed(ledger, None, tuple(locks.locks())), Period(begins, add_months(begins, 1)), "net"
    )  # fmt: skip
    return -told.amounts["churn"]


def test_each_reason_why_the_two_differ_has_a_line_of_its_own(world: World) -> None:
    march = on("2026-03-01")
    asked = [
        sign(world, "同月", 1_000, "2026-01-05", noticed_on=on("2026-03-03"), ended_on=on("2026-03-20")),
        sign(world, "翌月", 20_000, "2026-01-05", noticed_on=on("2026-03-10"), ended_on=on("2026-05-01")),
        sign(world, "継続", 7_000, "2026-01-05"),
    ]
    sign(world, "以前", 300, "2026-01-05", noticed_on=on("2026-02-10"), ended_on=on("2026-03-31"))
    sign(world, "対象外", 40, "2026-01-05", noticed_on=on("2026-03-02"), ended_on=on("2026-03-25"))
    sign(world, "滞納", 5, "2026-01-05", ended_on=on("2026-03-15"), end_reason="payment")
    world.carry()
    said([account.pk for account, _ in asked], march)
    told = reconciliations.reconciliation(march, TODAY)
    assert parts(told) == {"foretold": 21_000, "later": -20_000, "earlier": 300, "not_asked": 40, "unpaid": 5}
    assert told.booked == churn(march) == 1_345
    [held] = [one for one in forecasts.forecast("churn", TODAY).held if one.begins == march]
    assert held.actual == parts(told)["foretold"]
    own = reconciliations.reconciliation(march, TODAY, [asked[1][0].pk])
    assert parts(own) == {"foretold": 20_000, "later": -20_000} and own.booked == 0


def test_what_became_known_after_closing_is_a_line(world: World) -> None:
    sign(world, "灯台", 1_000, "2026-01-05", noticed_on=on("2026-03-03"), ended_on=on("2026-03-20"))
    world.carry()
    locks.lock(on("2026-03-31"), by=SYSTEM, at=world.now)
    world.today = on("2027-01-20")
    subscriptions.change(Subscription.objects.get(), by=SYSTEM, at=world.now, noticed_on=None, ended_on=None)
    world.carry()
    told = reconciliations.reconciliation(on("2026-03-01"), world.today)
    assert parts(told) == {"foretold": 0, "closed": 1_000} and told.booked == 1_000


def gone(rng: np.random.Generator, start: date, leaves: date) -> dict[str, object]:
    """How a contract ends: unpaid, by a notice some time before, or without a word."""
    if rng.random() < 0.2:
        return {"ended_on": leaves, "end_reason": "payment"}
    noticed = max(start, leaves - timedelta(int(rng.integers(0, 90))))
    return {"ended_on": leaves, **({"noticed_on": noticed} if rng.random() < 0.7 else {})}


@pytest.mark.parametrize("seed", range(4))
def test_it_adds_up_in_every_month_of_any_history(world: World, seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = []
    for n in range(40):
        start = FIRST + timedelta(int(rng.integers(-200, 200)))
        leaves = start + timedelta(int(rng.integers(20, 300)))
        renews = bool(rng.random() < 0.8)
        fields: dict[str, object] = {"term_months": int(rng.choice([1, 12])), "auto_renews": renews}
        account, row = sign(world, f"会社{n}", 100 + n, start.isoformat(), **fields)
        if renews and rng.random() < 0.4:
            day = start + timedelta(int(rng.integers(1, 200)))
            subscriptions.reprice(row, from_on=day, mrr_minor=int(rng.integers(1, 900)), by=SYSTEM, at=world.now)
            row.refresh_from_db()
        if renews and rng.random() < 0.7:
            subscriptions.change(row, by=SYSTEM, at=world.now, **gone(rng, start, leaves))
        made.append(account.pk)
    world.carry()
    for begins in MONTHS:
        said([account for account in made if rng.random() < 0.7], begins)
    lost, kinds = 0, set[str]()
    for held in forecasts.forecast("churn", TODAY).ended:
        told = reconciliations.reconciliation(held.begins, TODAY)
        assert parts(told)["foretold"] == held.actual
        assert (
            told.booked
            == churn(held.begins)
            == -statement(revenue.ledger(TODAY), Period(held.begins, held.ends)).amounts["churn"]
        )
        lost, kinds = lost + told.booked, kinds | parts(told).keys()
    assert lost > 0 and {"foretold", "not_asked"} <= kinds and kinds & {"later", "earlier", "unpaid"}
