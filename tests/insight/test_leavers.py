"""The backtest card and the risk model count the same customers as leavers, whatever the book."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from nenrin.analytics.backtests import outcomes as cards
from nenrin.analytics.lake.schemas import FACTS
from nenrin.analytics.revenue.paths import number
from nenrin.analytics.revenue.policies import Policy
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes
from nenrin.insight.revenue import books, leavers, policies
from nenrin.insight.risk import outcomes

pytestmark = pytest.mark.django_db
FIRST, KNOWN = date(2024, 1, 1), date(2025, 12, 31)


def _contract(rng: np.random.Generator, account: int, key: int) -> dict[str, Any]:
    """Any contract of two years: it may be noticed, end by itself, lapse, cost nothing for a while or fail to be paid."""
    starts = FIRST + timedelta(int(rng.integers(0, 600)))
    term = int(rng.choice([1, 6, 12]))
    ends = starts + timedelta(30 * term)
    how = rng.choice(["open", "noticed", "fixed", "ended", "unpaid"])
    stops = starts + timedelta(int(rng.integers(5, 500)))
    prices = [0 if rng.random() < 0.15 else int(rng.integers(1, 9)) * 10_000 for _ in range(int(rng.integers(1, 4)))]
    noticed = how == "noticed" or (how in ("ended", "unpaid") and rng.random() < 0.5)
    body = {
        "starts_on": starts.isoformat(), "ends_on": ends.isoformat(), "term_months": term, "currency": "JPY",
        "auto_renews": bool(how != "fixed"), "is_involuntary": bool(how == "unpaid"),
        "noticed_on": (stops - timedelta(int(rng.integers(0, 60)))).isoformat() if noticed else None,
        "ended_on": stops.isoformat() if how in ("ended", "unpaid") else None,
        "steps": [{"from_on": (starts + timedelta(90 * n)).isoformat(), "mrr_minor": minor, "seats": 1}
                  for n, minor in enumerate(prices)],
    }  # fmt: skip
    return _fact("subscription", account, key, body)


def _invoice(rng: np.random.Generator, account: int, key: int) -> dict[str, Any]:
    issued = FIRST + timedelta(int(rng.integers(0, 650)))
    body = {
        "issued_on": issued.isoformat(), "due_on": (issued + timedelta(30)).isoformat(), "minor": 1000,
        "status": str(rng.choice(["open", "paid", "uncollectible"])),
    }  # fmt: skip
    return _fact("invoice", account, key, body)


def _fact(kind: str, account: int, key: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind, "key": str(key), "account": account, "valid_at": datetime(1900, 1, 1, tzinfo=UTC),
        "known_on": FIRST, "recorded_at": datetime(2024, 1, 1, tzinfo=UTC), "seq": key, "gone": False, "assumed": True,
        "body": json.dumps(body),
    }  # fmt: skip


def _told_by_card(begins: list[date], policy: Policy) -> set[tuple[int, date]]:
    """(account, month) of those who stood undecided on the eve of a month and decided to leave in it."""
    spells = leavers.spells(lakes.current(), KNOWN, policy)
    everybody = np.array(sorted({one.account for one in spells}), dtype=np.int64)
    found = set()
    for begin, end in itertools.pairwise(begins):
        ahead = cards.ahead(everybody, np.full(len(everybody), number(begin) - 1), spells)
        gone = ahead.is_standing & (ahead.leaves_in <= (end - begin).days)
        found |= {(account, begin) for account in everybody[gone].tolist()}
    return found


def _told_by_risk(begins: list[date], policy: Policy) -> set[tuple[int, date]]:
    standing = outcomes.decided(books.ledger(KNOWN, policy)).standing(begins[:-1], begins[1:])
    left = standing.outcome == outcomes.LEFT
    assert (standing.change[left] < 0).all()
    day = [date(1970, 1, 1) + timedelta(one) for one in standing.begins[left].tolist()]
    return set(zip(standing.account[left].tolist(), day, strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_a_backtest_and_a_risk_model_count_the_same_leavers_in_the_same_month(org: Organisation, seed: int) -> None:
    """Under any choice of gaps and of what becomes of unpaid bills."""
    rng = np.random.default_rng(seed)
    rows = [_contract(rng, account=1 + key // 2 if key % 3 else 1000 + key, key=key) for key in range(200)]
    rows += [_invoice(rng, account=int(rng.integers(1, 100)), key=1000 + key) for key in range(40)]
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="test", version=1)
    policy = replace(policies.default(), dunning=("off", "invoices")[seed % 2], gap_merge_days=(31, 31, 0, 90)[seed])
    begins = outcomes.grid(FIRST, KNOWN + timedelta(1))
    told = _told_by_card(begins, policy)
    assert len(told) > 20 and told == _told_by_risk(begins, policy)
