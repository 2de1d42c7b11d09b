"""Playbooks and their versions: a version is a document, immutable once it was live."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from nenrin.foundation.models import Member


class VersionState(StrEnum):
    DRAFT = "draft"
    ASKED = "asked"  # somebody with the right to publish is to look at it
    LIVE = "live"
    RETIRED = "retired"  # another is live in its place, or none; its runs go on to their end


class Playbook(models.Model):
    """A playbook by its key. `paused_at`: nobody new comes in, and nobody inside moves, until it goes on."""

    key = models.CharField(max_length=60, unique=True)
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    live_since = models.DateTimeField(null=True)  # without a break; what was told before it begins nothing
    paused_at = models.DateTimeField(null=True)
    paused_why = models.CharField(max_length=300, blank=True)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class PlaybookVersion(models.Model):
    """One version. `name_en`, `name_ja` and `review_on` repeat the document, for lists."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=7, choices=[(s.value, s.value) for s in VersionState], default=VersionState.DRAFT
    )
    document = models.JSONField()  # playbooks.reading
    name_en = models.CharField(max_length=200)
    name_ja = models.CharField(max_length=200)
    review_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    published_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["playbook_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="one_playbook_version_a_number"),
            models.UniqueConstraint(fields=["playbook"], condition=Q(state="live"), name="one_live_version_a_playbook"),
            models.UniqueConstraint(
                fields=["playbook"], condition=Q(state__in=["draft", "asked"]), name="one_draft_a_playbook"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook_id} v{self.number}"


class Remembered(models.Model):
    """A trigger held for an account when it was last looked at: it fires again only after it did not."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="+", db_index=False)
    trigger = models.CharField(max_length=40)  # a digest of the trigger's own document
    account = models.BigIntegerField()  # an id: what was true of an account needs not outlive it
    token = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["playbook", "trigger", "account"], name="remembered_once_a_trigger")
        ]


class Sweep(models.Model):
    """How far the looks at conditions have come: one row. `few_`: what the short looks at touched accounts have seen."""

    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    events_seen = models.BigIntegerField(default=-1)
    facts_seen = models.BigIntegerField(default=-1)
    few_at = models.DateTimeField(null=True)
    few_events_seen = models.BigIntegerField(default=-1)
    few_facts_seen = models.BigIntegerField(default=-1)
    entry_seen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_sweep")]
