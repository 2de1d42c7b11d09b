"""Surveys of our own: one person asked once, by mail; the answer itself is a row of ingest like any other."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from nenrin.customers.models import Account, Contact
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed


class SurveyQuerySet(models.QuerySet["SurveyAsk"]):
    def for_member(self, member: Member, permission: Permission) -> Self:
        if allowed(member, permission) is Scope.ALL:
            return self
        return self.filter(account__in=Account.objects.for_member(member, permission))


class SurveyAsk(models.Model):
    """One person was asked. The link holds the number and a seal; nothing secret is stored here."""

    key = models.CharField(max_length=120, unique=True)  # what asked: asked for twice, it is the same row
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    survey = models.CharField(max_length=4)  # nps, csat or ces
    channel = models.CharField(max_length=8, default="mail")
    language = models.CharField(max_length=2, default="ja")
    question = models.CharField(max_length=500)
    mail = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    sent_on = models.DateField(null=True)  # handed over to the provider: from then on it counts as asked
    unsent_at = models.DateTimeField(null=True)  # its mail never reached anybody: it counts as never asked
    has_links = models.BooleanField(default=True)  # the kept words of its mail still open it
    expires_at = models.DateTimeField()  # counted from when its mail went out; until then, from when it was asked
    answered_at = models.DateTimeField(null=True)
    score = models.SmallIntegerField(null=True)

    objects: ClassVar[models.Manager[SurveyAsk]] = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["contact", "-asked_at"], name="survey_by_contact"),
            models.Index(fields=["mail"], name="survey_with_links", condition=models.Q(has_links=True)),
            models.Index(fields=["expires_at"], name="survey_open", condition=models.Q(answered_at__isnull=True)),
            models.Index(
                fields=["mail"],
                name="survey_not_sent",
                condition=models.Q(answered_at__isnull=True, sent_on__isnull=True),
            ),
        ]
