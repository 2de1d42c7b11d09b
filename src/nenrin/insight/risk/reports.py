"""Risk as plain values, for programs: the same through REST and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from nenrin.customers.models import Account
from nenrin.ingest import lakes
from nenrin.insight.models import Risk, RiskModelVersion, RiskSaid
from nenrin.insight.revenue import books
from nenrin.insight.risk import machine, outcomes, replays, tables
from nenrin.insight.risk.forecasts import Forecast

Basis = Literal["told", "said", "recomputed"]


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


def report(event: str, day: date | None = None, accounts: Iterable[int] | None = None) -> Report:
    """Everybody's risk, the highest first: as told now, or as of a past day."""
    within = None if accounts is None else set(accounts)
    if day is None or Risk.objects.filter(event=event, as_of=day).exists():
        return _told(event, within)
    said = (
        RiskSaid.objects.filter(event=event, as_of=day, is_replayed=False)
        .select_related("version")
        .defer("version__document")
    )
    rows = [row for row in said.order_by("-p", "pk") if within is None or row.account_id in within]
    return _of_rows(event, day, "said", rows, rows[0].version) if rows else _recomputed(event, day, within)


def _told(event: str, within: set[int] | None) -> Report:
    rows = Risk.objects.filter(event=event).select_related("version").defer("version__document").order_by("-p", "pk")
    kept = [row for row in rows if within is None or row.account_id in within]
    if kept:
        return _of_rows(event, kept[0].as_of, "told", kept, kept[0].version)
    last = RiskModelVersion.objects.filter(event=event).first()
    reason = f"no model in use: the last one is {last.state}" if last else "no model has been learned"
    return Report(event, None, "told", last.state if last else "", str(last or ""), reason, ())


def _of_rows(event: str, day: date, basis: Basis, rows: Sequence[Risk | RiskSaid], version: RiskModelVersion) -> Report:
    shows = bool(version.card.get("shows_probability"))
    names = _names(row.account_id for row in rows)
    items = tuple(
        _item(n, row.account_id, names, row.horizons, getattr(row, "reasons", []), row.minor, shows=shows)
        for n, row in enumerate(rows, start=1)
    )
    return Report(event, day, basis, version.state, str(version), "", items)


def _recomputed(event: str, day: date, within: set[int] | None) -> Report:
    """What a model that knew no more than that day would have said."""
    lake, decided = lakes.current(), outcomes.decided(books.ledger(day))
    found = machine.learn(tables.past(lake, decided).table, event)
    if found.model is None:
        return Report(event, day, "recomputed", found.state, "", f"no model: {found.state} at that time", ())
    rows = tables.now(lake, decided, day)
    told = machine.tell(found.model, rows.table)
    order = sorted(range(len(rows.table)), key=lambda n: -float(told.p[n, machine.HORIZONS.index(machine.LISTED)]))
    who = [int(rows.table.account[n]) for n in order]
    names = _names(who)
    kept = [(n, account) for n, account in zip(order, who, strict=True) if within is None or account in within]
    items = tuple(
        _item(
            rank, account, names, replays.horizons(told, n), [], int(rows.standing.minor[n]),
            shows=found.model.shows_probability,
        )
        for rank, (n, account) in enumerate(kept, start=1)
    )  # fmt: skip
    return Report(event, day, "recomputed", found.state, "", "", items)


def _names(accounts: Iterable[int]) -> dict[int, tuple[str, str]]:
    found = Account.objects.in_bulk(list(accounts))
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


def of_forecast(found: Forecast) -> dict[str, Any]:
    """Months ahead and months held against what came; amounts in minor units."""

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
                "actual": one.actual, "unpaid": one.unpaid, "accounts": one.accounts, "happened": one.happened,
                "has_ended": one.has_ended, "is_within": one.is_within if one.has_ended else None,
            }
            for one in found.held
        ],
    }  # fmt: skip


def of_version(row: RiskModelVersion) -> dict[str, Any]:
    """A version with its card, without the coefficients."""
    plain = ("event", "number", "state", "known_on", "first_on", "last_on", "card", "findings", "learned_at", "used_from",
             "used_until")  # fmt: skip
    return {"id": row.pk, **{name: getattr(row, name) for name in plain}}
