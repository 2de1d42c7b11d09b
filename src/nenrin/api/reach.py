"""Which rows an operation reaches: what lies outside the member's scope is not there."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.db.models import QuerySet
from django.http import Http404

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Contact, Subscription
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text

M = TypeVar("M", bound=models.Model)
R = TypeVar("R", Contact, Subscription)


def reachable(member: Member, permission: Permission) -> QuerySet[Account]:
    """Standing accounts on which the member holds the permission."""
    return Account.objects.for_member(member, permission).standing()


def editable(member: Member, permission: Permission, account_id: int, *, archived: bool = False) -> Account:
    """One of them; raises Http404."""
    rows = Account.objects.for_member(member, permission)
    return _one(rows if archived else rows.standing(), account_id, "account")


def one_account(member: Member, permission: Permission, account_id: int, field: str) -> Account:
    """One that a body names; raises Refused on that field."""
    found = reachable(member, permission).filter(pk=account_id).first()
    if found is None:
        raise Refused.one(field, Text("no such account", "顧客が見つからない"), account_id)
    return found


def belonging(kind: type[R], member: Member, permission: Permission, key: int, *, archived: bool = False) -> R:
    """A contact or subscription of an account in scope; raises Http404."""
    rows = kind.objects.for_member(member, permission)
    return _one(rows if archived else rows.standing(), key, kind.__name__.lower())


def not_borrowed(rows: QuerySet[M], row: M, key: str) -> None:
    """Refuse a `key` that somebody else used: the verb gave back their `row`, which is not among `rows`, those in the
    member's scope, and would be shown. Raises Refused on "key".
    """
    if not rows.filter(pk=row.pk).exists():
        raise Refused.one("key", Text("another row has this key", "このキーは使用済み"), key)


def _one(rows: QuerySet[M], key: int, noun: str) -> M:
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404(f"no {noun} {key} in your scope")
    return found
