from django.db import models

from nenrin.customers.models.account import Account


class Merge(models.Model):
    """One account taken into another: exactly what moved, so that it can be put back."""

    survivor = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    moved = models.JSONField(default=dict)  # {"contacts": [ids], ..., "filled": {field: [before, after]}}
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=120, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-merged_at", "-id"]
