"""Onboarding projects: what a new customer and we do together until the first value is reached, step by step."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account, Contact
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text
from nenrin.work.models.onboarding_template import OnboardingTemplateVersion

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"  # done, with what success means written down
    CANCELLED = "cancelled"


class Standing(StrEnum):
    """How a running project stands on its day."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    STUCK = "stuck"


class Party(StrEnum):
    US = "us"
    CUSTOMER = "customer"


class Kind(StrEnum):
    TASK = "task"
    APPROVAL = "approval"  # the customer says yes
    FILES = "files"  # the customer hands files over
    TRAINING = "training"  # with who was there
    CONCIERGE = "concierge"  # we do it for the customer, once the customer agreed
    FIRST_VALUE = "first_value"  # the facts say when it is reached


class StepState(StrEnum):
    OPEN = "open"
    BLOCKED = "blocked"
    DONE = "done"
    WAIVED = "waived"


SETTLED = (StepState.DONE, StepState.WAIVED)
STATES: dict[State, Text] = {
    State.RUNNING: Text("Running", "進行中"),
    State.PAUSED: Text("Paused", "一時停止"),
    State.CLOSED: Text("Closed", "完了"),
    State.CANCELLED: Text("Cancelled", "中止"),
}
STANDINGS: dict[Standing, Text] = {
    Standing.ON_TRACK: Text("On track", "順調"),
    Standing.BEHIND: Text("Behind", "遅れ"),
    Standing.STUCK: Text("Stuck", "停滞"),
}
PARTIES: dict[Party, Text] = {
    Party.US: Text("Us", "当社"),
    Party.CUSTOMER: Text("Customer", "お客様"),
}
KINDS: dict[Kind, Text] = {
    Kind.TASK: Text("Task", "作業"),
    Kind.APPROVAL: Text("Approval", "承認"),
    Kind.FILES: Text("Files", "ファイル提出"),
    Kind.TRAINING: Text("Training", "トレーニング"),
    Kind.CONCIERGE: Text("Concierge", "初期設定代行"),
    Kind.FIRST_VALUE: Text("First value", "最初の成功体験"),
}
STEP_STATES: dict[StepState, Text] = {
    StepState.OPEN: Text("Open", "未完了"),
    StepState.BLOCKED: Text("Blocked", "保留"),
    StepState.DONE: Text("Done", "完了"),
    StepState.WAIVED: Text("Waived", "対応不要"),
}


class ProjectQuerySet(models.QuerySet["OnboardingProject"]):
    def live(self) -> Self:
        """Running or paused."""
        return self.filter(state__in=(State.RUNNING, State.PAUSED))

    def for_member(self, member: Member, permission: Permission) -> Self:
        if allowed(member, permission) is Scope.ALL:
            return self
        return self.filter(account__in=Account.objects.for_member(member, permission))


