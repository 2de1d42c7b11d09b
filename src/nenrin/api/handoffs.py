"""REST: handoffs from sales to customer success, and feedback to sales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpResponse
from ninja import Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, expected, page
from nenrin.api.promises import named
from nenrin.api.reach import one_account
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.work import feedback, handoff_again, handoffs
from nenrin.work.models import Feedback, Handoff
from nenrin.work.models.feedback import FeedbackKind, Outcome
from nenrin.work.models.handoff import Fit, HandoffState, Item

router = Router(tags=["handoffs"])
feedbacks = Router(tags=["feedback"])
VIEW, EDIT, ACCEPT = Permission.HANDOFFS_VIEW, Permission.HANDOFFS_EDIT, Permission.ONBOARDING_EDIT
SORTS = {"id", "signed_on", "due_on", "changed_at"}


class HandoffItemIn(Strict):
    """Words, or the reason why nothing need be said."""

    words: str = ""
    reason: str = ""


class PromisedIn(Strict):
    words: str
    due_on: date | None = None
    owner_id: Id | None = None
    contact_id: Id | None = None


class NewHandoff(Strict):
    account_id: Id
    signed_on: date | None = None


class HandoffIn(Strict):
    """Items to write, the others stay. `people` replaces the contacts of item 3; `promises` are added to the ledger;
    `answers` by the number of the question."""

    items: dict[Item, HandoffItemIn] = {}
    people: list[Id] | None = None
    promises: list[PromisedIn] = []
    fit_expected: Fit | None = None
    answers: dict[int, str] = {}
    version: int | None = None


class HandoffQuestionIn(Strict):
    words: str
    item: Item | None = None


class HandoffSendingBack(Strict):
    questions: list[HandoffQuestionIn]
    version: int | None = None


class FitJudgement(Strict):
    fit: Fit
    note: str = ""


class HandoffDropping(Strict):
    reason: str


class HandoffItemOut(Strict):
    item: str
    words: str | None
    reason: str | None


class HandoffQuestionOut(Strict):
    id: int
    item: str
    words: str | None
    answer: str | None


class HandoffOut(Strict):
    """`settled` items of seven are answered or waived. Words are null for roles that do not read personal data."""

    id: int
    account_id: int
    state: str
    seller_id: int | None
    receiver_id: int | None
    signed_on: date
    due_on: date
    settled: int
    waived: int
    returns: int
    first_sent_at: datetime | None
    accepted_at: datetime | None
    accepted_by_id: int | None
    accept_hours: float | None
    fit_expected: str
    fit_found: str
    items: list[HandoffItemOut]
    people: list[int]
    questions: list[HandoffQuestionOut]
    changed_at: datetime
    version: int


class HandoffFilters(Window):
    account_id: Id | None = None
    state: HandoffState | None = None
    seller_id: Id | None = None


_OWN = (
    *("id", "account_id", "state", "seller_id", "receiver_id", "signed_on", "due_on", "settled", "waived", "returns"),
    *("first_sent_at", "accepted_at", "accepted_by_id", "accept_hours", "fit_expected", "fit_found", "changed_at"),
    "version",
)


def shown(rows: Sequence[Handoff], member: Member) -> list[dict[str, Any]]:
    """Handoffs (items and people loaded) as this member may read them."""
    may_read = visible(member, FieldClass.PERSONAL)
    order = {item.value: place for place, item in enumerate(Item)}
    return [
        {name: getattr(row, name) for name in _OWN}
        | {
            "items": [
                {"item": one.item, "words": one.words if may_read else None, "reason": one.reason if may_read else None}
                for one in sorted(row.items.all(), key=lambda one: order.get(one.item, 9))
            ],
            "people": [one.contact_id for one in row.people.all()],
            "questions": [
                {
                    "id": one.pk,
                    "item": one.item,
                    "words": one.words if may_read else None,
                    "answer": one.answer if may_read else None,
                }
                for one in row.questions.all()
            ],
        }
        for row in rows
    ]


def _loaded(request: ApiRequest, permission: Permission) -> Any:  # Any: the queryset type of a manager
    return Handoff.objects.for_member(request.member, permission).prefetch_related("items", "people", "questions")


def _one(request: ApiRequest, permission: Permission, key: int) -> Handoff:
    found: Handoff | None = _loaded(request, permission).filter(pk=key).first()
    if found is None:
        raise Http404(f"no handoff {key} in your scope")
    return found


def _answer(request: ApiRequest, row: Handoff, response: HttpResponse) -> dict[str, Any]:
    fresh = Handoff.objects.prefetch_related("items", "people", "questions").get(pk=row.pk)
    response["ETag"] = f'"{fresh.version}"'
    return shown([fresh], request.member)[0]


@router.get("", response=Page[HandoffOut], summary="List handoffs")
@grants(VIEW)
def list_handoffs(request: ApiRequest, filters: Query[HandoffFilters]) -> Any:
    """Handoffs of accounts in your scope, a page at a time."""
    rows = _loaded(request, VIEW)
    for name in ("account_id", "state", "seller_id"):
        value = getattr(filters, name)
        rows = rows.filter(**{name: value}) if value else rows
    return page(rows, filters, SORTS, lambda found: shown(found, request.member))


@router.post("", response={201: HandoffOut}, summary="Begin a handoff")
@grants(EDIT)
def open_handoff(request: ApiRequest, body: NewHandoff, response: HttpResponse) -> Any:
    """Begin one; an account's own comes back where one is under way. Safe to repeat."""
    account = one_account(request.member, EDIT, body.account_id, "account_id")
    row = handoffs.open(account, signed_on=body.signed_on, by=Actor.of(request.member), at=request.at)
    return Answer(201, _answer(request, row, response))


