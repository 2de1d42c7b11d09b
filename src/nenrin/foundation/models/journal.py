"""The journal's tables: what happened, sealed into a chain of hashes; personal parts apart, so that they can be erased."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One thing that happened. Append-only: `sequence` and `hash` are filled once, by the sealer."""

    sequence = models.BigIntegerField(null=True, unique=True)  # null until sealed
    hash = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=80)
    account = models.BigIntegerField(null=True)  # id only: the accounts' room stands above
    actor_kind = models.CharField(max_length=10)
    actor_key = models.CharField(max_length=40, blank=True)
    valid_at = models.DateTimeField()  # when it was true
    recorded_at = models.DateTimeField()  # when we could know it
    version = models.IntegerField(null=True)
    particulars = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)  # salted, of the personal part

    class Meta:
        indexes = [
            models.Index(fields=["account", "-valid_at"], name="entry_by_account"),
            models.Index(fields=["action", "-recorded_at"], name="entry_by_action"),
            models.Index(fields=["-recorded_at"], name="entry_by_time"),
            models.Index(fields=["id"], name="entry_unsealed", condition=models.Q(sequence__isnull=True)),
        ]


class Reference(models.Model):
    """What an entry is about besides its account: one row each, so that an object finds its own history."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="references")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "entry"], name="reference_by_subject")]


class PersonalPart(models.Model):
    """An entry's personal data: erasable without breaking the chain, which covers only its salted digest."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="personal")
    salt = models.CharField(max_length=32)
    payload = models.JSONField()
    erased_at = models.DateTimeField(null=True)


class Cursor(models.Model):
    """How far a reader of the journal has come."""

    reader = models.CharField(max_length=40, primary_key=True)
    sequence = models.BigIntegerField(default=0)


class Verification(models.Model):
    """How far the chain was verified in the pass that runs or ran last, and what it found: one row."""

    asked_at = models.DateTimeField(null=True)  # somebody wants a pass begun after this moment
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    through = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)  # of the entry at `through`
    broken = models.BigIntegerField(null=True)  # the first entry that does not follow from the one before
