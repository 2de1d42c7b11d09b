"""However an account comes to somebody else, what the one before has open there is proposed to them: a reader of the
journal.

Whichever way the owner changed (a form, many at once, REST, a playbook, a rule) one internal handoff opens for whoever
has the account by now, unless one was asked for by hand; and another when the account comes into the phase of another
owner. What was accepted on the page has gone along already and asks for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from nenrin.customers import handovers
from nenrin.customers.handovers import Passed
from nenrin.customers.models import Account, Assignment, Handover
from nenrin.customers.statuses import Phase, Stage
from nenrin.foundation import bulk, journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Cursor, Entry
from nenrin.work import handoffs, left_open, owner_news
from nenrin.work.models import Handoff

READER: Final = "owner_changes"
ASSIGNED: Final = "customers.owner.assigned"
#: Among other changes those of the stage.
CHANGED: Final = "customers.account.changed"
LIMIT: Final = 1000
#: What was written down longer ago is history brought in.
FRESH: Final = timedelta(days=14)
#: Who acts in a handoff from sales, by the phase that makes them.
_PARTS: Final = ((Phase.SALES, "seller"), (Phase.PRIMARY, "receiver"), (Phase.ONBOARDING, "receiver"))


@dataclass(frozen=True, slots=True)
class Place:
    """Who has and had an account, and whose handovers of it wait or were answered."""

    account: Account
    rows: Sequence[Assignment]
    handovers: Sequence[Handover]

    def holder(self, phase: str) -> Assignment | None:
        return next((one for one in self.rows if one.phase == phase and one.until_on is None), None)

    def leads(self, stage: str) -> Assignment | None:
        """Whoever looks after it in a stage: the owner of that phase, else the account's own."""
        special = Phase.ONBOARDING if stage == Stage.ONBOARDING else Phase.ADOPTION
        return self.holder(special) or self.holder(Phase.PRIMARY)


def step(at: datetime) -> int:
    """Read on in the journal; returns how many internal handoffs were opened. Safe to repeat, to kill, and for two at once."""
    done = Cursor.objects.filter(reader=READER).values_list("sequence", flat=True).first() or 0
    last = Entry.objects.filter(sequence__gt=done).order_by("-sequence").first()
    if last is None:
        return 0
    heard = list(Entry.objects.filter(sequence__gt=done, action__in=(ASSIGNED, CHANGED)).order_by("sequence")[:LIMIT])
    told = [entry for entry in heard if entry.account and entry.recorded_at > at - FRESH and _matters(entry)]
    with transaction.atomic():
        if not journal.still_at(READER, done):  # another worker told of these
            return 0
        made = _follow(told, at) if told else 0
        journal.advance(READER, heard[-1] if len(heard) == LIMIT else last)
    return made


def _matters(entry: Entry) -> bool:
    return entry.action == ASSIGNED or "stage" in entry.particulars.get("changes", {})


def _follow(entries: Sequence[Entry], at: datetime) -> int:
    places, today = _places({entry.account or 0 for entry in entries}), organisation.today(at)
    given, moved = _by_phase(entries, places), _by_account(entries, places)
    _redirect(given, places, today, at)
    for (account, phase), told in given.items():
        _withdraw(places[account], phase, told[-1], at)
    held = left_open.counts(list(places))
    passed = [one for key, told in given.items() if (one := _passed(places[key[0]], key[1], told, held, today))]
    staged = [one for key, told in moved.items() if (one := _staged(places[key], told, held))]
    made = handovers.follow_many(passed, by=SYSTEM, at=at)
    asked = handovers.follow_many(staged, by=SYSTEM, at=at)
    owner_news.given(
        [(places[account].account, _owner(places[account], phase), told) for (account, phase), told in given.items()],
        made, held, at=at,
    )  # fmt: skip
    owner_news.asked(asked, entries[-1], at=at)
    return len(made) + len(asked)


def _places(keys: Collection[int]) -> Mapping[int, Place]:
    """Three queries."""
    wanted = bulk.among(sorted(keys))
    rows: dict[int, list[Assignment]] = {key: [] for key in keys}
    for row in Assignment.objects.filter(account__in=wanted).select_related("member"):
        rows[row.account_id].append(row)
    asked: dict[int, list[Handover]] = {key: [] for key in keys}
    for each in Handover.objects.filter(account__in=wanted):
        asked[each.account_id].append(each)
    accounts = Account.objects.standing().filter(pk__in=wanted)
    return {account.pk: Place(account, rows[account.pk], asked[account.pk]) for account in accounts}


