"""What we mean to spend on winning customers and on those we have, and how that should be divided."""

from __future__ import annotations

from django.db import models


class BudgetPlan(models.Model):
    """One side's plan of one month."""

    month = models.DateField()  # its first day
    side = models.CharField(max_length=11)  # acquisition or existing
    minor = models.BigIntegerField(null=True)  # minor units of the reporting currency; null: not planned
    minutes = models.PositiveIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "side"], name="one_plan_a_month_and_side")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.side}"


class BudgetPhase(models.Model):
    """From a month on: whether the business grows or is mature, and so how much goes to existing customers."""

    from_month = models.DateField(unique=True)
    phase = models.CharField(max_length=6)  # growth or mature
    existing_share = models.FloatField()  # of the money, 0 to 1
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-from_month"]

    def __str__(self) -> str:
        return f"{self.from_month:%Y-%m} {self.phase}"
