"""Errors as application/problem+json (RFC 9457), with a pointer to each field that was not accepted.

In English; where values were refused, in Japanese for who asks for it by Accept-Language.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.utils.translation import get_language_from_request
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from nenrin.api.guard import Denied
from nenrin.customers.errors import Conflict, Refused
from nenrin.values import Text

TITLES = {
    400: "The request cannot be read",
    401: "A token is needed",
    403: "Not permitted",
    404: "Nothing here",
    405: "Not by this method",
    409: "Changed in the meantime",
    412: "Changed in the meantime",
    422: "Some fields were not accepted",
    429: "Too many requests",
}
_REFUSED = Text(TITLES[422], "受け付けられない項目があります")
_UNCHANGED = Text("nothing was changed", "何も変更していません")


def problem(status: int, detail: str = "", **members: Any) -> HttpResponse:
    body = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail, **members}
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, default=None)
    return HttpResponse(text, status=status, content_type="application/problem+json")


def register(api: NinjaAPI) -> None:
    """Let this API say every error so."""
    api.add_exception_handler(Refused, _refused)
    api.add_exception_handler(Conflict, _conflict)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _nobody)
    api.add_exception_handler(Denied, lambda request, error: problem(403, str(error)))
    api.add_exception_handler(Http404, lambda request, error: problem(404, str(error)))
    api.add_exception_handler(HttpError, _said)


def _said(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, str(error))


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    language, body = _language(request), _body(request)
    faults = [
        {"pointer": pointer(_as_sent(fault.field.split("."), body)), "detail": fault.text.in_(language)}
        for fault in error.faults
    ]
    response = problem(422, _UNCHANGED.in_(language), title=_REFUSED.in_(language), errors=faults)
    response["Content-Language"] = language
    return response


def _language(request: HttpRequest) -> str:
    """A program speaks English unless it says otherwise, whatever its member reads."""
    return get_language_from_request(request) if "Accept-Language" in request.headers else "en"


def _body(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RawPostDataException):  # no JSON, or a form with files, which is read already
        return None


def _as_sent(parts: list[str], body: Any) -> list[str]:
    """The same field by the name that it has in the body: what a verb calls `parent` is sent as `parent_id`."""
    *above, last = parts
    for part in above:
        body = body.get(part) if isinstance(body, dict) else None
    is_by_id = isinstance(body, dict) and last not in body and f"{last}_id" in body
    return [*above, f"{last}_id" if is_by_id else last]


def pointer(parts: Sequence[object]) -> str:
    """A JSON pointer (RFC 6901) into the body.

    >>> pointer(["attributes", "a/b", 0])
    '/attributes/a~1b/0'
    """
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _conflict(request: HttpRequest, error: Any) -> HttpResponse:
    status = 412 if "If-Match" in request.headers else 409
    sides = {
        "asked_version": error.asked,
        "version": error.stands,
        "mine": _plain(error.mine),
        "theirs": _plain(error.theirs),
    }
    return problem(status, str(error), **sides)


def _plain(side: dict[str, Any]) -> dict[str, Any]:
    simple = (str, int, float, bool, list, dict, tuple, type(None))
    return {name: value if isinstance(value, simple) else str(value) for name, value in side.items()}


#: Where an operation's argument came from is the first part of what it says went wrong.
_PLACES = {"query", "path", "header"}


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    faults = []
    for each in error.errors:
        place, *rest = each["loc"]
        where = {"parameter": ".".join(map(str, rest))} if place in _PLACES else {"pointer": pointer(rest[1:])}
        faults.append({**where, "detail": each["msg"]})
    return problem(422, "nothing was changed", errors=faults)


def _nobody(request: HttpRequest, error: Any) -> HttpResponse:
    response = problem(401, "send Authorization: Bearer with an API token (Settings, API)")
    response["WWW-Authenticate"] = 'Bearer realm="nenrin"'
    return response
