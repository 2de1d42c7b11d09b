"""What is said beside the figures of the executive dashboard, and who gets it by mail each month."""

from __future__ import annotations

from django.db import models

from nenrin.foundation.models import Member


class BoardComment(models.Model):
    """Words beside a figure of a period; `kpi` empty: on the period as a whole; `dimension` and `slice` empty: for everyone."""

    kpi = models.CharField(max_length=40, blank=True)
    grain = models.CharField(max_length=7)
    start_on = models.DateField()  # the first day of the period
    dimension = models.CharField(max_length=20, blank=True)
    slice = models.CharField(max_length=60, blank=True)
    words = models.TextField(max_length=1000)
    value = models.FloatField(null=True)  # the figure when this was written, in the KPI's unit; null: not enough data
    author = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "pk"]
        indexes = [models.Index(fields=["grain", "start_on"], name="board_comment_period")]

    def __str__(self) -> str:
        return f"{self.kpi or 'all'} {self.start_on:%Y-%m-%d}"


class ReportReader(models.Model):
    """A member who gets the month before by mail, on a day of each month, within what they may see."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="+")
    on_day = models.PositiveSmallIntegerField(default=1)  # 1 to 28: every month has it
    since = models.DateField()  # the first day of the first month that they are told
    told = models.DateField(null=True)  # the first day of the newest month that they were told
    named_at = models.DateTimeField()

    class Meta:
        ordering = ["member__name", "pk"]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.on_day}"
