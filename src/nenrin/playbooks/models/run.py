"""Runs: an account in a playbook, once for each occasion; its steps, each taken once; who was left alone."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.playbooks.models.playbook import Playbook, PlaybookVersion


class RunState(StrEnum):
    ASKED = "asked"  # more came at once than may without a person's yes
    READY = "ready"  # its turn comes at wake_at: now, or when the cap of its hour lets it in
    WAITING = "waiting"  # at a step that waits for a time or a condition
    DONE = "done"
    EXITED = "exited"
    FAILED = "failed"  # at a step that could not be done; may be tried again
    HELD_OUT = "held_out"  # left alone, to measure the effect
    SKIPPED = "skipped"  # a rule kept it out


OPEN = (RunState.ASKED, RunState.READY, RunState.WAITING, RunState.FAILED)
MOVING = (RunState.READY, RunState.WAITING)
#: What came in at all: a skipped occasion did not.
ENTERED = (RunState.READY, RunState.WAITING, RunState.DONE, RunState.EXITED, RunState.FAILED)


class RunQuerySet(models.QuerySet["Run"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def for_member(self, member: Member, permission: Permission) -> Self:
        if allowed(member, permission) is Scope.ALL:
            return self
        return self.filter(account__in=Account.objects.for_member(member, permission))


class Run(models.Model):
    """An account in a playbook. `why` says in both languages what the state rests on, as a person reads it."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="runs")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="playbook_runs", db_index=False)
    occasion = models.CharField(max_length=100)  # what began it: unique to playbook and account
    trigger = models.PositiveSmallIntegerField(default=0)  # its place in the version
    entry = models.BigIntegerField(null=True)  # the journal's entry that began it
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in RunState])
    reason = models.CharField(max_length=30, blank=True)  # a code of playbooks.reasons
    why = models.JSONField(default=dict)  # {"en", "ja"}: of the state
    began = models.JSONField(default=dict)  # {"en", "ja"}: what began it
    step = models.CharField(max_length=40, blank=True)  # where it stands; empty before the first and after the last
    step_since = models.DateTimeField(null=True)
    wake_at = models.DateTimeField(null=True)  # when it is looked at next; null: not by itself
    asks = models.BooleanField(default=False)  # waits for a condition: news of the account wakes it
    chain = models.JSONField(default=list)  # playbooks whose effects led here, the first one first
    effects = models.PositiveIntegerField(default=0)
    entered_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Run]] = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-entered_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "account", "occasion"], name="one_run_an_occasion"),
            models.UniqueConstraint(
                fields=["playbook", "account"], condition=Q(state__in=["asked", "ready", "waiting", "failed"]),
                name="one_open_run_a_playbook",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["wake_at", "id"], name="run_due", condition=Q(state__in=["ready", "waiting"])),
            models.Index(fields=["account", "-entered_at"], name="run_by_account"),
            models.Index(fields=["playbook", "state", "-entered_at"], name="run_by_state"),
            models.Index(fields=["ended_at", "playbook", "state"], name="run_by_end"),
        ]


class RunStep(models.Model):
    """A step that was taken: once for each run and step, whatever happens in between."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps", db_index=False)
    step = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=30)
    outcome = models.CharField(max_length=8)  # done, skipped, went or failed
    note = models.JSONField(default=dict)  # ids and addresses of what it made; {"en", "ja"} where words say more
    contact = models.BigIntegerField(null=True)  # whom it reached, for the cap
    at = models.DateTimeField()

    class Meta:
        ordering = ["number", "id"]
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="a_step_once_a_run")]
        indexes = [models.Index(fields=["contact", "-at"], name="step_by_contact", condition=Q(contact__isnull=False))]


class Exposure(models.Model):
    """In which arm an account is for a playbook, from its first occasion on: what effects are measured by."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="exposures", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="exposures", db_index=False)
    arm = models.CharField(max_length=8)  # treated, holdout, or always (never left alone: no part of the comparison)
    share = models.FloatField()  # the chance with which it could have been left alone
    strata = models.CharField(max_length=120, blank=True)
    cluster = models.BigIntegerField()  # the top of its corporate family
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["playbook", "account"], name="one_arm_an_account")]
        indexes = [models.Index(fields=["account"], name="exposure_by_account")]


class UniversalHoldout(models.Model):
    """The share of accounts that no playbook touches, to see what all of them together bring: one row.

    `usual`: the share that a new playbook leaves alone by itself, unless it says otherwise.
    """

    share = models.FloatField(default=0.0)
    usual = models.FloatField(default=0.0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_universal_holdout"),
            models.CheckConstraint(condition=models.Q(share__gte=0, share__lte=0.1), name="universal_holdout_is_small"),
            models.CheckConstraint(
                condition=models.Q(usual__gte=0, usual__lte=0.5), name="usual_holdout_is_half_at_most"
            ),
        ]
