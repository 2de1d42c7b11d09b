"""Members: invite, let in, change role, let go. The last administrator cannot be lost."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Invitation, Member, Team
from nenrin.foundation.roles import Role

INVITATION_DAYS = 7


class LastAdministrator(ValueError):
    """This is the only active administrator: make another member administrator first."""


class InvitationSpent(ValueError):
    """This link has been used or has run out: ask an administrator for a new one."""


def display_name(member: Member) -> str:
    return member.name


def add(
    *,
    email: str,
    name: str,
    role: Role,
    by: Actor,
    at: datetime,
    team: Team | None = None,
    password: str | None = None,
    hashed: str = "",
    language: str = "ja",
) -> Member:
    """Add a member; without a password they come in by an invitation. Journal: foundation.member.added.

    `hashed`: a password as Django's `make_password` returns it, where one is made for many: hashing is slow on purpose.
    """
    email = email.strip().lower()
    if Member.objects.filter(email__iexact=email).exists():
        raise ValueError(f"{email} is a member already")
    with transaction.atomic():
        member = Member(email=email, name=name.strip(), role=role, team=team, language=language)
        if hashed:
            member.password = hashed
        elif password is None:
            member.set_unusable_password()
        else:
            member.set_password(password)
        member.save()
        _note("added", member, by, at)
    return member


def invite(member: Member, *, by: Actor, at: datetime, purpose: str = "invite") -> str:
    """A new link's secret for this member; earlier unused ones end. Journal: foundation.member.invited."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Invitation.objects.filter(member=member, used_at__isnull=True).update(used_at=at)
        expires = at + timedelta(days=INVITATION_DAYS)
        Invitation.objects.create(
            member=member, digest=_digest(secret), purpose=purpose, created_at=at, expires_at=expires
        )
        _note("invited", member, by, at)
    return secret


def invited(secret: str, *, at: datetime) -> Member:
    """Whom a link is for. Raises InvitationSpent."""
    found = Invitation.objects.filter(digest=_digest(secret), used_at__isnull=True, expires_at__gt=at).first()
    if found is None or not found.member.is_active:
        raise InvitationSpent("this link has been used or has run out: ask an administrator for a new one")
    return found.member


def accept(secret: str, password: str, *, at: datetime) -> Member:
    """Set the password by a link, once. Raises InvitationSpent, ValidationError. Journal: foundation.member.accepted."""
    member = invited(secret, at=at)
    validate_password(password, member)
    with transaction.atomic():
        spent = Invitation.objects.filter(digest=_digest(secret), used_at__isnull=True).update(used_at=at)
        if not spent:
            raise InvitationSpent("this link has just been used")
        member.set_password(password)
        member.save(update_fields=["password"])
        _note("accepted", member, Actor.of(member), at)
    end_sessions(member)
    return member


def change(member: Member, *, by: Actor, at: datetime, **fields: object) -> Member:
    """Change name, role or team; sessions of another role end. Raises LastAdministrator.

    Journal: foundation.member.changed.
    """
    if fields.get("role", member.role) != Role.ADMINISTRATOR:
        _keep_an_administrator(member)
    changes = {
        name: [str(getattr(member, name)), str(value)]
        for name, value in fields.items()
        if getattr(member, name) != value
    }
    if not changes:
        return member
    with transaction.atomic():
        for name, value in fields.items():
            setattr(member, name, value)
        member.save(update_fields=list(fields))
        _note("changed", member, by, at, changes=changes, fields=", ".join(changes))
    if "role" in changes:
        end_sessions(member)
    return member


def deactivate(member: Member, *, by: Actor, at: datetime) -> None:
    """Let a member go: no sign-in, sessions and tokens end. Raises LastAdministrator. Journal: foundation.member.deactivated."""
    _keep_an_administrator(member)
    with transaction.atomic():
        Member.objects.filter(pk=member.pk).update(is_active=False)
        member.tokens.filter(revoked_at__isnull=True).update(revoked_at=at)
        _note("deactivated", member, by, at)
    end_sessions(member)


def reactivate(member: Member, *, by: Actor, at: datetime) -> None:
    """Let a member in again. Journal: foundation.member.reactivated."""
    with transaction.atomic():
        Member.objects.filter(pk=member.pk).update(is_active=True)
        _note("reactivated", member, by, at)


def end_sessions(member: Member) -> int:
    """End every session of a member; returns how many there were."""
    keys = [s.session_key for s in Session.objects.iterator() if s.get_decoded().get("_auth_user_id") == str(member.pk)]
    return Session.objects.filter(session_key__in=keys).delete()[0]


def _keep_an_administrator(member: Member) -> None:
    others = Member.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=member.pk)
    if member.role == Role.ADMINISTRATOR and member.is_active and not others.exists():
        raise LastAdministrator("this is the only active administrator: make another member administrator first")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note(verb: str, member: Member, by: Actor, at: datetime, **particulars: object) -> None:
    journal.record(
        f"foundation.member.{verb}",
        actor=by,
        at=at,
        subject=("member", member.pk),
        particulars={"role": member.role, **particulars},
        personal={"member": member.name},
    )


def signed_in(member: Member, *, at: datetime) -> None:
    """Journal: foundation.member.signed_in."""
    _note("signed_in", member, Actor.of(member), at)
