"""How much time a member has for accounts."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member

#: Of a member for whom nobody has set any: five of eight hours, the rest being meetings among ourselves and breaks.
MINUTES_A_DAY = 300
#: By which minutes of a day become minutes of a month.
DAYS_A_MONTH = 20


class Capacity(models.Model):
    """Minutes of a business day for accounts, and how many accounts at most; who has no row has the default."""

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE, related_name="capacity")
    minutes_a_day = models.PositiveSmallIntegerField(default=MINUTES_A_DAY)
    most_accounts = models.PositiveIntegerField(null=True)  # null: time alone decides
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.member_id}: {self.minutes_a_day} min"
