"""Error pages: what happened, what was kept, what to do, and the request's id."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

from nenrin.values import Text
from nenrin.web.guard import public


def _page(request: HttpRequest, status: int) -> HttpResponse:
    context = {"status": status, "reference": getattr(request, "id", "")}
    return render(request, f"errors/{status}.html", context, status=status)


@public
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


@public
def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


@public
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def refused(request: HttpRequest, words: Text) -> HttpResponse:
    """What was sent asks for something that there is not; nothing was changed."""
    context = {"status": 422, "words": words, "reference": getattr(request, "id", "")}
    return render(request, "errors/422.html", context, status=422)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """Without context processors: they ask the database, which may be what is down."""
    context = {"status": 500, "reference": getattr(request, "id", "")}
    return HttpResponse(loader.render_to_string("errors/500.html", context), status=500)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's key ran out, mostly after signing in elsewhere: the page says to go back and send again."""
    context = {"status": 403, "is_stale_form": True, "reference": getattr(request, "id", "")}
    return render(request, "errors/403.html", context, status=403)
