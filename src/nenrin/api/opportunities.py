"""REST: opportunities to grow with a customer, their proposals, and candidates with evidence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work import opportunities as verbs
from nenrin.work.models import Opportunity, PlanObjective, Proposal
from nenrin.work.models.opportunity import LIVE
from nenrin.work.opportunities import candidates, ending, proposals, sales

router = Router(tags=["opportunities"])
VIEW, EDIT = Permission.OPPORTUNITIES_VIEW, Permission.OPPORTUNITIES_EDIT
SORTS = {"id", "opened_at", "changed_at", "due_on", "expected_minor", "closed_at"}
Kind = Literal["upsell", "cross_sell", "seats", "price"]
_OWN = (
    *("id", "account_id", "kind", "origin", "state", "product_id", "plan_id", "expected_minor", "currency", "evidence"),
    *("owner_id", "seller_id", "due_on", "opened_at", "proposed_at", "handed_at", "taken_at", "won_minor"),
    *("won_subscription_id", "closed_at", "changed_at", "version", "held"),
)
_WORDS = ("title", "next_step", "held_words", "declined_words", "outcome_words")
_PROPOSED = (
    "number",
    "objective_id",
    "offered_minor",
    "minutes",
    "author_id",
    "proposed_on",
    "answer",
    "answered_on",
    "again_on",
)
_SAID = ("benefit", "cases", "terms", "held_words", "answer_words")


class Fact(Strict):
    """A sign (`sign`) or a ground to hold back (`code`), in both languages; `as_of` may be empty. Of a limit of seats or
    of a plan: what is `used` of the `limit`, and the `share`."""

    sign: str | None = None
    code: str | None = None
    en: str
    ja: str
    as_of: str
    used: float | None = None
    limit: float | None = None
    share: float | None = None


class ProposalOut(Strict):
    """Words are null for roles that do not read personal data. `answer`: empty, accepted, declined or later."""

    number: int
    objective_id: int | None
    benefit: str | None
    cases: str | None
    terms: str | None
    offered_minor: int | None
    held_words: str | None
    minutes: int
    author_id: int | None
    proposed_on: date
    answer: str
    answer_words: str | None
    answered_on: date | None
    again_on: date | None


class OpportunityOut(Strict):
    """`expected_minor` and `won_minor`: change of MRR in the smallest unit of `currency`. `held`: what spoke against it
    when it was opened, `held_words` why it was opened all the same. Words are null for roles that do not read personal
    data."""

    id: int
    account_id: int
    kind: Kind
    origin: Literal["rule", "hand", "playbook"]
    state: Literal["open", "proposed", "handed", "won", "lost", "withdrawn"]
    title: str | None
    product_id: int | None
    plan_id: int | None
    expected_minor: int | None
    currency: str
    evidence: list[Fact]
    held: list[Fact]
    held_words: str | None
    owner_id: int | None
    seller_id: int | None
    next_step: str | None
    due_on: date | None
    opened_at: datetime
    proposed_at: datetime | None
    handed_at: datetime | None
    taken_at: datetime | None
    declined_words: str | None
    won_minor: int | None
    won_subscription_id: int | None
    outcome_words: str | None
    closed_at: datetime | None
    changed_at: datetime
    version: int
    proposals: list[ProposalOut]


class OpportunityIn(Strict):
    """`key` of your own: asked twice, it is the same opportunity. `reason`: why it should be opened although held back."""

    account_id: Id
    kind: Kind
    key: str = Field("", max_length=180)
    title: str = ""
    expected_minor: int | None = None
    next_step: str = ""
    due_on: date | None = None
    owner_id: Id | None = None
    reason: str = ""


class ChangeIn(Strict):
    """Fields to change; those left out stay."""

    title: str | None = None
    expected_minor: int | None = None
    next_step: str | None = None
    due_on: date | None = None
    owner_id: Id | None = None
    version: int | None = None


class ProposalIn(Strict):
    benefit: str
    objective_id: Id | None = None
    cases: str = ""
    terms: str = ""
    offered_minor: int | None = None
    minutes: int = 0
    on: date | None = None
    reason: str = ""


class AnswerIn(Strict):
    answer: Literal["accepted", "declined", "later"]
    words: str = ""
    on: date | None = None
    again_on: date | None = None


class HandIn(Strict):
    """`seller_id` left out: who sold the account."""

    seller_id: Id | None = None


class WordsIn(Strict):
    words: str
    version: int | None = None


class WinIn(Strict):
    won_minor: int
    subscription_id: Id | None = None
    words: str = ""
    version: int | None = None


class CandidateOut(Strict):
    """`worth_minor`: expected change of MRR x 12 x probability, in the reporting currency. `probability` is the model's,
    null where it speaks in no figure; then 0.10 is assumed. `holds`: what speaks against proposing now."""

    account_id: int
    kind: Kind
    offered: str
    signs: list[Fact]
    band: str
    score: float | None
    expected_minor: int | None
    currency: str
    probability: float | None
    probability_low: float | None
    probability_high: float | None
    worth_minor: int | None
    holds: list[Fact]


class Top(Strict):
    limit: int = Field(100, ge=1, le=1000)


class Filters(Window):
    account_id: Id | None = None
    state: Word | None = None
    kind: Kind | None = None
    running: bool | None = None


def _shown(rows: Any, member: Member) -> list[dict[str, Any]]:
    may_read, keys = visible(member, FieldClass.PERSONAL), [row.pk for row in rows]
    made: dict[int, list[dict[str, Any]]] = {}
    for each in Proposal.objects.filter(opportunity__in=keys):
        made.setdefault(each.opportunity_id, []).append(_picked(each, _PROPOSED, _SAID, may_read))
    return [_picked(row, _OWN, _WORDS, may_read) | {"proposals": made.get(row.pk, [])} for row in rows]


def _picked(row: Any, plain: tuple[str, ...], words: tuple[str, ...], may_read: bool) -> dict[str, Any]:
    """Any: a row of either table."""
    said = {name: getattr(row, name) if may_read else None for name in words}
    return {name: getattr(row, name) for name in plain} | said


def _one(request: ApiRequest, key: int) -> Opportunity:
    row = Opportunity.objects.for_member(request.member, EDIT).select_related("account").filter(pk=key).first()
    if row is None:
        raise Http404(f"no opportunity {key} in your scope")
    return row


def _answered(request: ApiRequest, key: int) -> dict[str, Any]:
    row = Opportunity.objects.get(pk=key)
    return _shown([row], request.member)[0]


def _member(field: str, key: int | None) -> Member | None:
    found = Member.objects.filter(pk=key or 0, is_active=True).first()
    if key is not None and found is None:
        raise Refused.one(field, Text("a colleague who is active", "有効なメンバー"), key)
    return found


@router.get("", response=Page[OpportunityOut], summary="List opportunities")
@grants(VIEW)
def list_opportunities(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Of the accounts in your scope."""
    rows = Opportunity.objects.for_member(request.member, VIEW)
    given = {"account": filters.account_id, "state": filters.state, "kind": filters.kind}
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if filters.running is not None:
        rows = rows.filter(state__in=LIVE) if filters.running else rows.exclude(state__in=LIVE)
    return page(rows, filters, SORTS, lambda some: _shown(some, request.member))


