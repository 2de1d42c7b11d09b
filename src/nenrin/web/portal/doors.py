"""The door of the portal: a link opens its own project; whatever else is tried sees one and the same closed page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.core.internal import ratelimit
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

from nenrin.foundation import organisation
from nenrin.web.guard import public
from nenrin.work.models import OnboardingLink
from nenrin.work.onboarding import links

#: Nothing is run, nothing is framed, nothing comes from elsewhere.
POLICY: Final[dict[str, Any]] = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
HEADERS: Final = {
    "Referrer-Policy": "no-referrer",  # the address is the key: it goes nowhere
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Addresses that open nothing, tried from one place; and deeds by one link.
MISSES: Final = {"portal_miss": "20/5m/key"}
DEEDS: Final = {"portal_deed": "60/5m/key"}


class PortalRequest(HttpRequest):
    """A request that came in by a link."""

    link: OnboardingLink
    at: Any  # datetime, set by middleware


class NotHere(Exception):
    """What is asked for is not in this link's project."""


Page = Callable[..., HttpResponseBase]


def by_link(page: Page) -> Page:
    """A page of the portal. The link's own language; no cookie; the secret of the address stands for the session, so
    that nobody who does not know it can send a form: there is no token against forgery to check.
    """

    @wraps(page)
    def opened(request: Any, secret: str, *args: object, **kwargs: object) -> HttpResponseBase:
        link = links.find(secret, at=request.at)
        if link is None or _is_foreign(request):
            return closed(request)
        request.link = link
        if request.method == "POST" and not _within(request, DEEDS, str(link.pk)):
            return _too_many(request, link)
        if request.method == "POST":
            links.used(link, at=request.at)
        with translation.override(link.language), timezone.override(organisation.zone()):
            try:
                return _told(page(request, secret, *args, **kwargs), link.language)
            except NotHere:
                return closed(request)

    policed: Any = csp(POLICY)  # typed for views of a request alone
    return public(csrf_exempt(policed(opened)))


def closed(request: HttpRequest) -> HttpResponse:
    """A guess, an ended or revoked link, somebody else's number: nobody can tell one from the other."""
    language = _browser_language(request)
    with translation.override(language):
        busy = not _within(request, MISSES, ratelimit.get_ip(request), counts_looks=True)
        response = render(request, "portal/closed.html", {}, status=429 if busy else 404)
        if busy:
            response["Retry-After"] = "300"
        told = _told(response, language)
        assert isinstance(told, HttpResponse)
        return told


def _too_many(request: HttpRequest, link: OnboardingLink) -> HttpResponseBase:
    with translation.override(link.language):
        response = render(request, "portal/busy.html", {}, status=429)
        response["Retry-After"] = "300"
        return _told(response, link.language)


def _within(request: HttpRequest, rates: dict[str, str], key: str, *, counts_looks: bool = False) -> bool:
    [action] = rates
    used = ratelimit.consume(
        request, app="nenrin", action=action, config=rates, key=key or "nowhere", limit_get=counts_looks
    )
    return used is not None


def _is_foreign(request: HttpRequest) -> bool:
    """A form sent from another site, as far as the browser says so."""
    return request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site"


def _browser_language(request: HttpRequest) -> str:
    asked = request.headers.get("Accept-Language", "")
    return "en" if asked.lower().startswith("en") else "ja"


def _told(response: HttpResponseBase, language: str) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response[name] = value
    response["Content-Language"] = language
    return response
