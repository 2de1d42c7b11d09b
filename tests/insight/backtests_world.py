"""Two dozen companies on monthly contracts whose last answer says whether they will stay; some of them left."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import pyarrow as pa

from nenrin.analytics.backtests import cards, outcomes
from nenrin.analytics.lake.schemas import FACTS
from nenrin.analytics.scores import documents
from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import lakes
from nenrin.insight import health_models
from nenrin.insight.backtests import learning, reports, runs
from nenrin.insight.models import Backtest, HealthModelVersion
from tests.analytics import backtests_cast

BEGAN = date(2025, 9, 1)
ACCOUNTS, LEAVING = 24, 12
DOCUMENT: dict[str, Any] = {
    "key": "answers",
    "name": {"en": "Answers", "ja": "回答"},
    "position": 1,
    "half_life_days": 0,
    "groups": [
        {"key": "sentiment", "name": {"en": "Sentiment", "ja": "評価"}, "measures": [
            {"measure": "nps", "weight": 60, "curve": [[-100, 0], [100, 100]]},
            {"measure": "pulse", "weight": 40, "curve": [[1, 0], [6, 100]]},
        ]},
    ],
    "min_coverage": 0.1,
}  # fmt: skip


def build(at: datetime) -> tuple[HealthModelVersion, list[Account]]:
    """The model, published, and the accounts: those that leave first, one every month."""
    made = [accounts.open(f"会社{n:02d}", by=SYSTEM, at=at, status="customer") for n in range(ACCOUNTS)]
    rows = [row for n, account in enumerate(made) for row in _told(n, account.pk)]
    say(rows, 1)
    health_models.draft(DOCUMENT, by=SYSTEM, at=at)
    return health_models.publish("answers", by=SYSTEM, at=at, live_from=health_models.ALWAYS), made


def say(rows: list[dict[str, Any]], version: int) -> None:
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="test", version=version)


def notice_of(n: int) -> date | None:
    return BEGAN + timedelta(130 + 24 * n) if n < LEAVING else None


def _told(n: int, account: int) -> list[dict[str, Any]]:
    """The contract; a poor answer 60 days before a notice, a good one of those who stay; the notice on its day."""
    body = {"starts_on": "2025-09-01", "ends_on": "2025-10-01", "auto_renews": True, "term_months": 1,
            "mrr_minor": 100_000, "currency": "JPY", "noticed_on": None, "ended_on": None}  # fmt: skip
    rows = [fact("account", str(account), account, {"status": "customer", "tier": "smb"}, BEGAN),
            fact("subscription", str(account), account, body, BEGAN)]  # fmt: skip
    rows += [answer(account, BEGAN + timedelta(150 * k), 9) for k in range(3)]
    left = notice_of(n)
    if left:
        rows.append(answer(account, left - timedelta(60), 2))
        noticed = body | {"noticed_on": left.isoformat()}
        rows.append(fact("subscription", str(account), account, noticed, left))
    return rows


def answer(account: int, on: date, score: int, known: date | None = None) -> dict[str, Any]:
    body = {"survey": "nps", "score": score, "answered_on": on.isoformat(), "role": "user"}
    return fact("answer", f"a{account}.{on}", account, body, known or on)


def fact(kind: str, key: str, account: int, body: dict[str, Any], known: date) -> dict[str, Any]:
    return {
        "kind": kind, "key": key, "account": account, "valid_at": datetime(1900, 1, 1, tzinfo=UTC), "known_on": known,
        "recorded_at": datetime(known.year, known.month, known.day, tzinfo=UTC), "seq": known.toordinal(),
        "gone": False, "assumed": True, "body": json.dumps(body),
    }  # fmt: skip


def finished(version: HealthModelVersion, at: datetime) -> Backtest:
    """A finished backtest of a made-up past, for pages: no lake is read."""
    row = runs.ask(version, by=SYSTEM, at=at)
    row.card, row.weights = deepcopy(_computed())
    row.state, row.done, row.done_at = "done", row.accounts, at
    row.save()
    return row


@lru_cache(maxsize=1)
def _computed() -> tuple[dict[str, Any], dict[str, Any]]:
    """A card and learned weights, once for all tests of a process."""
    panel, spells, _ = backtests_cast.past(accounts=300)
    ahead = outcomes.ahead(panel.account, panel.day, spells)
    card = cards.card(panel, ahead, manual=("days_since_touch",))
    curved = [{"measure": key, "weight": 50, "curve": [[0, 0], [1, 100]]} for key in backtests_cast.MEASURES]
    group = {**DOCUMENT["groups"][0], "measures": curved}
    model = documents.from_dict({**DOCUMENT, "groups": [group]})
    return reports.document(card), learning.weights(panel, ahead, model)
