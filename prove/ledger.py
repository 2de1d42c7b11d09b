"""The ledger's law over random histories: begin plus movements is end, in whole minor units, for everyone and every slice.

Histories are drawn as contracts with price steps, lapses, returns, ends, credits, discounts that end, commitments, metered
usage, ends of billing and ramps, made into rate lines by the same SQL as the product's under each choice of the metric policy
in turn, and asked in both views for months, quarters and years, whole and cut into 50 slices that accounts move between.
Of a thousand of them each day is walked from the contracts alone, lapses merged by hand: every movement of both views must be
of the kind, the size and the number that the walk says.
"""

from __future__ import annotations

import os
import time
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np

from nenrin.analytics import revenue
from nenrin.analytics.revenue import movements
from nenrin.analytics.revenue.exchange import Exchange, end_of
from nenrin.analytics.revenue.movements import CONTRACTION, EXPANSION
from nenrin.analytics.revenue.paths import number
from nenrin.analytics.revenue.periods import holding, month_start, series
from nenrin.analytics.revenue.policies import Policy
from nenrin.values import Period

HISTORIES, CHUNK, SLICES, WALKED = 1_000_000, 100_000, 50, 1000
ASKED = date(2026, 6, 30)
#: Every hundred thousand histories are counted by other choices; the last has all of them at once.
CHOICES: tuple[dict[str, Any], ...] = (
    {"gap_merge_days": 0},
    {"gap_merge_days": 31},
    {"gap_merge_days": 0, "coupons": "ignore"},
    {"gap_merge_days": 0, "usage": "none"},
    {"gap_merge_days": 0, "usage": "trailing"},
    {"gap_merge_days": 0, "ramp": "average"},
    {"gap_merge_days": 0, "churn_recognition": "billing", "dunning": "invoices"},
    {"gap_merge_days": 31, "churn_recognition": "request"},
    {"gap_merge_days": 0, "currency": "month_end"},
    {"gap_merge_days": 31, "coupons": "ignore", "usage": "trailing", "ramp": "average", "churn_recognition": "billing",
     "dunning": "invoices", "currency": "month_end"},
)  # fmt: skip
#: Contracts of two thirds of the accounts once, of the others twice, with up to three prices each, some of them credits.
DRAWN = """
create temp table contracts as
with drawn as (
  select n, n // 3 * 2 + least(n % 3, 1) as account, hash(n, {seed}) as h, hash(n, {seed}, 'facts') as g
  from range({contracts}) t(n)
), dated as (
  select *, date '2023-01-01' + (h % 1100)::integer as starts_on, 30 + (h >> 11) % 700 as length from drawn
)
select n::varchar as key, account::bigint as account, starts_on, starts_on + length::integer as ends_on,
       [step(starts_on, h >> 3, h >> 7, {facts}, g),
        step(starts_on + ((h >> 13) % 400 + 1)::integer, h >> 17, h >> 7, {facts}, g >> 9),
        step(starts_on + ((h >> 19) % 400 + 401)::integer, h >> 23, h >> 29, {facts}, g >> 18)] as steps,
       if(h % 3 = 0, 'a', 'b') as product, if(h % 5 = 0, 'pro', 'basic') as plan, if(h % 11 = 0, 'USD', 'JPY') as currency,
       12::bigint as term_months, h % 4 <> 1 as auto_renews, if(h % 4 = 2, starts_on, null) as noticed_on,
       if(h % 4 = 3, starts_on + length::integer, null) as ended_on,
       if({facts} and g % 7 = 0, starts_on + (g % 500)::integer, null) as billed_to,
       if({facts} and g % 19 = 0, starts_on + (g % 600)::integer, null) as past_due_on,
       h % 13 = 0 as is_involuntary, {facts} and g % 5 = 0 as is_ramp
from dated
"""
STEP = """create temp macro step(day, amount, seated, facts, g) as {
  from_on: day, minor: price(amount), seats: (seated % 9)::bigint,
  list_minor: if(facts and g % 3 = 0, price(amount) + (g % 5003)::bigint, null),
  committed_minor: if(facts and g % 4 = 0, (g % 7001)::bigint, 0),
  usage_minor: if(facts and g % 4 <= 1, (g % 9001)::bigint, 0)}"""
PRICE = "create temp macro price(x) as (if(x % 97 = 0, -1, 1) * (x % 1000003))::bigint"


