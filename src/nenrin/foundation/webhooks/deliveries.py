"""Messages to endpoints, as rows: put in once by their key, told at least once, each time under the same id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models import WebhookDelivery, WebhookEndpoint
from nenrin.foundation.models.webhook import DeliveryState, EndpointKind
from nenrin.foundation.webhooks import endpoints, posting
from nenrin.values import Text

Payload = Mapping[str, Any]  # Any: whatever JSON holds
STOPPABLE: Final = (DeliveryState.QUEUED, DeliveryState.FAILED)
MOST_SLACK: Final = 3000
#: What Slack reads as markup, and as it is written instead.
SLACK_MARKUP: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def put(
    endpoint: WebhookEndpoint | int | str, payload: Payload, *, key: str, by: Actor, at: datetime, event: str = "",
    account_id: int | None = None, send_after: datetime | None = None, gathers: str | None = None, gathered: Payload | None = None,
) -> WebhookDelivery:  # fmt: skip
    """Put a message in for an endpoint (or its id, or its address). Safe to repeat by its key.

    `gathers`: by what `last_of` finds it again; `gathered`: what it tells so far, kept for whoever tells more in it.
    The payload of a standard endpoint is {"type", "timestamp", "data"}, made here of `event` and `payload` unless it
    is that already; of Slack's it is `payload["text"]` in plain words: what Slack reads as markup is escaped here. Raises Refused, UnknownEndpoint.
    """
    row = _endpoint(endpoint)
    body = body_of(row, payload, event, at)
    if len(body.encode()) > posting.LARGEST_BODY:
        most = posting.LARGEST_BODY
        raise Refused({"payload": Text(f"at most {most:,} octets of JSON", f"JSONで{most:,}バイト以内")})
    with transaction.atomic():
        return WebhookDelivery.objects.get_or_create(
            key=key,
            defaults={
                "endpoint": row, "webhook_id": webhook_id(key), "event": event, "body": body, "account": account_id,
                "send_after": send_after or at, "created_at": at, "gathers": gathers, "gathered": gathered,
            },
        )[0]  # fmt: skip


def trial(endpoint: WebhookEndpoint, *, by: Actor, at: datetime) -> WebhookDelivery:
    """One message to see whether it arrives. No journal: it tells nothing of anybody, and stands among the messages."""
    words = Text("Test message from Nenrin", "Nenrinからのテスト送信").in_(endpoint.language)
    key = f"test:{endpoint.pk}:{at.isoformat()}"
    return put(endpoint, {"text": words}, key=key, event="nenrin.test", by=by, at=at)


def put_many(rows: Sequence[WebhookDelivery]) -> int:
    """Put rows in that are not there yet; returns how many were new. Called in a transaction."""
    standing = set(WebhookDelivery.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    fresh = [row for row in rows if row.key not in standing]
    bulk.insert(fresh)
    return len(fresh)


def last_of(gathers: str, endpoint: int, *, since: datetime) -> int | None:
    """The newest message that gathers under this name to this endpoint, where its time is later than `since`."""
    rows = WebhookDelivery.objects.filter(gathers=gathers, endpoint=endpoint)
    newest = rows.order_by("-pk").values_list("pk", "send_after").first()
    return newest[0] if newest and newest[1] > since else None


def opened(delivery: int, *, after: datetime) -> WebhookDelivery | None:
    """The message, if it was never told and its time is later than this. Locked until the end of the transaction, so that
    what it tells is read and told anew by one at a time."""
    rows = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("endpoint").filter(pk=delivery)
    return rows.filter(state=DeliveryState.QUEUED, attempts=0, send_after__gt=after).first()


def retell(row: WebhookDelivery, payload: Payload, gathered: Payload, *, at: datetime) -> None:
    """Put another message in place of one that was `opened` in this transaction."""
    row.body, row.gathered = body_of(row.endpoint, payload, row.event, at), dict(gathered)
    row.save(update_fields=["body", "gathered"])


def body_of(endpoint: WebhookEndpoint, payload: Payload, event: str, at: datetime) -> str:
    """The text that is signed and sent."""
    if endpoint.kind == EndpointKind.SLACK:
        return _json({"text": _escaped(str(payload.get("text", "")))})
    if {"type", "data"} <= payload.keys():
        return _json(payload)
    return _json({"type": event or "message", "timestamp": at.isoformat(), "data": payload})


def slack_length(words: str) -> int:
    """How long these words are as Slack gets them; from MOST_SLACK on they are cut.

    >>> slack_length("R&D")
    7
    """
    return sum(len(SLACK_MARKUP.get(letter, letter)) for letter in words)


def _escaped(words: str) -> str:
    """No name of an account or a person calls a channel or makes a link; cut between letters, never within an escape."""
    told, length = [], 0
    for letter in words:
        written = SLACK_MARKUP.get(letter, letter)
        length += len(written)
        if length > MOST_SLACK:
            break
        told.append(written)
    return "".join(told)


def webhook_id(key: str) -> str:
    """The same for the same key, so that the other side knows a repetition."""
    return "msg_" + hashlib.sha256(key.encode()).hexdigest()[:32]


def replay(deliveries: Iterable[int], *, by: Actor, at: datetime) -> int:
    """Send these again, under the same ids; returns how many. What waits already only comes sooner.

    Journal: foundation.webhook.replayed.
    """
    with transaction.atomic():
        rows = list(
            WebhookDelivery.objects.select_for_update().select_related("endpoint").filter(pk__in=list(deliveries))
            .exclude(state=DeliveryState.CLAIMED)
        )  # fmt: skip
        again = {"state": DeliveryState.QUEUED, "send_after": at, "attempts": 0, "settled_at": None}
        WebhookDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(**again)
        journal.record_many(
            journal.Draft(
                "foundation.webhook.replayed", by, at, row.account, [("webhook", row.endpoint_id)],
                {"name": row.endpoint.name, "delivery": row.pk},
            )
            for row in rows
        )  # fmt: skip
    return len(rows)


def cancel(deliveries: Iterable[int]) -> int:
    """What is not to be told any more. Safe to repeat."""
    rows = WebhookDelivery.objects.filter(pk__in=list(deliveries), state__in=STOPPABLE)
    return rows.update(state=DeliveryState.CANCELLED)


def _endpoint(told: WebhookEndpoint | int | str) -> WebhookEndpoint:
    if isinstance(told, WebhookEndpoint):
        return told
    if isinstance(told, str):
        return endpoints.found(told)
    row = WebhookEndpoint.objects.filter(pk=told).first()
    if row is None:
        raise endpoints.UnknownEndpoint(f"there is no endpoint {told}")
    return row


def _json(payload: Payload) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=bulk.plain)
