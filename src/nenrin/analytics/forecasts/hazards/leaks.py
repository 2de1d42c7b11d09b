"""Signs that a table knows what it could not have known: looked for before any model is trusted.

Only a fact recorded after its day refuses the table, because that is certain; all others are signs that a person must
read. Rules go by name so that a finding can be looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nenrin.analytics.forecasts.hazards import stacks, verdicts
from nenrin.analytics.forecasts.hazards.tables import Array, Days, Feature, Table, Truth

Severity = Literal["refuse", "flag"]
#: AUC of one feature alone; its fall when it is read one period earlier; share of rows that must agree.
ALONE, FALL, AGREE = 0.9, 0.1, 0.9
#: Months by which `lagged` reads a feature earlier; days that still count as the same; fewest losses to judge by.
LAG, NEAR_DAYS, FEWEST = 3, 3, 8
TELLING = re.compile(
    r"status|reason|refund|cancel|churn|terminat|\blost|解約|理由|返金|取消|ステータス|状態", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One sign: the `rule`'s name, the feature ("" for the table), and how many rows or what figure."""

    rule: str
    severity: Severity
    feature: str
    figure: float


class Leaking(ValueError):
    """Features were recorded after the day on which they should have been known: build them as known then."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{one.rule}: {one.feature or 'table'} ({one.figure:g})" for one in findings))


@dataclass(frozen=True, slots=True)
class _Case:
    table: Table
    lost: Truth
    lost_on: Days  # of the row's account; -1: stays


def findings(
    table: Table,
    outcome: str = "churn",
    *,
    folds: Days | None = None,
    losses_elsewhere: Mapping[int, int] | None = None,
) -> tuple[Finding, ...]:
    """All signs, refusals first. `folds`: the fold of each row, where rows had been dealt out before.
    `losses_elsewhere`: day of loss by account as another table has it."""
    case = _Case(table, table.events[outcome], _lost_on(table, table.events[outcome]))
    found = [
        Finding(rule, severity, one.name, figure)
        for rule, severity, sign in FEATURE_RULES
        for one in table.features
        if (figure := sign(case, one)) is not None
    ]
    late = int(_after_end(case).sum())
    found += [Finding("rows_after_end", "flag", "", late)] if late else []
    found += _same_account(table, folds) + _disagreement(case, losses_elsewhere)
    return tuple(sorted(found, key=lambda one: one.severity != "refuse"))


def _recorded_after(case: _Case, one: Feature) -> float | None:
    """The newest fact behind the value was recorded after the row's day."""
    if one.recorded is None:
        return None
    late = int(((one.recorded > case.table.as_of) & ~np.isnan(one.values)).sum())
    return float(late) if late else None


def _constant_after_churn(case: _Case, one: Feature) -> float | None:
    """Rows after the loss all say the same, although the feature varies before: it is set by the loss."""
    after, before = one.values[_after_end(case)], one.values[~_after_end(case)]
    after, before = after[~np.isnan(after)], before[~np.isnan(before)]
    if len(after) < FEWEST or len(before) < 2 or np.ptp(after) > 0 or np.ptp(before) == 0:
        return None
    return float(len(after))


def _tells_alone(case: _Case, one: Feature) -> float | None:
    """It ranks who leaves in this period nearly perfectly, all by itself."""
    found = _auc(one.values, case.lost)
    return found if found is not None and found > ALONE else None


def _falls_when_lagged(case: _Case, one: Feature) -> float | None:
    """Read some months earlier it says much less: perhaps it is the loss itself that it shows."""
    earlier, found = stacks.ahead(case.table, LAG + 1)[:, LAG], np.full(len(case.table), np.nan)
    rows = np.flatnonzero(earlier >= 0)
    found[earlier[rows]] = one.values[rows]
    both = ~np.isnan(found) & ~np.isnan(one.values)
    fresh, old = _auc(one.values[both], case.lost[both]), _auc(found[both], case.lost[both])
    if fresh is None or old is None:
        return None
    chance = 0.41 / float(np.sqrt(case.lost[both].sum()))  # standard error of the difference when neither says a thing
    return fresh - old if fresh - old > FALL + chance else None


def _counts_to_loss(case: _Case, one: Feature) -> float | None:
    """Of those who left it counts the days to the loss, or from the start to the loss: computed with its day."""
    left = (case.lost_on >= 0) & ~np.isnan(one.values) & (case.lost_on - case.table.as_of > NEAR_DAYS + 1)
    if left.sum() < FEWEST:
        return None
    value, day = one.values[left], case.lost_on[left]
    start, as_of = case.table.begins[left] - case.table.tenure[left], case.table.as_of[left]
    shares = [float((np.abs(value - days) <= NEAR_DAYS).mean()) for days in (day - start, day - as_of)]
    return max(shares) if max(shares) >= AGREE else None


