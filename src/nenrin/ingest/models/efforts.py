"""Hours that our people spent on winning customers and on those we have."""

from __future__ import annotations

from django.db import models

from nenrin.customers.models import Account
from nenrin.ingest.models.facts import Imported


class Effort(Imported):
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="efforts")
    month = models.DateField()  # its first day
    category = models.CharField(max_length=20)  # as of costs
    minutes = models.PositiveIntegerField()
    person = models.CharField(max_length=120, blank=True)  # a colleague or a team
    product = models.CharField(max_length=80, blank=True)  # keys; blank: not of one alone
    touch_model = models.CharField(max_length=30, blank=True)
    segment = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta(Imported.Meta):
        indexes = [models.Index(fields=["month", "category"], name="effort_by_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.category}"
