"""What customers were billed, and what of it was paid."""

from __future__ import annotations

from django.db import models

from nenrin.customers.models import Account
from nenrin.ingest.models.facts import Imported


class Invoice(Imported):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invoices")
    number = models.CharField(max_length=100, blank=True)  # as printed on it
    issued_on = models.DateField()
    due_on = models.DateField(null=True)  # null: no day was agreed, so it is never overdue
    paid_on = models.DateField(null=True)
    minor = models.BigIntegerField()  # minor units of `currency`, tax included as billed; below zero: a credit note
    currency = models.CharField(max_length=3, default="JPY")
    status = models.CharField(max_length=13, default="open")  # open, paid, void or uncollectible
    failed_payments = models.PositiveSmallIntegerField(default=0)  # attempts to collect it that failed
    failed_on = models.DateField(null=True)  # day of the last of them
    lines = models.JSONField(default=list)  # [{"text", "minor"}], minor null where not told

    class Meta(Imported.Meta):
        indexes = [
            models.Index(fields=["account", "-issued_on"], name="invoice_by_account"),
            models.Index(fields=["status", "due_on"], name="invoice_by_due_day"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.namespace}|{self.key}"
