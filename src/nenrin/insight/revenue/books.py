"""The organisation's recurring revenue as known on a day: the book read from the lake, and who belongs to which slice.

A book is kept in memory for a version of the lake's facts, a day of knowledge and a policy: pages ask it, and
nothing is computed twice. A new fact of which no book is made (a note, a touch) leaves it as it was read, and lets what
was worked out from it be worked out anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from threading import Lock
from typing import Any, TypeVar

import duckdb
import numpy as np

from nenrin.analytics import revenue
from nenrin.analytics.lake import Lake
from nenrin.analytics.revenue import books, findings
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.dealings import ACTIVE, ELSEWHERE, REFERRAL
from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.findings import Finding
from nenrin.analytics.revenue.fiscal import Fiscal
from nenrin.analytics.revenue.movements import Movements, compared
from nenrin.analytics.revenue.paths import NEVER, Whole, number
from nenrin.analytics.revenue.periods import MONTHS, Grain, month_start
from nenrin.analytics.revenue.policies import Policy
from nenrin.analytics.revenue.readings import Reading, days, readings
from nenrin.analytics.revenue.voices import SURVEYS
from nenrin.customers.models import Account
from nenrin.ingest import lakes
from nenrin.insight.revenue import graded, policies, rates
from nenrin.insight.revenue.graded import Graded
from nenrin.values import Period

KEPT = 16
#: The views of the lake that a ledger is read from; those of USED below come later, for the KPIs that need them.
READ = (
    "accounts", "subscriptions", "answers", "tickets", "invoices", "costs", "exchange_rates", "hard_events",
    "onboardings", "losses",
)  # fmt: skip
#: What it costs to win customers (see nenrin.ingest.costs).
ACQUISITION = ("acquisition", "marketing", "sales")
#: An end that nobody decided: said so, or it followed a failed payment.
UNWILLING = """
coalesce(is_involuntary, false) or exists (
  from hard_events h where h.account = s.account and h.event = 'payment_failed' and noticed_on is null
  and s.ended_on between h.believed_from and h.believed_from + 90)"""
#: The last version of every contract; those of our own and of test accounts are no revenue.
COUNTED = """
believed_to = date '9999-12-31' and s.account is not null and starts_on is not null and ends_on is not null
and s.account not in (select account from accounts where believed_to = date '9999-12-31' and status = 'internal-test')"""
#: Since when a payment is overdue: of the account's unpaid invoices that fell due while the contract ran, the first; only
#: once it has been overdue for longer than the policy's days, so that nobody who may still pay is seen leaving. One that
#: was written off counts as unpaid until a later one is paid.
PAST_DUE = """
(select min(due_on) + 1 from invoices i
 where i.account = s.account and i.believed_to = date '9999-12-31' and i.minor > 0 and i.due_on >= starts_on
   and i.due_on + 1 + {days} <= date '{known}' and (i.status = 'open' or i.status = 'uncollectible' and not exists (
     from invoices p where p.account = i.account and p.believed_to = date '9999-12-31' and p.status = 'paid'
     and p.issued_on > i.issued_on)))"""
NOT_DUE = "null::date"
CONTRACTS = """
create temp view contracts as
select s.key, s.account, starts_on, ends_on,
       [{{from_on: step.from_on, minor: step.mrr_minor, seats: step.seats, list_minor: step.list_minor,
          committed_minor: step.committed_minor, usage_minor: step.usage_minor}} for step in from_json(steps,
        '[{{"from_on":"DATE","mrr_minor":"BIGINT","seats":"BIGINT","list_minor":"BIGINT","committed_minor":"BIGINT",'
        '"usage_minor":"BIGINT"}}]')] as steps,
       coalesce(product, '') as product, coalesce(plan, '') as plan, coalesce(nullif(currency, ''), '{currency}')
       as currency, greatest(coalesce(term_months, 1), 1) as term_months, coalesce(auto_renews, true) as auto_renews,
       noticed_on, ended_on, billed_to, {past_due} as past_due_on,
       {unwilling} as is_involuntary, coalesce(is_ramp, false) as is_ramp
