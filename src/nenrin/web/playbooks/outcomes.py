"""What became outside of what steps put into an outbox: done, failed, unknown. Unknown ones wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nenrin.foundation.models import Mail, Member, WebhookDelivery
from nenrin.foundation.models.mail import STATES
from nenrin.foundation.models.webhook import DELIVERIES
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.playbooks import masks
from nenrin.playbooks.models import Run, RunStep
from nenrin.values import Text

ORIGIN = "playbook:"


@dataclass(frozen=True, slots=True)
class Outside:
    """The state of an outbox's row, and whether it is over and bad."""

    words: Text
    is_unknown: bool
    is_failed: bool


def of(taken: Sequence[RunStep]) -> dict[int, Outside]:
    """By the steps' ids, for those that put a mail or a webhook; two queries."""
    mails = {one.pk: one.note["mail"] for one in taken if "mail" in one.note}
    calls = {one.pk: one.note["delivery"] for one in taken if "delivery" in one.note}
    states = dict(Mail.objects.filter(pk__in=mails.values()).values_list("pk", "state")) if mails else {}
    ends = dict(WebhookDelivery.objects.filter(pk__in=calls.values()).values_list("pk", "state")) if calls else {}
    found = {step: _mail(states[key]) for step, key in mails.items() if key in states}
    return found | {step: _call(ends[key]) for step, key in calls.items() if key in ends}


def _mail(state: str) -> Outside:
    return Outside(STATES[state], state == "unknown", state in ("failed", "bounced", "complained"))  # type: ignore[index]


def _call(state: str) -> Outside:
    return Outside(DELIVERIES[state], is_unknown=False, is_failed=state == "failed")  # type: ignore[index]


def unknown(member: Member) -> list[tuple[int, str]]:
    """Mails of playbooks whose outcome nobody knows, by id and subject: never repeated by themselves.

    None for whoever may not see mails; of the accounts whose runs and mails both are within reach.
    """
    if allowed(member, Permission.MAIL_VIEW) is None:
        return []
    may_read = visible(member, FieldClass.PERSONAL)
    rows = {row: int(key) for row in Mail.objects.filter(state="unknown", origin__startswith=ORIGIN).order_by("-pk")[:50]
            if (key := row.origin.removeprefix(ORIGIN)).isdigit()}  # fmt: skip
    if not rows:
        return []
    reached = Run.objects.for_member(member, Permission.PLAYBOOKS_VIEW)
    mails = Run.objects.for_member(member, Permission.MAIL_VIEW).values("pk")
    mine = set(reached.filter(pk__in=rows.values()).filter(pk__in=mails).values_list("pk", flat=True))
    return [(row.pk, row.subject if may_read else masks.HIDDEN) for row, run in rows.items() if run in mine]
