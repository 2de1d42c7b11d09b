"""Where events come from: one row per product, server or relay that sends them."""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """A sender of events: a public write key for browsers and SDKs, a secret key for servers that are trusted."""

    KINDS = ("browser", "server", "relay", "import", "simulator")
    POLICIES = ("arrival", "column", "lag")

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, default="server")
    namespace = models.CharField(max_length=60, default="product")  # whose group and user ids these are
    write_key = models.CharField(max_length=64, unique=True)  # public; ingest only
    secret_digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret key
    previous_write_key = models.CharField(max_length=64, blank=True, db_index=True)  # accepted until it is ended
    previous_secret_digest = models.CharField(max_length=64, blank=True, db_index=True)
    limit = models.PositiveIntegerField(default=0)  # events a second; 0 = no limit
    origins = models.TextField(blank=True)  # web origins that may send, one a line; empty = any
    joins_company = models.BooleanField(default=True)  # `company.id` among identify's traits makes a membership
    known_at = models.CharField(max_length=8, default="arrival")  # when its facts could be known
    lag_hours = models.PositiveIntegerField(default=0)  # for known_at = "lag"
    quiet_hours = models.PositiveIntegerField(default=24)  # silence after which it counts as stale
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
