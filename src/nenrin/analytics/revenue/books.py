"""The book: all rate lines as known on one day, under one policy, ready for any question about any period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nenrin.analytics.revenue import dealings
from nenrin.analytics.revenue import states as stated
from nenrin.analytics.revenue.contracts import Contract, table
from nenrin.analytics.revenue.dealings import Dealings
from nenrin.analytics.revenue.exchange import Exchange, converted
from nenrin.analytics.revenue.paths import Lapses, Path, Whole, bridged, lapses, plain
from nenrin.analytics.revenue.policies import Policy
from nenrin.analytics.revenue.rows import placed, runs
from nenrin.analytics.revenue.several import Line, kin, renewed
from nenrin.analytics.revenue.voices import NPS, Asked, Tickets, Voices, nobody, once


@dataclass(frozen=True, slots=True)
class States:
    """What each account pays for each product in each currency ("line"), from which day on; sorted by (line, day).

    `of`: the account's row of each line. `minor` and `listed` (before discounts that end) are in the line's currency.
    """

    of: Whole
    product: NDArray[np.object_]
    currency: NDArray[np.object_]
    line: Whole
    day: Whole
    minor: Whole
    listed: Whole
    seats: Whole
    plan: Whole
    plans: tuple[str, ...]

    def at(self, day: int) -> Whole:
        """The state that holds at the end of a day, for each line; -1 before its first."""
        high = 2**31
        found = np.searchsorted(self.line * high + self.day, np.arange(len(self.of)) * high + day, side="right") - 1
        is_own = (found >= 0) & (self.line[np.maximum(found, 0)] == np.arange(len(self.of)))
        return np.where(is_own, found, -1) if len(self.line) else np.full(len(self.of), -1)


@dataclass(frozen=True, slots=True)
class Dues:
    """Terms that came due: before, and kept after, in the reporting currency; `decided` on or before `due`."""

    row: Whole
    due: Whole
    decided: Whole
    before: Whole
    kept: Whole


@dataclass(frozen=True, slots=True)
class Book:
    """`accounts`: their ids, ascending; every array by account follows this order. `left_out`: accounts with a
    contract in a currency that has no rate, which nothing here counts, and that currency. `lapses`: those that the policy
    merges; of them the states know, the rate lines do not."""

    accounts: Whole
    policy: Policy
    exchange: Exchange
    states: States
    dues: Dues
    unwilling: frozenset[tuple[int, int]]  # (row, day) of ends that the customer did not decide
    left_out: tuple[tuple[int, str], ...]
    line: Path = field(repr=False)
    lapses: Lapses = field(repr=False)
    voices: Voices = field(repr=False)
    dealings: Dealings = field(repr=False)

    def valued(self, day: date, without: Whole | None = None) -> Path:
        """The rate lines at the exchange rates of a day (always the same ones under constant rates). Not computable, and
        so nothing: who has a currency that has no rate then, and the rows `without`."""
        if not self.exchange.moves:
            return self.line
        gone = self.unrated(day) if without is None else np.union1d(self.unrated(day), without)
        return bridged(plain_lines(self.accounts, self.states, self.exchange, day, gone), self.policy.gap_merge_days)

    def unrated(self, day: date) -> Whole:
        """The rows with a currency that has no exchange rate on a day: where each month's end has its own."""
        if not self.exchange.moves:
            return np.zeros(0, dtype=np.int64)
        unknown = [name for name in set(self.states.currency.tolist()) if self.exchange.factor(name, day) is None]
        return np.unique(self.states.of[np.isin(self.states.currency, unknown)])


def book(
    source: duckdb.DuckDBPyConnection, policy: Policy, exchange: Exchange | None = None, *, on: date = date(1970, 1, 1)
) -> Book:
    """From the relation `contracts` of a connection (contracts.SCHEMA); `on` values it where rates move."""
    exchange = exchange or Exchange(policy)
    found, dues, closings = stated.build(source, policy)
    now = exchange.standing(on)
    left_out = _left_out(found, now, on)
    gone = {account for account, _ in left_out}
    accounts = np.setdiff1d(_whole(found, "account"), np.array(sorted(gone), dtype=np.int64))
    states = _states(found, accounts)
    row_of = {int(account): row for row, account in enumerate(accounts)}
    unwilling = frozenset(
        (row_of[account], day)
        for account, day in zip(_whole(closings, "account").tolist(), _days(closings, "day").tolist(), strict=True)
        if account in row_of
    )
    line, gap = plain_lines(accounts, states, now, on), policy.gap_merge_days
    dues_of = _dues(dues, accounts, states, gap, now, on)
    unsaid = nobody(), dealings.nothing(len(accounts))
    lines = bridged(line, gap), lapses(line, gap)
    return Book(accounts, policy, exchange, states, dues_of, unwilling, left_out, *lines, *unsaid)


