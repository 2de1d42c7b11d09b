"""How far the drain has come, and what it did not store."""

from __future__ import annotations

from django.db import models


class Progress(models.Model):
    """The last spooled batch whose effects are all in the application database."""

    reader = models.CharField(max_length=20, primary_key=True)  # drain
    through = models.BigIntegerField(default=0)


class Verdict(models.Model):
    """Events of a source that were received and not stored, by what became of them."""

    source = models.IntegerField()
    what = models.CharField(max_length=12)  # duplicate, quarantined
    n = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "what"], name="one_verdict")]