class OnboardingProject(models.Model):
    """One account's onboarding. The columns from `standing` on are kept by the verbs, so that lists and boards read
    them alone; `note` is free words and may name people."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="onboarding_projects")
    template_version = models.ForeignKey(OnboardingTemplateVersion, on_delete=models.PROTECT, related_name="projects")
    key = models.CharField(max_length=120, blank=True)  # asked twice with the same one: the same project
    name = models.CharField(max_length=120)
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=9, default=State.RUNNING, choices=[(s.value, s.value) for s in State])
    phases = models.JSONField(default=list)  # [{"key", "name": {"en", "ja"}}], in order
    starts_on = models.DateField()
    due_on = models.DateField()  # as planned at the start, or at the last replanning
    first_due_on = models.DateField()  # as planned at the start, whatever came later
    first_value = models.JSONField(null=True)  # {"words": {"en", "ja"}, "condition": document}
    first_value_on = models.DateField(null=True)
    support_done_on = models.DateField(null=True)
    setup_done_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)  # by the definition that was chosen on that day
    paused_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)  # closed or cancelled
    end_reason = models.CharField(max_length=12, blank=True)  # of a cancelled one: left, mistake, other
    note = models.TextField(blank=True)

    standing = models.CharField(max_length=8, default=Standing.ON_TRACK, choices=[(s.value, s.value) for s in Standing])
    standing_since = models.DateField()
    standing_on = models.DateField()  # the day for which it was worked out
    moved_on = models.DateField()  # the last day on which a step or message moved it
    phase = models.CharField(max_length=60, blank=True)  # of the first step that is not settled
    ball = models.CharField(max_length=8, blank=True)  # us, customer, both or nobody
    forecast_on = models.DateField()  # when it would end if all goes on as it stands
    steps_all = models.PositiveSmallIntegerField(default=0)
    steps_settled = models.PositiveSmallIntegerField(default=0)
    overdue_ours = models.PositiveSmallIntegerField(default=0)
    overdue_theirs = models.PositiveSmallIntegerField(default=0)
    blocked = models.PositiveSmallIntegerField(default=0)

    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[OnboardingProject]] = ProjectQuerySet.as_manager()
    if TYPE_CHECKING:
        steps: RelatedManager[OnboardingStep]

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="an_onboarding_once_a_key"),
        ]
        indexes = [
            models.Index(fields=["account", "-starts_on"], name="onboarding_by_account"),
            models.Index(fields=["state", "standing", "due_on"], name="onboarding_by_standing"),
            models.Index(fields=["owner", "state"], name="onboarding_by_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.state in (State.RUNNING, State.PAUSED)

    def day(self, on: date) -> int:
        """Which day of the project it is; the first is 1."""
        return ((self.ended_on or on) - self.starts_on).days + 1

    @property
    def length(self) -> int:
        """Days from the first to the planned last, both counted."""
        return (self.due_on - self.starts_on).days + 1


class OnboardingStep(models.Model):
    """One step of one project, copied from its template. `reason` and `outcome` are free words and may name people."""

    project = models.ForeignKey(OnboardingProject, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=60)
    phase = models.CharField(max_length=60)
    kind = models.CharField(max_length=11, default=Kind.TASK, choices=[(k.value, k.value) for k in Kind])
    party = models.CharField(max_length=8, default=Party.US, choices=[(p.value, p.value) for p in Party])
    title_en = models.CharField(max_length=200)
    title_ja = models.CharField(max_length=200)
    note_en = models.TextField(blank=True)
    note_ja = models.TextField(blank=True)
    wants = models.JSONField(default=list)  # files: [{"en", "ja"}]
    days = models.PositiveSmallIntegerField(default=1)  # business days
    after = models.JSONField(default=list)  # keys of steps of the same project
    minutes = models.PositiveSmallIntegerField(null=True)  # of ours, as planned
    is_needed = models.BooleanField(default=True)  # the first value needs it
    serves_en = models.CharField(max_length=300, blank=True)  # what else it is for, where first value does not need it
    serves_ja = models.CharField(max_length=300, blank=True)
    not_before = models.DateField(null=True)
    planned_on = models.DateField()  # its last day as first planned
    starts_on = models.DateField()
    due_on = models.DateField()
    assignee = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")

    state = models.CharField(max_length=7, default=StepState.OPEN, choices=[(s.value, s.value) for s in StepState])
    begun_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)
    settled_by = models.CharField(max_length=8, blank=True)  # us, customer or facts
    approved_at = models.DateTimeField(null=True)  # by the customer
    reason = models.CharField(max_length=300, blank=True)  # why it is waived or blocked
    outcome = models.CharField(max_length=500, blank=True)
    spent_minutes = models.PositiveSmallIntegerField(null=True)
    cost_minor = models.PositiveBigIntegerField(null=True)  # in the organisation's currency
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["project", "position"]
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="an_onboarding_step_once")]
        indexes = [
            models.Index(fields=["state", "due_on"], name="onboarding_step_due"),
            models.Index(fields=["assignee", "state"], name="onboarding_step_whose"),
        ]

    def __str__(self) -> str:
        return self.title_en

    @property
    def title(self) -> Text:
        return Text(self.title_en, self.title_ja)

    @property
    def guidance(self) -> Text:
        """What is to be done, in the reader's language."""
        return Text(self.note_en, self.note_ja)

    @property
    def serves(self) -> Text:
        return Text(self.serves_en, self.serves_ja)

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED


class OnboardingAttendance(models.Model):
    """Who was invited to a training and came: a contact, or a name alone, which is personal data."""

    step = models.ForeignKey(OnboardingStep, on_delete=models.CASCADE, related_name="attendances")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    is_present = models.BooleanField(default=True)

    class Meta:
        ordering = ["step", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "contact"], condition=Q(contact__isnull=False), name="a_contact_once_a_training"
            )
        ]
