"""The second step of signing in: who must have one, who has, and taking one away when the phone is lost."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.members import end_sessions
from nenrin.foundation.models import Member, Organisation, SecondStep
from nenrin.foundation.roles import Role


def has(member: Member) -> bool:
    return bool(Authenticator.objects.filter(user=member, type=Authenticator.Type.TOTP).exists())


def among(member: OuterRef) -> Exists:
    """The same of each member of a query."""
    return Exists(Authenticator.objects.filter(user=member, type=Authenticator.Type.TOTP))


def is_required(member: Member, organisation: Organisation) -> bool:
    """Does the organisation ask for it of this member?"""
    if organisation.second_step == SecondStep.ADMINISTRATORS:
        return member.role == Role.ADMINISTRATOR
    return organisation.second_step == SecondStep.EVERYONE


def forget(member: Member, *, by: Actor, at: datetime) -> bool:
    """Take app and recovery codes away, and end the sessions: the way back in without the phone. Safe to repeat.

    Journal: foundation.member.second_step_off.
    """
    with transaction.atomic():
        if not Authenticator.objects.filter(user=member).delete()[0]:
            return False
        note("second_step_off", member, by=by, at=at)
    end_sessions(member)
    return True


def note(happened: str, member: Member, *, by: Actor, at: datetime) -> None:
    """Journal: foundation.member.<happened>."""
    journal.record(
        f"foundation.member.{happened}",
        actor=by,
        at=at,
        subject=("member", member.pk),
        personal={"member": member.name},
    )
