"""Tiers (企業規模): exactly one per account at any moment, by the first rule that matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from nenrin.customers import regrading, rules, settled
from nenrin.customers.errors import Refused
from nenrin.customers.models import TierRule
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Tier:
    key: str
    name: Text
    conditions: Sequence[dict[str, Any]] = ()


DEFAULTS = (
    Tier("enterprise", Text("Enterprise", "大企業"), [{"field": "employees", "op": "at_least", "value": 1000}]),
    Tier("mid_market", Text("Mid-market", "中堅企業"), [{"field": "employees", "op": "at_least", "value": 100}]),
    Tier("smb", Text("SMB", "中小企業")),
)


def version() -> int:
    """Of the tiers as they stand: what `replace` asks for, so that nobody's change is overwritten unseen."""
    return settled.version("rules", "tier")


def replace(tiers: Sequence[Tier], *, by: Actor, at: datetime, version: int | None = None) -> int:
    """Put these tiers, in this order, in place of all; accounts follow at once. Returns how many accounts moved.

    Raises Refused: keys twice, conditions that cannot be read, a last tier with conditions (nobody may fall through);
    each fault names its rule (`rules.2.conditions.0`). Raises Conflict.
    Safe to repeat. Journal: customers.rules.changed and customers.account.regraded.
    """
    check(tiers)
    with transaction.atomic():
        stand = list(TierRule.objects.select_for_update())
        sides = {"mine": {"tiers": [tier.key for tier in tiers]}, "theirs": {"tiers": [row.key for row in stand]}}
        settled.stand_at("rules", "tier", version, **sides)
        TierRule.objects.exclude(key__in=[tier.key for tier in tiers]).delete()
        for position, tier in enumerate(tiers):
            values = {"name_en": tier.name.en, "name_ja": tier.name.ja, "conditions": list(tier.conditions)}
            TierRule.objects.update_or_create(key=tier.key, defaults={**values, "position": position})
        note = {
            "kind": "tier",
            "rules": [{"key": tier.key, "conditions": list(tier.conditions)} for tier in tiers],
        }
        journal.record("customers.rules.changed", actor=by, at=at, subject=("rules", "tier"), particulars=note)
    return regrading.regrade(as_of=organisation.today(at), by=by, at=at)


def check(tiers: Sequence[Tier]) -> None:
    """Raises Refused as `replace` does; changes nothing."""
    rules.check_keys(tiers)
    for place, tier in enumerate(tiers):
        for position, condition in enumerate(rules.parsed(tier.conditions, place)):
            if condition.field == "tier":
                expected = Text("a tier cannot ask for the tier", "企業規模の条件に企業規模は使えない")
                raise Refused.one(rules.of(place, f"conditions.{position}"), expected, "tier")
    if tiers[-1].conditions:
        expected = Text("the last tier takes all others: no conditions", "最後の企業規模は条件なし")
        raise Refused.one(rules.of(len(tiers) - 1, "conditions"), expected, tiers[-1].key)


def names() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TierRule.objects.all()}