def run() -> list[dict[str, Any]]:
    """NENRIN_PROVE_HISTORIES (1,000,000) accounts."""
    wanted, off, asked, began = int(os.environ.get("NENRIN_PROVE_HISTORIES", HISTORIES)), 0, 0, time.process_time()
    for seed in range(-(-wanted // CHUNK)):
        found, checked = _chunk(seed, min(CHUNK, wanted - seed * CHUNK))
        off, asked = off + found, asked + checked
    seconds = round(time.process_time() - began, 1)
    unlike, walked = _walked(WALKED)
    return [
        {"name": f"kinds of movements in both views, {WALKED:,} histories walked day by day, {walked:,} of them",
         "figure": unlike, "unit": "movements unlike", "aim": 0, "holds": unlike == 0 and walked > WALKED},
        {"name": f"ledger identity, {wanted:,} histories, {asked:,} statements of all and of slices", "figure": off,
         "unit": "minor units off", "aim": 0, "holds": off == 0},
        {"name": "processor time", "figure": seconds, "unit": "s", "aim": "", "holds": True},
    ]  # fmt: skip


def _chunk(seed: int, accounts: int) -> tuple[int, int]:
    policy = Policy(rates={"USD": "151.37"}, **CHOICES[seed % len(CHOICES)])
    with duckdb.connect() as db:
        _draw(db, seed, accounts * 3 // 2, facts=True)
        book = revenue.book(db, policy, Exchange(policy, {"USD": _month_ends(seed)}), on=ASKED)
        by_day = not policy.gap_merge_days and policy.currency == "constant"
        off = sum(_rate_off(db, book, period) for period in _periods()) if by_day else 0
    rng, asked = np.random.default_rng(seed), 0
    for period in _periods():
        was, now = (rng.integers(0, SLICES, len(book.accounts)) for _ in range(2))
        for view in (movements.net, movements.gross):
            found = view(book, period)
            off += _off(found, was, now)
            asked += 1 + SLICES
    return off, asked


def _draw(db: duckdb.DuckDBPyConnection, seed: int, contracts: int, *, facts: bool) -> None:
    db.execute("set enable_progress_bar = false")
    for macro in (PRICE, STEP, HALF_UP):
        db.execute(macro)
    db.execute(DRAWN.format(seed=seed, contracts=contracts, facts=str(facts).lower()))


def _month_ends(seed: int) -> dict[date, Fraction]:
    """A dollar between 100 and 200 yen at the end of each month that is asked about."""
    draw, first = np.random.default_rng(seed), date(2022, 11, 1)
    return {end_of(month_start(first, n)): Fraction(int(draw.integers(10_000, 20_000)), 100) for n in range(60)}


#: What every account pays on every day, from the contracts alone; a credit lowers a day on which something is paid.
DAYS = """
with days as (select unnest(generate_series(date '2022-12-31', date '2027-05-31', interval 1 day))::date as day),
prices as (select key, unnest(steps).from_on as from_on, unnest(steps).minor as minor from contracts),
priced as (
  select c.key, c.account, c.product, c.currency, k.day,
         coalesce(max_by(p.minor, p.from_on) filter (p.from_on <= k.day), min_by(p.minor, p.from_on)) as minor
  from contracts c join prices p using (key) join days k on c.starts_on <= k.day
  and k.day < coalesce(c.ended_on, if(c.auto_renews and c.noticed_on is null, date '9999-12-31', c.ends_on))
  group by c.key, c.account, c.product, c.currency, k.day
), paid as (
  select * from priced qualify minor >= 0 or max(minor) over (partition by account, day) > 0
), rates as (
  select account, day, if(currency = 'USD', round_half_up(sum(minor) * 15137, 10000), sum(minor)) as amount
  from paid group by account, product, currency, day
)
select a.account, k.day, coalesce(sum(r.amount), 0)::bigint as minor
from (select distinct account from contracts) a cross join days k left join rates r on r.account = a.account and r.day = k.day
group by a.account, k.day order by a.account, k.day
"""


def _walked(accounts: int) -> tuple[int, int]:
    """Movements that differ from the walk's, and how many it saw; half of the periods with lapses merged."""
    unlike, seen = 0, 0
    for gap in (0, 31):
        with duckdb.connect() as db:
            _draw(db, 7 + gap, accounts * 3 // 4, facts=False)
            book = revenue.book(db, Policy(rates={"USD": "151.37"}, gap_merge_days=gap))
            told = db.execute(DAYS).fetchnumpy()["minor"]
        levels = _merged(told.reshape(len(book.accounts), -1).tolist(), gap)
        for period in _periods():
            for view, walk in ((movements.net, _net), (movements.gross, _gross)):
                wanted = [walk(line, *_places(period)) for line in levels]
                found = view(book, period)
                ours = np.concatenate((found.amounts, found.counts), axis=1)
                unlike += int((ours != np.array(wanted)).any(axis=1).sum())
                seen += int(ours[:, len(movements.KINDS) :].sum())
    return unlike, seen


def _places(period: Period) -> tuple[int, int]:
    """Of the last day before it, and of its last one, in a line of days."""
    first = date(2022, 12, 31)
    return (period.start - first).days - 1, (period.end - first).days - 1


def _merged(lines: list[list[int]], gap: int) -> list[list[int]]:
    """Lines of days in which a lapse of up to so many days stands at what was paid before it."""
    for line in lines:
        day = 1
        while day < len(line):
            if line[day] > 0 or line[day - 1] <= 0:
                day += 1
                continue
            back = day
            while back < len(line) and line[back] == line[day]:
                back += 1
            if back < len(line) and line[back] > 0 and back - day <= gap:
                line[day:back] = [line[day - 1]] * (back - day)
            day = back
    return lines


def _net(line: list[int], opens: int, closes: int) -> list[int]:
    """Amounts and numbers by kind, from the two ends alone."""
    return _tally([_kind(line, opens, closes)])


def _gross(line: list[int], opens: int, closes: int) -> list[int]:
    return _tally([_kind(line, day - 1, day) for day in range(opens + 1, closes + 1)])


def _kind(line: list[int], was: int, now: int) -> tuple[str, int]:
    """What a customer says who looks at the bill of one day and of another."""
    before, after = line[was], line[now]
    change = after - before
    if before <= 0 < after:
        return ("reactivation" if any(paid > 0 for paid in line[: was + 1]) else "new"), change
    if after <= 0 < before:
        return "churn", change
    return ("expansion" if change > 0 else "contraction"), change


def _tally(seen: list[tuple[str, int]]) -> list[int]:
    moved = [(kind, change) for kind, change in seen if change]
    amounts = [sum(change for kind, change in moved if kind == name) for name in movements.KINDS]
    return [*amounts, *(sum(kind == name for kind, _ in moved) for name in movements.KINDS)]


def _periods() -> list[Period]:
    months, quarters = series(holding(ASKED, "month"), "month", 6), series(holding(ASKED, "quarter"), "quarter", 2)
    return [*months, *quarters, *series(holding(ASKED, "year"), "year", 2)]


#: The rate of a day straight from the contracts, to stand against the rate lines.
RATE = """
select coalesce(sum(amount), 0) from (
  select if(currency = 'USD', round_half_up(sum(minor) * 15137, 10000), sum(minor)) as amount from spans
  where opens <= ? and ? < closes group by account, product, currency)
"""
HALF_UP = "create temp macro round_half_up(x, y) as sign(x) * ((abs(x) * 2 + y) // (2 * y))"


def _rate_off(db: duckdb.DuckDBPyConnection, book: revenue.Book, period: Period) -> int:
    told = db.execute(RATE, [movements.last_day(period)] * 2).fetchone()
    found = book.line.at([number(movements.last_day(period))]).sum()
    return abs(int(found) - int(told[0] if told else 0))


def _off(found: movements.Movements, was: np.ndarray, now: np.ndarray) -> int:  # type: ignore[type-arg]
    """How far the sums are off, over all accounts and in each slice, transfers included."""
    change = found.fx + found.amounts.sum(axis=1)
    whole = abs(int(found.before.sum() + change.sum() - found.after.sum()))
    causes = int(np.abs(found.gains.sum(axis=1) - found.amounts[:, EXPANSION]).sum())
    causes += int(np.abs(found.losses.sum(axis=1) - found.amounts[:, CONTRACTION]).sum())
    begin, moved, end = _by(found.before, was), _by(change, now), _by(found.after, now)
    transfer = _by(found.before, now) - begin
    return whole + causes + int(np.abs(begin + transfer + moved - end).sum()) + abs(int(transfer.sum()))


def _by(values: np.ndarray, group: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    out = np.zeros(SLICES, dtype=np.int64)
    np.add.at(out, group, values)
    return out
