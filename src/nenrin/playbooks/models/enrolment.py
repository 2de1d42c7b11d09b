"""How many occasions were written down: counted when they were, apart from the runs that came of them."""

from __future__ import annotations

from django.db import models

from nenrin.playbooks.models.playbook import Playbook


class Enrolment(models.Model):
    """So many occasions of a playbook were told in one go; the states of its runs have to add up to their sum."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveIntegerField()
    at = models.DateTimeField()