@router.get("/candidates", response=list[CandidateOut], summary="List candidates")
@grants(VIEW)
def list_candidates(request: ApiRequest, filters: Query[Top]) -> Any:
    """Accounts in your scope that may grow, the most worth first; those put away are left out."""
    found = candidates.of(Account.objects.for_member(request.member, VIEW), request.at)
    return [_candidate(one) for one in found if one.away is None][: filters.limit]


def _candidate(one: candidates.Candidate) -> dict[str, Any]:
    model = one.propensity if one.propensity and not one.propensity.is_ranking else None
    return {
        "account_id": one.account, "kind": one.kind, "offered": one.chance.offered,
        "signs": [sign.row() for sign in one.signs], "band": one.band, "score": one.score,
        "expected_minor": one.chance.expected, "currency": one.mrr.currency, "probability": model.p if model else None,
        "probability_low": model.low if model else None, "probability_high": model.high if model else None,
        "worth_minor": one.worth, "holds": [ground.row() for ground in one.holds],
    }  # fmt: skip


@router.post("", response=OpportunityOut, summary="Open an opportunity")
@grants(EDIT)
def open_opportunity(request: ApiRequest, body: OpportunityIn) -> Any:
    """Refused where health is red or not known, an urgent ticket is open or a complaint has no answer, unless `reason`
    says why all the same."""
    account = Account.objects.for_member(request.member, EDIT).standing().filter(pk=body.account_id).first()
    if account is None:
        raise Http404(f"no account {body.account_id} in your scope")
    row = verbs.open(
        account, body.kind, by=Actor.of(request.member), at=request.at, key=f"api:{account.pk}:{body.key}" if body.key else "",
        expected=body.expected_minor, reason=body.reason, title=body.title, next_step=body.next_step, due_on=body.due_on,
        owner=_member("owner_id", body.owner_id),
    )  # fmt: skip
    return _answered(request, row.pk)


@router.patch("/{int:opportunity_id}", response=OpportunityOut, summary="Change an opportunity")
@grants(EDIT)
def change_opportunity(request: ApiRequest, opportunity_id: int, body: ChangeIn) -> Any:
    """Fields left out stay. With `version`, refused where somebody changed it meanwhile."""
    row, given = _one(request, opportunity_id), body.dict(exclude_unset=True)
    version = given.pop("version", None)
    if "owner_id" in given:
        given["owner"] = _member("owner_id", given.pop("owner_id"))
    fields = {name: value or "" if name in ("title", "next_step") else value for name, value in given.items()}
    verbs.change(row, by=Actor.of(request.member), at=request.at, version=version, **fields)
    return _answered(request, opportunity_id)


