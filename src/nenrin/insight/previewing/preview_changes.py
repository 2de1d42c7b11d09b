"""Accounts that a draft would move, each with what moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.scores import micro, records, scans, sentences
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.records import Record
from nenrin.analytics.scores.sentences import MINUS, NO_WORDS, Noun
from nenrin.customers.models import Account
from nenrin.insight.modelling import nouns
from nenrin.insight.modelling.configuration import Configuration
from nenrin.values import Text

#: Reasons are found for so many accounts: pages show fewer, and each takes a record.
EXPLAINED, SAMPLED, NAMED = 100, 10, 2
EDGES = Text("the rules for bands", "色の判定ルール")


@dataclass(frozen=True, slots=True)
class Change:
    """An account as it is and as it would be: shown in another band, or one of the sample. `why` names what moves it."""

    account: int
    name: str
    before: Band
    after: Band
    score_before: float
    score_after: float
    why: Text = NO_WORDS

    @property
    def difference(self) -> float:
        return round(self.score_after - self.score_before, 1)

    @property
    def is_worse(self) -> bool:
        return self.after.code < self.before.code


@dataclass(frozen=True, slots=True)
class Pair:
    """The same day with what is live and with the draft."""

    before: scans.Day
    after: scans.Day
    live: Configuration
    drafted: Configuration


def bands(pair: Pair) -> tuple[Change, ...]:
    """Accounts that would be shown in another band, the worse first."""
    was = pair.before.state.for_accounts(pair.after.state.accounts)
    rows = np.flatnonzero((was.shown != pair.after.state.shown) & (was.which != scans.NEW))
    found = sorted(_changes(pair, rows), key=_order)
    reasons = _reasons(pair, [change.account for change in found[:EXPLAINED]])
    return tuple(replace(change, why=reasons.get(change.account, NO_WORDS)) for change in found)


def samples(pair: Pair, taken: NDArray[np.int64]) -> tuple[Change, ...]:
    """Ten of the accounts that the draft would judge, evenly from the lowest score to the highest."""
    known = set(pair.before.state.accounts.tolist())
    rows = np.array([row for row in taken if int(pair.after.state.accounts[row]) in known], dtype=np.int64)
    ranked = rows[np.argsort(pair.after.score[rows], kind="stable")]
    places = np.unique(np.linspace(0, len(ranked) - 1, min(SAMPLED, len(ranked))).round().astype(np.int64))
    found = _changes(pair, ranked[places])
    reasons = _reasons(pair, [change.account for change in found])
    return tuple(replace(change, why=reasons.get(change.account, NO_WORDS)) for change in found)


def _order(one: Change) -> tuple[bool, float, int]:
    return not one.is_worse, one.difference if one.is_worse else -one.difference, one.account


def _changes(pair: Pair, rows: NDArray[np.int64]) -> list[Change]:
    """Rows of the later day beside the earlier one's."""
    before, after = pair.before, pair.after
    was = before.state.for_accounts(after.state.accounts)
    scored = dict(zip(before.state.accounts.tolist(), micro.points(before.score).tolist(), strict=True))
    names = dict(Account.objects.filter(pk__in=after.state.accounts[rows[:2000]].tolist()).values_list("pk", "name"))
    scores = micro.points(after.score)
    return [
        Change(
            account=(account := int(after.state.accounts[row])),
            name=names.get(account, ""),
            before=Band.of(was.shown[row]),
            after=Band.of(after.state.shown[row]),
            score_before=round(scored[account], 1),
            score_after=round(float(scores[row]), 1),
        )
        for row in rows
    ]


def _reasons(pair: Pair, accounts: Sequence[int]) -> dict[int, Text]:
    known = nouns.of(pair.live.needs() | pair.drafted.needs())
    before, after = _records(pair.before, pair.live, accounts), _records(pair.after, pair.drafted, accounts)
    return {
        account: _reason(before[account], after[account], pair, known)
        for account in accounts
        if account in before and account in after
    }


def _records(day: scans.Day, live: Configuration, accounts: Sequence[int]) -> dict[int, Record]:
    rows = np.flatnonzero(np.isin(day.state.accounts, list(accounts)))
    return {record.account: record for record in records.records(day, live.versions, rows.tolist())}


def _reason(before: Record, after: Record, pair: Pair, known: Mapping[str, Noun]) -> Text:
    """Another model, the bars that move furthest; else the rules."""
    was, now = (
        pair.live.models[pair.live.place()[before.version]],
        pair.drafted.models[pair.drafted.place()[after.version]],
    )
    bars = dict.fromkeys([*before.contributions, *after.contributions])
    moved = {key: after.contributions.get(key, 0) - before.contributions.get(key, 0) for key in bars}
    furthest = sorted(
        (key for key, by in moved.items() if abs(by) >= micro.ONE // 20), key=lambda key: -abs(moved[key])
    )
    said = [_bar(sentences.bar_name(key, now, known), moved[key]) for key in furthest[:NAMED]]
    if was.key != now.key:
        said.insert(0, Text(f"{was.name.en} → {now.name.en}", f"{was.name.ja}→{now.name.ja}"))
    if not said:
        return NO_WORDS if before.shown is after.shown else EDGES
    return Text(", ".join(one.en for one in said), "、".join(one.ja for one in said))


def _bar(name: Text, by: int) -> Text:
    figure = f"{by / micro.ONE:+.1f}".replace("-", MINUS)
    return Text(f"{name.en} {figure}", f"{name.ja} {figure}")
