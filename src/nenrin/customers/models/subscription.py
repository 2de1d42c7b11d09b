"""Subscriptions: what an account signed, term by term, and at which price."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nenrin.customers.models.account import Account
from nenrin.customers.models.contact import OfAccountQuerySet
from nenrin.customers.models.product import Plan
from nenrin.customers.statuses import SubscriptionStatus, choices

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class SubscriptionQuerySet(OfAccountQuerySet["Subscription"]):
    pass


class Subscription(models.Model):
    """`term_from` up to and without `ends_on` is the running term; `ends_on` is the day of renewal."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="subscriptions")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="subscriptions")
    namespace = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=choices(SubscriptionStatus), default=SubscriptionStatus.SIGNED)
    signed_on = models.DateField(null=True)
    starts_on = models.DateField()
    term_months = models.PositiveSmallIntegerField(default=12)
    term_from = models.DateField()
    ends_on = models.DateField()
    anchor_on = models.DateField()  # terms are counted from here: the start, or the first end where terms are joined
    anchor_terms = models.PositiveIntegerField(default=1)
    renewals = models.PositiveIntegerField(default=0)  # terms that rolled over: the rings
    auto_renews = models.BooleanField(default=True)
    notice_months = models.PositiveSmallIntegerField(default=1)
    notice_days = models.PositiveSmallIntegerField(default=0)
    notice_deadline = models.DateField(null=True)  # last day for a notice; null where nothing renews by itself
    notice_is_explicit = models.BooleanField(default=False)  # the contract names the date of this term
    noticed_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="replaces")
    currency = models.CharField(max_length=3, default="JPY")
    mrr_minor = models.BigIntegerField(default=0)  # of the step that holds today
    seats = models.PositiveIntegerField(default=0)
    committed_minor = models.BigIntegerField(default=0)  # the least of metered usage a month, beside mrr_minor
    list_minor = models.BigIntegerField(default=0)  # before the discount that ends with `discount_until`; 0: none
    discount_until = models.DateField(null=True)  # its last day
    billed_to = models.DateField(null=True)  # the first day not billed, where the paid service ends later
    is_ramp = models.BooleanField(default=False)  # its first term's steps were agreed as one deal
    is_credit = models.BooleanField(default=False)  # a reduction: its amounts are below zero
    metered = models.JSONField(default=dict)  # usage billed beside the price: minor units by month ("2026-05")
    next_change_on = models.DateField(null=True)  # the next day on which time alone changes this row
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = SubscriptionQuerySet.as_manager()
    if TYPE_CHECKING:
        steps: RelatedManager[PriceStep]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["namespace", "key"], condition=~Q(key=""), name="one_subscription_a_key"),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="subscription_has_a_length"),
        ]
        indexes = [
            models.Index(fields=["ends_on", "id"], name="subscription_by_end"),
            models.Index(fields=["notice_deadline", "id"], name="subscription_by_notice"),
            models.Index(
                fields=["next_change_on"],
                name="subscription_by_change",
                condition=Q(next_change_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.starts_on:%Y-%m-%d}"

    def covers(self, day: date) -> bool:
        return self.starts_on <= day < (self.ended_on or date.max)


class PriceStep(models.Model):
    """The price from a day on; the first step begins with the subscription."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="steps")
    from_on = models.DateField()
    mrr_minor = models.BigIntegerField()  # minor units a month, tax excluded
    seats = models.PositiveIntegerField(default=0)
    list_minor = models.BigIntegerField(default=0)  # before a discount that ends; 0: none
    committed_minor = models.BigIntegerField(default=0)  # the least of metered usage, beside mrr_minor

    class Meta:
        ordering = ["from_on"]
        constraints = [models.UniqueConstraint(fields=["subscription", "from_on"], name="one_price_a_day")]
