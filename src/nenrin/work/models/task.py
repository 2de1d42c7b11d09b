"""What our people have to do: for an account or among ourselves, by a day, until done or dismissed."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


STATES: dict[State, Text] = {
    State.OPEN: Text("Open", "未完了"),
    State.DONE: Text("Done", "完了"),
    State.DISMISSED: Text("Dismissed", "見送り"),
}


class Every(StrEnum):
    """How often a task comes back; each time on a business day."""

    NEVER = ""
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


EVERY: dict[Every, Text] = {
    Every.NEVER: Text("Once", "1回のみ"),
    Every.DAILY: Text("Every business day", "毎営業日"),
    Every.WEEKLY: Text("Every week", "毎週"),
    Every.MONTHLY: Text("Every month", "毎月"),
    Every.QUARTERLY: Text("Every quarter", "四半期ごと"),
}


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> Self:
        return self.filter(state=State.OPEN)

    def for_member(self, member: Member, permission: Permission) -> Self:
        """Tasks of the accounts in the member's scope, and whatever is theirs to do; without an account the team's too."""
        scope = allowed(member, permission)
        if scope is None:
            return self.none()
        if scope is Scope.ALL:
            return self
        own = Q(assignee=member) | Q(account__isnull=True, opened_by=member)
        if scope is Scope.TEAM and member.team_id:
            own |= Q(account__isnull=True, assignee__team=member.team_id)
        return self.filter(own | Q(account__in=Account.objects.for_member(member, permission)))


class Task(models.Model):
    """One thing to do. `title`, `body`, `why`, `outcome` and `reason` are free words and may name people: personal data."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    kind = models.CharField(max_length=40, blank=True)  # whoever opened it knows what it means, e.g. "notice_deadline"
    why = models.JSONField(default=dict)  # {"en", "ja"}: why it is asked for now; empty where it needs no reason
    state = models.CharField(max_length=9, choices=[(s.value, s.value) for s in State], default=State.OPEN)
    assignee = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="tasks")
    due_on = models.DateField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)  # how long it should take
    minutes_spent = models.PositiveSmallIntegerField(null=True)
    checklist = models.JSONField(default=list)  # [{"id": 1, "words": "...", "is_done": false}, ...]
    outcome = models.CharField(max_length=2000, blank=True)  # what came of it
    reason = models.CharField(max_length=500, blank=True)  # why it was dismissed
    snoozed_until = models.DateField(null=True)  # not before this day
    snooze_reason = models.CharField(max_length=500, blank=True)

    every = models.CharField(max_length=9, choices=[(e.value, e.value) for e in Every], blank=True)
    series = models.CharField(max_length=60, blank=True)  # what the tasks of one recurrence have in common
    first_on = models.DateField(null=True)  # the day the series counts from, business day or not
    turn = models.PositiveIntegerField(default=0)  # which of the series this is

    key = models.CharField(max_length=200, blank=True)  # asked for twice under one key is one task
    origin_kind = models.CharField(max_length=30, blank=True)  # what opened it: ("playbook", "12")
    origin_key = models.CharField(max_length=80, blank=True)
    opened_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Task]] = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="one_task_a_key")]
        indexes = [
            models.Index(fields=["assignee", "state", "due_on"], name="task_by_assignee"),
            models.Index(fields=["account", "state", "due_on"], name="task_by_account"),
            models.Index(fields=["state", "due_on"], name="task_by_due"),
            models.Index(fields=["origin_kind", "origin_key"], name="task_by_origin", condition=~Q(origin_kind="")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def reasoning(self) -> Text | None:
        """Why it is asked for, in both languages."""
        return Text(self.why.get("en", ""), self.why.get("ja", "")) if self.why else None

    @property
    def ticked(self) -> int:
        return sum(bool(item.get("is_done")) for item in self.checklist)