def heard(
    whole: Book, answers: Sequence[Whole], asked: Sequence[Whole] | None = None, tickets: Sequence[Whole] | None = None
) -> Book:  # fmt: skip
    """The same book with what its accounts said: columns account, day, survey (its place in voices.SURVEYS), score and,
    where it is known, respondent (any number from 0; below: unknown); and what they were asked: account, day of sending
    and whether an answer came; tickets: account, day of opening and of resolution (NEVER: open)."""
    account, day, survey, score = answers[:4]
    unknown = np.full(len(account), -1, dtype=np.int64)
    who = np.where(survey == NPS, answers[4], -1) if len(answers) > 4 else unknown
    row, at = placed(whole.accounts, account, day)
    said = replace(
        whole.voices, row=row, day=day[at], survey=survey[at], score=score[at], counts=once(who, day, score)[at]
    )
    if asked is not None:
        sent, of = placed(whole.accounts, asked[0], asked[1])
        said = replace(said, asked=Asked(sent, asked[1][of], asked[2][of]))
    if tickets is not None:
        of_ticket, at = placed(whole.accounts, tickets[0], tickets[1])
        said = replace(said, tickets=Tickets(of_ticket, tickets[1][at], tickets[2][at]))
    return replace(whole, voices=said)


def dealt(whole: Book, columns: Mapping[str, Sequence[Whole]], source: Mapping[int, int] | None = None) -> Book:
    """The same book with more of its dealings: columns by the name of their table (dealings.Dealings), account first; where
    each account came from. What is not told stays as it was."""
    return replace(whole, dealings=dealings.told(whole.dealings, whole.accounts, columns, source))


def of_contracts(contracts: Sequence[Contract], policy: Policy, exchange: Exchange | None = None) -> Book:
    """The book of contracts that are told one by one."""
    with duckdb.connect(config={"threads": 1}) as db:
        db.register("contracts", table(contracts))
        last = date(2999, 12, 31)
        return book(db, policy, exchange, on=last)


def within(whole: Book, accounts: Whole) -> Book:
    """The same book for these accounts alone."""
    kept = np.isin(whole.accounts, accounts)
    return whole if kept.all() else picked(whole, np.flatnonzero(kept))


def picked(whole: Book, rows: Whole) -> Book:
    """The book of these rows in this order; an account may come more than once."""
    if np.array_equal(rows, np.arange(len(whole.accounts))):
        return whole
    chosen = whole.accounts[rows]
    of_account = set(chosen.tolist())
    return replace(
        whole, accounts=chosen, states=_picked_states(whole.states, rows), dues=_picked_dues(whole.dues, rows),
        unwilling=_picked_ends(whole.unwilling, rows), line=_picked_line(whole.line, rows),
        lapses=_picked_lapses(whole.lapses, rows), voices=_picked_voices(whole.voices, rows), dealings=dealings.picked(whole.dealings, rows),
        left_out=tuple(each for each in whole.left_out if each[0] in of_account),
    )  # fmt: skip


def _picked_line(line: Path, rows: Whole) -> Path:
    at, which = runs(line.row, rows)
    return Path(len(rows), which, line.day[at], line.level[at])


def _picked_lapses(told: Lapses, rows: Whole) -> Lapses:
    at, which = runs(told.row, rows)
    return Lapses(which, told.since[at], told.until[at])


def _picked_states(states: States, rows: Whole) -> States:
    lines, which = runs(states.of, rows)
    at, line = runs(states.line, lines)
    return replace(
        states, of=which, product=states.product[lines], currency=states.currency[lines], line=line,
        day=states.day[at], minor=states.minor[at], listed=states.listed[at], seats=states.seats[at],
        plan=states.plan[at],
    )  # fmt: skip


def _picked_dues(dues: Dues, rows: Whole) -> Dues:
    at, which = runs(dues.row, rows)
    return Dues(which, dues.due[at], dues.decided[at], dues.before[at], dues.kept[at])


def _picked_voices(said: Voices, rows: Whole) -> Voices:
    at, which = runs(said.row, rows)
    of, whose = runs(said.asked.row, rows)
    asked = Asked(whose, said.asked.day[of], said.asked.answered[of])
    ticket, theirs = runs(said.tickets.row, rows)
    tickets = Tickets(theirs, said.tickets.opened[ticket], said.tickets.resolved[ticket])
    return Voices(
        which, said.day[at], said.survey[at], said.score[at], said.counts[at], asked, tickets,
    )  # fmt: skip


def _picked_ends(unwilling: frozenset[tuple[int, int]], rows: Whole) -> frozenset[tuple[int, int]]:
    ends = np.array(sorted(unwilling), dtype=np.int64).reshape(-1, 2)
    at, which = runs(ends[:, 0], rows)
    return frozenset(zip(which.tolist(), ends[at, 1].tolist(), strict=True))


