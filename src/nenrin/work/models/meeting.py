"""Meetings that are planned, and what became of them."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from nenrin.customers.models import Account, Contact
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text
from nenrin.work.models.touch import Touch


class State(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


STATES: dict[State, Text] = {
    State.PLANNED: Text("Planned", "予定"),
    State.HELD: Text("Held", "実施済み"),
    State.CANCELLED: Text("Cancelled", "中止"),
}


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def standing(self) -> Self:
        """Not cancelled."""
        return self.exclude(state=State.CANCELLED)

    def of(self, member: Member) -> Self:
        """Those that a member holds or attends."""
        attends = Attendee.objects.filter(meeting=OuterRef("pk"), member=member)
        return self.filter(Q(owner=member) | Exists(attends))

    def for_member(self, member: Member, permission: Permission) -> Self:
        """Meetings with the accounts in the member's scope, and their own.

        What no account is known for may be private (a dentist in a calendar that is read in): its people alone see it.
        """
        scope = allowed(member, permission)
        if scope is None:
            return self.none()
        attends = Exists(Attendee.objects.filter(meeting=OuterRef("pk"), member=member))
        own = Q(owner=member) | Q(attends)
        if scope is Scope.ALL:
            return self.filter(own | Q(account__isnull=False))
        return self.filter(own | Q(account__in=Account.objects.for_member(member, permission)))


class Meeting(models.Model):
    """A meeting with an account or among ourselves. `title`, `agenda`, `notes`, `place` are free words: personal data."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_all_day = models.BooleanField(default=False)
    place = models.CharField(max_length=300, blank=True)
    link = models.CharField(max_length=1000, blank=True)  # http or https
    agenda = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=[(s.value, s.value) for s in State], default=State.PLANNED)
    reason = models.CharField(max_length=500, blank=True)  # why it was cancelled
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="meetings")
    touch = models.OneToOneField(Touch, null=True, on_delete=models.SET_NULL, related_name="meeting")  # once held
    calendar = models.ForeignKey(
        "work.CalendarSubscription", null=True, on_delete=models.SET_NULL, related_name="meetings"
    )
    outside = models.CharField(max_length=300, blank=True)  # UID and RECURRENCE-ID in that calendar
    is_account_set = models.BooleanField(default=False)  # by a person: reading the calendar again leaves it
    key = models.CharField(max_length=200, blank=True)  # asked for twice under one key is one meeting
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Meeting]] = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="one_meeting_a_key"),
            models.UniqueConstraint(
                fields=["calendar", "outside"], condition=~Q(outside=""), name="one_meeting_an_outside_event"
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="meeting_by_start"),
            models.Index(fields=["account", "starts_at"], name="meeting_by_account"),
            models.Index(fields=["owner", "starts_at"], name="meeting_by_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def minutes(self) -> int:
        return max(0, round((self.ends_at - self.starts_at).total_seconds() / 60))


class Attendee(models.Model):
    """Who is to be there: a contact of the account, a colleague, or an address that nobody is known by."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendees")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=254, blank=True)  # lower case; of those who are neither
    name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "contact"], name="a_contact_once_a_meeting"),
            models.UniqueConstraint(fields=["meeting", "member"], name="a_member_once_a_meeting"),
            models.UniqueConstraint(
                fields=["meeting", "address"], condition=~Q(address=""), name="an_address_once_a_meeting"
            ),
        ]

    @property
    def shown(self) -> str:
        known = self.contact or self.member
        return known.name if known else self.name or self.address


class AgendaTemplate(models.Model):
    """An agenda to begin with."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=200, blank=True)  # of the meeting, where it has none yet
    agenda = models.TextField()
    minutes = models.PositiveSmallIntegerField(null=True)
    archived_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
