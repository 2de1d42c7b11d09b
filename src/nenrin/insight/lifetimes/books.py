"""Lives by account, from the lake's contracts as known at the end of a day; with what was signed first."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from nenrin.analytics.forecasts.lifetimes import lives
from nenrin.analytics.forecasts.lifetimes.lives import Contract, Life
from nenrin.analytics.revenue.policies import Policy
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.ingest import lakes
from nenrin.insight.revenue import own_money, policies, rates
from nenrin.insight.revenue.books import NOT_DUE, PAST_DUE
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Money

T = TypeVar("T")
#: The views of the lake that a book is read from.
READ = ("accounts", "subscriptions", "invoices", "exchange_rates")
#: So many answers a book keeps: margins and rates are whatever an address says.
MOST_KEPT = 32
CONTRACTS = """
select s.account, s.starts_on, s.ends_on, coalesce(s.auto_renews, true) as auto_renews, s.noticed_on, s.ended_on,
       greatest(coalesce(s.term_months, 1), 1) as term_months, coalesce(s.mrr_minor, 0) as mrr_minor,
       coalesce(s.currency, '') as currency, s.steps::varchar as steps, coalesce(s.plan, '') as plan,
       {past_due} + {days} as given_up_on
from subscriptions s
where s.believed_to = date '9999-12-31' and s.account is not null and s.starts_on is not null
  and s.ends_on is not null
