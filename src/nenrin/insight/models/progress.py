from django.db import models


class Progress(models.Model):
    """How far health has come: one row."""

    scored_through = models.DateField(null=True)  # last day whose final scores are stored everywhere
    events_seen = models.BigIntegerField(default=-1)  # version of the lake's tables at the last refresh
    facts_seen = models.BigIntegerField(default=-1)
    refreshed_on = models.DateField(null=True)  # the open day of the last refresh of everybody
    publications = models.PositiveIntegerField(default=0)  # of health models, known to the last refresh of all

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_progress")]
