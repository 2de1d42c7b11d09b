"""A finished backtest of a risk model on a made-up past, for pages: no lake is read."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np

from nenrin.analytics.backtests import cards, outcomes, probabilities
from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel
from nenrin.foundation.actors import SYSTEM
from nenrin.insight.backtests import reports, risk_runs
from nenrin.insight.models import RiskBacktest, RiskModelVersion
from tests.analytics import backtests_cast

HORIZONS = {30: 1, 90: 3, 180: 6, 365: 12}


def panel(accounts: int = 300) -> tuple[Panel, Ahead]:
    """Probabilities of each month as the made-up accounts truly have, and what became of them."""
    found, spells, _ = backtests_cast.past(accounts=accounts)
    ahead = outcomes.ahead(found.account, found.day, spells)
    month = 1 / (1 + np.exp(-(-3.9 - 1.6 * (found.scores["last_login"] - 50) / 20)))
    told = {days: 1 - (1 - month) ** count for days, count in HORIZONS.items()}
    scores = {"model": 100 * (1 - told[90]), "health": found.scores["average"], "last_login": found.points[:, 1]}
    scores |= probabilities.scores(told)
    found = replace(found, scores=scores, band=probabilities.bands(found.day, told[90]))
    return replace(found, steadiness={"model": probabilities.steadiness(found)}), ahead


def finished(version: RiskModelVersion, at: datetime) -> RiskBacktest:
    if not version.document:
        RiskModelVersion.objects.filter(pk=version.pk).update(document={"kind": "made up"})
        version.refresh_from_db()
    row = risk_runs.ask(version, by=SYSTEM, at=at)
    row.card, row.state, row.done, row.done_at = deepcopy(_computed()), "done", row.parts, at
    row.save()
    return row


@lru_cache(maxsize=1)
def _computed() -> dict[str, Any]:
    """Once for all tests of a process."""
    found, ahead = panel()
    card = cards.card(found, ahead, manual=("days_since_touch",))
    return reports.document(card) | {"accounts_of": 320}
