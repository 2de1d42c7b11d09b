"""API tokens: made once, shown once, checked by digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import ApiToken, Member

PREFIX = "nrn_"
#: A token's last use is written at most this often: reading must not turn into writing.
TOUCH_EVERY = timedelta(minutes=5)


def issue(
    member: Member, name: str, *, at: datetime, by: Actor, can_write: bool, expires_at: datetime | None = None
) -> str:
    """A new token's secret, shown this once. Journal: foundation.token.issued."""
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            member=member, name=name, digest=_digest(secret), can_write=can_write, created_at=at, expires_at=expires_at
        )
        journal.record(
            "foundation.token.issued", actor=by, at=at, subject=("token", token.pk), particulars={"name": name}
        )
    return secret


def revoke(token: ApiToken, *, by: Actor, at: datetime) -> None:
    """End a token at once. Safe to repeat. Journal: foundation.token.revoked."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at):
            note = {"name": token.name}
            journal.record("foundation.token.revoked", actor=by, at=at, subject=("token", token.pk), particulars=note)


def find(secret: str, *, at: datetime) -> ApiToken | None:
    """The live token behind a secret, with its member; None for a wrong, ended or revoked one."""
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    token = (
        ApiToken.objects.select_related("member", "member__team")
        .filter(live, digest=_digest(secret), revoked_at__isnull=True, member__is_active=True)
        .first()
    )
    if token and (token.last_used_at is None or at - token.last_used_at > TOUCH_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
    return token


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
