"""What we sell: products and their plans."""

from django.db import models


class Product(models.Model):
    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    archived_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Plan(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="plans")
    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    limits = models.JSONField(default=dict)  # what is limited -> how much, e.g. {"seats": 50}
    archived_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
