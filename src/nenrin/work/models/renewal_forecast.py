"""What lists and sums of renewals are read from: each term as foretold now, snapshots of it, and what came of past terms."""

from __future__ import annotations

from django.db import models

from nenrin.customers.models import Account, Subscription
from nenrin.foundation.models import Member
from nenrin.work.models.reach import OfAccount
from nenrin.work.models.renewal import RenewalCall


class RenewalOutlook(models.Model):
    """One term ahead as people and the model see it; a projection, made anew from calls and risks at any time.

    It is of the term that ends on `term_end`; once the contract has rolled on it says nothing until it is made anew.
    """

    subscription = models.OneToOneField(Subscription, on_delete=models.CASCADE, related_name="renewal_outlook")
    whose = models.BigIntegerField()  # the account whose calls and risk these are
    term_end = models.DateField()
    decision_on = models.DateField()
    call = models.ForeignKey(RenewalCall, null=True, on_delete=models.SET_NULL, related_name="+")
    over = models.ForeignKey(RenewalCall, null=True, on_delete=models.SET_NULL, related_name="+")  # the manager's
    said = models.CharField(max_length=8, blank=True)  # the CSM's call
    said_probability = models.FloatField(null=True)
    held = models.CharField(max_length=8, blank=True)  # the call that holds: the manager's before the CSM's
    held_probability = models.FloatField(null=True)
    expansion_minor = models.BigIntegerField(null=True)  # of the call that holds; on one term of several that it is for
    p = models.FloatField(null=True)  # the model's probability to stay; empty: not enough data
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    risk_at = models.DateTimeField(null=True)  # when the risk was told that it rests on

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.term_end}"


class RenewalSnapshot(models.Model):
    """The forecast of a day, kept as it was; by itself each week, or when somebody asked for it."""

    taken_on = models.DateField()
    taken_at = models.DateTimeField()
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")  # empty: by itself
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-taken_at", "-id"]

    def __str__(self) -> str:
        return f"{self.taken_on}"


class RenewalSnapshotLineQuerySet(OfAccount["RenewalSnapshotLine"]):
    pass


class RenewalSnapshotLine(models.Model):
    """One term in a snapshot, and what it adds to each figure (minor units of MRR, in its own currency)."""

    snapshot = models.ForeignKey(RenewalSnapshot, on_delete=models.CASCADE, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    term_end = models.DateField()
    decision_on = models.DateField()
    currency = models.CharField(max_length=3, default="JPY")
    held = models.CharField(max_length=8, blank=True)
    p = models.FloatField(null=True)
    due_minor = models.BigIntegerField()
    committed_minor = models.BigIntegerField(default=0)
    best_minor = models.BigIntegerField(default=0)
    worst_minor = models.BigIntegerField(default=0)
    expected_minor = models.FloatField(null=True)

    objects = RenewalSnapshotLineQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["snapshot", "decision_on"], name="renewal_snapshot_by_day")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.account_id} {self.term_end}"


class RenewalOutcomeQuerySet(OfAccount["RenewalOutcome"]):
    pass


class RenewalOutcome(models.Model):
    """What came of the terms of one account that ended on one day: the MRR that was due, and what it became."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="renewal_outcomes")
    term_end = models.DateField()
    decision_on = models.DateField()
    due_minor = models.BigIntegerField()
    kept_minor = models.BigIntegerField()  # nought: left; above `due_minor`: grew with the renewal
    currency = models.CharField(max_length=3, default="JPY")
    terms = models.PositiveSmallIntegerField(default=1)
    settled_on = models.DateField()

    objects = RenewalOutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["-decision_on", "-id"]
        indexes = [
            models.Index(fields=["decision_on", "account"], name="renewal_outcome_by_decision"),
            models.Index(fields=["account", "term_end"], name="renewal_outcome_by_term"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.term_end}"
