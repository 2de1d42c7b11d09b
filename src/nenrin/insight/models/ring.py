"""An account's closed terms: what the growth-ring mark is drawn from."""

from __future__ import annotations

from django.db import models

from nenrin.customers.models import Account


class Ring(models.Model):
    """One closed term, the oldest first. A projection: `insight.rings.rebuild` makes it again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="rings", db_index=False)
    number = models.PositiveSmallIntegerField()
    closed_on = models.DateField()
    band = models.CharField(max_length=8)  # as shown on the term's last day; unknown where nothing was stored
    score = models.FloatField(null=True)
    growth = models.FloatField(null=True)  # change of MRR over the term, percent

    class Meta:
        ordering = ["account_id", "number"]
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="one_ring_a_term")]
