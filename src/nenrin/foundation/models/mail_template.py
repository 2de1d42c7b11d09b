"""Words that are written once and sent to many: subject and body in both languages, with places for names."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models.mail import Kind


class MailTemplate(models.Model):
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=13, default=Kind.ACCOUNT)
    subject_en = models.CharField(max_length=300, blank=True)
    subject_ja = models.CharField(max_length=300, blank=True)
    body_en = models.TextField(blank=True)
    body_ja = models.TextField(blank=True)
    archived_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def parts(self, language: str) -> tuple[str, str]:
        """Subject and body in a language; in the other one where this one was not written."""
        en, ja = (self.subject_en, self.body_en), (self.subject_ja, self.body_ja)
        wanted, other = (ja, en) if language == "ja" else (en, ja)
        return wanted if all(wanted) else other
