"""Handing an account over within our own house, from one who looks after it to the next."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from nenrin.customers.models.account import Account
from nenrin.customers.models.deputy import Deputy
from nenrin.customers.statuses import Phase, choices
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed


class HandoverQuerySet(models.QuerySet["Handover"]):
    def waiting(self) -> Self:
        return self.filter(state="proposed", account__archived_at__isnull=True)

    def for_member(self, member: Member, permission: Permission, on: date | None = None) -> Self:
        """Of the accounts in the member's scope, and those that go to them.

        - `on`: on this day they stand in for others, and those that go to these are theirs to answer too.
        """
        scope = allowed(member, permission)
        if scope is None:
            return self.none()
        if scope is Scope.ALL:
            return self
        theirs = Q(account__in=Account.objects.for_member(member, permission)) | Q(receiver=member)
        if on is not None:
            theirs |= Q(receiver__in=Deputy.objects.on(on).filter(deputy=member).values("member"))
        return self.filter(theirs)


class Handover(models.Model):
    """Proposed until the receiver accepts or declines, or whoever proposed it takes it back.

    `note` is free words for the receiver and may name people: personal data. `contents`: what went along, as counted
    when it was accepted: {"tasks": n, "promises": n, "plans": n}.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="handovers")
    phase = models.CharField(max_length=12, choices=choices(Phase), default=Phase.PRIMARY)
    giver = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    receiver = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="handovers")
    note = models.CharField(max_length=1000, blank=True)
    answer = models.CharField(max_length=300, blank=True)  # why it was declined: personal like the note
    state = models.CharField(max_length=9, default="proposed")  # proposed, accepted, declined or withdrawn
    contents = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Handover]] = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "phase"], condition=Q(state="proposed"), name="one_handover_a_phase"
            ),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="a_handover_moves"),
        ]
        indexes = [models.Index(fields=["receiver", "state"], name="handover_by_receiver")]
