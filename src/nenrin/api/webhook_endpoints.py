"""REST: webhooks added, changed, stopped and tried; an address is kept sealed, a secret told once."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404
from ninja import Field
from ninja import Status as Answer

from nenrin.api import webhooks
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.api.webhooks import EndpointOut
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import errors
from nenrin.foundation.models import WebhookEndpoint
from nenrin.foundation.models.webhook import EndpointKind
from nenrin.foundation.permissions import Permission
from nenrin.foundation.webhooks import deliveries, endpoints
from nenrin.values import Text

router = webhooks.router
CONFIGURE = Permission.MAIL_CONFIGURE
_VERSION = Field(None, ge=0, le=2**31 - 1)


class EndpointIn(Strict):
    """`events`: beginnings of journal actions ("work.task."); `is_personal`: names, subjects and notes leave this installation."""

    name: str
    url: str
    kind: Literal["standard", "slack"] = "standard"
    events: list[str] = Field(default_factory=list, max_length=200)
    is_personal: bool = False
    language: Literal["ja", "en"] = "ja"


class EndpointChange(Strict):
    """Fields that are left out stay; an address that is left out stays sealed as it is."""

    name: str | None = None
    url: str = ""
    events: list[str] | None = Field(None, max_length=200)
    is_personal: bool | None = None
    language: Literal["ja", "en"] | None = None
    version: int | None = _VERSION


class EndpointNow(EndpointOut):
    version: int


class EndpointMade(EndpointNow):
    """`secret` signs what is sent (Standard Webhooks); told this once, empty for Slack."""

    secret: str


class EndpointSecret(Strict):
    """Told this once; the one before signs beside it for a week."""

    secret: str


class Stopping(Strict):
    why: str = Field(min_length=1, max_length=300)


@router.post("", response={201: EndpointMade}, summary="Add a webhook")
@grants(CONFIGURE)
def add_webhook(request: ApiRequest, body: EndpointIn) -> Any:
    """https on port 443 or 8443 of the public network. What it is told begins now."""
    told = body.model_dump(exclude={"name", "url"})
    try:
        row, secret = endpoints.open(body.name, body.url, by=Actor.of(request.member), at=request.at, **told)
    except errors.Refused as refused:
        raise _refused(refused) from refused
    return Answer(201, _told(row) | {"secret": secret})


@router.patch("/{int:webhook_id}", response=EndpointNow, summary="Change a webhook")
@grants(CONFIGURE)
def change_webhook(request: ApiRequest, webhook_id: Id, body: EndpointChange) -> Any:
    """Change the fields that are sent. Safe to repeat."""
    row = _one(webhook_id)
    given = body.model_dump(exclude_unset=True, exclude={"version", "url"})
    given = {name: value for name, value in given.items() if value is not None}
    try:
        done = endpoints.change(
            row, by=Actor.of(request.member), at=request.at, version=body.version, url=body.url, **given
        )
    except errors.Refused as refused:
        raise _refused(refused) from refused
    except errors.Conflict as problem:
        row.refresh_from_db()
        theirs = {name: getattr(row, name) for name in given}
        asked = body.version or 0
        raise Conflict(str(problem), asked=asked, stands=row.version, mine=given, theirs=theirs) from problem
    return _told(done)


@router.post("/{int:webhook_id}/secret", response=EndpointSecret, summary="Make a new secret of a webhook")
@grants(CONFIGURE)
def rotate_webhook(request: ApiRequest, webhook_id: Id) -> Any:
    """Slack takes no signature: 422."""
    row = _one(webhook_id)
    if row.kind != EndpointKind.STANDARD:
        raise Refused.one("kind", Text("Slack takes no signature", "Slackは署名に非対応"), row.kind)
    return {"secret": endpoints.rotate(row, by=Actor.of(request.member), at=request.at)}


@router.post("/{int:webhook_id}/stop", response=EndpointNow, summary="Stop a webhook")
@grants(CONFIGURE)
def stop_webhook(request: ApiRequest, webhook_id: Id, body: Stopping) -> Any:
    """Nothing more is told; what waits stays. Safe to repeat."""
    row = _one(webhook_id)
    endpoints.disable(row, why=body.why, by=Actor.of(request.member), at=request.at)
    return _told(row)


@router.post("/{int:webhook_id}/start", response=EndpointNow, summary="Start a webhook again")
@grants(CONFIGURE)
def start_webhook(request: ApiRequest, webhook_id: Id) -> Any:
    """What waited goes out. Safe to repeat."""
    row = _one(webhook_id)
    endpoints.enable(row, by=Actor.of(request.member), at=request.at)
    return _told(row)


@router.post("/{int:webhook_id}/test", response={202: None}, summary="Send a test message to a webhook")
@grants(CONFIGURE)
def try_webhook(request: ApiRequest, webhook_id: Id) -> Any:
    """How it ends stands under /webhooks/{id}/messages."""
    deliveries.trial(_one(webhook_id), by=Actor.of(request.member), at=request.at)
    return Answer(202, None)


def _one(key: int) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.filter(pk=key).first()
    if found is None:
        raise Http404(f"no webhook {key}")
    return found


def _told(row: WebhookEndpoint) -> dict[str, Any]:
    row.refresh_from_db()
    return {name: getattr(row, name) for name in EndpointNow.model_fields}


def _refused(refused: errors.Refused) -> Refused:
    return Refused([Fault(field, text) for field, text in refused.faults.items()])
