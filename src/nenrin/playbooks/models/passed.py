"""What passed a playbook by while it was paused."""

from __future__ import annotations

from django.db import models

from nenrin.playbooks.models.playbook import Playbook, PlaybookVersion


class PassedBy(models.Model):
    """A pause that is over, and how many signs of how many accounts came in it and began nothing; `signs` null: being counted;
    `accounts` alone null: it could not be.

    `version`: whose triggers are asked. `read`: the journal was read so far when it went on; what came later still begins
    runs.
    """

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(PlaybookVersion, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    read = models.BigIntegerField()
    signs = models.PositiveIntegerField(null=True)
    accounts = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
