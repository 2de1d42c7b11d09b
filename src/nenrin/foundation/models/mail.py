"""The outbox: every mail is a row from the moment it is meant until its fate is known."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db import models
from django.db.models import Q

from nenrin.values import Text


class Kind(StrEnum):
    TRANSACTIONAL = "transactional"  # asked for by the reader: passwords, notices to our own people, portal links
    ACCOUNT = "account"  # from their customer success, about their own use and contract
    MARKETING = "marketing"


KINDS: Final[dict[Kind, Text]] = {
    Kind.TRANSACTIONAL: Text("Notice", "通知"),
    Kind.ACCOUNT: Text("Customer success", "カスタマーサクセスの連絡"),
    Kind.MARKETING: Text("Marketing", "マーケティング"),
}


class MailState(StrEnum):
    DRAFT = "draft"
    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"


STATES: Final[dict[MailState, Text]] = {
    MailState.DRAFT: Text("Draft", "下書き"),
    MailState.QUEUED: Text("Waiting", "送信待ち"),
    MailState.CLAIMED: Text("Being sent", "送信中"),
    MailState.HANDED_OVER: Text("Sent", "送信済み"),
    MailState.DELIVERED: Text("Delivered", "配達済み"),
    MailState.BOUNCED: Text("Bounced", "不達"),
    MailState.COMPLAINED: Text("Reported as spam", "迷惑メール報告"),
    MailState.FAILED: Text("Failed", "失敗"),
    MailState.UNKNOWN: Text("Unknown", "結果不明"),
    MailState.SUPPRESSED: Text("Not sent", "送信対象外"),
    MailState.CANCELLED: Text("Cancelled", "取り消し"),
}

#: The law: audience = sent + suppressed + failed + unknown + pending. Every state stands in exactly one part.
PARTS: Final[dict[str, tuple[MailState, ...]]] = {
    "sent": (MailState.HANDED_OVER, MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED),
    "suppressed": (MailState.SUPPRESSED, MailState.CANCELLED),
    "failed": (MailState.FAILED,),
    "unknown": (MailState.UNKNOWN,),
    "pending": (MailState.DRAFT, MailState.QUEUED, MailState.CLAIMED),
}


class Mail(models.Model):
    """One mail to one address. Address, subject and body are personal data.

    `claimed_until` is the worker's lease; `attempted_at` is committed before the first byte goes to the provider, so
    that of a worker that died it is known which mails it may have handed over and which it never touched.
    """

    key = models.CharField(max_length=200, unique=True)  # asked for twice, it is the same row
    batch = models.CharField(max_length=80, blank=True)  # whose audience it belongs to: a campaign, a run
    kind = models.CharField(max_length=13, choices=[(k.value, k.value) for k in Kind])
    state = models.CharField(max_length=11, choices=[(s.value, s.value) for s in MailState])
    reason = models.CharField(
        max_length=20, blank=True
    )  # why it was not sent, or how it ended: foundation.mail.reasons
    detail = models.CharField(max_length=300, blank=True)  # the provider's own words, or a person's
    language = models.CharField(max_length=2, default="ja")
    to_address = models.CharField(max_length=254, blank=True)
    to_name = models.CharField(max_length=120, blank=True)
    address_key = models.CharField(max_length=64)  # keyed hash of the address: suppression finds it after erasure too
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)  # sanitised before it is stored
    reply_to = models.CharField(max_length=254, blank=True)
    message_id = models.CharField(
        max_length=120, unique=True
    )  # follows from the key, so that a repetition is recognised
    provider_id = models.CharField(max_length=200, blank=True)
    account = models.BigIntegerField(null=True)  # ids only: these rooms stand above
    contact = models.BigIntegerField(null=True)
    member = models.BigIntegerField(null=True)  # a colleague, where it is a notice to one
    why = models.JSONField(default=dict)  # {"en", "ja"}: for whoever approves it
    origin = models.CharField(max_length=80, blank=True)  # "playbook:12"
    by_kind = models.CharField(max_length=10)
    by_key = models.CharField(max_length=40, blank=True)
    by_name = models.CharField(max_length=120, blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True)
    send_after = models.DateTimeField()
    expires_at = models.DateTimeField()  # too late to be of use: not sent any more
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=80, blank=True)
    claimed_until = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["send_after", "id"], name="mail_waiting", condition=Q(state="queued")),
            models.Index(fields=["claimed_until"], name="mail_claimed", condition=Q(state="claimed")),
            models.Index(fields=["state", "-id"], name="mail_by_state"),
            models.Index(fields=["account", "-id"], name="mail_by_account"),
            models.Index(fields=["batch", "state"], name="mail_by_batch"),
            models.Index(fields=["origin"], name="mail_by_origin"),
            models.Index(fields=["address_key"], name="mail_by_address"),
            models.Index(fields=["provider_id"], name="mail_by_provider_id", condition=~Q(provider_id="")),
            models.Index(fields=["handed_over_at"], name="mail_by_hand_over"),
        ]

    def __str__(self) -> str:
        return self.subject


class MailAudience(models.Model):
    """How many mails were asked for at once: written with them, so that the law is no tautology."""

    batch = models.CharField(max_length=80, blank=True)
    count = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["batch"], name="audience_by_batch")]
