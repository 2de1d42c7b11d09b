"""Files beside tasks, meetings, timeline entries and mails; their content lies outside the web root."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.foundation.models import Member
from nenrin.work.models.meeting import Meeting
from nenrin.work.models.received_mail import ReceivedMail
from nenrin.work.models.task import Task
from nenrin.work.models.touch import Touch

_HOLDERS = ("task", "meeting", "touch", "mail")


def _exactly_one() -> Q:
    found = Q()
    for holder in _HOLDERS:
        others = {f"{other}__isnull": True for other in _HOLDERS if other != holder}
        found |= Q(**{f"{holder}__isnull": False}, **others)
    return found


class Attachment(models.Model):
    """One file of exactly one thing. `name` is what the sender called it: personal data; `stored` means nothing."""

    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="attachments")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.CASCADE, related_name="attachments")
    touch = models.ForeignKey(Touch, null=True, on_delete=models.CASCADE, related_name="attachments")
    mail = models.ForeignKey(ReceivedMail, null=True, on_delete=models.CASCADE, related_name="attachments")
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
