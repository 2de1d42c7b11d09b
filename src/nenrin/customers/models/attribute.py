from django.db import models

from nenrin.customers.statuses import AttributeKind, choices
from nenrin.foundation.permissions import FieldClass


class AttributeField(models.Model):
    """A column that this organisation adds to accounts, with its type and who may read it."""

    key = models.SlugField(max_length=60, unique=True)
    name_en = models.CharField(max_length=80)
    name_ja = models.CharField(max_length=80)
    kind = models.CharField(max_length=6, choices=choices(AttributeKind))
    options = models.JSONField(default=list)  # for kind "choice": the values allowed
    field_class = models.CharField(max_length=8, choices=choices(FieldClass), default=FieldClass.INTERNAL)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.key
