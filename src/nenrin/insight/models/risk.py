"""Risk: the models that were learned, each account's probability now, and what was said before."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member


class RiskModelVersion(models.Model):
    """One learned model of one event; immutable but for its use. Without `used_from` it was never used."""

    event = models.CharField(max_length=12)  # insight.risk.learning.EVENTS
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10)  # insight.risk.machine.State
    known_on = models.DateField()  # the day whose knowledge it was learned from
    first_on = models.DateField(null=True)  # begin of the first and end of the last period it was learned from
    last_on = models.DateField(null=True)
    document = models.JSONField(default=dict)  # the model; empty where none could be learned
    card = models.JSONField(default=dict)  # how it was chosen and how good it was (insight.risk.cards)
    findings = models.JSONField(default=list)  # what the leak linter said, by name
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    learned_at = models.DateTimeField()
    used_from = models.DateTimeField(null=True)
    used_until = models.DateTimeField(null=True)
    told_on = models.DateField(null=True)  # the last day for whose end every account was told by it
    # first and last evening of which beliefs of all accounts are kept; without: none are
    believed_from = models.DateField(null=True)
    believed_on = models.DateField(null=True)

    class Meta:
        ordering = ["event", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="one_risk_model_a_number"),
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(used_from__isnull=False, used_until__isnull=True),
                name="one_risk_model_in_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} v{self.number}"


class RiskLearning(models.Model):
    """New models that somebody asked for; the worker learns them."""

    state = models.CharField(max_length=7, default="asked")  # asked, running, done or failed
    known_on = models.DateField()  # the day whose knowledge is learned from
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(default="", blank=True)  # why it failed
    made = models.JSONField(default=list)  # ids of the versions
    told = models.PositiveIntegerField(default=0)  # probabilities told with them
    seconds = models.FloatField(null=True)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.known_on:%Y-%m-%d} {self.state}"


class Risk(models.Model):
    """An account's probability of an event now. `p`: within 90 days; `horizons`: [[days, p, low, high]]."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="risks", db_index=False)
    event = models.CharField(max_length=12)
    as_of = models.DateField()  # what was known at the end of this day
    at = models.DateTimeField()
    version = models.ForeignKey(RiskModelVersion, on_delete=models.PROTECT, related_name="+")
    p = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    horizons = models.JSONField(default=list)
    months = models.JSONField(default=list)  # probability that it happens in the 1st, 2nd ... month from here
    reasons = models.JSONField(default=list)  # [[feature, log-odds, value, p if it were average]], strongest first
    minor = models.BigIntegerField()  # MRR in the organisation's currency

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "event"], name="one_risk_an_event")]
        indexes = [models.Index(fields=["event", "-p"], name="risk_by_probability")]


class RiskBelief(models.Model):
    """What a version in use believes of the level behind an account's measures, after the row of one evening.

    The level has a part that lasts and one that fades: their means, variances and covariance. Never changed by what
    comes later.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.ForeignKey(RiskModelVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    as_of = models.DateField()  # what was known at the end of this day
    lasting = models.FloatField()
    fading = models.FloatField()
    lasting_var = models.FloatField()
    fading_var = models.FloatField()
    between = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "version", "as_of"], name="one_belief_an_evening")]
        indexes = [models.Index(fields=["version", "as_of"], name="beliefs_of_a_version")]


class RiskSaid(models.Model):
    """What was said of an account at the begin of a month: never changed, so that it can be held against what came.

    `is_replayed`: nobody said it then; a model that knew only the months before would have.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    event = models.CharField(max_length=12)
    as_of = models.DateField()
    version = models.ForeignKey(RiskModelVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_replayed = models.BooleanField(default=False)
    p = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    horizons = models.JSONField(default=list)
    months = models.JSONField(default=list)
    minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "event", "as_of"], name="one_risk_said_a_month")]
        indexes = [models.Index(fields=["event", "as_of"], name="risk_said_by_day")]
