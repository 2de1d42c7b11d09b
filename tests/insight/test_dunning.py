"""Unpaid invoices end a contract where the metric policy says so, and as long as they are not paid."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from nenrin.analytics.lake.schemas import FACTS
from nenrin.analytics.revenue.paths import number
from nenrin.analytics.revenue.readings import Reading
from nenrin.customers import accounts, subscriptions
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import invoices, lakes
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.insight.revenue import books, policies
from nenrin.insight.revenue.statements import statement
from nenrin.values import Money, Period
from tests.cast import THRIVING
from tests.insight.world import TOKYO, World

pytestmark = pytest.mark.django_db
ORACLE = Path(__file__).parents[1] / "oracles" / "revenue" / "_unpaid.sql"
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
FIRST, KNOWN, DAYS = date(2025, 1, 1), date(2025, 12, 31), 20


@pytest.fixture
def world(org: Organisation) -> World:
    """A customer since February with an invoice that is due on 28 February; thirty days later is 30 March."""
    world = World(today=date(2026, 3, 30))
    account = accounts.open(THRIVING, by=SYSTEM, at=world.now)
    subscriptions.sign(
        account, by=SYSTEM, at=world.now, starts_on=date(2026, 2, 1), term_months=12, mrr_minor=100_000, seats=5
    )
    bill(world, account.pk)
    return world


def bill(world: World, account: int, **fields: Any) -> None:
    told = invoices.Told("I1", account, date(2026, 2, 1), Money(110_000), due_on=date(2026, 2, 28))
    knowing = on_arrival(world.today)
    invoices.put([replace(told, **fields)], namespace="billing", by=SYSTEM, at=world.now, zone=TOKYO, knowing=knowing)


def ledger(world: World, day: date) -> books.Ledger:
    world.today = day
    world.carry()
    return books.ledger(day)


def test_a_late_invoice_is_no_churn_unless_the_policy_says_so(world: World) -> None:
    assert policies.default().dunning == "off"
    assert statement(ledger(world, date(2026, 4, 6)), MARCH).end == 100_000


def test_the_account_leaves_once_the_invoice_is_overdue_for_longer_than_the_policys_days(world: World) -> None:
    policies.publish({"dunning": "invoices"}, by=SYSTEM, at=world.now)
    assert statement(ledger(world, date(2026, 3, 30)), MARCH).end == 100_000
    left = ledger(world, date(2026, 3, 31))
    found = statement(left, MARCH)
    assert (found.end, found.amounts["churn"]) == (0, -100_000)
    assert left.moved(MARCH).unwilling.tolist() == [True]


@pytest.mark.parametrize(("fields", "end"), [
    ({"paid_on": date(2026, 4, 2), "status": "paid"}, 100_000),
    ({"status": "void"}, 100_000),
    ({"status": "uncollectible"}, 0),
])  # fmt: skip
def test_once_paid_it_never_left_and_written_off_it_did(world: World, fields: dict[str, Any], end: int) -> None:
    policies.publish({"dunning": "invoices"}, by=SYSTEM, at=world.now)
    before = ledger(world, date(2026, 4, 1))
    world.today = date(2026, 4, 3)
    [account] = before.book.accounts.tolist()
    bill(world, account, **fields)
    assert statement(ledger(world, date(2026, 4, 3)), MARCH).end == end
    assert statement(books.ledger(date(2026, 4, 1)), MARCH).end == 0  # as known then


# --- against days walked one by one ---------------------------------------------------------------------------------


def _fact(kind: str, key: int, account: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind, "key": str(key), "account": account, "valid_at": datetime(1900, 1, 1, tzinfo=UTC),
        "known_on": FIRST, "recorded_at": datetime(2024, 1, 1, tzinfo=UTC), "seq": key, "gone": False, "assumed": True,
        "body": json.dumps(body, default=str),
    }  # fmt: skip


def _history(rng: np.random.Generator) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    contracts, billed = [], []
    for account in range(1, 81):
        starts = FIRST + timedelta(int(rng.integers(0, 200)))
        contracts.append({"account": account, "starts_on": starts})
        for _ in range(int(rng.integers(0, 5))):
            issued = starts + timedelta(int(rng.integers(-60, 150)))
            billed.append({
                "account": account, "issued_on": issued, "due_on": issued + timedelta(int(rng.integers(0, 45))),
                "minor": int(rng.choice([-500, 0, 1000, 1000, 1000])),
                "status": str(rng.choice(["open", "paid", "paid", "void", "uncollectible"])),
            })  # fmt: skip
    return contracts, billed


@pytest.mark.parametrize("seed", range(3))
def test_who_pays_on_each_day_is_what_walking_the_days_finds(org: Organisation, seed: int) -> None:
    contracts, billed = _history(np.random.default_rng(seed))
    rows = [_fact("subscription", n, each["account"], {
                "starts_on": each["starts_on"], "ends_on": date(2030, 1, 1), "term_months": 12, "auto_renews": True,
                "currency": "JPY", "steps": [{"from_on": each["starts_on"], "mrr_minor": 1000, "seats": 1}],
            }) for n, each in enumerate(contracts)]  # fmt: skip
    rows += [_fact("invoice", 1000 + n, each["account"], each) for n, each in enumerate(billed)]
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="test", version=1)
    policy = replace(policies.default(), dunning="invoices", dunning_days=DAYS, gap_merge_days=0)
    book = books.ledger(KNOWN, policy).book
    reading = Reading(book, number(KNOWN))
    days = [FIRST + timedelta(n) for n in range((KNOWN - FIRST).days + 1)]
    found = {(account, day) for day in days for account in book.accounts[reading.paid(number(day)) > 0].tolist()}
    with duckdb.connect(config={"threads": 1}) as db:
        db.register("contracts", pa.Table.from_pylist(contracts))
        db.register("invoices", pa.Table.from_pylist(billed))
        db.execute("create table ask as select ?::date as first, ?::date as last, ? as days", [FIRST, KNOWN, DAYS])
        told = set(db.execute(ORACLE.read_text()).fetchall())
    assert found == told
    assert 5 < sum((account, KNOWN) not in told for account in range(1, 81)) < 75
