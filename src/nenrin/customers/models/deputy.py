"""Who stands in for a member that is away."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from nenrin.foundation.models import Member


class DeputyQuerySet(models.QuerySet["Deputy"]):
    def on(self, day: date | models.Expression) -> Self:
        """Those that hold on a day."""
        return self.filter(from_on__lte=day, until_on__gt=day, ended_at__isnull=True)


class Deputy(models.Model):
    """From `from_on` up to and without `until_on` the deputy sees to the member's accounts as to their own."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="deputies")  # who is away
    deputy = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="deputising")
    from_on = models.DateField()
    until_on = models.DateField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # taken back before its end

    objects = DeputyQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(member=F("deputy")), name="nobody_is_their_own_deputy"),
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="an_absence_has_a_length"),
        ]
        indexes = [models.Index(fields=["deputy", "from_on"], name="deputy_by_who", condition=Q(ended_at__isnull=True))]
