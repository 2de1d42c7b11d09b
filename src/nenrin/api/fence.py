"""The tracking door answers before sessions, cookies and languages are looked at: clients send thousands a second."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from nenrin.api import tracking
from nenrin.api.door import routes

Responder = Callable[[HttpRequest], HttpResponse]
_READING = ("GET", "HEAD")


def fence(get_response: Responder) -> Responder:
    """Middleware: requests at the door's addresses are answered here, all others go on."""

    def respond(request: HttpRequest) -> HttpResponse:
        route = routes.match(request.path_info)
        if route is None or (not route.is_rooted and request.method in _READING):
            return get_response(request)
        return tracking.respond(request, route)

    return respond
