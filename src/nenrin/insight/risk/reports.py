"""Risk as plain values, for programs: the same through REST and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import QuerySet

from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.ingest import lakes
from nenrin.insight.models import Risk, RiskModelVersion, RiskSaid
from nenrin.insight.refresh import here
from nenrin.insight.revenue import books, policies
from nenrin.insight.risk import beliefs, lists, machine, outcomes, replays, silences, tables
from nenrin.insight.risk.forecasts import Forecast
from nenrin.insight.risk.together import Together

Basis = Literal["told", "said", "replayed", "recomputed"]


@dataclass(frozen=True, slots=True)
class Report:
    """`basis`: what is told now, what was said that day, or computed now from what that day knew. Without a model
    `items` is empty and `reason` says why."""

    event: str
    as_of: date | None
    basis: Basis
    state: str
    model: str
    reason: str
    items: tuple[dict[str, Any], ...]


def report(event: str, day: date | None = None) -> Report:
    """Everybody's risk, the highest first: as told now, or as of a past day; computed anew where nobody said anything."""
    try:
        basis, rows = lists.stored(event, day)
    except lists.NothingSaid:
        basis = "replayed"
    if day is not None and basis == "replayed":
        return _recomputed(event, day)
    kept = list(in_order(rows).select_related("version").defer("version__document"))
    if kept:
        return _of_rows(event, kept[0].as_of, basis, kept, kept[0].version)
    return Report(event, None, "told", *without(event), ())


def currency() -> str:
    """Of all amounts of risk: the one that the ledger books in as of the last closed day."""
    day = here().scored_through
    return (policies.live(day) if day else policies.default()).reporting_currency


def in_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The most probable first."""
    return rows.order_by("-p", "-pk")


def without(event: str) -> tuple[str, str, str]:
    """State of the last model, its name, and why nothing is told: what is missing, or why it was withdrawn."""
    found = silences.of(event)
    if found is None:
        return "", "", "no customer is told of"
    last = found.version
    reason = f"no model in use: the last one is {found.state}: {found.why.en}" if last else "no model has been learned"
    return (last.state if last else ""), str(last or ""), reason


def _of_rows(event: str, day: date, basis: Basis, rows: Sequence[Risk | RiskSaid], version: RiskModelVersion) -> Report:
    items = tuple(of_rows(rows, version, {row.pk: n for n, row in enumerate(rows, start=1)}))
    return Report(event, day, basis, version.state, str(version), "", items)


def of_rows(
    rows: Sequence[Risk | RiskSaid], version: RiskModelVersion, ranks: Mapping[int, int]
) -> list[dict[str, Any]]:
    """What was told of accounts by one version; `ranks` by the rows' keys."""
    shows = bool(version.card.get("shows_probability"))
    names = _names(row.account_id for row in rows)
    return [
        _item(ranks[row.pk], row.account_id, names, row.horizons, getattr(row, "reasons", []), row.minor, shows=shows)
        for row in rows
    ]


def _recomputed(event: str, day: date) -> Report:
    """What a model that knew no more than that day would have said."""
    lake, decided = lakes.current(), outcomes.decided(books.ledger(day))
    past = tables.past(lake, decided)
    found = machine.learn(past.table, event)
    if found.model is None:
        reason = f"no model: {found.state} at that time{_wanting(found.card)}"
        return Report(event, day, "recomputed", found.state, "", reason, ())
    rows = beliefs.recomputed(found.model, past.table, tables.now(lake, decided, day), day)
    told = machine.tell(found.model, rows.table)
    order = sorted(range(len(rows.table)), key=lambda n: -float(told.p[n, machine.HORIZONS.index(machine.LISTED)]))
    who = [int(rows.table.account[n]) for n in order]
    names = _names(who)
    kept = [(n, account) for n, account in zip(order, who, strict=True) if account in names]
    items = tuple(
        _item(
            rank, account, names, replays.horizons(told, n), [], int(rows.standing.minor[n]),
            shows=found.model.shows_probability,
        )
        for rank, (n, account) in enumerate(kept, start=1)
    )  # fmt: skip
    return Report(event, day, "recomputed", found.state, "", "", items)


def _wanting(card: Mapping[str, Any]) -> str:
    """ ": 4 events so far, 10 needed" where a model had too few."""
    return f": {format.counted(card['events'], 'event')} so far, {card['needed']} needed" if "needed" in card else ""


def _names(accounts: Iterable[int]) -> dict[int, tuple[str, str]]:
    found = Account.objects.filter(archived_at__isnull=True).in_bulk(list(accounts))
    return {key: (row.name, row.tier) for key, row in found.items()}


def _item(
    rank: int, account: int, names: dict[int, tuple[str, str]], horizons: list[Any], reasons: list[Any], minor: int,
    *, shows: bool,
) -> dict[str, Any]:  # fmt: skip
    name, tier = names.get(account, ("", ""))
    told = [
        {"days": int(days), "probability": p if shows else None, "low": low, "high": high}
        for days, p, low, high in horizons
    ]
    said = [{"feature": row[0], "log_odds": row[1], "value": row[2]} for row in reasons]
    return {
        "rank": rank, "account_id": account, "account": name, "tier": tier, "mrr_minor": minor, "horizons": told,
        "reasons": said,
    }  # fmt: skip


def of_together(account: int, found: Together | None) -> dict[str, Any]:
    """What comes first, by horizon; empty with a reason where no probability may be told."""
    if found is None:
        reason = "no probability is told of this account: it does not pay, has given notice, or too little has happened"
        return {"account_id": account, "as_of": None, "shares": [], "left_out": [], "reason": reason}
    shares = [{"days": one.days, "first": one.first, "unchanged": one.unchanged} for one in found.shares]
    left_out = list(found.left_out)
    return {"account_id": account, "as_of": found.as_of, "shares": shares, "left_out": left_out, "reason": ""}


def of_forecast(found: Forecast) -> dict[str, Any]:
    """Months ahead and months held against what came; amounts in minor units. `reason`: why no month ahead is told."""

    def amounts(one: Any) -> dict[str, int]:
        return {"expected": round(one.value), "low": round(one.low), "high": round(one.high)}

    return {
        "event": found.event,
        "as_of": found.as_of,
        "mrr": found.mrr,
        "year": amounts(found.year) if found.months else None,
        "ahead": [{"begins": one.begins, "ends": one.ends, **amounts(one.expected)} for one in found.months],
        "held": [
            {
                "begins": one.begins, "ends": one.ends, "basis": one.basis, **amounts(one.expected),
                "actual": one.actual, "unpaid": one.unpaid, "accounts": one.accounts, "told": round(one.told, 4),
                "happened": one.happened,
                "has_ended": one.has_ended, "is_within": one.is_within if one.has_ended else None,
            }
            for one in found.held
        ],
        "drift": _drift(found),
        "reason": "" if found.months else without(found.event)[2],
    }  # fmt: skip


def _drift(found: Forecast) -> dict[str, Any] | None:
    """Cumulative sums of events less those told, one a month that ended; `since`: the month of the alarm."""
    watch = found.watch
    if watch is None:
        return None
    over, under = ([round(value, 3) for value in values] for values in (watch.over, watch.under))
    return {"over": over, "under": under, "alarm_above": watch.alarm, "since": watch.since}


def of_version(row: RiskModelVersion) -> dict[str, Any]:
    """A version with its card, without the coefficients."""
    plain = ("event", "number", "state", "known_on", "first_on", "last_on", "card", "findings", "learned_at", "used_from",
             "used_until")  # fmt: skip
    return {"id": row.pk, **{name: getattr(row, name) for name in plain}}