def _by_phase(entries: Iterable[Entry], places: Mapping[int, Place]) -> Mapping[tuple[int, str], list[Entry]]:
    found: dict[tuple[int, str], list[Entry]] = {}
    for entry in entries:
        if entry.action == ASSIGNED and entry.account is not None and entry.account in places:
            found.setdefault((entry.account, str(entry.particulars["phase"])), []).append(entry)
    return found


def _by_account(entries: Iterable[Entry], places: Mapping[int, Place]) -> Mapping[int, list[Entry]]:
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        if entry.action == CHANGED and entry.account is not None and entry.account in places:
            found.setdefault(entry.account, []).append(entry)
    return found


def _owner(place: Place, phase: str) -> Assignment | None:
    """Whoever has it by now, where they are still here."""
    found = place.holder(phase)
    return found if found is not None and found.member.is_active else None


def _redirect(given: Collection[tuple[int, str]], places: Mapping[int, Place], today: date, at: datetime) -> None:
    """A handoff from sales that is under way goes on with whoever sells to, or receives, the account now."""
    running = Handoff.objects.running().filter(account__in=bulk.among(sorted({account for account, _ in given})))
    for handoff in running:
        for phase, part in _PARTS:
            place = places[handoff.account_id]
            now = _owner(place, phase) if (handoff.account_id, phase) in given else None
            before = {one.member_id for one in left_open.former(place.rows, phase, today)}
            if now is not None and getattr(handoff, f"{part}_id") in before - {now.member_id}:
                handoffs.reassign(handoff, by=SYSTEM, at=at, **{part: now.member})


def _withdraw(place: Place, phase: str, last: Entry, at: datetime) -> None:
    """What was asked of somebody before the account went to another is asked no more."""
    now = place.holder(phase)
    for row in place.handovers:
        if row.phase != phase or row.state != "proposed" or (now and row.receiver_id == now.member_id):
            continue
        asked_on = organisation.today(row.proposed_at)
        ended = [one.until_on for one in place.rows if one.phase == phase and one.member_id == row.receiver_id]
        if row.proposed_at < last.recorded_at or any(day and day >= asked_on for day in ended):
            handovers.withdraw(row, by=SYSTEM, at=at)


def _passed(place: Place, phase: str, told: Sequence[Entry], held: left_open.Counts, today: date) -> Passed | None:
    """The giver is the last one before who has something open that goes along."""
    now = _owner(place, phase)
    if now is None or _is_answered(place, phase, now.member_id, told[0]):
        return None
    for row in left_open.former(place.rows, phase, today):
        if row.member_id != now.member_id and row.member.is_active and _leaves(place, phase, row.member_id, held):
            return Passed(place.account.pk, phase, row.member_id, now.member_id)
    return None


def _is_answered(place: Place, phase: str, receiver: int, since: Entry) -> bool:
    """Somebody asked the receiver themselves since, and had an answer."""
    return any(
        row.phase == phase and row.receiver_id == receiver and row.state in ("accepted", "declined")
        and row.proposed_at >= since.recorded_at
        for row in place.handovers
    )  # fmt: skip


def _leaves(place: Place, phase: str, giver: int, held: left_open.Counts) -> bool:
    wanted = left_open.nouns(phase, left_open.kept(place.rows, giver, place.account.stage))
    return any(held[place.account.pk, giver][noun] for noun in wanted)


def _staged(place: Place, told: Sequence[Entry], held: left_open.Counts) -> Passed | None:
    """From whoever led the stage that the account comes from to whoever leads the one that it stands in."""
    before = place.leads(told[0].particulars["changes"]["stage"][0] or "")
    now = place.leads(place.account.stage)
    if before is None or now is None or before.member_id == now.member_id:
        return None
    if not (before.member.is_active and now.member.is_active):
        return None
    phase, giver = now.phase, before.member_id
    if _is_answered(place, phase, now.member_id, told[0]) or not _leaves(place, phase, giver, held):
        return None
    return Passed(place.account.pk, phase, giver, now.member_id)
