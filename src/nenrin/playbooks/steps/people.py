"""Whom a step means: who of ours does it, which of their people it reaches, and what fills the gaps in its words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from nenrin.customers.models import Assignment, Contact
from nenrin.customers.statuses import DecisionRole, Phase, word
from nenrin.foundation import format
from nenrin.foundation.mail import sending, suppressions
from nenrin.foundation.models import Member
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.roles import Role
from nenrin.insight.models import Health
from nenrin.playbooks.documents.params import Choices, Values, named
from nenrin.playbooks.models import RunStep
from nenrin.playbooks.steps import shares
from nenrin.playbooks.steps.keeping import NOTED
from nenrin.playbooks.steps.shape import Turn
from nenrin.values import Language, Text

WEEK = timedelta(days=7)
#: Who of ours: the owner of a phase, whoever answers for the playbook, or a CSM by a rule.
WHO: Choices = (
    ("owner", word(Phase.PRIMARY)),
    ("onboarding", word(Phase.ONBOARDING)),
    ("adoption", word(Phase.ADOPTION)),
    ("sales", word(Phase.SALES)),
    ("responsible", Text("Person responsible for the playbook", "プレイブックの責任者")),
    ("head", Text("Head of customer success", "CS責任者")),
    *shares.RULES,
)
_PHASES = {"owner": Phase.PRIMARY, "onboarding": Phase.ONBOARDING, "adoption": Phase.ADOPTION, "sales": Phase.SALES}
WHOM: Choices = tuple((one.value, word(one)) for one in DecisionRole if one.value and one is not DecisionRole.BLOCKER)


def assignee(turn: Turn, who: str, member: str = "") -> Member | None:
    """The colleague meant, if active; else the account's owner, then who answers for the playbook, then a head of CS.

    A task is never left to somebody who has gone.
    """
    if not member.isdigit() and who in dict(shares.RULES) and (found := shares.chosen(turn, who)):
        return found
    wanted = [int(member)] if member.isdigit() else []
    held = dict(
        Assignment.objects.filter(account=turn.account, until_on__isnull=True).values_list("phase", "member_id")
    )
    if who in _PHASES:
        wanted.append(held.get(_PHASES[who]) or 0)
    if who == "responsible":
        wanted.append(turn.owner or 0)
    if who != "head":
        wanted += [held.get(Phase.PRIMARY) or 0, turn.owner or 0]
    active = Member.objects.filter(pk__in=wanted, is_active=True).in_bulk()
    first = next((active[key] for key in wanted if key in active), None)
    return first or Member.objects.filter(role=Role.HEAD, is_active=True).order_by("pk").first()


def noted(member: Member | None) -> dict[str, Any]:
    """What a step writes down of whom it meant."""
    return {NOTED: member.pk} if member else {}


def whom(turn: Turn, roles: tuple[str, ...], kind: Kind) -> tuple[Contact, str] | None:
    """The first of the account's people, by these roles in their order, to whom such a mail may go; and the address.

    Whoever refused, bounced, or gave no consent to marketing is passed over: the next one is asked.
    """
    rows = turn.account.contacts.filter(left_on__isnull=True, archived_at__isnull=True, emails__isnull=False)
    people = list(rows.distinct().order_by("pk").prefetch_related("emails"))
    order = {role: n for n, role in enumerate(roles)}
    meant = sorted((one for one in people if one.role in order), key=lambda one: order[one.role])
    pairs = [(one, email.address) for one in meant for email in one.emails.all()]
    rules = sending.current()
    needs_consent = rules is None or rules.needs_consent
    refused = suppressions.refused([address for _, address in pairs], kind, needs_consent=needs_consent)
    return next((pair for pair in pairs if pair[1] not in refused), None)


def mails_in_a_week(turn: Turn, contact: Contact) -> int:
    """Mails of any playbook to this person within seven days."""
    return RunStep.objects.filter(contact=contact.pk, at__gt=turn.at - WEEK).count()


def who_words(values: Values) -> Text:
    return named(WHO, values["who"])


def gaps(turn: Turn, language: Language, contact: Contact | None = None) -> dict[str, str]:
    """What fills the gaps for this account, in one language."""
    account = turn.account
    score = Health.objects.filter(account=account).values_list("score", flat=True).first()
    return {
        "account": account.name,
        "contact": contact.name if contact else "",
        "owner": account.owner.name if account.owner else "",
        "plan": account.plan_name,
        "deadline": _day(account.notice_on, language),
        "days_left": str((account.notice_on - turn.today).days) if account.notice_on else "",
        "renewal": _day(account.renewal_on, language),
        "score": "" if score is None else f"{score:.0f}",
        "reason": turn.why.in_(language),
    }


def _day(day: date | None, language: str) -> str:
    return format.day(day, language) if day else ""