from {source} s
where {counted}
"""
#: The last version of every contract and of every answer: what is asked for more than once is read once.
SIGNED = """
create or replace temp table signed as from subscriptions where believed_to = date '9999-12-31' and account is not null
"""
ANSWERED = """
create or replace temp table answered as
select account, survey, score, respondent, answered_on, sent_on
from answers where believed_to = date '9999-12-31' and account is not null
"""
UNDATED = """
select account, key, starts_on from signed where starts_on is null or ends_on is null
order by account, key
"""
#: The last version of every survey answer; a respondent is a number, -1 where it is not known who.
ANSWERS = """
select account, answered_on - date '1970-01-01' as day, list_position({surveys}, survey) - 1 as survey,
       score::bigint as score,
       if(coalesce(respondent, '') = '', -1, dense_rank() over (order by coalesce(respondent, ''))) as respondent
from answered where answered_on is not null and list_contains({surveys}, survey)
"""
#: NPS surveys whose sending was told, and whether an answer is known.
ASKED = """
select account, sent_on - date '1970-01-01' as day, (score is not null)::bigint as answered
from answered where survey = 'nps' and sent_on is not null
"""
TICKETS = """
select account, opened_on - date '1970-01-01' as opened, coalesce(resolved_on - date '1970-01-01', {never}) as resolved
from tickets where believed_to = date '9999-12-31' and account is not null and opened_on is not null
"""
#: The last version of every onboarding that was not begun by mistake; one that rests was seen until it was laid down.
PROJECTS = """
select account, starts_on - date '1970-01-01' as starts, first_due_on - date '1970-01-01' as due,
       coalesce(first_value_on - date '1970-01-01', {never}) as value,
       coalesce(completed_on - date '1970-01-01', {never}) as done,
       coalesce(ended_on - date '1970-01-01', if(state = 'paused', valid_on - date '1970-01-01', {never})) as seen,
       (state = 'closed' or coalesce(end_reason, '') = 'left')::bigint as lost, (state = 'paused')::bigint as rests
from onboardings
where believed_to = date '9999-12-31' and account is not null and starts_on is not null and first_due_on is not null
  and coalesce(end_reason, '') <> 'mistake'
"""
TOUCHES = """
select account, on_day - date '1970-01-01' as day, (direction = 'out')::bigint as ours
from touches where believed_to = date '9999-12-31' and account is not null and on_day is not null
  and coalesce(human, true) and direction in ('in', 'out') and coalesce(channel, '') <> 'note'
"""
NOTICES = """
select distinct account, noticed_on - date '1970-01-01' as day
from subscriptions where believed_to = date '9999-12-31' and account is not null and noticed_on is not null
"""
LOSSES = """
select account, decided_on - date '1970-01-01' as day, (reason is null)::bigint as unknown
from losses where believed_to = date '9999-12-31' and account is not null and decided_on is not null
"""
#: Tables of dealings (nenrin.analytics.revenue.dealings), account and then the columns in their order. Those of USED are long
#: and read only for the KPIs that are made of them.
DEALINGS = {"projects": PROJECTS, "losses": LOSSES}
USED = {"touches": TOUCHES, "notices": NOTICES, "users": ACTIVE}
#: Months of which users are counted.
USED_MONTHS = 25
#: How a referral is written where an account came from.
REFERRED = ("referral", "referred", "紹介")
#: Which account each one stands below, as told last.
PARENTS = "select account, parent from accounts where believed_to = date '9999-12-31' and parent is not null"
COSTS = """
select month, coalesce(currency, '') as currency, minor from costs
where believed_to = date '9999-12-31' and month is not null and minor is not null and category in {categories}
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ledger:
    """A book with what is needed to slice it and to say what it rests on."""

    book: Book
    graded: Graded
    costs: dict[date, int]
    known: date
    #: What it was read from, in a word (Lake.fingerprint of READ).
    told: str
    findings: tuple[Finding, ...] = ()
    #: The account above each one that has any; told only where the policy counts groups.
    parents: Mapping[int, int] = field(default_factory=dict)
    #: False for a viewer who may not see costs: nothing that tells what was spent is worked out.
    shows_costs: bool = True
    #: The month of each acquisition cost in a currency without a rate: no figure holds it.
    unrated_costs: tuple[date, ...] = ()
    #: What was computed from this book already, by what was asked: a ledger never changes.
    worked_out: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def policy(self) -> Policy:
        return self.book.policy

    def kept(self, what: tuple[object, ...], work: Callable[[], T]) -> T:
        """The answer to a question, worked out once."""
        if what not in self.worked_out:
            self.worked_out[what] = work()
        found: T = self.worked_out[what]
        return found

    def readings(self, asked: Sequence[Period]) -> list[Reading]:
        """The book read for these periods; under constant exchange rates one reading serves every question."""
        if self.policy.currency != "constant":
            return readings(self.book, asked)
        shared = self.kept(("reading",), lambda: Reading(self.book, number(self.known)))
        shared.prepare(day for period in asked for day in days(period))
        return [shared] * len(asked)

    def moved(self, period: Period) -> Movements:
        """The net movements of a period."""
        return self.kept(("moved", period), lambda: compared(self.readings([period])[0], period))


