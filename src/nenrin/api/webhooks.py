"""REST: webhooks, what they told, and telling it again. Addresses and secrets are never answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import WebhookDelivery, WebhookEndpoint
from nenrin.foundation.permissions import Permission
from nenrin.foundation.webhooks import deliveries, details

router = Router(tags=["webhooks"])


class EndpointOut(Strict):
    id: int
    name: str
    kind: str
    host: str
    events: list[str]
    is_personal: bool
    disabled_at: datetime | None
    disabled_why: str
    failing_since: datetime | None
    created_at: datetime


class DeliveryOut(Strict):
    id: int
    webhook_id: str
    event: str
    state: str
    attempts: int
    status: int | None
    detail: str
    account_id: int | None
    send_after: datetime
    settled_at: datetime | None
    created_at: datetime


class DeliveryFilter(Window):
    state: Word = ""


class Again(Strict):
    """At most 1,000 messages a call."""

    deliveries: list[Id] = Field([], max_length=1000)


class Done(Strict):
    again: int


@router.get("", response=list[EndpointOut], summary="List webhooks")
@grants(Permission.MAIL_CONFIGURE)
def list_webhooks(request: ApiRequest) -> Any:
    """Every endpoint with what it hears and how it stands; secrets are never read."""
    names = EndpointOut.model_fields
    return [{name: getattr(row, name) for name in names} for row in WebhookEndpoint.objects.all()]


@router.get("/{int:webhook_id}/messages", response=Page[DeliveryOut], summary="List what a webhook told")
@grants(Permission.MAIL_CONFIGURE)
def list_messages(request: ApiRequest, webhook_id: int, asked: Query[DeliveryFilter]) -> Any:
    """Every message with its state and the last answer; bodies stand on the page."""
    rows = get_object_or_404(WebhookEndpoint, pk=webhook_id).deliveries.all()
    rows = rows.filter(state=asked.state) if asked.state else rows
    return page(rows, asked, {"id", "created_at", "send_after"}, lambda found: [_out(row) for row in found])


@router.post("/{int:webhook_id}/replay", response=Done, summary="Send messages again")
@grants(Permission.MAIL_CONFIGURE)
def replay(request: ApiRequest, webhook_id: int, body: Again) -> Any:
    """These messages, or all that failed where none is named, under the same ids. Safe to repeat."""
    rows = get_object_or_404(WebhookEndpoint, pk=webhook_id).deliveries.exclude(state="claimed")
    rows = rows.filter(pk__in=body.deliveries) if body.deliveries else rows.filter(state="failed")
    keys = list(rows.values_list("pk", flat=True)[:1000])
    return {"again": deliveries.replay(keys, by=Actor.of(request.member), at=request.at)}


def _out(row: WebhookDelivery) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in DeliveryOut.model_fields if hasattr(row, name)}
    found["detail"] = details.of(row.detail).en
    return found | {"account_id": row.account}
