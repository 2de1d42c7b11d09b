"""REST: tiers and touch models: the rules in order, whom others would move, put in place as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Field, Header, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict, expected
from nenrin.customers import rule_documents, rule_preview, tiers, touch_models
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.rule_documents import MOST_CHANNELS, MOST_DAYS, MOST_MINUTES, MOST_RULES, Unreadable
from nenrin.customers.rule_preview import Move, Preview
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text

of_tiers = Router(tags=["rules"])
of_models = Router(tags=["rules"])
VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.PRODUCTS_EDIT
_VERSION = Field(None, ge=0, le=2**31 - 1)


class RuleNames(Strict):
    en: str
    ja: str


class RuleCondition(Strict):
    """`in` takes a list of texts, `at_least` and `below` a whole number; a blank never holds."""

    field: str
    op: Literal["at_least", "below", "in"]
    value: int | list[str]


class TierRuleIn(Strict):
    """All conditions hold together; the first rule that matches decides, the last has none and takes all others."""

    key: str
    name: RuleNames
    conditions: list[RuleCondition] = Field(default_factory=list)


class TouchRuleIn(TierRuleIn):
    """`contact_every_days` null: no person has to make contact. `minutes_a_month`: planned for each account."""

    channels: list[str] = Field(default_factory=list, max_length=MOST_CHANNELS)
    contact_every_days: int | None = Field(None, ge=0, le=MOST_DAYS)
    minutes_a_month: int | None = Field(None, ge=0, le=MOST_MINUTES)


class TiersIn(Strict):
    """All of them, in their order. `version`: of the list that you saw."""

    rules: list[TierRuleIn] = Field(max_length=MOST_RULES)
    version: int | None = _VERSION


class TouchModelsIn(Strict):
    """All of them, in their order. `version`: of the list that you saw."""

    rules: list[TouchRuleIn] = Field(max_length=MOST_RULES)
    version: int | None = _VERSION


class TiersOut(Strict):
    rules: list[TierRuleIn]
    version: int


class TouchModelsOut(Strict):
    rules: list[TouchRuleIn]
    version: int


class TiersSaved(TiersOut):
    """`moved`: so many accounts changed."""

    moved: int


class TouchModelsSaved(TouchModelsOut):
    """`moved`: so many accounts changed."""

    moved: int


class RuleMove(Strict):
    """So many accounts would go from one to another; "—" where a rule gives none."""

    was: RuleNames
    becomes: RuleNames
    count: int


class MovedAccount(Strict):
    account_id: int
    name: str
    was: RuleNames
    becomes: RuleNames


class MinutesOut(Strict):
    """Planned minutes a month of one owner's accounts, before and after, and what there is of them."""

    member_id: int
    name: str
    before: int
    after: int
    of_minutes: int


class RulesPreview(Strict):
    """Of all `accounts`. `samples`: at most ten of those that you see, the largest first; `minutes`: owners for whom it changes."""

    accounts: int
    tiers: list[RuleMove]
    touch_models: list[RuleMove]
    samples: list[MovedAccount]
    minutes: list[MinutesOut]


@of_tiers.get("", response=TiersOut, summary="List tiers")
@grants(VIEW)
def list_tiers(request: ApiRequest, response: HttpResponse) -> Any:
    """In the order in which they are tried; the ETag is the version of the list."""
    return _etag({"rules": rule_documents.standing_tiers(), "version": tiers.version()}, response)


@of_tiers.post("/preview", response=RulesPreview, summary="See whom other tiers would move")
@grants(EDIT)
def preview_tiers(request: ApiRequest, body: TiersIn) -> Any:
    """In accounts and in minutes for each owner; nothing is changed."""
    found = _tiers(body)
    return _preview(rule_preview.of_tiers(found, request.member, organisation.today(request.at)))


@of_tiers.put("", response=TiersSaved, summary="Replace the tiers")
@grants(EDIT)
def put_tiers(request: ApiRequest, body: TiersIn, response: HttpResponse, if_match: Header[str | None] = None) -> Any:
    """In place of all; accounts follow at once. Safe to repeat."""
    version, by = expected(if_match, body.version), Actor.of(request.member)
    moved = tiers.replace(_tiers(body), by=by, at=request.at, version=version)
    told = {"rules": rule_documents.standing_tiers(), "version": tiers.version(), "moved": moved}
    return _etag(told, response)


@of_models.get("", response=TouchModelsOut, summary="List touch models")
@grants(VIEW)
def list_touch_models(request: ApiRequest, response: HttpResponse) -> Any:
    """In the order in which they are tried; the ETag is the version of the list."""
    return _etag({"rules": rule_documents.standing_models(), "version": touch_models.version()}, response)


@of_models.post("/preview", response=RulesPreview, summary="See whom other touch models would move")
@grants(EDIT)
def preview_touch_models(request: ApiRequest, body: TouchModelsIn) -> Any:
    """In accounts and in minutes for each owner; nothing is changed."""
    found = _models(body)
    return _preview(rule_preview.of_models(found, request.member, organisation.today(request.at)))


@of_models.put("", response=TouchModelsSaved, summary="Replace the touch models")
@grants(EDIT)
def put_touch_models(
    request: ApiRequest, body: TouchModelsIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """In place of all; accounts follow at once, but for those for which somebody decided otherwise. Safe to repeat."""
    version, by = expected(if_match, body.version), Actor.of(request.member)
    moved = touch_models.replace(_models(body), by=by, at=request.at, version=version)
    told = {"rules": rule_documents.standing_models(), "version": touch_models.version(), "moved": moved}
    return _etag(told, response)


def _etag(told: dict[str, Any], response: HttpResponse) -> dict[str, Any]:
    response["ETag"] = f'"{told["version"]}"'
    return told


def _tiers(body: TiersIn) -> list[tiers.Tier]:
    try:
        found = rule_documents.tiers([rule.model_dump() for rule in body.rules])
    except Unreadable as unreadable:
        raise _refused(unreadable) from unreadable
    tiers.check(found)
    return found


def _models(body: TouchModelsIn) -> list[touch_models.Model]:
    try:
        found = rule_documents.models([rule.model_dump() for rule in body.rules], list(tiers.names()))
    except Unreadable as unreadable:
        raise _refused(unreadable) from unreadable
    touch_models.check(found)
    return found


def _refused(unreadable: Unreadable) -> Refused:
    return Refused([Fault("rules", problem) for problem in unreadable.problems])


def _preview(of: Preview) -> dict[str, Any]:
    return {
        "accounts": of.total,
        "tiers": _moves(of.tiers),
        "touch_models": _moves(of.touch_models),
        "samples": [
            {
                "account_id": one.account.pk,
                "name": one.account.name,
                "was": _names(one.was),
                "becomes": _names(one.becomes),
            }
            for one in of.samples
        ],
        "minutes": [
            {"member_id": one.member.pk, "name": one.member.name}
            | {name: getattr(one, name) for name in ("before", "after", "of_minutes")}
            for one in of.minutes
        ],
    }


def _moves(moves: Sequence[Move]) -> list[dict[str, Any]]:
    return [{"was": _names(one.was), "becomes": _names(one.becomes), "count": one.count} for one in moves]


def _names(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}
