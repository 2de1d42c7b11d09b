"""Renewals: what people think will come of a term's end, and what was thought of it 180 and 90 days before."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db import models

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.values import Money, Text
from nenrin.work.models.reach import OfAccount


class Call(StrEnum):
    COMMIT = "commit"
    LIKELY = "likely"
    OPEN = "open"
    AT_RISK = "at_risk"
    LOST = "lost"


CALLS: Final = {
    Call.COMMIT: Text("Commit", "コミット"), Call.LIKELY: Text("Likely", "見込み"), Call.OPEN: Text("Open", "未定"),
    Call.AT_RISK: Text("At risk", "危険"), Call.LOST: Text("Expected to leave", "解約見込み"),
}  # fmt: skip
#: The probability to renew that a call stands for, unless its author gives another.
PROBABILITY: Final = {Call.COMMIT: 0.95, Call.LIKELY: 0.80, Call.OPEN: 0.50, Call.AT_RISK: 0.30, Call.LOST: 0.05}


class Outcome(StrEnum):
    RENEWED = "renewed"
    CHANGED = "changed"  # renewed, with another MRR
    LOST = "lost"


OUTCOMES: Final = {
    Outcome.RENEWED: Text("Renewed", "更新"), Outcome.CHANGED: Text("Renewed at another MRR", "MRRを変えて更新"),
    Outcome.LOST: Text("Left", "解約"),
}  # fmt: skip


WITHDRAWN: Final = Text("Taken back", "取り消し")


class Side(StrEnum):
    """Whose call it is: the one of who looks after the account, or a manager's, which holds over it."""

    CSM = "csm"
    MANAGER = "manager"


SIDES: Final = {Side.CSM: Text("CSM", "担当"), Side.MANAGER: Text("Manager", "責任者")}


class RenewalCallQuerySet(OfAccount["RenewalCall"]):
    pass


class RenewalCall(models.Model):
    """What somebody expects of the end of a term. Of each side the last one stands, the earlier ones are history; where
    a manager called it, theirs holds.

    `number` counts the calls of a term; two accounts that become one may bring the same number twice.
    `reason` and `next_step` are free words and may name people: personal data.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="renewal_calls")
    term_end = models.DateField()  # first day after the term
    decision_on = models.DateField()  # the last day on which the customer can still decide
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=7, default=Side.CSM)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    call = models.CharField(max_length=8)
    own_probability = models.FloatField(null=True)
    expansion_minor = models.BigIntegerField(null=True)  # change of MRR expected with it, in the account's currency
    reason = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    made_at = models.DateTimeField()

    objects = RenewalCallQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["account", "term_end", "made_at"], name="renewal_call_by_term")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.term_end} {self.call}"

    @property
    def side_word(self) -> Text:
        return SIDES[Side(self.side)]

    @property
    def is_withdrawn(self) -> bool:
        """A manager's call that was taken back: the CSM's holds again."""
        return not self.call

    @property
    def probability(self) -> float:
        """Nought of one that was taken back."""
        if self.own_probability is not None:
            return self.own_probability
        return PROBABILITY[Call(self.call)] if self.call else 0.0

    @property
    def word(self) -> Text:
        return CALLS[Call(self.call)] if self.call else WITHDRAWN


class RenewalCheckpointQuerySet(OfAccount["RenewalCheckpoint"]):
    pass


class RenewalCheckpoint(models.Model):
    """What people and model said so many days before the decision: locked, and held against the outcome later.

    Two accounts that become one may bring two of the same term: both were said.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="renewal_checkpoints")
    term_end = models.DateField()
    decision_on = models.DateField()
    days = models.PositiveSmallIntegerField()  # 180 or 90
    call = models.ForeignKey(RenewalCall, null=True, on_delete=models.SET_NULL, related_name="+")
    called_probability = models.FloatField(null=True)
    over = models.ForeignKey(RenewalCall, null=True, on_delete=models.SET_NULL, related_name="+")  # the manager's
    over_probability = models.FloatField(null=True)
    probability_of_model = models.FloatField(null=True)  # empty: not enough data then
    mrr_minor = models.BigIntegerField()  # of the terms that end on this day
    currency = models.CharField(max_length=3, default="JPY")
    taken_on = models.DateField()
    outcome = models.CharField(max_length=8, blank=True)
    outcome_on = models.DateField(null=True)
    kept_minor = models.BigIntegerField(null=True)  # what was left of `mrr_minor` after the term, with what was added

    objects = RenewalCheckpointQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_on", "-id"]
        indexes = [
            models.Index(fields=["outcome", "term_end"], name="renewal_checkpoint_open"),
            models.Index(fields=["account", "term_end", "days"], name="renewal_checkpoint_by_term"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.term_end} {self.days}"

    @property
    def mrr(self) -> Money:
        return Money(self.mrr_minor, self.currency)

    @property
    def outcome_word(self) -> Text | None:
        return OUTCOMES[Outcome(self.outcome)] if self.outcome else None
