"""Mails that were forwarded or copied to us for an account's timeline."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.work.models.touch import Touch


class State(StrEnum):
    MATCHED = "matched"  # in the timeline
    UNMATCHED = "unmatched"  # waits for a person
    IGNORED = "ignored"


class ReceivedMail(models.Model):
    """One mail, once by its Message-ID. Everything but ids and dates is personal data."""

    message_id = models.CharField(max_length=300, unique=True)
    sender = models.CharField(max_length=254, blank=True)
    recipients = models.JSONField(default=list)  # addresses, lower case
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    happened_at = models.DateTimeField()
    direction = models.CharField(max_length=8)  # as of touches
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # our end of it
    state = models.CharField(max_length=9, choices=[(s.value, s.value) for s in State])
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    touch = models.OneToOneField(Touch, null=True, on_delete=models.SET_NULL, related_name="received")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["state", "-received_at"], name="received_by_state")]

    def __str__(self) -> str:
        return self.subject
