"""Handoffs from sales to customer success: opened, filled in, sent, sent back with questions, accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from nenrin.customers import ownership
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account, Assignment, Contact, Subscription
from nenrin.customers.statuses import Phase
from nenrin.foundation import bulk, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking, promises
from nenrin.work.handing import policies, rows, telling
from nenrin.work.models import Handoff, HandoffItem, HandoffPerson, HandoffQuestion
from nenrin.work.models.handoff import ITEMS, RUNNING, WRITING, Fit, HandoffState, Item
from nenrin.work.models.promise import Origin

MOST_WORDS = 10_000
MOST_REASON, MOST_QUESTION, MOST_ANSWER, MOST_NOTE = 300, 1000, 2000, 500


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to one item: words, or the reason why nothing need be said."""

    words: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise of item 6, to be written into the ledger; members and contacts by their ids."""

    words: str
    due_on: date | None = None
    owner: int | None = None
    contact: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked when a handoff goes back; `item` empty: about the whole."""

    words: str
    item: str = ""


def open(
    account: Account,
    *,
    by: Actor,
    at: datetime,
    subscription: Subscription | None = None,
    signed_on: date | None = None,
    seller: Member | None = None,
    receiver: Member | None = None,
) -> Handoff:
    """Begin a handoff; the account's own where one is under way. Safe to repeat.

    Seller and receiver default to the account's owners (sales; onboarding, else the CSM). Due by the policy's business
    days after the signature. Journal: work.handoff.opened.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account.pk)
        running = Handoff.objects.filter(account=account, state__in=RUNNING).first()
        if running:
            return running
        owners = dict(
            Assignment.objects.filter(account=account, until_on__isnull=True).values_list("phase", "member_id")
        )
        signed = signed_on or (subscription and (subscription.signed_on or subscription.starts_on))
        signed = signed or organisation.today(at)
        checking.refuse(checking.day("signed_on", signed))
        handoff = Handoff.objects.create(
            account=account,
            subscription=subscription,
            seller_id=seller.pk if seller else owners.get(Phase.SALES),
            receiver_id=receiver.pk if receiver else owners.get(Phase.ONBOARDING) or owners.get(Phase.PRIMARY),
            signed_on=signed,
            due_on=add_business_days(signed, policies.current().due_days),
            opened_at=at,
            changed_at=at,
        )
        bulk.insert([HandoffItem(handoff=handoff, item=item.value) for item in ITEMS])
        rows.record("opened", handoff, by, at)
        telling.opened(handoff, by=by, at=at)
    return handoff


def fill(
    handoff: Handoff,
    said: Mapping[str, Said],
    *,
    by: Actor,
    at: datetime,
    people: Sequence[int] | None = None,
    promised: Sequence[Promised] = (),
    fit_expected: str | None = None,
    version: int | None = None,
) -> Handoff:
    """Write down items; those not named stay. `people` replaces the contacts of item 3, `promised` adds to the ledger.

    Safe to repeat but for `promised`. Raises Refused, Conflict. Journal: work.handoff.filled (and work.promise.made).
    """
    with transaction.atomic():
        stands = rows.locked(handoff, version, {item: told.words for item, told in said.items()})
        _refuse_state(stands, (*WRITING, HandoffState.SENT), Text("closed already", "すでに完了している"))
        checking.refuse(fault for item, told in said.items() for fault in _faults(item, told))
        changed = _written(stands, said, by, at) + _named(stands, people)
        changed += _promised(stands, promised, by, at)
        if fit_expected is not None and fit_expected != stands.fit_expected:
            stands.fit_expected = Fit(fit_expected).value
            changed += 1
        if not changed:
            return stands
        rows.count(stands)
        rows.save(stands, at)
        rows.record("filled", stands, by, at)
    return stands


def _faults(item: str, told: Said) -> list[Fault]:
    if item not in set(Item):
        return [Fault(item, Text("no such item", "項目がない"), item)]
    faults = checking.words(item, told.words, MOST_WORDS, needed=False)
    faults += checking.words(item, told.reason, MOST_REASON, needed=False)
    if told.words.strip() and told.reason.strip():
        faults.append(Fault(item, Text("either an answer or a waiver", "回答か対応不要のどちらか一方")))
    return faults


def _written(handoff: Handoff, said: Mapping[str, Said], by: Actor, at: datetime) -> int:
    changed = []
    for row in handoff.items.filter(item__in=list(said)):
        told = said[row.item]
        if (row.words, row.reason) != (told.words.strip(), told.reason.strip()):
            row.words, row.reason = told.words.strip(), told.reason.strip()
            row.answered_by_id, row.answered_at = by.member, at
            changed.append(row)
    HandoffItem.objects.bulk_update(changed, ["words", "reason", "answered_by", "answered_at"])
    return len(changed)


def _named(handoff: Handoff, people: Sequence[int] | None) -> int:
    if people is None:
        return 0
    wanted, there = set(people), set(handoff.people.values_list("contact_id", flat=True))
    strangers = wanted - set(
        Contact.objects.filter(account=handoff.account_id, pk__in=wanted).values_list("pk", flat=True)
    )
    if strangers:
        raise Refused.one("people", Text("somebody at this account", "この顧客の担当者"), sorted(strangers))
    handoff.people.filter(contact__in=there - wanted).delete()
    bulk.insert([HandoffPerson(handoff=handoff, contact_id=contact) for contact in sorted(wanted - there)])
    return len(wanted ^ there)


def _promised(handoff: Handoff, promised: Sequence[Promised], by: Actor, at: datetime) -> int:
    made = [
        promises.Row(
            account=handoff.account_id, words=one.words, due_on=one.due_on, owner=one.owner, contact=one.contact,
            given_by=handoff.seller_id, given_on=min(handoff.signed_on, organisation.today(at)),
            origin=Origin.HANDOFF, origin_key=str(handoff.pk),
        )
        for one in promised
    ]  # fmt: skip
    return len(promises.make_many(made, by=by, at=at))


def send(handoff: Handoff, *, by: Actor, at: datetime, version: int | None = None) -> Handoff:
    """Hand it to customer success. Safe to repeat. Raises Refused while an item is open, Conflict.

    Journal: work.handoff.sent.
    """
    with transaction.atomic():
        stands = rows.locked(handoff, version)
        if stands.state == HandoffState.SENT:
            return stands
        _refuse_state(stands, WRITING, Text("closed already", "すでに完了している"))
        missing = rows.open_items(stands)
        if missing:
            said = Text(", ".join(name.en for name in missing), "、".join(name.ja for name in missing))
            asked = Text("answer or waive with a reason: {items}", "回答するか、理由を添えて対応不要に: {items}")
            raise Refused.one("items", Text(asked.en.format(items=said.en), asked.ja.format(items=said.ja)))
        stands.state, stands.sent_at = HandoffState.SENT, at
        stands.first_sent_at = stands.first_sent_at or at
        rows.count(stands)
        rows.save(stands, at)
        rows.record("sent", stands, by, at)
        telling.sent(stands, by=by, at=at)
    return stands


def send_back(
    handoff: Handoff, questions: Sequence[Question], *, by: Actor, at: datetime, version: int | None = None
) -> Handoff:
    """Customer success asks for more. Raises Refused without a question, Conflict. Journal: work.handoff.returned."""
    with transaction.atomic():
        stands = rows.locked(handoff, version)
        _refuse_state(stands, (HandoffState.SENT,), Text("not waiting for acceptance", "受領待ちではない"))
        if not questions:
            raise Refused.one("questions", Text("at least one question", "質問を1つ以上"))
        checking.refuse(fault for each in questions for fault in checking.words("questions", each.words, MOST_QUESTION))
        bulk.insert([_asked(stands, each, by, at) for each in questions])
        stands.state, stands.returns = HandoffState.RETURNED, stands.returns + 1
        rows.save(stands, at)
        asked = " / ".join(each.words.strip() for each in questions)
        rows.record("returned", stands, by, at, note={"questions": len(questions)}, words=asked[:500])
        telling.returned(stands, by=by, at=at)
    return stands


def _asked(handoff: Handoff, question: Question, by: Actor, at: datetime) -> HandoffQuestion:
    item = Item(question.item).value if question.item in set(Item) else ""
    asker = by.member
    return HandoffQuestion(handoff=handoff, item=item, words=question.words.strip(), asked_by_id=asker, asked_at=at)


def reply(question: HandoffQuestion, words: str, *, by: Actor, at: datetime) -> HandoffQuestion:
    """Answer what was asked. Safe to repeat. Raises Refused. Journal: work.handoff.answered."""
    checking.refuse(checking.words("answer", words, MOST_ANSWER))
    with transaction.atomic():
        stands = HandoffQuestion.objects.select_for_update().get(pk=question.pk)
        if stands.answer == words.strip():
            return stands
        stands.answer, stands.answered_at, stands.answered_by_id = words.strip(), at, by.member
        stands.save()
        rows.record("answered", stands.handoff, by, at, words=words.strip()[:500])
    return stands


def accept(
    handoff: Handoff, *, by: Actor, at: datetime, member: Member | None = None, version: int | None = None
) -> Handoff:
    """Customer success takes the account over. Safe to repeat. Raises Refused before it was sent, Conflict.

    `member` becomes the onboarding owner where the account has none, and the owner of promises that have none.
    Journal: work.handoff.accepted.
    """
    with transaction.atomic():
        stands = rows.locked(handoff, version)
        if stands.state == HandoffState.ACCEPTED:
            return stands
        _refuse_state(stands, (HandoffState.SENT,), Text("not waiting for acceptance", "受領待ちではない"))
        stands.state, stands.accepted_at = HandoffState.ACCEPTED, at
        stands.accepted_by = member
        stands.accept_hours = (at - (stands.first_sent_at or at)).total_seconds() / 3600
        rows.save(stands, at)
        if member:
            _take_over(stands, member, by, at)
        rows.record("accepted", stands, by, at)
        telling.accepted(stands, by=by, at=at)
    return stands


def _take_over(handoff: Handoff, member: Member, by: Actor, at: datetime) -> None:
    held = Assignment.objects.filter(account=handoff.account_id, until_on__isnull=True, phase=Phase.ONBOARDING)
    if not held.exists():
        ownership.assign(handoff.account, member, by=by, at=at, phase=Phase.ONBOARDING)
    for promise in rows.promises_of(handoff.pk).open().filter(owner__isnull=True):
        promises.change(promise, by=by, at=at, owner=member)


def drop(handoff: Handoff, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> Handoff:
    """It is not needed, and why. Safe to repeat. Raises Refused, Conflict. Journal: work.handoff.dropped."""
    checking.refuse(checking.words("reason", reason, MOST_NOTE))
    with transaction.atomic():
        stands = rows.locked(handoff, version)
        if stands.state == HandoffState.DROPPED:
            return stands
        _refuse_state(stands, RUNNING, Text("accepted already", "すでに受領済み"))
        stands.state, stands.note = HandoffState.DROPPED, reason.strip()
        rows.save(stands, at)
        rows.record("dropped", stands, by, at, words=stands.note)
    return stands


def judge(
    handoff: Handoff, found: str, *, by: Actor, at: datetime, note: str = "", version: int | None = None
) -> Handoff:
    """What customer success found the fit to be, against what sales expected. Safe to repeat. Raises Refused, Conflict.

    Journal: work.handoff.judged.
    """
    checking.refuse(checking.words("note", note, MOST_NOTE, needed=False))
    if found not in set(Fit) - {Fit.NONE}:
        raise Refused.one("fit_found", Text("good, partial or poor", "good・partial・poorのいずれか"), found)
    with transaction.atomic():
        stands = rows.locked(handoff, version)
        if (stands.fit_found, stands.fit_note) == (found, note.strip()):
            return stands
        stands.fit_found, stands.fit_note, stands.fit_found_on = found, note.strip(), organisation.today(at)
        rows.save(stands, at)
        rows.record("judged", stands, by, at, note={"fit": found}, words=stands.fit_note)
    return stands


def reassign(
    handoff: Handoff, *, by: Actor, at: datetime, seller: Member | None = None, receiver: Member | None = None
) -> Handoff:
    """Somebody else writes it, or is asked to accept it; one that has ended stays whose it was. Safe to repeat.

    Journal: work.handoff.reassigned.
    """
    with transaction.atomic():
        stands = rows.locked(handoff)
        if stands.state not in RUNNING:
            return stands
        before = (stands.seller_id, stands.receiver_id)
        stands.seller, stands.receiver = seller or stands.seller, receiver or stands.receiver
        if before == (stands.seller_id, stands.receiver_id):
            return stands
        rows.save(stands, at)
        rows.record("reassigned", stands, by, at)
        if stands.state == HandoffState.SENT and stands.receiver_id != before[1]:
            telling.sent(stands, by=by, at=at)
    return stands


def attach(handoff: Handoff, subscription: Subscription, *, by: Actor, at: datetime) -> Handoff:
    """This is the contract that it hands over. Safe to repeat. Journal: work.handoff.attached."""
    with transaction.atomic():
        stands = rows.locked(handoff)
        if stands.subscription_id == subscription.pk:
            return stands
        stands.subscription = subscription
        rows.save(stands, at)
        rows.record("attached", stands, by, at)
    return stands


def _refuse_state(handoff: Handoff, allowed: Sequence[HandoffState], why: Text) -> None:
    if handoff.state not in allowed:
        raise Refused.one("state", why, handoff.state)
