"""Each operation declares what it takes; a token acts for its member, with that member's role and scope."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.security import HttpBearer

from nenrin.foundation import tokens
from nenrin.foundation.models import ApiToken, Member
from nenrin.foundation.permissions import Permission, allowed

Operation = Callable[..., Any]
_READING = {"GET", "HEAD"}
#: Octets without which no JSON holds a NUL or half a character: escapes, its UTF-8, and the NULs of UTF-16.
_SUSPECT = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|\x00")
#: Where the API stands among the addresses.
BASE = "api/v1/"


class Denied(Exception):
    """This token may not do this: its member's role lacks the permission, or the token only reads."""


class ApiRequest(HttpRequest):
    """A request after the bearer check."""

    auth: ApiToken
    member: Member
    at: Any  # datetime, set by middleware


class Bearer(HttpBearer):
    """`Authorization: Bearer nrn_...`"""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = tokens.find(token, at=request.at)  # type: ignore[attr-defined]
        if found is not None:
            request.member = found.member  # type: ignore[attr-defined]
            request.auth = found  # type: ignore[attr-defined]
            _refuse(request, _wanted(request))  # type: ignore[arg-type]
        return found


#: Method and end of the address pattern -> what it takes; filled once by `learn`.
_TAKES: dict[tuple[str, str], Permission] = {}


def learn(api: NinjaAPI) -> None:
    """Know what every operation takes, so that a denial comes before the body is read."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            route = f"{prefix}{path}".replace("{", "<").replace("}", ">").lstrip("/")
            for operation in view.operations:
                for method in operation.methods:
                    _TAKES[method, route] = operation.view_func.permission  # type: ignore[attr-defined]


def _wanted(request: HttpRequest) -> Permission | None:
    match = request.resolver_match
    route = match.route.removeprefix(BASE) if match else ""
    return _TAKES.get((request.method or "", route))


def _refuse(request: ApiRequest, permission: Permission | None) -> None:
    if permission is None:
        return
    if request.method not in _READING and not request.auth.can_write:
        raise Denied("this token only reads: issue one that may write")
    if allowed(request.member, permission) is None:
        raise Denied(f"the role {request.member.role} does not hold {permission.value}")


def _refuse_unkept(request: ApiRequest) -> None:
    """PostgreSQL keeps no NUL in any text, and nothing keeps half a character; what one database refuses, none takes."""
    if request.content_type != "application/json" or not _SUSPECT.search(request.body):
        return
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return  # an operation that reads no body
    for text in _texts(told):
        if "\x00" in text:
            raise HttpError(422, "a text holds the NUL character (U+0000): leave it out; nothing was changed")
        if any("\ud800" <= c <= "\udfff" for c in text):
            raise HttpError(422, "a text holds half a character (a lone surrogate): leave it out; nothing was changed")


def _texts(told: Any) -> Iterator[str]:
    """Every text in a JSON value, names of members included."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        yield from told
        yield from (text for value in told.values() for text in _texts(value))
    elif isinstance(told, list):
        yield from (text for value in told for text in _texts(value))


def grants(permission: Permission) -> Callable[[Operation], Operation]:
    """Let in tokens whose member holds `permission` in any scope; those that write need the right to.

    Which rows they reach is the query's part, as on pages: what lies outside is a 404.
    """

    def declare(operation: Operation) -> Operation:
        @wraps(operation)
        def guarded(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
            _refuse(request, permission)
            _refuse_unkept(request)
            return operation(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        # Types are read where they are written: ninja would look for their names in this module.
        guarded.__signature__ = inspect.signature(operation, eval_str=True)  # type: ignore[attr-defined]
        return guarded

    return declare
