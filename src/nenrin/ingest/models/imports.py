"""Imports: a file on its way into facts, row by row, with where it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models

from nenrin.foundation.models import Member
from nenrin.values import Text


class State(StrEnum):
    UPLOADED = "uploaded"  # on the disk; its columns are not assigned yet
    MAPPED = "mapped"
    CHECKING = "checking"  # dry run: every row read, nothing written
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # cannot go on by itself; what was written stays, and `run` resumes
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


STATES: dict[State, Text] = {
    State.UPLOADED: Text("Uploaded", "アップロード済み"),
    State.MAPPED: Text("Columns assigned", "列の割り当て済み"),
    State.CHECKING: Text("Checking", "確認中"),
    State.CHECKED: Text("Checked", "確認済み"),
    State.RUNNING: Text("Importing", "取り込み中"),
    State.DONE: Text("Done", "完了"),
    State.FAILED: Text("Stopped", "中断"),
    State.CANCELLED: Text("Cancelled", "中止"),
    State.UNDOING: Text("Undoing", "取り消し中"),
    State.UNDONE: Text("Undone", "取り消し済み"),
}
#: States that wait for the worker.
AT_WORK = (State.CHECKING, State.RUNNING, State.UNDOING)


class Import(models.Model):
    """One file. rows_total = created + updated + unchanged + rejected once it is done."""

    kind = models.CharField(max_length=20)  # accounts, contacts, subscriptions, tickets, answers, costs or events
    source = models.CharField(max_length=80)  # who gives these files; a mapping is remembered by source and kind
    name = models.CharField(max_length=200)  # the file's name as given
    path = models.CharField(max_length=120)  # below MEDIA_ROOT, random
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the content
    header = models.JSONField(default=list)  # the columns' names, once they could be read
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in State], default=State.UPLOADED)
    problem = models.JSONField(default=dict)  # {"en", "ja"}: why it stopped
    notes = models.JSONField(default=list)  # [{"en", "ja"}]: what is worth knowing before it runs

    rows_total = models.PositiveIntegerField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    checkpoint = models.PositiveIntegerField(default=0)  # number of the last row that is settled
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    kept_back = models.PositiveIntegerField(default=0)  # rows an undo left, because later edits stand on them

    claimed_by = models.CharField(max_length=80, blank=True)
    claimed_until = models.DateTimeField(null=True)
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="import_by_state")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK


class ImportedRow(models.Model):
    """A row that wrote something: what, and how it looked before, so that it can be taken back."""

    CREATED: ClassVar[str] = "created"
    UPDATED: ClassVar[str] = "updated"

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as a spreadsheet counts
    outcome = models.CharField(max_length=8)
    subject = models.BigIntegerField()  # id of the account, contact, ticket ...
    version = models.PositiveIntegerField()  # of the subject, as this row left it
    before = models.JSONField(default=dict)  # the fields it changed, as they were
    undone = models.CharField(max_length=10, blank=True)  # "taken back" or why not: "edited"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="a_row_once")]


class RejectedRow(models.Model):
    """A row that wrote nothing: its cells as they were, and each problem with column, value and what was expected."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejects")
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)  # may hold personal data, as the file did
    problems = models.JSONField(default=list)  # [{"column", "value", "en", "ja"}]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="a_reject_once")]


class RememberedMapping(models.Model):
    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    document = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind"], name="one_mapping_a_source_and_kind")]
