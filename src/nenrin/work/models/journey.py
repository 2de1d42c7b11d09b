"""Journeys: how customers of a kind go from stage to stage, in numbered versions, and who stood where since when."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.insight.models import Segment
from nenrin.values import Text
from nenrin.work.models.reach import OfAccount

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Standing(StrEnum):
    """How long an account has been in its stage, against what the stage takes."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    STUCK = "stuck"


STANDINGS: dict[Standing, Text] = {
    Standing.ON_TRACK: Text("On track", "順調"),
    Standing.BEHIND: Text("Behind", "遅れ"),
    Standing.STUCK: Text("Stuck", "停滞"),
}


class Journey(models.Model):
    """Its name and stages stand in its versions. For whom the one in use is: a segment, a touch model, or everybody
    else. Of several that fit an account the one with the lowest `position` holds."""

    key = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="+")
    touch_model = models.CharField(max_length=30, blank=True)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Journey]] = models.Manager()
    if TYPE_CHECKING:
        segment_id: int | None
        versions: RelatedManager[JourneyVersion]

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.key


class JourneyVersion(models.Model):
    """One version: a draft that may change, or one in use, which never does. `document` is what YAML says."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField(null=True)  # null: the draft
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)  # of the draft, against two editors at once

    objects: ClassVar[models.Manager[JourneyVersion]] = models.Manager()
    if TYPE_CHECKING:
        journey_id: int
        author_id: int | None

    class Meta:
        ordering = ["journey", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "number"], name="a_journey_version_once"),
            models.UniqueConstraint(
                fields=["journey"], condition=Q(published_at__isnull=True), name="one_draft_a_journey"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} v{self.number}"


class StayQuerySet(OfAccount["StageStay"]):
    def counted(self) -> Self:
        """Without those that were taken back."""
        return self.filter(undone_at__isnull=True)

    def open(self) -> Self:
        return self.filter(undone_at__isnull=True, until__isnull=True)


class StageStay(models.Model):
    """An account in a stage from one moment to another, open while `until` is null. Never changed but for its end, and
    marked where it was taken back; `recorded_at` is when we learned of it. `reason` is free words: personal data.

    Follows no merge: the stage is the account's own, and so is how it came there.
    """

    follows_merges = False

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="stage_stays")
    stage = models.CharField(max_length=12, blank=True)  # "": out of every stage
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    is_exact = models.BooleanField(default=True)  # false: it stood there already when it was first told
    came_from = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    unmet = models.JSONField(default=list)  # codes of what spoke against the move
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_kind = models.CharField(max_length=10, blank=True)  # member, system, source, import
    journey_version = models.ForeignKey(JourneyVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)  # moved by mistake: counts for nothing
    is_ready = models.BooleanField(
        null=True
    )  # what the stage waits for holds; null: nobody looked, or it waits for nothing
    is_entitled = models.BooleanField(null=True)  # what the stage asks of who enters still holds
    checked_at = models.DateTimeField(null=True)

    objects = StayQuerySet.as_manager()
    if TYPE_CHECKING:
        account_id: int
        by_id: int | None

    class Meta:
        ordering = ["account", "since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(until__isnull=True, undone_at__isnull=True), name="in_one_stage_at_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "since"], name="stay_by_account"),
            models.Index(fields=["stage", "until"], name="stay_by_stage"),
        ]

    @property
    def is_open(self) -> bool:
        return self.until is None and self.undone_at is None
