"""Templates of onboarding projects in numbered versions, and how this installation counts them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from nenrin.foundation.models import Member
from nenrin.values import Text


class OnboardingTemplate(models.Model):
    """What projects of one kind start from; its name and steps stand in its versions."""

    key = models.SlugField(max_length=60, unique=True)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class OnboardingTemplateVersion(models.Model):
    """One version: a draft that may change, or one in use, which never does. `document` is what YAML says."""

    template = models.ForeignKey(OnboardingTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField(null=True)  # null: the draft
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)  # of the draft, against two editors at once

    class Meta:
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="an_onboarding_version_once"),
            models.UniqueConstraint(
                fields=["template"], condition=Q(published_at__isnull=True), name="one_onboarding_draft_a_template"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class Completion(StrEnum):
    """From when on an onboarding counts as completed: the field's three ways."""

    SUPPORT = "support"
    SETUP = "setup"
    UNAIDED = "unaided"


COMPLETIONS: dict[Completion, Text] = {
    Completion.SUPPORT: Text("our support is done", "サポート完了"),
    Completion.SETUP: Text("everything is set up", "初期設定完了"),
    Completion.UNAIDED: Text("set up and used unaided", "初期設定を終え自律的に利用"),
}


class OnboardingPolicy(models.Model):
    """The one row of choices: which completion counts, and from when on a project is stuck."""

    completion = models.CharField(
        max_length=8, default=Completion.UNAIDED, choices=[(one.value, one.value) for one in Completion]
    )
    stuck_days = models.PositiveSmallIntegerField(default=5)  # business days in which nothing moved
    overdue_days = models.PositiveSmallIntegerField(default=1)  # business days that a step of theirs may be late
    link_days = models.PositiveSmallIntegerField(default=60)  # how long a portal link opens
    followups = models.JSONField(default=list)  # days after the start, such as [7, 30]
    hour_minor = models.PositiveIntegerField(null=True)  # what an hour of ours costs; null: nobody said
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
