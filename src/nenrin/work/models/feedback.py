"""What customer success tells the seller of an account, in four kinds, and what came of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.reach import OfAccount


class FeedbackKind(StrEnum):
    USAGE = "usage"
    UPSELL = "upsell"
    STORY = "story"
    REQUEST = "request"


KINDS: dict[FeedbackKind, Text] = {
    FeedbackKind.USAGE: Text("Usage and satisfaction", "利用状況・満足度"),
    FeedbackKind.UPSELL: Text("Upsell sign", "アップセルの兆し"),
    FeedbackKind.STORY: Text("Success story", "成功事例"),
    FeedbackKind.REQUEST: Text("Request or complaint", "要望・不満"),
}


class Outcome(StrEnum):
    NONE = ""
    TALKING = "talking"
    DONE = "done"
    WON = "won"
    NOTHING = "nothing"


OUTCOMES: dict[Outcome, Text] = {
    Outcome.NONE: Text("Not taken up yet", "未対応"),
    Outcome.TALKING: Text("Being followed up", "対応中"),
    Outcome.DONE: Text("Done", "対応済み"),
    Outcome.WON: Text("Led to a deal", "受注につながった"),
    Outcome.NOTHING: Text("No action", "対応なし"),
}


class FeedbackQuerySet(OfAccount["Feedback"]):
    def standing(self) -> Self:
        return self.filter(retracted_at__isnull=True)


class Feedback(models.Model):
    """`words` and `outcome_words` are free words and may name people: personal data."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="feedback")
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in FeedbackKind])
    words = models.TextField()
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    seller = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)  # by the seller
    outcome = models.CharField(max_length=8, blank=True)
    outcome_words = models.CharField(max_length=1000, blank=True)
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    retracted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-id"]
        indexes = [
            models.Index(fields=["account", "-written_at"], name="feedback_by_account"),
            models.Index(fields=["seller"], name="feedback_unread", condition=Q(read_at=None, retracted_at=None)),
        ]

    def __str__(self) -> str:
        return self.words[:60]
