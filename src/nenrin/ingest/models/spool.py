"""The spool's tables where the application database is PostgreSQL; empty on SQLite, which has a file of its own."""

from __future__ import annotations

from django.db import models


class Spooled(models.Model):
    """One accepted batch (ingest.spool)."""

    id = models.BigAutoField(primary_key=True)
    source = models.IntegerField()
    namespace = models.CharField(max_length=60)
    trusted = models.BooleanField()
    received_at = models.DateTimeField()
    events = models.IntegerField()
    shape = models.CharField(max_length=8)
    path_type = models.CharField(max_length=8, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    retries = models.IntegerField(default=0)
    body = models.BinaryField()  # zstd


class Tally(models.Model):
    """Counters that outlive their batches: events received and limited, and the last arrival (µs since 1970)."""

    source = models.IntegerField()
    what = models.CharField(max_length=10)  # received, limited, latest
    n = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "what"], name="one_tally")]


class UnknownKey(models.Model):
    """Requests with a write key that belongs to no open source."""

    key = models.CharField(max_length=80, primary_key=True)
    requests = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    agent = models.CharField(max_length=200, blank=True)
