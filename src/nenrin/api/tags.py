"""REST: tags on accounts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404
from ninja import Field, Router

from nenrin.api.guard import ApiRequest, Denied, grants
from nenrin.api.paging import Id, Strict, Word
from nenrin.api.reach import reachable
from nenrin.customers import tags
from nenrin.customers.errors import Refused
from nenrin.customers.models import AccountTag, Tag
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text

router = Router(tags=["tags"])


class TagOut(Strict):
    name: str
    accounts: int


class Tagging(Strict):
    """At most 500 accounts a call."""

    accounts: list[Id] = Field(max_length=500)
    add: list[Word] = Field([], max_length=50)
    remove: list[Word] = Field([], max_length=50)


class Tagged(Strict):
    changed: int


class Renaming(Strict):
    """A word that is a tag already takes these accounts in: the two become one."""

    name: Word
    to: Word


@router.get("", response=list[TagOut], summary="List tags")
@grants(Permission.ACCOUNTS_VIEW)
def list_tags(request: ApiRequest) -> Any:
    """The 500 tags that stand on the most accounts in your scope."""
    rows = AccountTag.objects.filter(account__in=reachable(request.member, Permission.ACCOUNTS_VIEW))
    counted = rows.values("tag__name").annotate(n=Count("pk")).order_by("-n", "tag__name")[:500]
    return [{"name": row["tag__name"], "accounts": row["n"]} for row in counted]


@router.post("", response=Tagged, summary="Tag accounts")
@grants(Permission.ACCOUNTS_EDIT)
def change_tags(request: ApiRequest, body: Tagging) -> Any:
    """Put tags on accounts and take others off. Safe to repeat."""
    found = list(reachable(request.member, Permission.ACCOUNTS_EDIT).filter(pk__in=body.accounts))
    missing = sorted(set(body.accounts) - {account.pk for account in found})
    if missing:
        raise Refused.one("accounts", Text("not in your scope", "対象外の顧客"), missing)
    changed = tags.change(found, add=body.add, remove=body.remove, by=Actor.of(request.member), at=request.at)
    return {"changed": changed}


@router.post("/rename", response=Tagged, summary="Rename or merge a tag")
@grants(Permission.PRODUCTS_EDIT)
def rename_tag(request: ApiRequest, body: Renaming) -> Any:
    """On every account, so only for who may change every account. 404 where there is no such tag any more."""
    if allowed(request.member, Permission.ACCOUNTS_EDIT) is not Scope.ALL:
        raise Denied("a tag is renamed on every account: your role changes some of them alone")
    tag = Tag.objects.filter(name=body.name).first()
    if tag is None:
        raise Http404(f"no tag {body.name}")
    return {"changed": tags.rename(tag, body.to, by=Actor.of(request.member), at=request.at)}
