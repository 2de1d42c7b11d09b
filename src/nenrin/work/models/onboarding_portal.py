"""What the customer sees of a project by a link: who may open it, and what both sides wrote."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Contact
from nenrin.foundation.models import Member
from nenrin.work.models.onboarding import OnboardingProject, OnboardingStep


class OnboardingLink(models.Model):
    """One contact's way into one project's portal. The secret itself is kept nowhere, only its digest."""

    project = models.ForeignKey(OnboardingProject, on_delete=models.CASCADE, related_name="links")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    language = models.CharField(max_length=2, default="ja")
    issued_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)  # first
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]


class OnboardingMessage(models.Model):
    """A message of one side to the other about a project, or about one of its steps. `body` is personal data."""

    project = models.ForeignKey(OnboardingProject, on_delete=models.CASCADE, related_name="messages")
    step = models.ForeignKey(OnboardingStep, null=True, on_delete=models.SET_NULL, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    is_ours = models.BooleanField()
    body = models.TextField()
    key = models.CharField(max_length=64, blank=True)  # sent twice with the same one: one message
    written_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)  # by the other side

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "key"], condition=~Q(key=""), name="an_onboarding_message_once_a_key"
            )
        ]
        indexes = [models.Index(fields=["project", "written_at"], name="onboarding_message_order")]


class OnboardingFile(models.Model):
    """A file of either side, seen by both. `name` is what the sender called it: personal data; `stored` means nothing
    and is where its content lies, outside the web root."""

    project = models.ForeignKey(OnboardingProject, on_delete=models.CASCADE, related_name="files")
    step = models.ForeignKey(OnboardingStep, null=True, on_delete=models.SET_NULL, related_name="files")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    is_ours = models.BooleanField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the content
    stored = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name
