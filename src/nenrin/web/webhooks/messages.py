"""The messages of one webhook: found by event and state, ordered, taken as a file, each as it was sent."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from nenrin.foundation.models import WebhookDelivery, WebhookEndpoint
from nenrin.foundation.models.webhook import DELIVERIES, DeliveryState
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.webhooks import details
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain

FILTERS: Final = ("q", "state")
SORTS: Final = {
    "event": "event", "state": "state", "attempts": "attempts", "put": "id", "next": "send_after",
}  # fmt: skip
HEADS: Final = (
    Text("Id", "ID"), Text("Event", "イベント"), Text("State", "状態"), Text("Last answer", "直近の応答"),
    Text("Status of the answer", "応答ステータス"), Text("Attempts", "試行回数"), Text("Put in", "受付日時"),
    Text("Next attempt", "次回の試行"), Text("Settled", "確定日時"),
)  # fmt: skip


def shown(request: MemberRequest, row: WebhookEndpoint) -> dict[str, Any]:
    """What the page of an endpoint tells of its messages, the newest first unless asked otherwise."""
    filters, sort = _filters(request), chosen_sort(request, SORTS, "-put")
    page = page_of(_listed(row, filters, sort), request)
    return {
        "page": page,
        "lines": [(one, DELIVERIES[DeliveryState(one.state)], details.of(one.detail)) for one in page.object_list],
        "states": list(DELIVERIES.items()),
        "filters": filters,
        "has_filters": any(filters.values()),
        "sort": sort,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
    }


def _filters(request: MemberRequest) -> dict[str, str]:
    return {name: plain(request.GET.get(name)) for name in FILTERS}


def _listed(row: WebhookEndpoint, filters: dict[str, str], sort: str) -> QuerySet[WebhookDelivery]:
    rows = row.deliveries.filter(event__icontains=filters["q"]) if filters["q"] else row.deliveries.all()
    rows = rows.filter(state=filters["state"]) if filters["state"] in DELIVERIES else rows
    return ordered(rows, sort, SORTS)


@requires(Permission.EXPORT)
def messages_export(request: MemberRequest, key: int, kind: str) -> Any:
    """The list as a file, in its order, for whoever sees it; not what was in the messages."""
    row, filters, language = get_object_or_404(WebhookEndpoint, pk=key), _filters(request), exports.language()
    rows = _listed(row, filters, chosen_sort(request, SORTS, "-put"))
    rows = rows if allowed(request.user, Permission.MAIL_CONFIGURE) is not None else rows.none()
    exports.note(request, "message", rows.count(), filters | {"webhook": row.name}, room="foundation")
    lines = (_cells(one, language) for one in rows.iterator(exports.CHUNK))
    return exports.answer(kind, "webhook-messages", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(one: WebhookDelivery, language: str) -> list[Any]:
    state, answer = DELIVERIES[DeliveryState(one.state)].in_(language), details.of(one.detail).in_(language)
    following = one.send_after.isoformat() if one.state == DeliveryState.QUEUED else ""
    settled = one.settled_at.isoformat() if one.settled_at else ""
    put = one.created_at.isoformat()
    return [one.webhook_id, one.event, state, answer, one.status, one.attempts, put, following, settled]


@requires(Permission.MAIL_CONFIGURE)
def delivery(request: MemberRequest, key: int, number: int) -> HttpResponse:
    """One message as it was sent."""
    row = get_object_or_404(WebhookDelivery.objects.select_related("endpoint"), pk=number, endpoint=key)
    context = {
        "as_of": request.at,
        "row": row,
        "state": DELIVERIES[DeliveryState(row.state)],
        "detail": details.of(row.detail),
    }
    return render(request, "webhooks/delivery.html", context)


urlpatterns: list[Any] = [
    path("webhooks/<int:key>/messages/export.<str:kind>", messages_export, name="webhook-messages-export"),
    path("webhooks/<int:key>/messages/<int:number>", delivery, name="webhook-delivery"),
]