"""
TIERS = """
select account, coalesce(tier, '') as tier, status from accounts where believed_to = date '9999-12-31'
"""


@dataclass(frozen=True, slots=True)
class Signed:
    """What an account signed first: the largest of the contracts that began on its first day; MRR of them all."""

    plan: str
    term_months: int
    mrr_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Coming:
    """What is agreed already: all running contracts have their notice (`is_leaving`), or the MRR changes by so much
    from the payment on that stands behind so many others: (payments before it, change in minor units)."""

    is_leaving: bool
    steps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """Lives by account as known at the end of `as_of`, with each account's tier then, what it signed first, and
    what is agreed for later where anything is. Amounts stand in the organisation's currency wherever theirs has a rate
    (`abroad`: the other currencies that do), rounded once an account."""

    as_of: date
    lives: tuple[Life, ...]
    tiers: Mapping[int, str]
    signed: Mapping[int, Signed] = field(default_factory=dict)
    coming: Mapping[int, Coming] = field(default_factory=dict)
    abroad: frozenset[str] = frozenset()
    #: What was computed from this book already, by what was asked: a book never changes.
    worked_out: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def kept(self, what: tuple[object, ...], work: Callable[[], T]) -> T:
        """The answer to a question, worked out once; the oldest answers are let go."""
        if what not in self.worked_out:
            made = work()
            for oldest in list(self.worked_out)[: -(MOST_KEPT - 1)]:
                self.worked_out.pop(oldest, None)
            self.worked_out[what] = made
            return made
        found: T = self.worked_out[what]
        return found

    def within(self, accounts: Iterable[int]) -> Book:
        """The same book of these accounts only."""
        wanted = set(accounts)
        return replace(self, lives=tuple(one for one in self.lives if one.account in wanted), worked_out={})


def read(as_of: date, accounts: Iterable[int] | None = None) -> Book:
    """All accounts' lives, or those of the accounts that a viewer may see; our own and test accounts are none.

    Who left, and when, is what the revenue ledger says under the metric policy of the day.
    """
    lake = lakes.current()
    policy = policies.live(as_of)
    whole = _whole(lake.path, lake.zone.key, lake.fingerprint(READ), as_of, rules(policy), repr(policy))
    return whole if accounts is None else whole.within(accounts)


def unrated(book: Book, currency: str) -> list[str]:
    """The names of those who run in a currency without a rate: no amount holds them. One query where there are any."""
    keys = [one.account for one in book.lives if one.is_running and one.currency != currency]
    return list(Account.objects.filter(pk__in=keys).order_by("name").values_list("name", flat=True)) if keys else []


@dataclass(frozen=True, slots=True)
class Rules:
    """What the metric policy says of an end: how long a lapse is none, and whether unpaid invoices and a notice make one."""

    gap_days: int
    dunning_days: int | None
    at_notice: bool

    def stops(self, row: Mapping[str, object], stops: date) -> date:
        """The day from which the ledger counts a contract no more, where that is before the end of its service."""
        days = [row.get("given_up_on"), row["noticed_on"] if self.at_notice else None]
        return min([stops, *(day for day in days if isinstance(day, date))])


def rules(policy: Policy) -> Rules:
    days = policy.dunning_days if policy.dunning == "invoices" else None
    return Rules(policy.gap_merge_days, days, policy.churn_recognition == "request")


@lru_cache(maxsize=4)
def _whole(path: Path, zone: str, told: str, as_of: date, by: Rules, policy: str) -> Book:
    """Kept for what the lake told (Lake.fingerprint), a day and a policy: a page asks it again with other assumptions.
    `policy` is the one live on the day, as it reads."""
    past_due = NOT_DUE if by.dunning_days is None else PAST_DUE.format(days=by.dunning_days, known=as_of)
    with lakes.current().session(days=(as_of, as_of), known=as_of) as db:
        own = own_money.at(rates.known(db, policies.live(as_of)), as_of)
        rows = db.sql(CONTRACTS.format(past_due=past_due, days=by.dunning_days or 0)).to_arrow_table().to_pylist()
        graded = db.sql(TIERS).fetchall()
    left_out = {account for account, _, status in graded if status == Status.INTERNAL_TEST}
    signed_by: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    credited: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        row["currency"] = row["currency"] or own.currency
        if row["account"] not in left_out:
            (credited if _is_credit(row) else signed_by)[row["account"]].append(row)
    abroad = frozenset(row["currency"] for row in rows) & frozenset(own.worths)
    earlier = _drawn.get((path, zone, as_of, by, policy), {}) if not own.exchange.moves else {}
    drawn = {
        account: _draw(earlier.get(account), account, each, credited[account], as_of, by, own)
        for account, each in sorted(signed_by.items())
    }
    _remember((path, zone, as_of, by, policy), drawn)
    known = [one for one in drawn.values() if one.life]
    return Book(
        as_of, tuple(one.life for one in known if one.life), {account: tier for account, tier, _ in graded},
        {one.life.account: one.signed for one in known if one.life and one.signed},
        {one.life.account: one.coming for one in known if one.life and one.coming}, abroad,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """One account of a book, and by what (`of`) it is known to be drawn from the same contracts."""

    of: int
    life: Life | None
    signed: Signed | None = None
    coming: Coming | None = None


#: The accounts of the last books, by path, zone, day and rules: a new fact changes the contracts of few.
_drawn: dict[tuple[object, ...], dict[int, Drawn]] = {}
MOST_DRAWN = 4


def _remember(what: tuple[object, ...], drawn: dict[int, Drawn]) -> None:
    _drawn.pop(what, None)
    for oldest in list(_drawn)[: -(MOST_DRAWN - 1)]:
        _drawn.pop(oldest, None)
    _drawn[what] = drawn


def _draw(
    earlier: Drawn | None, account: int, rows: Sequence[Mapping[str, Any]], less: Sequence[Mapping[str, Any]], as_of: date,
    by: Rules, own: OwnMoney,
) -> Drawn:  # fmt: skip
    """The earlier one where the contracts are the same."""
    of = hash(tuple(sorted(hash(tuple(row.values())) for row in (*rows, *less))))
    if earlier is not None and earlier.of == of:
        return earlier
    life = _lived(account, rows, less, as_of, by, own)
    if life is None:
        return Drawn(of, None)
    coming = _coming(rows, less, life, as_of, by, own) if life.is_running else None
    is_told = coming is not None and (coming.is_leaving or bool(coming.steps))
    return Drawn(of, life, _signed(rows, less, life.starts_on, own), coming if is_told else None)


def _lived(
    account: int, rows: Iterable[Mapping[str, Any]], less: Iterable[Mapping[str, Any]], as_of: date, by: Rules,
    own: OwnMoney,
) -> Life | None:  # fmt: skip
    """In the organisation's currency; of contracts in several, each for itself. Credits lower what runs, and no more."""
    contracts = [_contract(row, as_of, by) for row in rows]
    lowering = [_contract(row, as_of, by) for row in _running(less, as_of, by)]
    if len({one.currency for one in (*contracts, *lowering)}) > 1:
        contracts, lowering = _converted(contracts, own), _converted(lowering, own)
    found = lives.life(account, contracts, as_of, by.gap_days)
    if found is None:
        return None
    lowered = sum(one.mrr_minor for one in lowering if one.currency == found.currency) if found.is_running else 0
    amount = own.of(Money(max(found.mrr_minor + lowered, 0) if lowered else found.mrr_minor, found.currency))
    return replace(found, mrr_minor=amount.minor, currency=amount.currency)


