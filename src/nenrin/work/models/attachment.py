"""Files beside tasks, meetings, handoffs, plans, accounts and the rest; their content lies outside the web root."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.work.models.handoff import Handoff
from nenrin.work.models.meeting import Meeting
from nenrin.work.models.opportunity import Opportunity
from nenrin.work.models.plan import SuccessPlan
from nenrin.work.models.received_mail import ReceivedMail
from nenrin.work.models.task import Task
from nenrin.work.models.touch import Touch

#: The columns that say what a file belongs to.
HOLDERS = ("task", "meeting", "touch", "mail", "handoff", "success_plan", "opportunity", "account")


def _exactly_one() -> Q:
    found = Q()
    for holder in HOLDERS:
        others = {f"{other}__isnull": True for other in HOLDERS if other != holder}
        found |= Q(**{f"{holder}__isnull": False}, **others)
    return found


class Attachment(models.Model):
    """One file of exactly one thing. `name` is what the sender called it: personal data; `stored` means nothing."""

    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="attachments")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.CASCADE, related_name="attachments")
    touch = models.ForeignKey(Touch, null=True, on_delete=models.CASCADE, related_name="attachments")
    mail = models.ForeignKey(ReceivedMail, null=True, on_delete=models.CASCADE, related_name="attachments")
    handoff = models.ForeignKey(Handoff, null=True, on_delete=models.CASCADE, related_name="attachments")
    success_plan = models.ForeignKey(SuccessPlan, null=True, on_delete=models.CASCADE, related_name="attachments")
    opportunity = models.ForeignKey(Opportunity, null=True, on_delete=models.CASCADE, related_name="attachments")
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the content
    stored = models.CharField(max_length=64, unique=True)  # random; below MEDIA_ROOT/attachments
    added_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=_exactly_one(), name="one_holder_a_file")]

    def __str__(self) -> str:
        return self.name