def _named_after_outcome(case: _Case, one: Feature) -> float | None:
    """Status, reason and refund columns are filled in when somebody leaves."""
    return float((~np.isnan(one.values)).sum()) if TELLING.search(one.name) else None


def _derived_from_outcome(case: _Case, one: Feature) -> float | None:
    """A mark (yes or no, there or missing) that nearly only those carry who leave in the period."""
    marks = [np.isnan(one.values), ~np.isnan(one.values)]
    known = one.values[~np.isnan(one.values)]
    marks += [one.values == value for value in np.unique(known)] if len(np.unique(known)) == 2 else []
    shares = [float(case.lost[mark].mean()) for mark in marks if FEWEST <= mark.sum() < len(mark)]
    top = max(shares, default=0.0)
    return top if top >= AGREE and top > 2 * float(case.lost.mean()) else None


def _identifies(case: _Case, one: Feature) -> float | None:
    """Another value for nearly each account, never changing within it, and few values else: an identifier."""
    values, account = one.values, case.table.account
    accounts = len(np.unique(account))
    if np.isnan(values).any() or accounts < 10 or (values != np.round(values)).any() or len(values) == accounts:
        return None
    pairs = len(np.unique(np.stack([account.astype(np.float64), values], axis=1), axis=0))
    return float(accounts) if pairs == accounts == len(np.unique(values)) else None


Sign = Callable[[_Case, Feature], float | None]
FEATURE_RULES: tuple[tuple[str, Severity, Sign], ...] = (
    ("recorded_after", "refuse", _recorded_after),
    ("constant_after_churn", "flag", _constant_after_churn),
    ("tells_alone", "flag", _tells_alone),
    ("falls_when_lagged", "flag", _falls_when_lagged),
    ("counts_to_loss", "flag", _counts_to_loss),
    ("named_after_outcome", "flag", _named_after_outcome),
    ("derived_from_outcome", "flag", _derived_from_outcome),
    ("identifier", "flag", _identifies),
)


def without_rows_after_end(table: Table, outcome: str = "churn") -> Table:
    """The table without rows of accounts that had left: they are no customers and could not leave."""
    case = _Case(table, table.events[outcome], _lost_on(table, table.events[outcome]))
    return table.chosen(~_after_end(case))


def _lost_on(table: Table, lost: Truth) -> Days:
    """End of the period in which the row's account first left; -1 if it stays."""
    first: dict[int, int] = {}
    for account, end in zip(table.account[lost], table.ends[lost], strict=True):
        first[int(account)] = min(first.get(int(account), int(end)), int(end))
    return np.array([first.get(int(account), -1) for account in table.account], dtype=np.int64)


def _after_end(case: _Case) -> Truth:
    result: Truth = (case.lost_on >= 0) & (case.table.begins >= case.lost_on)
    return result


def _same_account(table: Table, folds: Days | None) -> list[Finding]:
    """The same account teaches and is asked about."""
    if folds is None:
        return []
    pairs = np.unique(np.stack([table.account, folds], axis=1), axis=0)
    split = int((np.unique(pairs[:, 0], return_counts=True)[1] > 1).sum())
    return [Finding("account_across_folds", "flag", "", split)] if split else []


def _disagreement(case: _Case, elsewhere: Mapping[int, int] | None) -> list[Finding]:
    """Accounts that one table has as lost and the other not, or more than a period apart."""
    if elsewhere is None:
        return []
    own = {int(a): int(d) for a, d in zip(case.table.account, case.lost_on, strict=True) if d >= 0}
    known = {int(a) for a in np.unique(case.table.account)}
    last = int(case.table.ends.max())
    told = {a: d for a, d in elsewhere.items() if a in known and d <= last}
    apart = sum(a not in own or a not in told or abs(own[a] - told[a]) > 31 for a in own.keys() | told.keys())
    return [Finding("labels_disagree", "flag", "", apart)] if apart else []


def _auc(values: Array, happened: Truth) -> float | None:
    """Of the feature alone, either way round; missing values are their own rank in the middle."""
    if happened.sum() < FEWEST or np.isnan(values).all():
        return None
    found = verdicts.auc(np.nan_to_num(values, nan=float(np.nanmedian(values))), happened)
    return None if found is None else max(found, 1 - found)


def with_alarm(found: tuple[Finding, ...], apart: float | None, alarm: float) -> tuple[Finding, ...]:
    """Also that rows dealt out by lot are told much better than later ones."""
    late = apart is not None and apart > alarm
    return (*found, Finding("lot_beats_time", "flag", "", round(float(apart or 0.0), 4))) if late else found
