from django.db import models


class Lease(models.Model):
    """A named right that one process holds until a moment; a dead holder's right simply runs out."""

    name = models.CharField(max_length=64, primary_key=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()
    beat_at = models.DateTimeField()  # when the holder last did a round: the lag on the data board
    particulars = models.JSONField(default=dict)
