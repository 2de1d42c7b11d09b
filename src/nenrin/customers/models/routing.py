"""Rules by which new accounts find who looks after them."""

from __future__ import annotations

from django.db import models


class RoutingRule(models.Model):
    """The first rule in use whose conditions hold decides; no conditions: every account.

    `pools`: [{"phase", "team", "members"}]: for each phase that is filled, the team's or the named members, out of whom
    the least loaded is taken.
    """

    key = models.CharField(max_length=30, unique=True)
    name_en = models.CharField(max_length=60)
    name_ja = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    ownership = models.CharField(max_length=10, default="one")  # customers.routing.Ownership
    conditions = models.JSONField(default=list)
    pools = models.JSONField(default=list)
    used_from = models.DateTimeField(null=True)  # accounts made since; null: not in use

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.key