@router.get("/{int:handoff_id}", response=HandoffOut, summary="Get a handoff")
@grants(VIEW)
def get_handoff(request: ApiRequest, handoff_id: Id, response: HttpResponse) -> Any:
    """One handoff with its seven items; its ETag is its version."""
    return _answer(request, _one(request, VIEW, handoff_id), response)


@router.patch("/{int:handoff_id}", response=HandoffOut, summary="Fill in a handoff")
@grants(EDIT)
def fill_handoff(
    request: ApiRequest, handoff_id: Id, body: HandoffIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Write down the items that are sent, with people and new promises."""
    row, by = _one(request, EDIT, handoff_id), Actor.of(request.member)
    said = {item.value: handoffs.Said(told.words, told.reason) for item, told in body.items.items()}
    promised = [handoffs.Promised(one.words, one.due_on, one.owner_id, one.contact_id) for one in body.promises]
    for one in body.promises:
        named(Member, one.owner_id, "promises")
    filled = handoffs.fill(
        row, said, people=body.people, promised=promised, fit_expected=body.fit_expected,
        version=expected(if_match, body.version), by=by, at=request.at,
    )  # fmt: skip
    for question in row.questions.all():
        if question.pk in body.answers:
            handoffs.reply(question, body.answers[question.pk], by=by, at=request.at)
    return _answer(request, filled, response)


@router.post("/{int:handoff_id}/send", response=HandoffOut, summary="Send a handoff to customer success")
@grants(EDIT)
def send_handoff(request: ApiRequest, handoff_id: Id, response: HttpResponse) -> Any:
    """Refused while an item is neither answered nor waived. Safe to repeat."""
    row = handoffs.send(_one(request, EDIT, handoff_id), by=Actor.of(request.member), at=request.at)
    return _answer(request, row, response)


@router.post("/{int:handoff_id}/accept", response=HandoffOut, summary="Accept a handoff")
@grants(ACCEPT)
def accept_handoff(request: ApiRequest, handoff_id: Id, response: HttpResponse) -> Any:
    """You take the account over: its onboarding, and promises that nobody keeps yet. Safe to repeat."""
    row = _one(request, ACCEPT, handoff_id)
    done = handoffs.accept(row, member=request.member, by=Actor.of(request.member), at=request.at)
    return _answer(request, done, response)


@router.post("/{int:handoff_id}/send-back", response=HandoffOut, summary="Send a handoff back with questions")
@grants(ACCEPT)
def send_back_handoff(request: ApiRequest, handoff_id: Id, body: HandoffSendingBack, response: HttpResponse) -> Any:
    """Ask sales for more."""
    row = _one(request, ACCEPT, handoff_id)
    asked = [handoffs.Question(one.words, one.item.value if one.item else "") for one in body.questions]
    done = handoffs.send_back(row, asked, version=body.version, by=Actor.of(request.member), at=request.at)
    return _answer(request, done, response)


@router.post("/{int:handoff_id}/drop", response=HandoffOut, summary="Mark a handoff as not needed")
@grants(EDIT)
def drop_handoff(request: ApiRequest, handoff_id: Id, body: HandoffDropping, response: HttpResponse) -> Any:
    """Nobody needs it, and why. Safe to repeat."""
    row = handoffs.drop(_one(request, EDIT, handoff_id), body.reason, by=Actor.of(request.member), at=request.at)
    return _answer(request, row, response)


@router.post("/{int:handoff_id}/restore", response=HandoffOut, summary="Take a dropped handoff up again")
@grants(EDIT)
def restore_handoff(request: ApiRequest, handoff_id: Id, response: HttpResponse) -> Any:
    """It stands where it stood; refused while another is under way for the account. Safe to repeat."""
    row = handoff_again.restore(_one(request, EDIT, handoff_id), by=Actor.of(request.member), at=request.at)
    return _answer(request, row, response)


@router.post("/{int:handoff_id}/fit", response=HandoffOut, summary="Note the fit that was found")
@grants(ACCEPT)
def judge_handoff(request: ApiRequest, handoff_id: Id, body: FitJudgement, response: HttpResponse) -> Any:
    """What customer success found, against what sales expected. Safe to repeat."""
    row = _one(request, ACCEPT, handoff_id)
    done = handoffs.judge(row, body.fit, note=body.note, by=Actor.of(request.member), at=request.at)
    return _answer(request, done, response)


class NewFeedback(Strict):
    """Without `seller_id` it goes to whoever sold the account."""

    account_id: Id
    kind: FeedbackKind
    words: str
    seller_id: Id | None = None


class FeedbackFollowing(Strict):
    outcome: Outcome
    words: str = ""
    version: int | None = None


class FeedbackOut(Strict):
    """Words are null for roles that do not read personal data."""

    id: int
    account_id: int
    kind: str
    words: str | None
    author_id: int | None
    seller_id: int | None
    written_at: datetime
    read_at: datetime | None
    outcome: str
    outcome_words: str | None
    outcome_at: datetime | None
    version: int


class FeedbackFilters(Window):
    account_id: Id | None = None
    kind: FeedbackKind | None = None
    seller_id: Id | None = None


_TOLD = (
    *("id", "account_id", "kind", "author_id", "seller_id", "written_at", "read_at", "outcome", "outcome_at"),
    "version",
)


def told(rows: Sequence[Feedback], member: Member) -> list[dict[str, Any]]:
    may_read = visible(member, FieldClass.PERSONAL)
    return [
        {name: getattr(row, name) for name in _TOLD}
        | {name: getattr(row, name) if may_read else None for name in ("words", "outcome_words")}
        for row in rows
    ]


def _feedback(request: ApiRequest, permission: Permission, key: int) -> Feedback:
    found = Feedback.objects.for_member(request.member, permission).standing().filter(pk=key).first()
    if found is None:
        raise Http404(f"no feedback {key} in your scope")
    return found


@feedbacks.get("", response=Page[FeedbackOut], summary="List feedback to sales")
@grants(VIEW)
def list_feedback(request: ApiRequest, filters: Query[FeedbackFilters]) -> Any:
    """Feedback on accounts in your scope, a page at a time."""
    rows = Feedback.objects.for_member(request.member, VIEW).standing()
    for name in ("account_id", "kind", "seller_id"):
        value = getattr(filters, name)
        rows = rows.filter(**{name: value}) if value else rows
    return page(rows, filters, {"id", "written_at"}, lambda found: told(found, request.member))


@feedbacks.post("", response={201: FeedbackOut}, summary="Tell sales")
@grants(EDIT)
def write_feedback(request: ApiRequest, body: NewFeedback) -> Any:
    """One of four kinds: usage, upsell, story or request."""
    account = one_account(request.member, EDIT, body.account_id, "account_id")
    seller = named(Member, body.seller_id, "seller_id")
    row = feedback.write(account, body.kind, body.words, seller=seller, by=Actor.of(request.member), at=request.at)
    return Answer(201, told([row], request.member)[0])


@feedbacks.post("/{int:feedback_id}/read", response=FeedbackOut, summary="Mark feedback as read")
@grants(EDIT)
def read_feedback(request: ApiRequest, feedback_id: Id) -> Any:
    """The seller has read it. Safe to repeat."""
    row = feedback.read(_feedback(request, EDIT, feedback_id), by=Actor.of(request.member), at=request.at)
    return told([row], request.member)[0]


@feedbacks.post("/{int:feedback_id}/outcome", response=FeedbackOut, summary="Say what came of feedback")
@grants(EDIT)
def follow_feedback(request: ApiRequest, feedback_id: Id, body: FeedbackFollowing) -> Any:
    """Its outcome, in a word and in words. Safe to repeat."""
    row = _feedback(request, EDIT, feedback_id)
    by = Actor.of(request.member)
    done = feedback.follow(row, body.outcome, words=body.words, version=body.version, by=by, at=request.at)
    return told([done], request.member)[0]
