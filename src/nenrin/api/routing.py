"""REST: routing rules: who looks after a new account, tried on those that nobody has, put in place as a whole."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpResponse
from ninja import Field, Header, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict, expected
from nenrin.api.rules import RuleCondition, RuleNames
from nenrin.customers import routing, routing_documents
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account
from nenrin.customers.routing import Rule
from nenrin.customers.rule_documents import Unreadable
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission

router = Router(tags=["rules"])
ASSIGN = Permission.ACCOUNTS_ASSIGN


class PoolIn(Strict):
    """Out of whom one is taken for a phase: the name of a team, or members by e-mail address."""

    phase: str
    team: str = ""
    members: list[str] = Field(default_factory=list, max_length=500)


class RoutingRule(Strict):
    """`used`: accounts made from now on are routed by it. `ownership` says which phases want a pool."""

    key: str = Field(min_length=1, max_length=30)
    name: RuleNames
    ownership: Literal["one", "phases", "sales", "partner", "region"] = "one"
    conditions: list[RuleCondition] = Field(default_factory=list)
    pools: list[PoolIn]
    used: bool = False


class RoutingRules(Strict):
    """All of them, in the order in which they are tried. `version`: of the list that you saw, unless If-Match names it; a
    look at the effect needs none."""

    rules: list[RoutingRule] = Field(max_length=routing_documents.MOST_RULES)
    version: int | None = Field(None, ge=0)


class RoutingOut(Strict):
    rules: list[RoutingRule]
    version: int


class RoutingProposal(Strict):
    """`member_id` null: none of those named has room."""

    account_id: int
    account: str
    rule: str
    phase: str
    member_id: int | None
    why_en: str
    why_ja: str


@router.get("", response=RoutingOut, summary="List routing rules")
@grants(ASSIGN)
def list_routing(request: ApiRequest, response: HttpResponse) -> Any:
    """In the order in which they are tried; the ETag is the version of the list."""
    return _standing(response)


@router.post("/preview", response=list[RoutingProposal], summary="See whom routing rules would choose")
@grants(ASSIGN)
def preview_routing(request: ApiRequest, body: RoutingRules) -> Any:
    """For the accounts in your scope that nobody has (of the first five hundred), as if all rules were in use; nothing is written."""
    proposals = routing.preview(_rules(body))
    seen = Account.objects.for_member(request.member, ASSIGN).in_bulk([one.account for one in proposals])
    return [
        {
            "account_id": one.account, "account": seen[one.account].name, "rule": one.rule, "phase": one.phase.value,
            "member_id": one.member, "why_en": one.why.en, "why_ja": one.why.ja,
        }
        for one in proposals
        if one.account in seen
    ]  # fmt: skip


@router.put("", response=RoutingOut, summary="Replace the routing rules")
@grants(ASSIGN)
def put_routing(
    request: ApiRequest, body: RoutingRules, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """In place of all; an empty list routes nobody. With If-Match or `version`, only if nobody else changed them since."""
    version = expected(if_match, body.version)
    routing.replace(_rules(body), by=Actor.of(request.member), at=request.at, version=version)
    return _standing(response)


def _standing(response: HttpResponse) -> dict[str, Any]:
    version = routing.version()
    response["ETag"] = f'"{version}"'
    return {"rules": routing_documents.standing(), "version": version}


def _rules(body: RoutingRules) -> list[Rule]:
    try:
        found = routing_documents.rules([rule.model_dump() for rule in body.rules])
    except Unreadable as unreadable:
        raise Refused([Fault("rules", problem) for problem in unreadable.problems]) from unreadable
    routing.check(found)
    return found
