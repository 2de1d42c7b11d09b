"""Who hears of handoffs, promises and feedback: whoever is to do something next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import notices
from nenrin.work.models import DealTold, Feedback, Handoff, Promise
from nenrin.work.models.feedback import KINDS, OUTCOMES, FeedbackKind, Outcome
from nenrin.work.notices import News


def opened(handoff: Handoff, *, by: Actor, at: datetime) -> None:
    """The seller: write it by its day."""
    said = Text("Write the handoff of {name} by {day}", "{name}の引き継ぎを記入してください（期限 {day}）")
    _tell(handoff.seller, "opened", handoff, said, by, at)


def sent(handoff: Handoff, *, by: Actor, at: datetime) -> None:
    """The receiver: accept it or ask. Where there is none yet the heads hear: somebody is to be found."""
    said = Text("Handoff of {name} waits for acceptance", "{name}の引き継ぎが届いています。受領または質問してください")
    if handoff.receiver is not None:
        _tell(handoff.receiver, "sent", handoff, said, by, at)
        return
    said = Text(
        "Handoff of {name} waits and nobody has the account", "{name}の引き継ぎが届いていますが、担当者がいません"
    )
    for head in Member.objects.filter(role=Role.HEAD, is_active=True):
        _tell(head, "sent", handoff, said, by, at)


def returned(handoff: Handoff, *, by: Actor, at: datetime) -> None:
    """The seller: answer the questions."""
    said = Text("Handoff of {name} came back with questions", "{name}の引き継ぎに質問が届いています")
    _tell(handoff.seller, "returned", handoff, said, by, at)


def accepted(handoff: Handoff, *, by: Actor, at: datetime) -> None:
    """The seller: it is taken over."""
    _tell(
        handoff.seller,
        "accepted",
        handoff,
        Text("Handoff of {name} was accepted", "{name}の引き継ぎが受領されました"),
        by,
        at,
    )


def _tell(member: Member | None, what: str, handoff: Handoff, said: Text, by: Actor, at: datetime) -> None:
    if member is None or not member.is_active or _is(member, by):
        return
    name, day = handoff.account.name, handoff.due_on
    text = Text(
        said.en.format(name=name, day=format.day(day, "en")), said.ja.format(name=name, day=format.day(day, "ja"))
    )
    notices.tell(
        member, f"handoff.{what}", text=text, url=f"/handoffs/{handoff.pk}", account=handoff.account,
        key=f"handoff:{handoff.pk}:{what}:{handoff.version}", by=by, at=at,
    )  # fmt: skip


def promised(promises: Sequence[Promise], *, by: Actor, at: datetime) -> None:
    """The owners: something was promised that they are to keep."""
    _of_promises(promises, "given", Text("For you to keep: {words}", "あなたが履行する約束事: {words}"), by, at)


def due(promises: Sequence[Promise], today: date, *, by: Actor, at: datetime) -> None:
    """The owners: its day comes, or has passed; each said once."""
    late = [promise for promise in promises if promise.due_on and promise.due_on < today]
    soon = [promise for promise in promises if promise.due_on and promise.due_on >= today]
    _of_promises(late, "overdue", Text("Promise overdue: {words}", "約束事が期限超過: {words}"), by, at)
    _of_promises(soon, "due", Text("Promise due {day}: {words}", "約束事の期限 {day}: {words}"), by, at)


def _of_promises(promises: Sequence[Promise], what: str, said: Text, by: Actor, at: datetime) -> None:
    members = Member.objects.filter(is_active=True).in_bulk([each.owner_id for each in promises if each.owner_id])
    news = [
        _news(promise, members[promise.owner_id], what, said)
        for promise in promises
        if promise.owner_id in members and not _is(members[promise.owner_id], by)
    ]
    if news:
        notices.tell_many(news, by=by, at=at)


def _news(promise: Promise, owner: Member, what: str, said: Text) -> News:
    days = [format.day(promise.due_on, language) for language in ("en", "ja")]
    text = Text(said.en.format(words=promise.words, day=days[0]), said.ja.format(words=promise.words, day=days[1]))
    key = f"promise:{promise.pk}:{what}:{owner.pk}:{promise.due_on or ''}"
    return News(
        member=owner, code=f"promise.{what}", text=text, url=f"/promises/{promise.pk}", account=promise.account_id,
        key=key,
    )  # fmt: skip


def fed_back(feedback: Feedback, *, by: Actor, at: datetime) -> None:
    """The seller: customer success has something to say."""
    kind, name = KINDS[FeedbackKind(feedback.kind)], feedback.account.name
    _about(feedback.seller, feedback, "written", Text(f"{kind.en}: {name}", f"{kind.ja}: {name}"), by, at)


def followed(feedback: Feedback, *, by: Actor, at: datetime) -> None:
    """The author: what came of it."""
    outcome, name = OUTCOMES[Outcome(feedback.outcome)], feedback.account.name
    text = Text(f"Your feedback on {name}: {outcome.en}", f"{name}へのフィードバック: {outcome.ja}")
    _about(feedback.author, feedback, f"followed:{feedback.version}", text, by, at)


def _about(member: Member | None, feedback: Feedback, what: str, text: Text, by: Actor, at: datetime) -> None:
    if member is None or not member.is_active or _is(member, by):
        return
    code = f"handoff.{what.partition(':')[0]}"
    notices.tell(
        member, code, text=text, url=f"/feedback/{feedback.pk}", account=feedback.account,
        key=f"feedback:{feedback.pk}:{what}", by=by, at=at,
    )  # fmt: skip


def deals(told: Sequence[DealTold], *, by: Actor, at: datetime) -> None:
    """The sellers: what became of what they sold."""
    news = [
        News(
            member=each.handoff.seller, code="handoff.deal", url="/deals", account=each.handoff.account_id,
            text=Text(
                f"{each.days} days after the sale: {each.handoff.account.name}",
                f"受注から{each.days}日: {each.handoff.account.name}の状況",
            ),
            key=f"deal:{each.pk}",
        )
        for each in told
        if each.handoff.seller is not None and each.handoff.seller.is_active
    ]  # fmt: skip
    if news:
        notices.tell_many(news, by=by, at=at)


def _is(member: Member, by: Actor) -> bool:
    return by.kind == "member" and by.key == str(member.pk)
