"""What the plays of the day were found to bring: a projection, written by the room that measures them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from nenrin.values import Text


class PlayEffect(models.Model):
    """How often one play worked, in words, as its playbook's read-out told it at the end of `as_of`.

    `moves`: the share of the money at stake that it moves (0 to 1); None where no effect is certain, or it is not one of
    money at stake.
    """

    code = models.CharField(max_length=40, primary_key=True)  # of nenrin.work.queue.plays
    playbook = models.CharField(max_length=60)  # key of the playbook that it was measured with
    brief = models.JSONField(default=dict)  # {"en", "ja"}: the difference with its interval
    words = models.JSONField(default=dict)  # {"en", "ja"}: in a sentence
    moves = models.FloatField(null=True)
    as_of = models.DateField()

    objects: ClassVar[models.Manager[PlayEffect]] = models.Manager()

    @property
    def told(self) -> tuple[Text, Text]:
        """In brief, and in a sentence."""
        brief, words = (Text(str(one.get("en", "")), str(one.get("ja", ""))) for one in (self.brief, self.words))
        return brief, words
