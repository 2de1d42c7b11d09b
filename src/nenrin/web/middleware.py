"""What happens around every request: an id and an instant, and the viewer's language."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from nenrin.foundation import organisation

Responder = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: Responder) -> Responder:
    """Give each request an id (shown on error pages and in the log), and one instant and organisation for all its parts."""

    def respond(request: HttpRequest) -> HttpResponse:
        request.id = secrets.token_hex(6)  # type: ignore[attr-defined]
        request.at = datetime.now(UTC)  # type: ignore[attr-defined]
        request.organisation = SimpleLazyObject(organisation.current)  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response

    return respond


def language(get_response: Responder) -> Responder:
    """A member's own language; before sign-in the cookie's, else the browser's."""

    def respond(request: HttpRequest) -> HttpResponse:
        own = getattr(request.user, "language", None)
        with translation.override(own or translation.get_language_from_request(request)):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "ja")
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

    return respond
