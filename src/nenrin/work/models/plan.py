"""Success plans: what success means to a customer in its own words, how it is measured, and the way there."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account, Contact
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.reach import OfAccount

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class PlanState(StrEnum):
    DRAFT = "draft"
    AGREED = "agreed"
    ACHIEVED = "achieved"
    ABANDONED = "abandoned"


PLAN_STATES: dict[PlanState, Text] = {
    PlanState.DRAFT: Text("Draft", "下書き"),
    PlanState.AGREED: Text("Agreed", "合意済み"),
    PlanState.ACHIEVED: Text("Achieved", "達成"),
    PlanState.ABANDONED: Text("Abandoned", "中止"),
}
LIVE_PLANS = (PlanState.DRAFT, PlanState.AGREED)


class Sort(StrEnum):
    """What an objective measures: the customer's business, or use of the product."""

    BUSINESS = "business"
    USAGE = "usage"


SORTS: dict[Sort, Text] = {
    Sort.BUSINESS: Text("Their business", "事業成果"),
    Sort.USAGE: Text("Use of the product", "利用状況"),
}


class Side(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"


SIDES: dict[Side, Text] = {Side.OURS: Text("We", "当社"), Side.THEIRS: Text("Customer", "お客様")}


class PlanQuerySet(OfAccount["SuccessPlan"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE_PLANS)


class SuccessPlan(models.Model):
    """`title`, `success`, `usage_reason`, `agreed_with` and `close_words` are free words: personal data."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="success_plans")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=9, default=PlanState.DRAFT)
    success = models.TextField(blank=True)  # in the customer's words
    said_by = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    usage_reason = models.CharField(max_length=500, blank=True)  # why there is no business measure
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    template = models.CharField(max_length=40, blank=True)  # key of the template it began with
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # by when it is to be achieved
    agreed_on = models.DateField(null=True)
    agreed_with = models.CharField(max_length=200, blank=True)  # who of the customer's agreed
    agreed_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    edition = models.PositiveSmallIntegerField(default=0)  # of the agreed text; 0 before the first agreement
    reviewed_on = models.DateField(null=True)
    next_review_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    close_words = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()
    if TYPE_CHECKING:
        objectives: RelatedManager[PlanObjective]
        milestones: RelatedManager[PlanMilestone]
        editions: RelatedManager[PlanEdition]
        reviews: RelatedManager[PlanReview]
        links: RelatedManager[PlanLink]

    class Meta:
        ordering = ["-starts_on", "-id"]
        indexes = [
            models.Index(fields=["account", "state"], name="plan_by_account"),
            models.Index(fields=["state", "next_review_on"], name="plan_by_review"),
        ]

    def __str__(self) -> str:
        return self.title


class PlanObjective(models.Model):
    """What is to become true, by how much. `measure` is one of ours, from facts; empty: a figure of theirs, by hand."""

    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="objectives")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    sort = models.CharField(max_length=8)  # business or usage
    measure = models.CharField(max_length=80, blank=True)
    figure = models.CharField(max_length=120, blank=True)  # name of their figure
    unit = models.CharField(max_length=20, blank=True)  # of their figure: "hours a month", "%", "円"
    baseline = models.FloatField(null=True)
    target = models.FloatField(null=True)  # null: not agreed yet
    due_on = models.DateField(null=True)
    current = models.FloatField(null=True)  # of their figure, as last told
    current_on = models.DateField(null=True)
    evidence = models.CharField(max_length=1000, blank=True)
    evidence_url = models.CharField(max_length=500, blank=True)
    achieved_on = models.DateField(null=True)

    class Meta:
        ordering = ["position", "id"]


class PlanReading(models.Model):
    """One value of a figure of theirs, as it was told on a day."""

    objective = models.ForeignKey(PlanObjective, on_delete=models.CASCADE, related_name="readings")
    value = models.FloatField()
    on = models.DateField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "id"]


class PlanMilestone(models.Model):
    """A step on the way, ours or the customer's, with its day."""

    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    side = models.CharField(max_length=6)
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    evidence = models.CharField(max_length=1000, blank=True)
    evidence_url = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = [models.F("due_on").asc(nulls_last=True), "position", "id"]
        indexes = [
            models.Index(fields=["due_on"], name="milestone_open_by_due", condition=Q(done_on__isnull=True)),
        ]


class PlanEdition(models.Model):
    """The text of a plan as it was agreed. Never changed; `document` holds free words: personal data."""

    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    agreed_on = models.DateField()
    agreed_with = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="an_edition_once_a_plan")]


class PlanReview(models.Model):
    """The plan was looked at together with the customer. `words`: personal data."""

    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="reviews")
    on = models.DateField()
    words = models.CharField(max_length=2000, blank=True)
    next_on = models.DateField(null=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-id"]


class PlanLink(models.Model):
    """An address under which the customer reads the plan without signing in, until it expires or is revoked."""

    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="links")
    nonce = models.CharField(max_length=32, unique=True)  # signed into the address
    created_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_on = models.DateField()  # last day on which it opens
    revoked_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]


class PlanTemplate(models.Model):
    """A template of our own beside those that come with the product."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    document = models.JSONField()
    archived_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
