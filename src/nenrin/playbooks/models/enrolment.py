"""How many occasions were written down: counted when they were, apart from the runs that came of them."""

from __future__ import annotations

from django.db import models

from nenrin.playbooks.models.playbook import Playbook


class Enrolment(models.Model):
    """So many occasions of a playbook were told in one go; the states of its runs have to add up to their sum.

    Those of earlier days are one row by playbook, with the moment of the last of them.
    """

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveIntegerField()
    at = models.DateTimeField()


class RunTally(models.Model):
    """So many runs of a playbook had come to this state when they ended before `until`, the same moment in every row."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8)
    count = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["playbook", "state"], name="one_tally_a_state")]
