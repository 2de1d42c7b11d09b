"""Routing rules as a document: a list that a person writes as YAML or a program sends, with teams and members by name.

What cannot be one is named by its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nenrin.customers import routing
from nenrin.customers.routing import Ownership, Pool, Rule
from nenrin.customers.rule_documents import Document, Unreadable
from nenrin.customers.statuses import Phase
from nenrin.foundation.models import Member, Team
from nenrin.values import Text

MOST_RULES = 30


def standing() -> Document:
    """The rules in their order."""
    teams = dict(Team.objects.values_list("pk", "name"))
    mails = dict(Member.objects.values_list("pk", "email"))
    return [_plain(rule, teams, mails) for rule in routing.standing()]


def _plain(rule: Rule, teams: Mapping[int, str], mails: Mapping[int, str]) -> dict[str, Any]:
    pools = [
        {"phase": pool.phase.value}
        | ({"team": teams.get(pool.team, "")} if pool.team else {})
        | ({"members": [mails.get(key, "") for key in pool.members]} if pool.members else {})
        for pool in rule.pools
    ]
    return {
        "key": rule.key, "name": {"en": rule.name.en, "ja": rule.name.ja}, "ownership": rule.ownership.value,
        "conditions": [dict(one) for one in rule.conditions], "pools": pools, "used": rule.is_used,
    }  # fmt: skip


def rules(document: Any) -> list[Rule]:
    """Raises Unreadable, naming the rule."""
    if not isinstance(document, list) or len(document) > MOST_RULES:
        raise Unreadable([Text(f"A list of at most {MOST_RULES} rules.", f"{MOST_RULES}件以内のルールの一覧が必要。")])
    teams = {name: key for key, name in Team.objects.values_list("pk", "name")}
    mails = {mail: key for key, mail in Member.objects.filter(is_active=True).values_list("pk", "email")}
    found, problems = [], list[Text]()
    for place, raw in enumerate(document, 1):
        try:
            found.append(_rule(raw, teams, mails))
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            said = str(wrong).strip("'")[:120]
            problems.append(Text(f"Rule {place}: cannot be read ({said})", f"{place}番目のルールが読めない（{said}）"))
    if problems:
        raise Unreadable(problems)
    return found


def _rule(raw: Mapping[str, Any], teams: Mapping[str, int], mails: Mapping[str, int]) -> Rule:
    pools = [
        Pool(
            Phase(pool["phase"]), teams[pool["team"]] if pool.get("team") else None,
            tuple(mails[mail] for mail in pool.get("members", ())),
        )
        for pool in raw["pools"]
    ]  # fmt: skip
    name = Text(str(raw["name"]["en"])[:60], str(raw["name"]["ja"])[:60])
    conditions = list(raw.get("conditions") or [])
    return Rule(str(raw["key"])[:30], name, Ownership(raw["ownership"]), conditions, pools, bool(raw.get("used")))