_kept: OrderedDict[tuple[object, ...], Ledger] = OrderedDict()
_lock = Lock()
#: Held by whoever works out a ledger.
_turns: dict[tuple[object, ...], Lock] = {}


def ledger(known: date, policy: Policy | None = None) -> Ledger:
    """What was known at the end of a day, under the policy live then (or another one)."""
    lake = lakes.current()
    policy = policy or policies.live(known)
    key = (lake.facts.snapshot().version, str(lake.path), lake.zone.key, known, repr(policy))
    return once(key, lambda: _read(lake, policy, known))


def once(key: tuple[object, ...], work: Callable[[], Ledger]) -> Ledger:
    """As it is kept; else worked out by whoever asks first: others that ask meanwhile wait for it."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
        turn = _turns.setdefault(key, Lock())
    with turn:
        try:
            return _kept.get(key) or _keep(key, work())
        finally:
            _turns.pop(key, None)


def _earlier(lake: Lake, policy: Policy, known: date, told: str) -> Ledger | None:
    """One of the same lake, policy and day that was read from the same facts, before others came."""
    same = (str(lake.path), lake.zone.key, known, repr(policy))
    with _lock:
        alike = [one for key, one in _kept.items() if key[1:] == same and one.told == told]
    return alike[-1] if alike else None


def _keep(key: tuple[object, ...], made: Ledger) -> Ledger:
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _read(lake: Lake, policy: Policy, known: date) -> Ledger:
    told, sources = lake.fingerprint(READ), _sources()
    if earlier := _earlier(lake, policy, known, told):
        return replace(earlier, book=books.dealt(earlier.book, {}, sources), worked_out={})
    with lake.session(days=(known, known), known=known) as db:
        made = read(db, policy, known, told)
        dealings = _dealings(db, known, DEALINGS)
    return replace(made, book=books.dealt(made.book, dealings, sources))


def contracts(currency: str, past_due: str = NOT_DUE, source: str = "subscriptions") -> str:
    """The statement that makes the view `contracts` of a session; `past_due`: since when its payment is overdue."""
    return CONTRACTS.format(currency=currency, past_due=past_due, source=source, unwilling=UNWILLING, counted=COUNTED)


def read(db: duckdb.DuckDBPyConnection, policy: Policy, known: date, told: str) -> Ledger:
    """A ledger from a session of the lake with fixed knowledge."""
    past_due = PAST_DUE.format(days=int(policy.dunning_days), known=known) if policy.dunning == "invoices" else NOT_DUE
    db.execute(SIGNED)
    db.execute(ANSWERED)
    db.execute(contracts(policy.reporting_currency, past_due, "signed"))
    exchange = rates.known(db, policy)
    book = books.heard(revenue.book(db, policy, exchange, on=known), _answers(db), _asked(db), _tickets(db))
    noted = (*findings.found(db, book.left_out), *_undated(db))
    parents = dict(db.sql(PARENTS).fetchall()) if policy.logos == "parent" else {}
    costs, unrated = _costs(db, exchange, known)
    return Ledger(book, graded.read(db), costs, known, told, noted, parents, unrated_costs=unrated)


def _undated(db: duckdb.DuckDBPyConnection) -> list[Finding]:
    rows = db.sql(UNDATED).fetchall()
    return [Finding("undated", account, key, since, None) for account, key, since in rows]


def _answers(db: duckdb.DuckDBPyConnection) -> list[Whole]:
    surveys = "[" + ", ".join(f"'{name}'" for name in SURVEYS) + "]"
    found = db.sql(ANSWERS.format(surveys=surveys)).to_arrow_table()
    names = ("account", "day", "survey", "score", "respondent")
    return [found.column(name).to_numpy().astype(np.int64) for name in names]


def _asked(db: duckdb.DuckDBPyConnection) -> list[Whole]:
    found = db.sql(ASKED).to_arrow_table()
    return [found.column(name).to_numpy().astype(np.int64) for name in ("account", "day", "answered")]


def _tickets(db: duckdb.DuckDBPyConnection) -> list[Whole]:
    found = db.sql(TICKETS.format(never=NEVER)).to_arrow_table()
    return [found.column(name).to_numpy().astype(np.int64) for name in ("account", "opened", "resolved")]


def used(of: Ledger) -> Ledger:
    """The same with contacts and users. Made once a ledger."""

    def made() -> Ledger:
        days = (month_start(of.known, 1 - USED_MONTHS), of.known + timedelta(days=1))
        with lakes.current().session(days=days, known=of.known) as db:
            found = _dealings(db, of.known, USED)
        return replace(of, book=books.dealt(of.book, found), worked_out={})

    return of.kept(("used",), made)


def _dealings(
    db: duckdb.DuckDBPyConnection, known: date, statements: Mapping[str, str]
) -> dict[str, list[Whole]]:  # fmt: skip
    out = {}
    for name, statement in statements.items():
        found = db.sql(statement.format(never=NEVER, known=known)).to_arrow_table()
        out[name] = [column.to_numpy().astype(np.int64) for column in found.columns]
    return out


def _sources() -> dict[int, int]:
    """Where accounts came from, as it is told today."""
    told = Account.objects.exclude(source="").values_list("pk", "source")
    return {account: REFERRAL if _is_referral(source) else ELSEWHERE for account, source in told}


def _is_referral(source: str) -> bool:
    return source.strip().casefold().startswith(REFERRED)


def _costs(db: duckdb.DuckDBPyConnection, exchange: Exchange, known: date) -> tuple[dict[date, int], tuple[date, ...]]:
    """Acquisition costs by month, in the reporting currency; and the month of each one left out for want of a rate."""
    out: dict[date, int] = {}
    unrated = []
    for month, currency, minor in db.sql(COSTS.format(categories=ACQUISITION)).fetchall():
        amount = rates.spent(exchange, month, currency, minor, known)
        if amount is not None:
            out[month_start(month)] = out.get(month_start(month), 0) + amount
        else:
            unrated.append(month_start(month))
    return out, tuple(sorted(unrated))


def limited(whole: Ledger, accounts: Iterable[int] | None) -> Ledger:
    """The same for the accounts that a viewer may see; None for all. Costs belong to the whole alone."""
    if accounts is None:
        return whole
    own = np.array(sorted(set(accounts)), dtype=np.int64)
    seen = set(own.tolist())
    noted = tuple(one for one in whole.findings if one.account in seen)
    return replace(whole, book=books.within(whole.book, own), costs={}, findings=noted, worked_out={}, unrated_costs=())


def uncosted(whole: Ledger) -> Ledger:
    """The same for a viewer who may not see costs: CAC times the customers won would tell them. Made once a ledger."""

    def made() -> Ledger:
        plain = {
            what: found for what, found in list(whole.worked_out.items()) if what[0] not in ("whole", "used", "rolled")
        }
        return replace(whole, costs={}, shows_costs=False, worked_out=plain, unrated_costs=())

    return whole.kept(("uncosted",), made)


def facts(of: Ledger, period: Period, grain: Grain) -> Facts:
    """Costs that stand against the customers won in the twelve months before the end, and the profile's assumptions."""
    told = [of.costs[month] for month in spent_in(of.policy, period) if month in of.costs]
    policy = of.policy
    return Facts(
        MONTHS[grain], sum(told) if told else None, policy.gross_margin, policy.yearly_discount,
        policy.reactivation_in_nrr,
    )  # fmt: skip


def spent_in(policy: Policy, of: Period) -> list[date]:
    """The months whose spending won the customers of the twelve months before a period's end, the last one first."""
    last = of.end - timedelta(days=1)
    return [month_start(last, -back - policy.sales_cycle_months) for back in range(12)]


def period(as_of: date, grain: Grain, fiscal: Fiscal | None = None) -> Period:
    """The organisation's month, fiscal quarter or year that holds a day, up to the end of that day."""
    held = (fiscal or policies.fiscal()).holding(as_of, grain)
    return Period(held.start, min(held.end, as_of + timedelta(days=1)))