@router.post("/{int:opportunity_id}/proposals", response=OpportunityOut, summary="Keep a proposal")
@grants(EDIT)
def propose(request: ApiRequest, opportunity_id: int, body: ProposalIn) -> Any:
    """What was proposed to the customer; held back as opening is."""
    row, given = _one(request, opportunity_id), body.dict()
    goal = given.pop("objective_id")
    objective = PlanObjective.objects.filter(pk=goal or 0).select_related("plan").first()
    if goal is not None and objective is None:
        raise Refused.one(
            "objective_id", Text("an objective of this customer's success plan", "この顧客のサクセスプランの目標"), goal
        )
    by = Actor.of(request.member)
    proposals.propose(row, by=by, author=request.member, at=request.at, objective=objective, **given)
    return _answered(request, opportunity_id)


@router.post("/{int:opportunity_id}/answer", response=OpportunityOut, summary="Note the customer's answer")
@grants(EDIT)
def answer(request: ApiRequest, opportunity_id: int, body: AnswerIn) -> Any:
    """To the last proposal."""
    made = _one(request, opportunity_id).proposals.select_related("opportunity").first()
    if made is None:
        raise Refused.one("answer", Text("a proposal first", "提案の記録が先"))
    given = body.dict()
    proposals.answer(made, given.pop("answer"), by=Actor.of(request.member), at=request.at, **given)
    return _answered(request, opportunity_id)


@router.post("/{int:opportunity_id}/hand", response=OpportunityOut, summary="Hand over to sales")
@grants(EDIT)
def hand(request: ApiRequest, opportunity_id: int, body: HandIn) -> Any:
    """To the seller named, or to whoever sold the account; they are told."""
    row, seller = _one(request, opportunity_id), _member("seller_id", body.seller_id)
    sales.hand(row, seller=seller, by=Actor.of(request.member), at=request.at)
    return _answered(request, opportunity_id)


@router.post("/{int:opportunity_id}/take", response=OpportunityOut, summary="Take it on (sales)")
@grants(EDIT)
def take(request: ApiRequest, opportunity_id: int) -> Any:
    """Its seller says that they follow it; others than the seller or who leads are refused."""
    sales.take(_of_sales(request, opportunity_id), by=Actor.of(request.member), at=request.at)
    return _answered(request, opportunity_id)


@router.post("/{int:opportunity_id}/decline", response=OpportunityOut, summary="Give it back (sales)")
@grants(EDIT)
def decline(request: ApiRequest, opportunity_id: int, body: WordsIn) -> Any:
    """Its seller gives it back with the reason in `words`; whoever handed it over is told."""
    sales.decline(_of_sales(request, opportunity_id), body.words, by=Actor.of(request.member), at=request.at)
    return _answered(request, opportunity_id)


def _of_sales(request: ApiRequest, key: int) -> Opportunity:
    """Its seller answers, or who leads."""
    row = _one(request, key)
    if not sales.answers(request.member, row):
        raise Refused.one(
            "state", Text("its seller answers, or who leads", "回答できるのは担当の営業と責任者"), row.state
        )
    return row


@router.post("/{int:opportunity_id}/win", response=OpportunityOut, summary="It is won")
@grants(EDIT)
def win(request: ApiRequest, opportunity_id: int, body: WinIn) -> Any:
    """Closes it with the MRR won in the smallest unit of its currency, and the contract where there is one."""
    row, key = _one(request, opportunity_id), body.subscription_id
    contract = Subscription.objects.filter(pk=key or 0, account=row.account_id).first()
    if key is not None and contract is None:
        raise Refused.one("subscription_id", Text("a contract of this account", "この顧客の契約"), key)
    by, at = Actor.of(request.member), request.at
    ending.win(row, body.won_minor, subscription=contract, words=body.words, version=body.version, by=by, at=at)
    return _answered(request, opportunity_id)


@router.post("/{int:opportunity_id}/lose", response=OpportunityOut, summary="It is not won")
@grants(EDIT)
def lose(request: ApiRequest, opportunity_id: int, body: WordsIn) -> Any:
    """Closes it with the reason in `words`."""
    row, by = _one(request, opportunity_id), Actor.of(request.member)
    ending.lose(row, body.words, version=body.version, by=by, at=request.at)
    return _answered(request, opportunity_id)


@router.post("/{int:opportunity_id}/withdraw", response=OpportunityOut, summary="Withdraw it")
@grants(EDIT)
def withdraw(request: ApiRequest, opportunity_id: int, body: WordsIn) -> Any:
    """Closes it from our side with the reason in `words`."""
    row, by = _one(request, opportunity_id), Actor.of(request.member)
    ending.withdraw(row, body.words, version=body.version, by=by, at=request.at)
    return _answered(request, opportunity_id)
