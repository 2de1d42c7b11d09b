"""REST: revenue movements with the accounts behind them, data notes, the metric policy; amounts in minor units of the reporting currency."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from nenrin.analytics.revenue.findings import BEHAVIOUR
from nenrin.analytics.revenue.periods import month_start
from nenrin.analytics.revenue.policies import Policy, UnknownChoice, to_document
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import Asking, PartAsking, Reach, answered_period, books_for, ledger_for, only, part
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight.models import MetricPolicy
from nenrin.insight.revenue import groups, locks, notes, policies
from nenrin.insight.revenue import slices as revenue_slices
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.policies import Untold
from nenrin.insight.revenue.slices import Slice
from nenrin.insight.revenue.statements import Statement, View
from nenrin.values import Period, Text

router = Router(tags=["revenue"])
MOST = 500
Line = Literal["begin", "new", "reactivation", "expansion", "contraction", "churn", "fx", "transfer", "end"]


class GroupsOut(Strict):
    """Groups of companies in place of accounts, each as one: how many at begin and end, and behind each kind."""

    begin: int
    end: int
    counts: dict[str, int]


class MovementOut(Strict):
    """end = begin + adjustment + new + reactivation + expansion + contraction + churn + fx + transfer, exactly; losses
    negative. `adjustment`: what became known after the periods before were closed.

    `to` is the first day after. `slice` is null for all accounts, "none" for those without one; `counts` are accounts, in the gross view changes.
    `groups`: the same by group of companies; null where the metric policy counts accounts (`logos: account`).
    """

    start: date
    to: date
    by: str
    slice: str | None
    slice_name_en: str
    slice_name_ja: str
    begin: int
    adjustment: int
    new: int
    reactivation: int
    expansion: int
    contraction: int
    churn: int
    fx: int
    transfer: int
    end: int
    unwilling_churn: int
    accounts_begin: int
    accounts_end: int
    counts: dict[str, int]
    causes: dict[str, dict[str, int]]
    groups: GroupsOut | None


class CrossOut(Strict):
    """At the end of a month the worth of `currency` was worked out `through` another one, for want of a rate of its own."""

    currency: str
    month: date
    through: str


class MovementsOut(Strict):
    """`left_out`: accounts in a currency without a rate, which nothing here counts. `crossed`: of the last period."""

    currency: str
    policy: int
    known: date
    view: str
    left_out: list[int]
    crossed: list[CrossOut]
    items: list[MovementOut]


class ChangeOut(Strict):
    """One account behind a line of the movements; minor units."""

    account: int
    before: int
    after: int
    amount: int
    causes: dict[str, int]
    unwilling: bool


class ChangesOut(Strict):
    """The largest amounts first; `total` accounts stand behind the line. `next`: the `offset` of those that follow, null
    after the last."""

    kind: str
    total: int
    next: int | None
    items: list[ChangeOut]


class NoteOut(Strict):
    """Something in a contract that cannot be quite right: `since` up to and without `until`; null: not known, still so."""

    kind: str
    behaviour_en: str
    behaviour_ja: str
    account: int
    contract: str
    since: date | None
    until: date | None
    words: str


class PolicyOut(Strict):
    """`from_on` null: the defaults that hold before any version was published."""

    number: int
    from_on: date | None
    note: str
    choices: dict[str, Any]


class PolicyIn(Strict):
    """`choices`: the fields that change, as in `GET /revenue/policies`; what is left out stays as it is."""

    choices: dict[str, Any]
    note: Annotated[str, Field(min_length=1, max_length=300)]


@router.get("/movements", response=MovementsOut, summary="Get revenue movements")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_movements(request: ApiRequest, asking: Query[Asking], view: View = "net") -> Any:
    """The last `periods` periods up to the one that holds `as_of`; `by` adds a line for every slice of each."""
    only(request, asking, also=("view",))
    books = books_for(request.member, asking, request.at)
    last = answered_period(asking, request.at)
    ledger = books.telling(last)
    held = policies.fiscal().series(last, asking.grain, asking.periods)
    items = [line for each in [*held[:-1], last] for line in _lines(books, each, asking, view)]
    return {
        "currency": ledger.policy.reporting_currency,
        "policy": ledger.policy.version,
        "known": ledger.known,
        "view": view,
        "left_out": [account for account, _ in ledger.book.left_out],
        "crossed": [
            {"currency": name, "month": month_start(end), "through": by}
            for name, ends in notes.crossed(ledger, last).items()
            for end, by in ends.items()
        ],
        "items": items,
    }


def _lines(books: Closed, period: Period, asking: Asking, view: View) -> list[dict[str, Any]]:
    ledger = books.telling(period)
    told = [_line(locks.statement(books, period, view), groups.moved(ledger, period, view))]
    for each, one in locks.of_slices(books, period, view, asking.by) if asking.by else ():
        told.append(_line(one, groups.moved(ledger, period, view, each), asking.by, each))
    return told


def _line(told: Statement, by_group: Statement | None, by: str = "", of: Slice | None = None) -> dict[str, Any]:
    name = revenue_slices.ALL if of is None else of.name
    plain = ("begin", "adjustment", "end", "fx", "transfer", "accounts_begin", "accounts_end", "counts", "causes")
    return {
        "start": told.period.start,
        "to": told.period.end,
        "by": by,
        "slice": None if of is None else revenue_slices.spoken(of.key),
        "slice_name_en": name.en,
        "slice_name_ja": name.ja,
        "unwilling_churn": told.unwilling,
        **told.amounts,
        **{name: getattr(told, name) for name in plain},
        "groups": by_group
        and {"begin": by_group.accounts_begin, "end": by_group.accounts_end, "counts": by_group.counts},
    }


@router.get("/movements/accounts", response=ChangesOut, summary="List the accounts behind a line of the movements")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_changes(
    request: ApiRequest, asking: Query[PartAsking], reach: Query[Reach], kind: Line, view: View = "net"
) -> Any:  # fmt: skip
    """Of the period that holds `as_of`, by `by` and `slice` of that part alone."""
    only(request, asking, reach, also=("kind", "view"))
    books, period = books_for(request.member, asking, request.at), answered_period(asking, request.at)
    of = part(asking, books.telling(period), period)
    found = locks.behind(books, period, kind, view, asking.by, None if of is None else of.key)
    items = [asdict(one) for one in found[reach.offset :][: reach.limit]]
    return {"kind": kind, "total": len(found), "next": reach.next(len(found)), "items": items}


@router.get("/notes", response=list[NoteOut], summary="List the data notes of a period")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_notes(request: ApiRequest, asking: Query[Asking]) -> Any:
    """The first 500 contracts that overlap, end before they begin, have no exchange rate and the like."""
    only(request, asking)
    ledger = ledger_for(request.member, asking, request.at)
    found = notes.listed(ledger, answered_period(asking, request.at))[:MOST]
    return [
        {"kind": one.kind, "behaviour_en": BEHAVIOUR[one.kind].en, "behaviour_ja": BEHAVIOUR[one.kind].ja,
         "account": one.account, "contract": one.key, "since": one.since, "until": one.until, "words": one.words}
        for one in found
    ]  # fmt: skip


@router.get("/policies", response=list[PolicyOut], summary="List the versions of the metric policy")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def list_policies(request: ApiRequest) -> Any:
    """The newest first, the defaults last."""
    found = MetricPolicy.objects.all()[:500]
    rows = [_policy(row.number, row.from_on if row.number > 1 else None, row.note, policies.of(row)) for row in found]
    return rows if rows and rows[-1]["number"] == 1 else [*rows, _policy(1, None, "", policies.default())]


@router.post("/policies", response=PolicyOut, summary="Publish a version of the metric policy")
@grants(Permission.HEALTH_CONFIGURE)
def publish_policy(request: ApiRequest, body: PolicyIn) -> Any:
    """It counts from today on; what was known before keeps the version of its day."""
    try:
        row = policies.publish(body.choices, note=body.note, by=Actor.of(request.member), at=request.at)
    except Untold as problem:
        raise Refused.one("choices", problem.why, "") from problem
    except (UnknownChoice, TypeError, ValueError) as problem:
        raise Refused.one("choices", Text(str(problem), f"指標ポリシーに設定できない値: {problem}"), "") from problem
    return _policy(row.number, row.from_on, row.note, policies.of(row))


def _policy(number: int, from_on: date | None, note: str, policy: Policy) -> dict[str, Any]:
    return {"number": number, "from_on": from_on, "note": note, "choices": to_document(policy)}
