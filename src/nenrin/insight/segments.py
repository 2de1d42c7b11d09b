"""Segments: saved conditions over accounts. They are filters, they count themselves, and they remember who was in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Field, Unreadable
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.insight import segment_fields
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.values import Text

BATCH = 500


class NameTaken(ValueError):
    """Another segment has this name: choose another, or change that one."""


class Stale(ValueError):
    """Somebody changed this segment after you opened it: look at it again, then save."""


def parsed(document: object) -> Condition:
    """The condition that a document states. Raises conditions.Unreadable with every problem by place."""
    return conditions.parse(document, segment_fields.fields())


def sentence(document: object, known: Mapping[str, Field] | None = None) -> Text:
    """A condition in words; a condition that no longer reads (a field is gone) says so.

    `known` are the fields where a caller has many conditions: they cost five queries.
    """
    known = segment_fields.fields() if known is None else known
    try:
        return conditions.sentence(conditions.parse(document, known), known)
    except Unreadable as unreadable:
        first = unreadable.problems[0].text
        return Text(f"Unreadable: {first.en}", f"読み取れません: {first.ja}")


def accounts_in(
    document: object,
    *,
    at: datetime,
    accounts: Sequence[int] | None = None,
    known: Mapping[str, Field] | None = None,
) -> list[int]:
    """Accounts (of all standing ones, or of these) for which a condition holds now, by id.

    Raises conditions.Unreadable.
    """
    known = segment_fields.fields() if known is None else known
    condition = conditions.parse(document, known)
    frame = segment_fields.frame(conditions.columns(condition, known), known, accounts)
    found = conditions.matching(frame, condition, known, organisation.today(at))
    return [int(account) for account in found.column("account").to_pylist()]


def save(
    name: str, condition: object, *, by: Actor, at: datetime, note: str = "", segment: Segment | None = None
) -> Segment:
    """Make a segment, or change one (its `version` must be the stored one), and count it.

    Raises conditions.Unreadable, NameTaken, Stale. Journal: insight.segment.saved; insight.segment.entered and left
    for accounts of a changed one.
    """
    document = conditions.dump(parsed(condition))
    with transaction.atomic():
        twin = Segment.objects.filter(name=name.strip())
        twin = twin.exclude(pk=segment.pk) if segment else twin
        if twin.exists():
            raise NameTaken(NameTaken.__doc__)
        saved = segment or Segment(owner_id=by.member, created_at=at, version=0)
        if segment and not Segment.objects.filter(pk=segment.pk, version=segment.version).update(
            version=segment.version + 1
        ):
            raise Stale(Stale.__doc__)
        saved.name, saved.note, saved.condition, saved.changed_at = name.strip(), note, document, at
        saved.version += 1
        saved.archived_at = None
        saved.save()
        particulars = {"name": saved.name, "condition": document}
        journal.record("insight.segment.saved", actor=by, at=at, subject=("segment", saved.pk), particulars=particulars)
        _settle(saved, None, at, segment_fields.fields(), is_new=segment is None)
    return saved


def archive(segment: Segment, *, by: Actor, at: datetime) -> None:
    """Put a segment away; its history stays. Journal: insight.segment.archived. Safe to repeat."""
    with transaction.atomic():
        if Segment.objects.filter(pk=segment.pk, archived_at__isnull=True).update(archived_at=at):
            particulars = {"name": segment.name}
            journal.record(
                "insight.segment.archived", actor=by, at=at, subject=("segment", segment.pk), particulars=particulars
            )


def settle(at: datetime, accounts: Sequence[int] | None = None) -> int:
    """Bring memberships up to date for some accounts, or all; returns how many changed. Safe to repeat.

    Journal: insight.segment.entered, insight.segment.left.
    """
    if accounts is not None and len(accounts) > BATCH:
        accounts = None
    rows = list(Segment.objects.filter(archived_at__isnull=True))
    known = segment_fields.fields() if rows else {}
    return sum(_settle(one, accounts, at, known) for one in rows)


def _settle(
    segment: Segment,
    accounts: Sequence[int] | None,
    at: datetime,
    known: Mapping[str, Field],
    *,
    is_new: bool = False,
) -> int:
    try:
        now = set(accounts_in(segment.condition, at=at, accounts=accounts, known=known))
    except Unreadable:
        return 0
    with transaction.atomic():
        open_ones = SegmentMembership.objects.filter(segment=segment, left_at__isnull=True)
        if accounts is not None:
            open_ones = open_ones.filter(account__in=accounts)
        was = set(open_ones.values_list("account_id", flat=True))
        entered, left = sorted(now - was), sorted(was - now)
        SegmentMembership.objects.bulk_create(
            [SegmentMembership(segment=segment, account_id=account, entered_at=at) for account in entered],
            batch_size=BATCH,
        )
        for start in range(0, len(left), BATCH):
            open_ones.filter(account__in=left[start : start + BATCH]).update(left_at=at)
        if not is_new:  # its first members did not enter it: it came to them
            journal.record_many([*_moves(segment, entered, "entered", at), *_moves(segment, left, "left", at)])
        if entered or left or accounts is None:
            count = SegmentMembership.objects.filter(segment=segment, left_at__isnull=True).count()
            Segment.objects.filter(pk=segment.pk).update(counted=count, counted_at=at)
            segment.counted, segment.counted_at = count, at
    return len(entered) + len(left)


def _moves(segment: Segment, accounts: Iterable[int], what: str, at: datetime) -> list[journal.Draft]:
    particulars = {"segment": segment.name, "segment_id": segment.pk}
    subjects = [("segment", segment.pk)]
    return [
        journal.Draft(
            f"insight.segment.{what}", SYSTEM, at, account=account, subjects=subjects, particulars=particulars
        )
        for account in accounts
    ]


def counted_on(segment: Segment, at: datetime) -> int:
    """How many accounts were in the segment at a past moment, by its own history."""
    there = Q(entered_at__lte=at) & (Q(left_at__isnull=True) | Q(left_at__gt=at))
    return int(SegmentMembership.objects.filter(there, segment=segment).aggregate(n=Count("pk"))["n"])
