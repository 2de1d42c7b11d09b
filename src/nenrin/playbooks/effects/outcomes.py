"""What became of each account in a stretch of days after its first occasion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.lake import Lake
from nenrin.analytics.revenue.decisions import Spell
from nenrin.insight import history
from nenrin.insight.revenue import leavers
from nenrin.playbooks.effects import onboardings
from nenrin.playbooks.effects.exposures import Exposed
from nenrin.playbooks.effects.onboardings import ONBOARDING
from nenrin.values import Text

CHURN = "churn"
EPOCH = date(1970, 1, 1)
FIXED: Mapping[str, Text] = {
    CHURN: Text("Churn", "解約"), ONBOARDING: onboardings.NAME, history.HEALTH: Text("Health score", "ヘルススコア"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metric:
    """What is compared. `is_share`: 0 or 1 of an account; its effect is told in percentage points."""

    key: str
    name: Text
    is_share: bool
    more_is_better: bool


def metric(key: str, measures: Mapping[str, Measure]) -> Metric | None:
    """The metric of this key; None where there is none."""
    if key == CHURN:
        return Metric(key, FIXED[key], True, False)
    if key == ONBOARDING:
        return Metric(key, FIXED[key], True, True)
    if key == history.HEALTH:
        return Metric(key, FIXED[key], False, True)
    found = measures.get(key)
    return None if found is None else Metric(key, found.name, False, found.direction != "lower")


@dataclass(frozen=True, slots=True)
class Found:
    """`value`: NaN where the account has none at the end; `before`: NaN where nothing was known."""

    value: NDArray[np.float64]
    before: NDArray[np.float64]


def of(lake: Lake, exposed: Exposed, key: str, days: int, as_of: date) -> Found:
    """Outcomes `days` after each account's first occasion, which must have passed by `as_of`.

    Before: the same measure on the day before the occasion; of churn and onboarding, the health score of that day, which foretells it.
    """
    accounts = exposed.account.tolist()
    eve = [EPOCH + timedelta(int(day) - 1) for day in exposed.day]
    if key == CHURN:
        return Found(
            left(exposed, leavers.spells(lake, as_of), days), history.valued(lake, history.HEALTH, accounts, eve)
        )
    if key == ONBOARDING:
        pairs = list(zip(accounts, exposed.day.tolist(), strict=True))
        value = onboardings.after(pairs, onboardings.courses(accounts), days, (as_of - EPOCH).days)
        return Found(value, history.valued(lake, history.HEALTH, accounts, eve))
    then = [EPOCH + timedelta(int(day) + days) for day in exposed.day]
    return Found(history.valued(lake, key, accounts, then), history.valued(lake, key, accounts, eve))


def left(exposed: Exposed, spells: list[Spell], days: int) -> NDArray[np.float64]:
    """1 for those who decided to leave within the days, 0 for those who were seen throughout and did not.

    An end that nobody decided (a payment that failed) counts as leaving; NaN where it is not settled yet.
    """
    own: dict[int, list[Spell]] = defaultdict(list)
    for spell in spells:
        own[spell.account].append(spell)
    found = np.full(len(exposed), np.nan)
    for place, (account, begun) in enumerate(zip(exposed.account.tolist(), exposed.day.tolist(), strict=True)):
        running = [one for one in own.get(account, ()) if one.starts <= begun <= one.until]
        if running:
            found[place] = _ended(running[-1], begun, begun + days)
    return found


def _ended(spell: Spell, begun: int, end: int) -> float:
    gone = spell.decided if spell.decided is not None else (spell.ends if spell.is_involuntary else None)
    if gone is not None and gone <= end:
        return 1.0 if gone >= begun else np.nan
    return 0.0 if spell.until >= end or gone is not None else np.nan
