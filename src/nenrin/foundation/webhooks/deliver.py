"""The loop that tells endpoints. At least once: what a dead worker had begun is told again, under the same id."""

from __future__ import annotations

import os
import random
import secrets
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from nenrin.foundation import journal, organisation, sealed
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation, WebhookDelivery, WebhookEndpoint
from nenrin.foundation.models.webhook import DeliveryState, EndpointKind
from nenrin.foundation.webhooks import details, endpoints, posting, signatures
from nenrin.foundation.webhooks.posting import Answer, Parcel

Post = Callable[[Sequence[Parcel]], list[Answer]]
HOLDER: Final = f"{socket.gethostname()}:{os.getpid()}"
BATCH: Final = 16
LEASE: Final = timedelta(seconds=120)
#: How long after the first, second, ... failure it is told again; after the last it has failed.
PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
JITTER: Final = 0.2
GONE: Final = 410


def step(at: datetime, *, holder: str = HOLDER, rng: random.Random | None = None, post: Post | None = None) -> int:
    """One round: settle nothing twice, tell what is due; returns how many messages. Safe to repeat and to race.

    - `post`: what answers in place of a call (a demo tells nobody anything).
    """
    if Organisation.objects.filter(pk=1, is_sending_paused=True).exists():
        return 0
    rows = _claimed(at, f"{holder[:60]}#{secrets.token_hex(6)}")
    parcels = {row.pk: parcel for row in rows if (parcel := _parcel(row, at)) is not None}
    answers = dict(zip(parcels, (post or posting.post_all)(list(parcels.values())), strict=True))
    lost = Answer(None, details.told("lost"), is_refused=True)
    for row in rows:
        settle(row, answers.get(row.pk, lost), at=at, rng=rng or random.Random())  # jitter needs no seed
    return len(rows)


def due(at: datetime) -> QuerySet[WebhookDelivery]:
    """What waits for its time, or was claimed by a worker that is gone; endpoints that are stopped have nothing due."""
    waits = Q(state=DeliveryState.QUEUED, send_after__lte=at)
    left = Q(state=DeliveryState.CLAIMED, claimed_until__lte=at)
    return WebhookDelivery.objects.filter(waits | left, endpoint__disabled_at__isnull=True)


def is_work(at: datetime) -> bool:
    """Is there anything to tell now? Asked by reading alone."""
    paused = Organisation.objects.filter(pk=1, is_sending_paused=True).exists()
    return not paused and due(at).exists()


def _claimed(at: datetime, token: str) -> list[WebhookDelivery]:
    """Those first whose endpoint answered last: one that is slow or down takes a whole round, and the others would wait for
    all that is due there."""
    with transaction.atomic():
        found = due(at)
        well = found.filter(endpoint__failing_since__isnull=True)
        found = well if well.exists() else found
        rows = list(found.select_for_update(skip_locked=True, of=("self",)).order_by("send_after", "id")[:BATCH])
        WebhookDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=DeliveryState.CLAIMED, claimed_by=token, claimed_until=at + LEASE
        )
    held = {row.pk: row for row in WebhookEndpoint.objects.filter(pk__in={row.endpoint_id for row in rows})}
    for row in rows:
        row.claimed_by, row.endpoint = token, held[row.endpoint_id]
    return rows


def _parcel(row: WebhookDelivery, at: datetime) -> Parcel | None:
    """None where the endpoint's address or secret cannot be opened here."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        if row.endpoint.kind == EndpointKind.STANDARD:
            live = endpoints.live_secrets(row.endpoint, at)
            headers |= signatures.headers(live, row.webhook_id, at, row.body)
        return Parcel(sealed.unseal(row.endpoint.address), row.body.encode(), headers)
    except sealed.CannotOpen:
        return None


def settle(row: WebhookDelivery, answer: Answer, *, at: datetime, rng: random.Random) -> None:
    """Write how it ended. 410 says that nobody wants to be told any more, and stops the endpoint."""
    attempts = row.attempts + 1
    columns: dict[str, Any] = {
        "attempts": attempts,
        "status": answer.status,
        "detail": answer.detail[:300],
        "claimed_until": None,
    }
    if answer.is_taken:
        columns |= {"state": DeliveryState.DELIVERED, "settled_at": at}
    elif answer.status == GONE or answer.is_refused or attempts > len(PAUSES):
        columns |= {"state": DeliveryState.FAILED, "settled_at": at}
    else:
        columns |= {"state": DeliveryState.QUEUED, "send_after": at + pause(attempts, answer, rng)}
    with transaction.atomic():
        mine = WebhookDelivery.objects.filter(pk=row.pk, claimed_by=row.claimed_by, state=DeliveryState.CLAIMED)
        if mine.update(**columns):
            _consequences(row, answer, columns, at)


def pause(attempts: int, answer: Answer, rng: random.Random) -> timedelta:
    """How long to the next attempt: by the table, a little more or less so that many do not come at once; at least
    as long as the other side asked for."""
    planned = PAUSES[attempts - 1] * (1 + rng.uniform(-JITTER, JITTER))
    return max(planned, timedelta(seconds=answer.retry_after or 0))


def _consequences(row: WebhookDelivery, answer: Answer, columns: dict[str, Any], at: datetime) -> None:
    endpoint = row.endpoint
    if answer.is_taken:
        WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(failing_since=None)
        return
    WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=True).update(failing_since=at)
    if answer.status == GONE:
        endpoints.disable(endpoint, why="410 Gone", by=SYSTEM, at=at)
    elif columns["state"] == DeliveryState.FAILED:
        told = {
            "name": endpoint.name,
            "delivery": row.pk,
            "why": details.of(answer.detail).in_(organisation.current().language)[:200],
        }
        journal.record(
            "foundation.webhook.failed", actor=SYSTEM, at=at, account=row.account, subject=("webhook", endpoint.pk),
            particulars=told,
        )  # fmt: skip


def failing(rows: Sequence[WebhookEndpoint]) -> list[WebhookEndpoint]:
    return [row for row in rows if row.failing_since is not None and row.disabled_at is None]
