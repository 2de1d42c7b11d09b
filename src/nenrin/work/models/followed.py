from typing import ClassVar

from django.db import models


class Followed(models.Model):
    """Which rows of one table went with a merge of accounts, so that they go back when it is undone."""

    merge = models.BigIntegerField()
    table = models.CharField(max_length=80)  # "work.task.account": app, model, column
    rows = models.JSONField(default=list)  # ids
    followed_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Followed"]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "table"], name="a_table_follows_a_merge_once")]
