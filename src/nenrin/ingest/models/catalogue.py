"""The event catalogue: every name seen, what it stands for, who is left out, and the latest events as they came."""

from __future__ import annotations

from django.db import models


class EventName(models.Model):
    """A name of an event; page, screen, identify, group and alias calls are `$page` and so on."""

    USES = ("unmapped", "login", "key_feature", "first_value", "other", "ignore")

    namespace = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    events = models.BigIntegerField(default=0)  # stored
    first_seen_at = models.DateTimeField()  # by arrival
    last_seen_at = models.DateTimeField()
    use = models.CharField(max_length=12, default="unmapped")
    feature = models.CharField(max_length=80, blank=True)  # key of the feature, for key_feature
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "name"], name="one_event_name")]


class Exclusion(models.Model):
    """A rule that leaves events out of every count: our own staff, test accounts, bots."""

    KINDS = ("user", "group", "agent", "email_domain")

    kind = models.CharField(max_length=14)
    pattern = models.CharField(max_length=200)  # `*` stands for anything; agent: part of the User-Agent
    why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "pattern"], name="one_exclusion")]


class LiveEvent(models.Model):
    """One of the last hundred events as received, with what became of it."""

    source = models.IntegerField()
    namespace = models.CharField(max_length=60)
    received_at = models.DateTimeField()
    type = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=520)  # by whom it is attributed: g:, u: or a:
    verdict = models.CharField(max_length=40)  # stored, duplicate, or the reason of its quarantine
    flags = models.CharField(max_length=200, blank=True)
    body = models.TextField()
