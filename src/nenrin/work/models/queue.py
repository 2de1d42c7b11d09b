"""What members answered to what their day proposed to them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.task import Task


class Answered(StrEnum):
    ACCEPTED = "accepted"
    FINISHED = "finished"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    ASSIGNED = "assigned"


ANSWERS: dict[Answered, Text] = {
    Answered.ACCEPTED: Text("Taken on", "着手"),
    Answered.FINISHED: Text("Done", "完了"),
    Answered.SNOOZED: Text("Later", "あとで"),
    Answered.DISMISSED: Text("Dismissed", "見送り"),
    Answered.ASSIGNED: Text("Given to a colleague", "他のメンバーに依頼"),
}


class QueueAnswerQuerySet(models.QuerySet["QueueAnswer"]):
    def holding(self, day: date | models.Expression) -> models.QuerySet[QueueAnswer]:
        """Those that may keep a reason away on a day: a snooze only until its day comes."""
        return self.filter(~Q(state=Answered.SNOOZED) | Q(until_on__gt=day))


class QueueAnswer(models.Model):
    """The last answer to one reason for one account; those given together share `deed`.

    `fingerprint` is of the facts that the reason rested on: with other facts it is a new one and asked again. `words`
    say why, freely, and may name people: personal data.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="queue_answers")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)  # of the reason
    subject = models.CharField(max_length=80, blank=True)  # what within the account it is about
    fingerprint = models.CharField(max_length=32)
    state = models.CharField(max_length=9, choices=[(a.value, a.value) for a in Answered])
    deed = models.CharField(max_length=24)
    until_on = models.DateField(null=True)  # a snooze: asked again on this day
    words = models.CharField(max_length=300, blank=True)
    headline = models.JSONField(default=dict)  # {"en", "ja"} as it was shown
    play = models.CharField(max_length=40, blank=True)
    receiver = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    objects = QueueAnswerQuerySet.as_manager()
    if TYPE_CHECKING:
        account_id: int
        task_id: int | None

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "account", "code", "subject"], name="one_answer_a_reason")
        ]
        indexes = [models.Index(fields=["deed"], name="queue_answer_by_deed")]

    @property
    def shown(self) -> Text:
        return Text(self.headline.get("en", ""), self.headline.get("ja", ""))
