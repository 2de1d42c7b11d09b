"""What the operations on imported facts have in common: the verbs' arguments, one row, taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse

from nenrin.api.guard import ApiRequest
from nenrin.api.paging import expected
from nenrin.customers.currencies import CURRENCIES
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.ingest.models.facts import Imported
from nenrin.values import Text

M = TypeVar("M", bound=Imported)
CURRENCY = Text("a currency such as JPY", "JPYなどの通貨コード")


def manner(request: ApiRequest) -> dict[str, Any]:
    """The keyword arguments of every fact's verbs: what a program says is known on arrival."""
    zone, today = ZoneInfo(organisation.current().zone), organisation.today(request.at)
    return {"by": Actor.of(request.member), "at": request.at, "zone": zone, "knowing": on_arrival(today)}


def reached(kind: type[Imported], request: ApiRequest, permission: Permission) -> Any:
    """Standing rows of accounts in the member's scope."""
    return kind._default_manager.standing().for_member(request.member, permission)


def one(kind: type[M], request: ApiRequest, permission: Permission, key: int) -> M:
    """One of them; raises Http404."""
    found: M | None = reached(kind, request, permission).filter(pk=key).first()
    if found is None:
        raise Http404(f"no {kind.__name__.lower()} {key} in your scope")
    return found


def keyed(kind: type[M], request: ApiRequest, permission: Permission, namespace: str, key: str) -> M | None:
    """The row of this key, also one that was taken back; raises Http404 where it is outside the member's scope."""
    row: Any = kind._default_manager.filter(namespace=namespace, key=key).first()
    if row is None:
        return None
    if not kind._default_manager.for_member(request.member, permission).filter(pk=row.pk).exists():
        raise Http404(f"no {kind.__name__.lower()} {namespace}|{key} in your scope")
    found: M = row
    return found


def unchanged_since(row: Imported, if_match: str | None, version: int | None) -> None:
    """Raise Conflict where the client saw another version than the one that stands."""
    asked = expected(if_match, version)
    if asked is not None and asked != row.version:
        raise Conflict(f"{row.namespace}|{row.key}", asked=asked, stands=row.version, mine={}, theirs={})


def needed(given: Mapping[str, Any], *names: str) -> None:
    """Raise Refused for each that a new row needs and does not have."""
    text = Text("a new entry needs it", "新規の登録に必要")
    faults = [Fault(name, text, None) for name in names if given.get(name) is None]
    if faults:
        raise Refused(faults)


def currency(told: str | None) -> str:
    """A code that there is; the organisation's where none is told."""
    code = (told or organisation.current().currency).upper()
    if code not in CURRENCIES:
        raise Refused.one("currency", CURRENCY, told)
    return code


def tagged(response: HttpResponse, row: Imported) -> None:
    response["ETag"] = f'"{row.version}"'
