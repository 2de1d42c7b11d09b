"""What is decided by rule: the tier and the touch model of an account. First match in order of position."""

from django.db import models


class TierRule(models.Model):
    """A tier (企業規模): every account has exactly one at any moment. No conditions: everyone."""

    key = models.CharField(max_length=30, unique=True)
    name_en = models.CharField(max_length=60)
    name_ja = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    conditions = models.JSONField(default=list)  # [{"field", "op", "value"}], all of which hold

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.key


class TouchModel(models.Model):
    """How we are with accounts of a kind: by which channels, how often, with how much time."""

    key = models.CharField(max_length=30, unique=True)
    name_en = models.CharField(max_length=60)
    name_ja = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    conditions = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    contact_every_days = models.PositiveSmallIntegerField(null=True)  # cadence by a person; null: none promised
    minutes_a_month = models.PositiveSmallIntegerField(null=True)  # planned for one account

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.key
