"""The organisation that this installation belongs to: one row."""

import uuid
from enum import StrEnum

from django.db import models


class SecondStep(StrEnum):
    """Who must sign in by two steps; others may."""

    NOBODY = ""
    ADMINISTRATORS = "administrators"
    EVERYONE = "everyone"


class Organisation(models.Model):
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=2, default="ja")
    zone = models.CharField(max_length=64, default="Asia/Tokyo")  # IANA name; defines day, week and month everywhere
    fiscal_start_month = models.PositiveSmallIntegerField(default=4)
    currency = models.CharField(max_length=3, default="JPY")
    closed_through = models.DateField(null=True)  # last day whose health is final; nothing is known on it any more
    is_demo = models.BooleanField(default=False)
    second_step = models.CharField(max_length=15, blank=True)  # who must sign in by two steps: see SecondStep
    is_sending_paused = models.BooleanField(default=False)
    problem = models.CharField(max_length=20, blank=True)  # the greatest one, asked at first use; empty: not answered
    team_size = models.CharField(max_length=10, blank=True)  # of customer success, asked with it
    begins_with = models.CharField(max_length=60, blank=True)  # "tier:<key>", "segment:<number>", "phase:<name>"
    has_whole_menu = models.BooleanField(default=False)  # every page in the index, whatever was answered
    instance = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_organisation")]

    def __str__(self) -> str:
        return self.name
