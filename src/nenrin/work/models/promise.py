"""The ledger of promises: what one of us told a customer would be done, by when, and what became of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account, Contact
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.reach import OfAccount


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    WAIVED = "waived"


class Standing(StrEnum):
    """How a promise stands on a day: overdue is computed, never stored."""

    OPEN = "open"
    OVERDUE = "overdue"
    KEPT = "kept"
    WAIVED = "waived"


STANDINGS: dict[Standing, Text] = {
    Standing.OPEN: Text("Open", "未履行"),
    Standing.OVERDUE: Text("Overdue", "期限超過"),
    Standing.KEPT: Text("Kept", "履行済み"),
    Standing.WAIVED: Text("Waived", "対応不要"),
}


class Origin(StrEnum):
    """Where a promise was given."""

    HANDOFF = "handoff"
    MEETING = "meeting"
    PLAN = "plan"
    HAND = "hand"


ORIGINS: dict[Origin, Text] = {
    Origin.HANDOFF: Text("At the sale", "商談"),
    Origin.MEETING: Text("In a meeting", "打ち合わせ"),
    Origin.PLAN: Text("In the success plan", "サクセスプラン"),
    Origin.HAND: Text("Elsewhere", "その他"),
}


class PromiseQuerySet(OfAccount["Promise"]):
    def open(self) -> Self:
        return self.filter(state=PromiseState.OPEN)

    def standing(self, standing: Standing, today: date) -> Self:
        """Those that stand so on a day."""
        if standing is Standing.OVERDUE:
            return self.open().filter(due_on__lt=today)
        if standing is Standing.OPEN:
            return self.open().filter(Q(due_on__isnull=True) | Q(due_on__gte=today))
        return self.filter(state=standing.value)


class Promise(models.Model):
    """`words`, `toward` and `outcome` are free words and may name people: personal data."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="promises")
    words = models.CharField(max_length=500)
    given_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")  # to whom
    toward = models.CharField(max_length=120, blank=True)  # to whom, where that is no contact of ours
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # who keeps it
    given_on = models.DateField()
    due_on = models.DateField(null=True)
    origin = models.CharField(max_length=8, default=Origin.HAND, choices=[(o.value, o.value) for o in Origin])
    origin_key = models.CharField(max_length=20, blank=True)  # number of the handoff, meeting or plan
    key = models.CharField(max_length=80, null=True, unique=True)  # asked for twice under one key: one row
    state = models.CharField(max_length=6, default=PromiseState.OPEN)
    settled_on = models.DateField(null=True)  # the day it was kept or waived
    settled_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=500, blank=True)  # how it was kept, or why it was waived
    evidence_url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = [models.F("due_on").asc(nulls_last=True), "id"]
        indexes = [
            models.Index(fields=["account", "state", "due_on"], name="promise_by_account"),
            models.Index(fields=["owner", "due_on"], name="promise_open_by_owner", condition=Q(state="open")),
            models.Index(fields=["due_on", "id"], name="promise_open_by_due", condition=Q(state="open")),
            models.Index(fields=["origin", "origin_key"], name="promise_by_origin"),
        ]

    def __str__(self) -> str:
        return self.words

    def standing_on(self, today: date) -> Standing:
        if self.state != PromiseState.OPEN:
            return Standing(self.state)
        return Standing.OVERDUE if self.due_on and self.due_on < today else Standing.OPEN
