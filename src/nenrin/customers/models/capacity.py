"""How much time a member has for accounts."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member

#: Of a member for whom nobody has set any: five of eight hours, the rest being meetings among ourselves and breaks.
MINUTES_A_DAY = 300
#: By which minutes of a day become minutes of a month.
DAYS_A_MONTH = 20
#: Percent of the working time that is customer success's, of whoever does nothing else.
WHOLE = 100


class Capacity(models.Model):
    """Minutes of a business day for accounts, were all of the time customer success's; the share that is, in percent, and what
    the rest is for; how many accounts at most. Who has no row has the defaults.

    - `other_role`: key of a nenrin.foundation.roles.Role, or a few words; empty where nobody said.
    """

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE, related_name="capacity")
    minutes_a_day = models.PositiveSmallIntegerField(default=MINUTES_A_DAY)
    share_percent = models.PositiveSmallIntegerField(default=WHOLE)
    other_role = models.CharField(max_length=60, blank=True, default="")
    most_accounts = models.PositiveIntegerField(null=True)  # null: time alone decides
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.member_id}: {self.minutes} min"

    @property
    def minutes(self) -> int:
        """Of a business day, for accounts, by the share."""
        return shared(self.minutes_a_day, self.share_percent)


def shared(minutes: int, percent: int) -> int:
    """So many percent of the minutes, to the nearest whole one, halves up.

    >>> shared(300, 40), shared(25, 50)
    (120, 13)
    """
    return (minutes * percent + WHOLE // 2) // WHOLE
