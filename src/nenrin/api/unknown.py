"""What answers where no operation is: a problem, as everywhere else in the API."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt

from nenrin.api.problems import problem

View = Callable[..., Any]
Urls = tuple[list[URLResolver | URLPattern], str, str]


@csrf_exempt  # a program that sends to a wrong address is told so, too
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 for any address of the API that has no operation."""
    return problem(404, f"no operation has this address: {request.path}; all are listed at /api/v1/openapi.json")


nothing.permission = None  # type: ignore[attr-defined]


def spoken(urls: Urls) -> Urls:
    """The API's addresses, each of which says 405 as a problem where it has no operation of a method."""
    for pattern in urls[0]:
        if isinstance(pattern, URLPattern):
            pattern.callback = _spoken(pattern.callback)
    return urls


def _spoken(view: View) -> View:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = view(request, *args, **kwargs)
        if answer.status_code != 405 or "Allow" not in answer:
            return answer
        told = problem(405, f"this address takes {answer['Allow']}")
        told["Allow"] = answer["Allow"]
        return told

    return answered
