"""Tasks that are opened again and again with the same words."""

from __future__ import annotations

from django.db import models

from nenrin.work.models.task import Every


class TaskTemplate(models.Model):
    """What a task begins with. `due_in` counts business days from the day it is used."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)  # in the list of templates
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    kind = models.CharField(max_length=40, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    due_in = models.PositiveSmallIntegerField(null=True)
    checklist = models.JSONField(default=list)  # words, in their order
    every = models.CharField(max_length=9, choices=[(e.value, e.value) for e in Every], blank=True)
    archived_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
