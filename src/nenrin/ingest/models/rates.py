"""Exchange rates of month ends. Current state; the history is in the lake."""

from __future__ import annotations

from django.db import models

from nenrin.ingest.models.facts import Imported


class ExchangeRate(Imported):
    """What one unit of `currency` was worth in `into` at the end of a month."""

    account_id: None = None  # the organisation's: nobody's own
    month = models.DateField()  # its first day
    currency = models.CharField(max_length=3)
    into = models.CharField(max_length=3)
    rate = models.CharField(max_length=24)  # decimal text, so that no digit is lost
    note = models.CharField(max_length=300, blank=True)

    class Meta(Imported.Meta):
        indexes = [models.Index(fields=["month", "currency"], name="rate_by_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.currency}/{self.into}"
