"""The handoff from sales to customer success: what sales knows of a new customer, in seven items."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account, Contact, Subscription
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.reach import OfAccount

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Item(StrEnum):
    PURPOSE = "purpose"
    SUCCESS = "success"
    PEOPLE = "people"
    DEAL = "deal"
    SCHEDULE = "schedule"
    PROMISES = "promises"
    LITERACY = "literacy"


ITEMS: dict[Item, Text] = {
    Item.PURPOSE: Text("Business problem and purpose", "事業課題・導入目的"),
    Item.SUCCESS: Text("Definition of success and expectations", "成功の定義・期待値"),
    Item.PEOPLE: Text("Key people and structure", "キーパーソン・体制"),
    Item.DEAL: Text("How the deal went, competitors", "商談の経緯・競合"),
    Item.SCHEDULE: Text("Schedule and concerns", "スケジュール・懸念点"),
    Item.PROMISES: Text("Promises made", "約束事"),
    Item.LITERACY: Text("IT literacy", "ITリテラシー"),
}


class HandoffState(StrEnum):
    DRAFT = "draft"  # sales is writing
    SENT = "sent"  # customer success is reading
    RETURNED = "returned"  # with questions, back at sales
    ACCEPTED = "accepted"
    DROPPED = "dropped"


STATES: dict[HandoffState, Text] = {
    HandoffState.DRAFT: Text("Being written", "記入中"),
    HandoffState.SENT: Text("Waiting for acceptance", "受領待ち"),
    HandoffState.RETURNED: Text("Sent back", "差し戻し"),
    HandoffState.ACCEPTED: Text("Accepted", "受領済み"),
    HandoffState.DROPPED: Text("Not needed", "対応不要"),
}
#: Under way: at most one an account.
RUNNING = (HandoffState.DRAFT, HandoffState.SENT, HandoffState.RETURNED)
#: In the hands of sales.
WRITING = (HandoffState.DRAFT, HandoffState.RETURNED)


class Fit(StrEnum):
    NONE = ""
    GOOD = "good"
    PARTIAL = "partial"
    POOR = "poor"


FITS: dict[Fit, Text] = {
    Fit.NONE: Text("Not judged", "未評価"),
    Fit.GOOD: Text("Good fit", "適合"),
    Fit.PARTIAL: Text("Partial fit", "一部適合"),
    Fit.POOR: Text("Poor fit", "不適合"),
}


class HandoffQuerySet(OfAccount["Handoff"]):
    def running(self) -> Self:
        return self.filter(state__in=RUNNING)


class Handoff(models.Model):
    """One handoff of one account. `note` and `fit_note` are free words: personal data."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="handoffs")
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, default=HandoffState.DRAFT)
    seller = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    receiver = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # asked to accept
    signed_on = models.DateField()
    due_on = models.DateField()  # by when sales sends it
    settled = models.PositiveSmallIntegerField(default=0)  # items answered or waived, of seven
    waived = models.PositiveSmallIntegerField(default=0)  # of these, waived with a reason
    returns = models.PositiveSmallIntegerField(default=0)  # times it was sent back
    first_sent_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    accept_hours = models.FloatField(null=True)  # from first sent to accepted
    note = models.CharField(max_length=500, blank=True)  # why it was dropped
    fit_expected = models.CharField(max_length=8, blank=True)  # by sales at the signature
    fit_found = models.CharField(max_length=8, blank=True)  # by customer success since
    fit_found_on = models.DateField(null=True)
    fit_note = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = HandoffQuerySet.as_manager()
    if TYPE_CHECKING:
        items: RelatedManager[HandoffItem]
        people: RelatedManager[HandoffPerson]
        questions: RelatedManager[HandoffQuestion]

    class Meta:
        ordering = ["-signed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=["draft", "sent", "returned"]), name="one_handoff_under_way"
            )
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="handoff_by_state"),
            models.Index(fields=["seller", "signed_on"], name="handoff_by_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.signed_on:%Y-%m-%d}"

    @property
    def began(self) -> date:
        """The day on which the contract began; `subscription` should be loaded."""
        return self.subscription.starts_on if self.subscription else self.signed_on


class HandoffItem(models.Model):
    """What is said to one item, or why nothing need be said. `words` and `reason` may name people: personal data."""

    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="items")
    item = models.CharField(max_length=8)
    words = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)  # of the waiver; empty where it is not waived
    answered_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handoff", "item"], name="an_item_once_a_handoff")]


class HandoffPerson(models.Model):
    """Somebody whom item 3 names: a contact; their role in the decision stands with the contact."""

    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="people")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handoff", "contact"], name="a_person_once_a_handoff")]


class HandoffQuestion(models.Model):
    """What customer success asked when it sent the handoff back. Free words: personal data."""

    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="questions")
    item = models.CharField(max_length=8, blank=True)  # empty: about the whole
    words = models.CharField(max_length=1000)
    asked_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "id"]


class HandoffPolicy(models.Model):
    """How handoffs are held here: one row."""

    due_days = models.PositiveSmallIntegerField(default=5)  # business days after the signature
    opens_itself = models.BooleanField(default=True)  # when a first subscription is signed
    changed_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)  # last day on which reminders went out

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_handoff_policy")]


class DealTold(models.Model):
    """What a seller was told of a deal after 90 days and after twelve months, as it was then. Never changed."""

    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="told")
    days = models.PositiveSmallIntegerField()  # 90 or 365
    on = models.DateField()
    is_customer = models.BooleanField()
    band = models.CharField(max_length=8, blank=True)  # empty: not judged then
    score = models.FloatField(null=True)
    mrr_minor = models.BigIntegerField()
    mrr_then_minor = models.BigIntegerField(null=True)  # of the first month
    currency = models.CharField(max_length=3)
    fit_found = models.CharField(max_length=8, blank=True)
    promises_kept = models.PositiveSmallIntegerField(default=0)
    promises_open = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handoff", "days"], name="a_deal_told_once")]
