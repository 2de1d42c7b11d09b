"""What mails are sent through, how fast, and to whom never."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db import models
from django.db.models import Q

from nenrin.values import Text


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailSettings(models.Model):
    """One row: the provider and the rules of sending. Secrets are sealed (foundation.sealed)."""

    provider = models.CharField(max_length=20, default="smtp")  # or a name of foundation.mail.providers
    host = models.CharField(max_length=200, blank=True)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=8, default=Security.STARTTLS)
    user = models.CharField(max_length=200, blank=True)
    secret = models.TextField(blank=True)  # sealed: the password, or the provider's key
    hook_secret = models.TextField(blank=True)  # sealed: proves that a report comes from the provider
    from_address = models.CharField(max_length=254, blank=True)
    from_name = models.CharField(max_length=120, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    postal_address = models.CharField(max_length=300, blank=True)  # the law asks for it under marketing mail
    enquiries = models.CharField(max_length=254, blank=True)  # where a reader may ask: an address or a phone number
    per_second = models.PositiveIntegerField(null=True)
    per_hour = models.PositiveIntegerField(null=True)
    hold_minutes = models.PositiveSmallIntegerField(default=5)  # how long a mail that no person wrote can be stopped
    window_from = models.PositiveSmallIntegerField(default=8)  # hours of the organisation's zone
    window_until = models.PositiveSmallIntegerField(default=20)
    is_workdays_only = models.BooleanField(default=True)
    needs_consent = models.BooleanField(default=True)  # marketing goes only to who agreed
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_mail_settings")]


class MailGate(models.Model):
    """One row that all workers share: what was used of the limits, and whether sending stands still."""

    second_at = models.DateTimeField(null=True)
    second_used = models.PositiveIntegerField(default=0)
    hour_at = models.DateTimeField(null=True)
    hour_used = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # of the provider, one after another
    open_until = models.DateTimeField(null=True)  # the provider is left alone until then
    trouble = models.CharField(max_length=300, blank=True)
    tripped = models.CharField(max_length=12, blank=True)  # "bounces" or "complaints": a person decides
    tripped_at = models.DateTimeField(null=True)
    judged_from = models.DateTimeField(null=True)  # mails before it were looked at by a person
    fence = models.CharField(max_length=64, blank=True)  # the installation that sends: a copy elsewhere does not

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_mail_gate")]


class SuppressionReason(StrEnum):
    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    MANUAL = "manual"
    DOMAIN = "domain"


SUPPRESSIONS: Final[dict[SuppressionReason, Text]] = {
    SuppressionReason.HARD_BOUNCE: Text("No such mailbox", "宛先不明"),
    SuppressionReason.COMPLAINT: Text("Reported as spam", "迷惑メール報告"),
    SuppressionReason.UNSUBSCRIBED: Text("Unsubscribed", "配信停止"),
    SuppressionReason.MANUAL: Text("By hand", "手動登録"),
    SuppressionReason.DOMAIN: Text("Whole domain", "ドメイン全体"),
}


class Suppression(models.Model):
    """An address (or "@domain") to which this kind of mail is not sent. After erasure the hash alone stays."""

    address_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=13, blank=True)  # of the mail; empty: whatever it is
    address = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=12)
    note = models.CharField(max_length=300, blank=True)
    by_name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address_key", "kind"], name="an_address_suppressed_once")]
        ordering = ["-id"]


class Basis(StrEnum):
    OPT_IN = "opt_in"
    RELATIONSHIP = "relationship"
    CARD = "card"
    PUBLISHED = "published"


BASES: Final[dict[Basis, Text]] = {
    Basis.OPT_IN: Text("Agreed", "本人の同意"),
    Basis.RELATIONSHIP: Text("Business relationship", "取引関係"),
    Basis.CARD: Text("Business card", "名刺交換"),
    Basis.PUBLISHED: Text("Published business address", "公表された業務用アドレス"),
}


class MailConsent(models.Model):
    """That marketing may be sent, on which ground, as it was given. Never changed; a refusal is a suppression."""

    address_key = models.CharField(max_length=64)
    address = models.CharField(max_length=254, blank=True)
    basis = models.CharField(max_length=12)
    words = models.CharField(max_length=300, blank=True)  # the version of the text that was agreed to
    place = models.CharField(max_length=300, blank=True)  # page, event, person
    by_name = models.CharField(max_length=120, blank=True)
    given_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address_key"], name="consent_by_address")]
