"""What happens is told: a reader of the journal puts every entry in for the endpoints that asked for its like.

Words of the personal part travel only to endpoints that are allowed them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from nenrin.foundation import bulk, journal
from nenrin.foundation.models import Cursor, Entry, PersonalPart, WebhookDelivery, WebhookEndpoint
from nenrin.foundation.models.webhook import EndpointKind
from nenrin.foundation.webhooks import deliveries, posting

READER: Final = "webhooks"
BATCH: Final = 1000
#: An endpoint is not told of its own tellings.
SILENT: Final = "foundation.webhook."


def step(at: datetime) -> int:
    """One round over sealed entries; returns how many were passed. Safe to repeat: a message's key names its entry."""
    last = Entry.objects.filter(sequence__isnull=False).order_by("-sequence").first()  # before it is asked who listens
    asking = list(WebhookEndpoint.objects.filter(disabled_at__isnull=True).exclude(events=[]))
    if not asking:
        return _skip(last)
    with transaction.atomic():
        entries = journal.unread(READER, BATCH)
        if not entries:
            return 0
        wanted = [(entry, endpoint) for entry in entries for endpoint in asking if asks(endpoint, entry)]
        words = _personal([entry for entry, endpoint in wanted if endpoint.is_personal])
        rows = [_row(entry, endpoint, words.get(entry.pk, {}), at) for entry, endpoint in wanted]
        deliveries.put_many([row for row in rows if row is not None])
        journal.advance(READER, entries[-1])
    return len(entries)


def asks(endpoint: WebhookEndpoint, entry: Entry) -> bool:
    """What was there before the endpoint is not told."""
    if entry.action.startswith(SILENT) or entry.recorded_at < endpoint.created_at:
        return False
    return any(entry.action.startswith(beginning) for beginning in endpoint.events)


def _skip(last: Entry | None) -> int:
    """Nobody asked: what happened until then is never told. Nothing is written where nothing has happened."""
    if last and not Cursor.objects.filter(reader=READER, sequence__gte=last.sequence or 0).exists():
        journal.advance(READER, last)
    return 0


def _row(entry: Entry, endpoint: WebhookEndpoint, words: Mapping[str, Any], at: datetime) -> WebhookDelivery | None:
    body = deliveries.body_of(endpoint, payload(entry, endpoint, words), entry.action, at)
    if len(body.encode()) > posting.LARGEST_BODY:
        body = deliveries.body_of(endpoint, payload(entry, endpoint, {}, is_short=True), entry.action, at)
    key = f"entry:{entry.pk}:{endpoint.pk}"
    return bulk.made(
        WebhookDelivery, endpoint_id=endpoint.pk, key=key, webhook_id=deliveries.webhook_id(key), event=entry.action,
        body=body, account=entry.account, send_after=at, created_at=at,
    )  # fmt: skip


def payload(
    entry: Entry, endpoint: WebhookEndpoint, words: Mapping[str, Any], *, is_short: bool = False
) -> dict[str, Any]:
    """The entry as another system reads it; for Slack one line with the way to the account."""
    personal = words if endpoint.is_personal else {}
    said = journal.sentence(entry, personal)
    address = f"{settings.BASE_URL}/accounts/{entry.account}" if entry.account else ""
    if endpoint.kind == EndpointKind.SLACK:
        return {"text": f"{said.in_(endpoint.language)} {address}".strip()}
    kept = {name: value for name, value in entry.particulars.items() if name != "fact"}
    data = {
        "entry": entry.sequence, "account": entry.account, "url": address, "valid_at": entry.valid_at.isoformat(),
        "sentence": {"en": said.en[:500], "ja": said.ja[:500]}, "particulars": {} if is_short else kept,
        "personal": dict(personal), "is_shortened": is_short,
    }  # fmt: skip
    return {"type": entry.action, "timestamp": entry.recorded_at.isoformat(), "data": data}


def _personal(entries: Sequence[Entry]) -> dict[int, dict[str, Any]]:
    parts = PersonalPart.objects.filter(entry__in=[entry.pk for entry in entries])
    return dict(parts.values_list("entry", "payload"))