def _converted(contracts: Iterable[Contract], own: OwnMoney) -> list[Contract]:
    return [replace(one, mrr_minor=amount.minor, currency=amount.currency) for one in contracts
            for amount in [own.of(Money(one.mrr_minor, one.currency))]]  # fmt: skip


def _running(rows: Iterable[Mapping[str, Any]], as_of: date, by: Rules) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["starts_on"] <= as_of and _contract(row, as_of, by).stops_on > as_of]


def _signed(rows: Iterable[Mapping[str, Any]], less: Iterable[Mapping[str, Any]], on: date, own: OwnMoney) -> Signed:
    begun = [row for row in rows if row["starts_on"] == on]
    main = max(begun, key=lambda row: (row["mrr_minor"], row["term_months"]))
    lowering = [row for row in less if row["starts_on"] == on]
    mrr = sum(_price(row, on) for row in (*begun, *lowering) if row["currency"] == main["currency"])
    amount = own.of(Money(max(mrr, 0), main["currency"]))
    return Signed(main["plan"], main["term_months"], amount.minor, amount.currency)


def _coming(
    rows: Iterable[Mapping[str, Any]], less: Iterable[Mapping[str, Any]], one: Life, as_of: date, by: Rules,
    own: OwnMoney,
) -> Coming:  # fmt: skip
    running, lowering = _running(rows, as_of, by), _running(less, as_of, by)
    is_leaving = all(row["noticed_on"] is not None or row["ended_on"] is not None for row in running)
    changes = [(row, change) for row in running for change in _steps(row, one, as_of)]
    changes += [
        (row, change) for row in lowering for change in _steps(row, one, as_of, _contract(row, as_of, by).stops_on)
    ]
    steps = [
        (place, amount.minor) for row, (place, change) in changes
        for amount in [own.of(Money(change, str(row["currency"])))] if amount.currency == one.currency
    ]  # fmt: skip
    return Coming(is_leaving, tuple(sorted(steps)))


def _steps(row: Mapping[str, Any], one: Life, as_of: date, stops: date = lives.NEVER) -> list[tuple[int, int]]:
    """Agreed changes of the price, each counted from the first payment that falls on or after its day; from the day on
    which a credit stops it lowers nothing."""
    days = [day for day in (date.fromisoformat(step["from_on"]) for step in _told(row)) if as_of < day < stops]
    prices = [(day, _price(row, day)) for day in sorted(days)] + ([(stops, 0)] if stops < lives.NEVER else [])
    found, price = [], _price(row, as_of)
    paid_on = row["ends_on"] if stops == lives.NEVER else one.next_on or row["ends_on"]
    for day, later in prices:
        found.append((lives.payments_before(paid_on, as_of, day, one.term_months), later - price))
        price = later
    return found


def _told(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [step for step in json.loads(str(row["steps"] or "[]")) if step.get("from_on")]


def _is_credit(row: Mapping[str, Any]) -> bool:
    """Only a credit has amounts below zero, and no other."""
    amounts = [step["mrr_minor"] or 0 for step in _told(row)] or [row["mrr_minor"]]
    return min(amounts) < 0 and max(amounts) <= 0


def _contract(row: Mapping[str, object], as_of: date, by: Rules) -> Contract:
    starts, ends, months = row["starts_on"], row["ends_on"], row["term_months"]
    noticed, ended = row["noticed_on"], row["ended_on"]
    assert isinstance(starts, date) and isinstance(ends, date) and isinstance(months, int)
    assert (noticed is None or isinstance(noticed, date)) and (ended is None or isinstance(ended, date))
    stops = by.stops(row, lives.stop(ends, bool(row["auto_renews"]), months, noticed, ended))
    return Contract(starts, ends, stops, months, _price(row, min(as_of, stops)), str(row["currency"]))


def _price(row: Mapping[str, object], day: date) -> int:
    """MRR on a day: the last step begun by then; before the first one what the contract states."""
    begun = [step for step in _told(row) if step["from_on"] <= day.isoformat()]
    price: Any = max(begun, key=lambda step: step["from_on"])["mrr_minor"] if begun else row["mrr_minor"]
    return int(price or 0)
