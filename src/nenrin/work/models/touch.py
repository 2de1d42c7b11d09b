"""What our people write down of their contact with an account: meetings, calls, mails, and notes among ourselves."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from django.db import models

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text


class Channel(StrEnum):
    MEETING = "meeting"
    CALL = "call"
    MAIL = "mail"
    NOTE = "note"  # for ourselves; reaches nobody


CHANNELS: dict[Channel, Text] = {
    Channel.MEETING: Text("Meeting", "打ち合わせ"),
    Channel.CALL: Text("Call", "電話"),
    Channel.MAIL: Text("Mail", "メール"),
    Channel.NOTE: Text("Note", "メモ"),
}


class Direction(StrEnum):
    OUT = "out"  # we approached them
    IN = "in"  # they approached us
    INTERNAL = "internal"


class TouchQuerySet(models.QuerySet["Touch"]):
    def standing(self) -> Self:
        return self.filter(retracted_at__isnull=True)

    def for_member(self, member: Member, permission: Permission) -> Self:
        if allowed(member, permission) is Scope.ALL:
            return self
        return self.filter(account__in=Account.objects.for_member(member, permission))


class Touch(models.Model):
    """One meeting, call, mail or note. `title` and `body` are free words and may name people: personal data."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="touches")
    channel = models.CharField(max_length=8, choices=[(c.value, c.value) for c in Channel])
    direction = models.CharField(max_length=8, default=Direction.OUT)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    happened_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(null=True)  # how long it took us
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    retracted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Touch]] = TouchQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        indexes = [models.Index(fields=["account", "-happened_at"], name="touch_by_account")]

    def __str__(self) -> str:
        return self.title
