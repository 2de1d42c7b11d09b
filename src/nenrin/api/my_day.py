"""REST: the day of the token's member: what their accounts ask for, in the order of worth, and what they answer."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ninja import Field, Router
from ninja.errors import HttpError

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict, Word
from nenrin.api.reach import one_account
from nenrin.customers.errors import Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work.queue import answers, asking, busy
from nenrin.work.queue.answers import Given
from nenrin.work.queue.reasons import Reason
from nenrin.work.queue.rows import Row

router = Router(tags=["my day"])
Deed = Literal["accept", "finish", "snooze", "dismiss", "assign"]


class Both(Strict):
    en: str
    ja: str


class ReasonOut(Strict):
    """`key` names it in an answer; `code` says of what kind it is."""

    key: str
    code: str
    headline: Both
    evidence: list[Both]


class PlayOut(Strict):
    """`measured`: how often it worked, from the playbook that carries it out, with its interval; null: not measured yet."""

    code: str
    title: Both
    minutes: int
    due_on: date
    measured: Both | None


class WorthOut(Strict):
    """What the row is ordered by: `stake_minor` x `probability` x `moves` / `minutes`, of the play that is worth most a
    minute; where a task is due, that may be another than the row's own `play`. `basis`: model, or base (a stated rate of
    the band). `is_measured` false: `moves` is an estimate."""

    play: str
    minutes: int
    stake_minor: int
    currency: str
    probability: float
    basis: str
    moves: float
    is_measured: bool
    a_minute_minor: float


class RowOut(Strict):
    """`is_within`: the day's minutes hold it. `task_id`: it is a task already. `in_place_of`: whose account it is."""

    rank: int
    account_id: int
    account: str
    band: str
    score: float | None
    arr_minor: int
    currency: str
    headline: Both
    reasons: list[ReasonOut]
    play: PlayOut
    worth: WorthOut
    is_within: bool
    is_promised: bool
    task_id: int | None
    in_place_of: str


class DayOut(Strict):
    """`minutes` are those of the rows within; `capacity` the member's for the day, `busy` of them taken by meetings."""

    on: date
    accounts: int
    minutes: int
    capacity: int
    busy: int
    answered: int
    items: list[RowOut]


class AnswerIn(Strict):
    """`reasons`: keys; empty: all that the account's row has. `until` and `words` for snooze, `words` for dismiss,
    `member_id` for assign."""

    account_id: Id
    do: Deed
    reasons: list[Word] = Field([], max_length=50)
    until: date | None = None
    words: str = Field("", max_length=300)
    member_id: Id | None = None


class AnswerOut(Strict):
    """`deed` names the answer, to take it back."""

    deed: str
    task_id: int | None


class UndoneOut(Strict):
    reasons: int


@router.get("", response=DayOut, summary="Get what my accounts ask for today")
@grants(Permission.TASKS_VIEW)
def get_my_day(request: ApiRequest) -> Any:
    """In the order of worth a minute; at most 500 rows, those within the day's minutes first."""
    org = organisation.current()
    zone = ZoneInfo(org.zone)
    today = day_of(request.at, zone)
    taken = busy.minutes(busy.meetings(request.member, today, zone))
    day = asking.my_day(request.member, today, request.at, org, busy=taken)
    within = len(day.cut.within)
    rows = [*day.cut.within, *day.cut.beyond][:500]
    return {
        "on": today, "accounts": len(day.portfolio), "minutes": day.minutes, "capacity": day.capacity, "busy": day.busy,
        "answered": day.answered, "items": [_row(n, row, is_within=n <= within) for n, row in enumerate(rows, 1)],
    }  # fmt: skip


@router.post("/answers", response=AnswerOut, summary="Answer to what an account asks for")
@grants(Permission.TASKS_EDIT)
def answer(request: ApiRequest, body: AnswerIn) -> Any:
    """Safe to repeat; 409 where nothing is asked of the account any more."""
    account = one_account(request.member, Permission.TASKS_EDIT, body.account_id, "account_id")
    org = organisation.current()
    today = day_of(request.at, ZoneInfo(org.zone))
    row = asking.of_account(request.member, account.pk, today, request.at, org)
    meant = [one for one in row.reasons if not body.reasons or one.key in body.reasons] if row else []
    if not meant:
        raise HttpError(409, "nothing is asked of this account any more")
    given = _given(request, body, meant, account)
    return {"deed": given.deed, "task_id": given.task.pk if given.task else None}


def _given(request: ApiRequest, body: AnswerIn, reasons: list[Reason], account: Any) -> Given:
    who, by, at = request.member, Actor.of(request.member), request.at
    words = body.words.replace("\0", "")
    if body.do == "accept":
        return answers.accept(who, account, reasons, by=by, at=at)
    if body.do == "finish":
        return answers.finish(who, account, reasons, by=by, at=at)
    if body.do == "snooze":
        return answers.snooze(who, account, reasons, until=body.until or date.min, words=words, by=by, at=at)
    if body.do == "dismiss":
        return answers.dismiss(who, account, reasons, words=words, by=by, at=at)
    return answers.assign(who, account, reasons, _colleague(body.member_id), words=words, by=by, at=at)


def _colleague(key: int | None) -> Member:
    found = Member.objects.filter(pk=key, is_active=True).first() if key else None
    if found is None:
        raise Refused.one("member_id", Text("no such active member", "有効なメンバーではない"), key)
    return found


@router.post("/answers/{deed}/undo", response=UndoneOut, summary="Take an answer back")
@grants(Permission.TASKS_EDIT)
def undo(request: ApiRequest, deed: Word) -> Any:
    """One's own; 0 where there is nothing to take back, 409 where it was worked on since."""
    try:
        return {"reasons": answers.undo(request.member, deed, by=Actor.of(request.member), at=request.at)}
    except answers.TooLate as late:
        raise HttpError(409, str(late)) from None


def _row(rank: int, row: Row, *, is_within: bool) -> dict[str, Any]:
    account, play = row.standing.account, row.play
    best, worth = row.best
    known = row.standing.health if row.standing.band != "unknown" else None
    return {
        "rank": rank, "account_id": account.pk, "account": account.name, "band": row.standing.band,
        "score": round(known.score, 1) if known else None, "arr_minor": row.standing.arr, "currency": account.currency,
        "headline": _both(row.headline), "reasons": [_reason(one) for one in row.reasons],
        "play": {
            "code": play.code, "title": _both(play.title), "minutes": play.minutes, "due_on": play.due_on,
            "measured": _both(play.measured) if play.measured else None,
        },
        "worth": {
            "play": best.code, "minutes": worth.minutes, "stake_minor": worth.stake.minor, "currency": worth.stake.currency, "probability": worth.p,
            "basis": worth.basis, "moves": worth.moves, "is_measured": worth.is_measured,
            "a_minute_minor": round(worth.a_minute, 2),
        },
        "is_within": is_within, "is_promised": row.is_promised, "task_id": row.task,
        "in_place_of": row.standing.stands_in_for,
    }  # fmt: skip


def _reason(one: Reason) -> dict[str, Any]:
    evidence = [_both(text) for text in one.evidence]
    return {"key": one.key, "code": one.code, "headline": _both(one.headline), "evidence": evidence}


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}
