"""What mail providers report: deliveries, bounces, complaints. Needs no token; a signature or name and password proves it."""

from __future__ import annotations

import warnings
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
        _take(event, request.at)  # type: ignore[attr-defined]
    return HttpResponse()


reports.permission = None  # type: ignore[attr-defined]  # no member takes part


def _view(provider: str, secret: str) -> AnymailCoreWebhookView:
    hook = PROVIDERS[provider].hook or "webhook_secret"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about signed reports that have no password as well
        return VIEWS[provider](**{hook: secret})


def _take(event: Any, at: datetime) -> None:
    if not isinstance(event, AnymailTrackingEvent):
        return
    what = _WHAT.get(event.event_type or "")
    if what is None:
        return
    detail = str(event.mta_response or event.description or "")
    ours = str((event.metadata or {}).get("nenrin", ""))
    report = events.Report(what, str(event.message_id or ""), ours, str(event.recipient or ""), detail)
    events.take(report, at=at)


urlpatterns: list[URLPattern] = [path("mail/events/<slug:provider>", reports, name="mail-events")]
