"""Who sends: end users and groups as the sources call them, with their traits, and contradictions between ids."""

from __future__ import annotations

from django.db import models


class EndUser(models.Model):
    """A user of the product. `traits` maps a name to [value, event time (µs since 1970), told by a trusted source]."""

    namespace = models.CharField(max_length=60)
    user = models.CharField(max_length=500)
    traits = models.JSONField(default=dict)
    email_domain = models.CharField(max_length=253, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "user"], name="one_end_user")]
        indexes = [
            models.Index(fields=["email_domain"], name="end_user_by_domain", condition=~models.Q(email_domain=""))
        ]


class EndGroup(models.Model):
    """A company as a source calls it; traits as in EndUser."""

    namespace = models.CharField(max_length=60)
    group = models.CharField(max_length=500)
    traits = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "group"], name="one_end_group")]


class Conflict(models.Model):
    """A link between ids that was refused: shown on the data board, never followed."""

    namespace = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)  # forbidden_id, two_users, group_limit
    left = models.CharField(max_length=200)
    right = models.CharField(max_length=200)
    times = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "kind", "left", "right"], name="one_conflict")]
