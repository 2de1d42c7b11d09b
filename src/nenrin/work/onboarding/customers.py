"""What a customer does by a link: each deed is the verb's own, and whoever leads the project hears of it once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nenrin.customers.errors import Refused
from nenrin.values import Text
from nenrin.work.models.onboarding import Kind, OnboardingStep, Party, StepState
from nenrin.work.models.onboarding_portal import OnboardingFile, OnboardingLink, OnboardingMessage
from nenrin.work.onboarding import files, links, messages, steps, telling

#: Steps that a customer sees beside their own: what we do within our own four walls stays ours.
SHOWN = (Kind.CONCIERGE, Kind.TRAINING, Kind.FIRST_VALUE, Kind.APPROVAL, Kind.FILES)
NOT_YOURS = Text("this step is not yours to finish", "このステップはお客様側では完了にできません")
NOT_TO_TAKE_BACK = Text(
    "we have done this already: please write to us", "対応済みのため取り消せません。メッセージでお知らせください"
)
NO_FILE = Text(
    "hand the file over first, or write to us why not", "先にファイルを提出するか、メッセージで事情をお知らせください"
)


def is_shown(step: OnboardingStep) -> bool:
    """Does the portal show this step at all?"""
    return step.party == Party.CUSTOMER or step.kind in SHOWN


def may_finish(step: OnboardingStep) -> bool:
    return step.party == Party.CUSTOMER and step.kind in (Kind.TASK, Kind.FILES) and step.state == StepState.OPEN


def may_approve(step: OnboardingStep) -> bool:
    if step.state != StepState.OPEN:
        return False
    return step.kind == Kind.APPROVAL or (step.kind == Kind.CONCIERGE and step.approved_at is None)


def may_reopen(step: OnboardingStep) -> bool:
    """Only what the customer's own side has finished."""
    return step.state == StepState.DONE and step.settled_by == "customer"


def may_unapprove(step: OnboardingStep) -> bool:
    """Until we have done it."""
    return step.kind == Kind.CONCIERGE and step.approved_at is not None and step.state == StepState.OPEN


def finish(link: OnboardingLink, step: OnboardingStep, *, at: datetime) -> OnboardingStep:
    """The customer has done it. Safe to repeat. Raises Refused for a step of ours, and where wanted files lack."""
    if step.state == StepState.DONE:
        return step
    if not may_finish(step):
        raise Refused.one("step", NOT_YOURS, step.key)
    if step.wants and not OnboardingFile.objects.filter(step=step, removed_at__isnull=True).exists():
        raise Refused.one("file", NO_FILE, step.key)
    row = steps.finish(step, by=links.actor(link), at=at, side="customer")
    telling.step_done(row, by=links.actor(link), at=at)
    return row


def approve(link: OnboardingLink, step: OnboardingStep, *, at: datetime) -> OnboardingStep:
    """The customer agrees. Safe to repeat. Raises Refused for a step that asks for no approval."""
    if step.approved_at is not None:
        return step
    if not may_approve(step):
        raise Refused.one("step", NOT_YOURS, step.key)
    row = steps.approve(step, by=links.actor(link), at=at, side="customer")
    telling.approved(row, by=links.actor(link), at=at)
    return row


def reopen(link: OnboardingLink, step: OnboardingStep, *, at: datetime) -> OnboardingStep:
    """It was not done after all. Safe to repeat. Raises Refused for what our side has finished."""
    if step.state == StepState.OPEN:
        return step
    if not may_reopen(step):
        raise Refused.one("step", NOT_YOURS, step.key)
    row = steps.reopen(step, by=links.actor(link), at=at)
    telling.reopened(row, by=links.actor(link), at=at)
    return row


def unapprove(link: OnboardingLink, step: OnboardingStep, *, at: datetime) -> OnboardingStep:
    """The customer does not agree after all. Safe to repeat. Raises Refused once we have done it."""
    if step.kind == Kind.CONCIERGE and step.approved_at is None:
        return step
    if not may_unapprove(step):
        raise Refused.one("step", NOT_TO_TAKE_BACK, step.key)
    row = steps.unapprove(step, by=links.actor(link), at=at)
    telling.unapproved(row, by=links.actor(link), at=at)
    return row


def write(link: OnboardingLink, body: str, *, at: datetime, key: str = "") -> OnboardingMessage:
    """A message to us. Safe to repeat with the same key. Raises Refused."""
    row = messages.answer(link, body, at=at, key=key)
    telling.wrote(link.project, row.pk, by=links.actor(link), at=at)
    return row


def hand(
    link: OnboardingLink, name: str, content: Iterable[bytes], *, at: datetime, step: OnboardingStep | None = None
) -> OnboardingFile:
    """A file for us. The same bytes under the same name are kept once. Raises Refused."""
    row = files.receive(link, name, content, at=at, step=step)
    telling.handed(link.project, row.pk, by=links.actor(link), at=at)
    return row