def _whole(found: pa.Table, name: str) -> Whole:
    return np.asarray(found.column(name).to_numpy(), dtype=np.int64)


def _days(found: pa.Table, name: str) -> Whole:
    return np.asarray(found.column(name).cast(pa.date32()).cast(pa.int32()).to_numpy(), dtype=np.int64)


def _left_out(found: pa.Table, exchange: Exchange, on: date) -> tuple[tuple[int, str], ...]:
    unknown = [name for name in found.column("currency").unique().to_pylist() if exchange.factor(name, on) is None]
    pairs = zip(found.column("account").to_pylist(), found.column("currency").to_pylist(), strict=True)
    return tuple(sorted({(account, currency) for account, currency in pairs if currency in unknown})) if unknown else ()


def _states(found: pa.Table, accounts: Whole) -> States:
    own = np.isin(_whole(found, "account"), accounts)
    found = found.filter(pa.array(own))
    columns = [found.column(name) for name in ("account", "product", "currency")]
    codes = [_whole(found, "account"), *(_codes(column)[0] for column in columns[1:])]
    first = np.ones(len(found), dtype=bool)
    first[1:] = np.any([code[1:] != code[:-1] for code in codes], axis=0)
    plan, plans = _codes(found.column("plan"))
    text = [np.asarray(column.to_pylist(), dtype=object)[first] for column in columns[1:]]
    return States(
        of=np.searchsorted(accounts, codes[0][first]), product=text[0], currency=text[1],
        line=first.cumsum() - 1, day=_days(found, "day"), minor=_whole(found, "minor"),
        listed=_whole(found, "listed"), seats=_whole(found, "seats"), plan=plan, plans=plans,
    )  # fmt: skip


def _codes(column: pa.ChunkedArray) -> tuple[Whole, tuple[str, ...]]:
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return np.asarray(coded.indices.to_numpy(), dtype=np.int64), tuple(coded.dictionary.to_pylist())


def plain_lines(accounts: Whole, states: States, exchange: Exchange, on: date, without: Whole | None = None) -> Path:
    """The rate lines with every lapse."""
    level = valued_minor(states, states.minor, exchange, on, without)
    delta = level.copy()
    same = np.flatnonzero(states.line[1:] == states.line[:-1]) + 1
    delta[same] -= level[same - 1]
    row = states.of[states.line] if len(states.line) else states.line
    return plain(len(accounts), row, states.day, delta)


def valued_minor(
    states: States, minor: Whole, exchange: Exchange, on: date, without: Whole | None = None
) -> Whole:  # fmt: skip
    """Amounts of the states in the reporting currency at the rates of a day; nothing for the rows `without`."""
    out = minor.copy()
    if without is not None and len(without) and len(states.line):
        out[np.isin(states.of[states.line], without)] = 0
    of_state = states.currency[states.line] if len(states.line) else states.currency[:0]
    for currency in set(states.currency.tolist()):
        factor = exchange.factor(currency, on)
        if factor is not None and factor != 1:
            mine = of_state == currency
            out[mine] = converted(out[mine], factor)
    return out


def _dues(found: pa.Table, accounts: Whole, states: States, gap: int, exchange: Exchange, on: date) -> Dues:
    found = found.filter(pa.array(np.isin(_whole(found, "account"), accounts)))
    before, kept = _whole(found, "before").copy(), _whole(found, "kept").copy()
    currency = np.asarray(found.column("currency").to_pylist(), dtype=object)
    for name in set(currency.tolist()):
        factor, mine = exchange.factor(name, on), currency == name
        if factor is not None:
            before[mine], kept[mine] = converted(before[mine], factor), converted(kept[mine], factor)
    row, decided = np.searchsorted(accounts, _whole(found, "account")), _days(found, "decided")
    lines = _several(states, valued_minor(states, states.minor, exchange, on))
    if lines:
        of = zip(row.tolist(), found.column("product").to_pylist(), strict=True)
        for at, key in enumerate(of):
            if key in lines:
                kept[at] = renewed(lines[key], int(decided[at]), int(before[at]), gap)
    return Dues(row, _days(found, "due"), decided, before, kept)


def _several(states: States, minor: Whole) -> dict[tuple[int, str], list[Line]]:
    """By account and product, the lines of those that are paid in several currencies."""
    found = kin(states.of, states.product, states.currency)
    out: dict[tuple[int, str], list[Line]] = {}
    for line in np.flatnonzero(found.is_several).tolist() if found else ():
        at = slice(*np.searchsorted(states.line, (line, line + 1)).tolist())
        key = int(states.of[line]), str(states.product[line])
        out.setdefault(key, []).append((states.day[at].tolist(), minor[at].tolist()))
    return out
