"""Opportunities of this team: some ended, some with sales, some whose next step is due; one opened although held back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import organisation
from nenrin.foundation.calendar import add_business_days
from nenrin.simulator.economy.workdays import worked
from nenrin.simulator.writer.accounts import Book
from nenrin.work import opportunities
from nenrin.work.models import Opportunity, Proposal
from nenrin.work.models.opportunity import Origin
from nenrin.work.opportunities import candidates, dismissals, ending, proposals, sales
from nenrin.work.opportunities.candidates import Candidate

_WORDS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent.parent / "prose" / "growing.yaml").read_text(encoding="utf-8")
)
SELLER = "yamaguchi"
#: Of candidates that are ready, one after the other: how far it came.
COURSES = ("open", "proposed", "handed", "taken", "accepted", "later", "open", "away")
#: How those of the past ended, and the share of MRR that came of those won.
ENDED = ("won", "won", "lost", "won", "won", "lost", "won", "withdrawn", "won", "lost", "won", "won")
SHARES = (0.12, 0.08, 0.2, 0.15, 0.1)


def grown(book: Book, *, now: datetime) -> int:
    """Write them down; returns how many."""
    owners = {member.pk: key for key, member in book.ground.members.items()}
    found = [one for one in candidates.of(Account.objects.standing(), now) if one.owner in owners]
    ready = [one for one in found if not one.is_held]
    for place, (course, one) in enumerate(zip(COURSES, _varied(ready), strict=False)):
        _lived(book, one, course, place, owners[one.owner or 0], now)
    _held(book, [one for one in found if one.is_held], owners, now)
    _past(book, {one.account for one in found}, owners, now)
    return Opportunity.objects.count()


def _varied(ready: Sequence[Candidate]) -> list[Candidate]:
    """One an account, the owners in turn, so that several people's pages have some."""
    by_owner: dict[int, list[Candidate]] = {}
    for one in {each.account: each for each in reversed(ready)}.values():
        by_owner.setdefault(one.owner or 0, []).insert(0, one)
    longest = max(map(len, by_owner.values()), default=0)
    return [rows[n] for n in range(longest) for rows in by_owner.values() if n < len(rows)]


def _say(account: Account, key: str, place: int) -> str:
    told = _WORDS[key]
    words: dict[str, str] = told[place % len(told)] if isinstance(told, list) else told
    return words["en" if account.language == "en" else "ja"]


def _lived(book: Book, one: Candidate, course: str, place: int, owner: str, now: datetime) -> None:
    account, by = Account.objects.get(pk=one.account), book.ground.actor(owner)
    begun = now - timedelta(days=9 + 2 * place)
    if course == "away":
        dismissals.dismiss(account, one.kind, _say(account, "away", 0), days=120, by=by, at=now - timedelta(days=3))
        return
    try:
        row = candidates.open_one(one, account, owner=book.ground.members[owner], by=by, at=begun)
        _went(book, row, course, place, owner, now)
    except Refused:  # something spoke against it on that day
        return


def _went(book: Book, row: Opportunity, course: str, place: int, owner: str, now: datetime) -> None:
    by, today = book.ground.actor(owner), organisation.today(now)
    due = worked(today) if place % 2 == 0 else worked(today, 2 + place)
    row = opportunities.change(
        row, next_step=_say(row.account, "next", place), due_on=due, by=by, at=now - timedelta(days=7)
    )
    if course == "open":
        return
    made = _proposed(book, row, place, owner, now - timedelta(days=6))
    if course == "later":
        again = add_business_days(today, 90)
        proposals.answer(
            made, "later", words=_say(row.account, "later", 0), again_on=again, by=by, at=now - timedelta(days=4)
        )
    elif course != "proposed":
        proposals.answer(made, "accepted", words=_say(row.account, "accepted", 0), by=by, at=now - timedelta(days=4))
    if course in ("handed", "taken"):
        sales.hand(row, seller=book.ground.members[SELLER], by=by, at=now - timedelta(days=3))
    if course == "taken":
        sales.take(row, by=book.ground.actor(SELLER), at=now - timedelta(days=2))


def _proposed(book: Book, row: Opportunity, place: int, owner: str, at: datetime) -> Proposal:
    goals = proposals.objectives(row.account_id)
    return proposals.propose(
        row, _say(row.account, "benefit", place), cases=_say(row.account, "cases", place), terms=_say(row.account, "terms", place),
        objective=goals[0] if goals else None, offered_minor=row.expected_minor, minutes=30 + 5 * (place % 4),
        author=book.ground.members[owner], by=book.ground.actor(owner), at=at,
    )  # fmt: skip


def _held(book: Book, held: Sequence[Candidate], owners: dict[int, str], now: datetime) -> None:
    for one in held[:1]:
        account, owner = Account.objects.get(pk=one.account), owners[one.owner or 0]
        by, reason = book.ground.actor(owner), _say(account, "held", 0)
        candidates.open_one(
            one, account, reason=reason, owner=book.ground.members[owner], by=by, at=now - timedelta(days=2)
        )


def _past(book: Book, busy: set[int], owners: dict[int, str], now: datetime) -> None:
    """Healthy customers with whom it came to an end in the last half year."""
    rows = Account.objects.standing().filter(
        status=Status.CUSTOMER, health__band="healthy", owner__in=owners, mrr_minor__gt=0
    )
    chosen = [row for row in rows.order_by("pk")[:120] if row.pk not in busy][: len(ENDED)]
    for place, (account, end) in enumerate(zip(chosen, ENDED, strict=False)):
        owner = owners[account.owner_id or 0]
        _ended(book, account, end, place, owner, now - timedelta(days=150 - 9 * place))


def _ended(book: Book, account: Account, end: str, place: int, owner: str, begun: datetime) -> None:
    by, share = book.ground.actor(owner), round(account.mrr_minor * SHARES[place % len(SHARES)], -2)
    expected = int(share) or None
    origin = Origin.PLAYBOOK if place % 4 == 1 else Origin.RULE if place % 2 else Origin.HAND
    kind = ("seats", "upsell", "seats", "price")[place % 4]
    try:
        row = opportunities.open(
            account, kind, expected=expected, origin=origin, owner=book.ground.members[owner], by=by, at=begun
        )
        _proposed(book, row, place, owner, begun + timedelta(days=4))
        _closed(book, row, end, place, owner, begun)
    except Refused:  # something spoke against it on that day
        return


def _closed(book: Book, row: Opportunity, end: str, place: int, owner: str, begun: datetime) -> None:
    account, by, closed = row.account, book.ground.actor(owner), begun + timedelta(days=14 + 5 * (place % 7))
    if end == "withdrawn":
        ending.withdraw(row, _say(account, "withdrawn", 0), by=by, at=closed)
        return
    sales.hand(row, seller=book.ground.members[SELLER], by=by, at=begun + timedelta(days=6))
    seller = book.ground.actor(SELLER)
    sales.take(row, by=seller, at=begun + timedelta(days=7))
    if end == "won":
        ending.win(row, row.expected_minor or 0, words=_say(account, "won", place), by=seller, at=closed)
    else:
        ending.lose(row, _say(account, "lost", place), by=seller, at=closed)
