"""Endpoints: where other systems are told; their addresses and secrets sealed, two secrets live while one is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import transaction

from nenrin.foundation import journal, sealed
from nenrin.foundation.actions import actions
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import addresses
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.models import WebhookEndpoint
from nenrin.foundation.models.webhook import EndpointKind
from nenrin.foundation.webhooks import posting, signatures
from nenrin.values import Text

#: How long the secret before still signs, so that the other side can change over.
OVERLAP: Final = timedelta(days=7)
FIELDS: Final = ("name", "kind", "events", "is_personal", "language")


class UnknownEndpoint(LookupError):
    """No endpoint has this address: add it under Webhooks, with what it may be told."""


def open(
    name: str, url: str, *, by: Actor, at: datetime, kind: str = EndpointKind.STANDARD, events: Sequence[str] = (),
    is_personal: bool = False, language: str = "ja",
) -> tuple[WebhookEndpoint, str]:  # fmt: skip
    """Add an endpoint; returns it with its signing secret, shown this once (nothing for Slack).

    Raises Refused. Journal: foundation.webhook.opened, without the address.
    """
    row = WebhookEndpoint(
        name=name.strip(), kind=kind, events=list(events), is_personal=is_personal, language=language, created_at=at,
        changed_at=at,
    )  # fmt: skip
    _address(row, url)
    _check(row, url)
    secret = signatures.new() if kind == EndpointKind.STANDARD else ""
    row.secrets = [_held(secret, at)] if secret else []
    with transaction.atomic():
        row.save()
        _note("opened", row, by, at, host=row.host, kind=row.kind, events=row.events)
    return row, secret


def change(
    endpoint: WebhookEndpoint, *, by: Actor, at: datetime, version: int | None = None, url: str = "", **told: Any
) -> WebhookEndpoint:
    """Change name, events, personal, language; the address where one is given. Safe to repeat.

    Raises Refused, Conflict. Journal: foundation.webhook.changed.
    """
    with transaction.atomic():
        row = _standing(endpoint, version)
        changed: set[str] = {name for name in FIELDS if name in told and getattr(row, name) != told[name]}
        for name in changed:
            setattr(row, name, told[name])
        if url and addresses.key(url) != row.address_key:
            _address(row, url)
            changed.add("address")
        _check(row, url or "https://unchanged.example")
        if changed:
            _save(row, at)
            _note("changed", row, by, at, changed=sorted(changed))
    return row


def rotate(endpoint: WebhookEndpoint, *, by: Actor, at: datetime) -> str:
    """A new signing secret, shown this once; the one before signs beside it for a week.

    Journal: foundation.webhook.rotated.
    """
    secret = signatures.new()
    with transaction.atomic():
        row = _standing(endpoint, None)
        before = [{**row.secrets[0], "ends_at": (at + OVERLAP).isoformat()}] if row.secrets else []
        row.secrets = [_held(secret, at), *before]
        _save(row, at)
        _note("rotated", row, by, at)
    return secret


def disable(endpoint: WebhookEndpoint, *, why: str, by: Actor, at: datetime) -> None:
    """Tell it nothing more; what waits stays and goes out once it is enabled. Safe to repeat.

    Journal: foundation.webhook.disabled.
    """
    with transaction.atomic():
        standing = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=True)
        if standing.update(disabled_at=at, disabled_why=why[:300], changed_at=at):
            _note("disabled", endpoint, by, at, why=why[:300])


def enable(endpoint: WebhookEndpoint, *, by: Actor, at: datetime) -> None:
    """Tell it again. Safe to repeat. Journal: foundation.webhook.enabled."""
    with transaction.atomic():
        stopped = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False)
        if stopped.update(disabled_at=None, disabled_why="", failing_since=None, changed_at=at):
            _note("enabled", endpoint, by, at)


def found(url: str) -> WebhookEndpoint:
    """The endpoint with this address. Raises UnknownEndpoint."""
    row = WebhookEndpoint.objects.filter(address_key=addresses.key(url)).order_by("id").first()
    if row is None:
        raise UnknownEndpoint("no endpoint has this address: add it under Webhooks")
    return row


def live_secrets(row: WebhookEndpoint, at: datetime) -> list[str]:
    """The secrets that sign now, the newest first. Raises CannotOpen."""
    held = [one for one in row.secrets if not one["ends_at"] or datetime.fromisoformat(one["ends_at"]) > at]
    return [sealed.unseal(one["sealed"]) for one in held]


def reseal() -> int:
    """Close addresses and secrets anew with the key in use; returns how many endpoints."""
    renewed = 0
    for row in WebhookEndpoint.objects.all():
        held = [row.address, *(one["sealed"] for one in row.secrets)]
        if all(sealed.is_current(value) for value in held) or not all(sealed.opens(value) for value in held):
            continue
        row.address = sealed.seal(sealed.unseal(row.address))
        row.secrets = [{**one, "sealed": sealed.seal(sealed.unseal(one["sealed"]))} for one in row.secrets]
        row.save(update_fields=["address", "secrets"])
        renewed += 1
    return renewed


def nouns() -> list[str]:
    """Beginnings of journal actions that an endpoint may be told of: "<room>.<noun>."."""
    return sorted({f"{code.rpartition('.')[0]}." for code in actions()})


def _held(secret: str, at: datetime) -> dict[str, Any]:
    return {"sealed": sealed.seal(secret), "made_at": at.isoformat(), "ends_at": None}


def _address(row: WebhookEndpoint, url: str) -> None:
    row.address, row.address_key = sealed.seal(url), addresses.key(url)
    try:
        row.host = (urlsplit(url).hostname or "")[:254]
    except ValueError:
        row.host = ""


def _check(row: WebhookEndpoint, url: str) -> None:
    known = tuple(actions())
    strange = [one for one in row.events if not any(code.startswith(one) for code in known) or not one]
    faults = {
        "name": None if 0 < len(row.name) <= 120 else Text("from 1 to 120 characters", "1〜120文字"),
        "kind": None if row.kind in set(EndpointKind) else Text("standard or slack", "standardまたはslack"),
        "url": posting.fault(url) if len(url) <= 2000 else Text("at most 2,000 characters", "2,000文字以内"),
        "events": Text(f"unknown: {', '.join(strange)[:200]}", f"不明: {', '.join(strange)[:200]}")
        if strange
        else None,
    }
    wrong = {name: fault for name, fault in faults.items() if fault is not None}
    if wrong:
        raise Refused(wrong)


def _standing(endpoint: WebhookEndpoint, version: int | None) -> WebhookEndpoint:
    row = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if version is not None and version != row.version:
        raise Conflict(f"webhook {row.pk} is at version {row.version}, not {version}")
    return row


def _save(row: WebhookEndpoint, at: datetime) -> None:
    row.version, row.changed_at = row.version + 1, at
    row.save()


def _note(verb: str, row: WebhookEndpoint, by: Actor, at: datetime, **told: Any) -> None:
    about = {"name": row.name, **told}
    journal.record(f"foundation.webhook.{verb}", actor=by, at=at, subject=("webhook", row.pk), particulars=about)
