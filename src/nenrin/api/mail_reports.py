"""What mail providers report: deliveries, bounces, complaints. Needs no token; a signature or name and password proves it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.base import AnymailCoreWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nenrin.foundation import sealed
from nenrin.foundation.mail import events, sending
from nenrin.foundation.mail.providers import PROVIDERS

#: anymail's own readers of each provider's reports.
VIEWS: Final[dict[str, type[AnymailCoreWebhookView]]] = {
    "brevo": BrevoTrackingWebhookView,
    "mailersend": MailerSendTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "mandrill": MandrillCombinedWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "resend": ResendTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}
#: anymail's word for what happened -> ours; what is not here changes nothing.
_WHAT: Final[dict[str, events.What]] = {
    "delivered": "delivered",
    "bounced": "bounced",
    "complained": "complained",
    "unsubscribed": "unsubscribed",
    "rejected": "failed",
    "failed": "failed",
}
#: Transient by the number with which SparkPost sorts bounces: too full, too large, no answer, ...
_SOFT_CLASSES: Final = frozenset({"20", "21", "22", "23", "24", "40", "70"})


@csrf_exempt  # a provider sends it; its signature or name and password prove that
@require_http_methods(["POST", "HEAD"])
def reports(request: HttpRequest, provider: str) -> HttpResponse:
    """Deliveries, bounces, complaints. 400 where the signature does not fit: the provider's own tests show it."""
    row = sending.current()
    if row is None or row.provider != provider or provider not in PROVIDERS or not row.hook_secret:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    try:
        view = _view(provider, sealed.unseal(row.hook_secret))
        view.run_validators(request)
        found = view.parse_events(request)
    except (AnymailWebhookValidationFailure, sealed.CannotOpen):
        return HttpResponse("the signature does not fit\n", status=400, content_type="text/plain")
    except (AnymailError, ValueError, LookupError, TypeError, AttributeError):
        return HttpResponse("this report cannot be read\n", status=400, content_type="text/plain")
    for event in found:
        _take(provider, event, request.at)  # type: ignore[attr-defined]
    return HttpResponse()


reports.permission = None  # type: ignore[attr-defined]  # no member takes part


def _view(provider: str, secret: str) -> AnymailCoreWebhookView:
    hook = PROVIDERS[provider].hook or "webhook_secret"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about signed reports that have no password as well
        return VIEWS[provider](**{hook: secret})


def _take(provider: str, event: Any, at: datetime) -> None:
    if not isinstance(event, AnymailTrackingEvent):
        return
    what = _WHAT.get(event.event_type or "")
    if what is None:
        return
    if what == "bounced" and _is_soft(provider, event.esp_event):
        what = "put_off"
    detail = str(event.mta_response or event.description or "")
    ours = (event.metadata or {}).get("nenrin", "")
    if PROVIDERS[provider].is_tagged:
        ours = next(iter(event.tags or ()), ours)
    report = events.Report(what, str(event.message_id or ""), str(ours), str(event.recipient or ""), detail)
    events.take(report, at=at)


def _is_soft(provider: str, told: Mapping[str, Any]) -> bool:
    """Does the provider itself say that the mailbox may well be there? anymail has one word for both."""
    match provider:
        case "brevo" | "mandrill":
            return told.get("event") == "soft_bounce"
        case "mailersend":
            return str(told.get("type", "")).endswith("soft_bounced")
        case "postmark":
            return told.get("Type") in ("SoftBounce", "VirusNotification")
        case "mailjet":
            return not told.get("hard_bounce")
        case "sparkpost":
            return str(_inner(told).get("bounce_class", "")) in _SOFT_CLASSES
        case "sendgrid":
            return told.get("type") in ("blocked", "expired")
        case "resend":
            return str(_kind_of(told)).lower() in ("transient", "temporary")
    return False


def _inner(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """SparkPost's event without its wrapping."""
    found = told.get("msys", told)
    return next((one for one in found.values() if isinstance(one, dict)), found) if found is not told else told


def _kind_of(told: Mapping[str, Any]) -> object:
    try:
        return told["data"]["bounce"]["type"]
    except (KeyError, TypeError):
        return ""


urlpatterns: list[URLPattern] = [path("mail/events/<slug:provider>", reports, name="mail-events")]
