"""The holdouts: where each family stands in a draw, who is never left alone by the universal group, and in which arm everybody
was from their first occasion on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.playbooks.models.playbook import Playbook


class HoldoutPlace(models.Model):
    """Where a family stands in a draw: left alone while the share that is lies above its `place`. It keeps it for good.

    `draw`: "universal", or "playbook:" with a key. `number`: so many were drawn before it in its stratum (tier and colour).
    """

    draw = models.CharField(max_length=100)
    cluster = models.BigIntegerField()  # the top of a corporate family
    stratum = models.CharField(max_length=80, blank=True)
    number = models.PositiveIntegerField()
    place = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "cluster"], name="one_place_a_family"),
            models.UniqueConstraint(fields=["draw", "stratum", "number"], name="one_family_a_number"),
        ]


class UniversalExclusion(models.Model):
    """Never left alone, and why: accounts of which a condition holds, or the occasions of one playbook."""

    condition = models.JSONField(null=True)
    playbook = models.ForeignKey(Playbook, null=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300)
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(condition__isnull=True, playbook__isnull=False)
                | Q(condition__isnull=False, playbook__isnull=True),
                name="an_exclusion_is_of_accounts_or_of_a_playbook",
            )
        ]


class UniversalExposure(models.Model):
    """The arm of an account since its first occasion for any playbook while there was a universal holdout."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="+", db_index=False)
    arm = models.CharField(max_length=8)  # treated, holdout, or always (on the list of those never left alone)
    share = models.FloatField()  # the chance with which it could have been left alone
    strata = models.CharField(max_length=120, blank=True)
    cluster = models.BigIntegerField()  # the top of its corporate family
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["at", "id"], name="universal_exposure_by_day")]
