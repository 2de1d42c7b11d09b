"""Routing rules: read as sentences, written as YAML, tried on the accounts that nobody has before they are saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers import routing, rules, tiers
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.customers.routing import FILLS, OWNERSHIPS, Ownership, Pool, Rule
from nenrin.customers.statuses import Phase, word
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member, Team
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.settings import rule_documents, rule_words
from nenrin.web.settings.rule_documents import Unreadable

MOST_RULES, SHOWN = 30, 50
EXAMPLE = """\
# - key: east
#   name: {en: East, ja: 東日本}
#   ownership: region
#   conditions:
#     - {field: region, op: in, value: [関東]}
#   pools:
#     - {phase: primary, team: 東日本チーム}
#   used: true
"""


@requires(Permission.ACCOUNTS_ASSIGN)
def routing_page(request: MemberRequest) -> HttpResponse:
    """`do=try` shows whom the accounts without an owner would go to, `do=save` puts the rules in place."""
    stands, problems, preview = routing.standing(), list[Text](), None
    written = request.POST.get("yaml", "") if request.method == "POST" else _written(stands)
    if request.method == "POST":
        try:
            found = _read(rule_documents.from_yaml(written) or [])
            routing.check(found)
            if request.POST.get("do") == "save":
                return _saved(request, found)
            preview = _preview(found)
        except Unreadable as unreadable:
            problems = unreadable.problems
        except Refused as refused:
            problems = [_located(fault.field, fault.text) for fault in refused.faults]
    words = tiers.names()
    context = {
        "rules": [
            (rule, rule_words.sentence(rules.parsed(rule.conditions), words), OWNERSHIPS[rule.ownership])
            for rule in stands
        ],
        "forms": [(key.value, OWNERSHIPS[key], [word(phase) for phase in FILLS[key]]) for key in Ownership],
        "yaml": written,
        "problems": problems,
        "preview": preview,
        "as_of": request.at,
    }
    return render(request, "ownership/routing.html", context, status=422 if problems else 200)


def _saved(request: MemberRequest, found: Sequence[Rule]) -> HttpResponse:
    routing.replace(found, by=Actor.of(request.user), at=request.at)
    used = sum(rule.is_used for rule in found)
    toasts.say(
        request,
        Text(f"Saved: {used} of {len(found)} rules in use.", f"保存しました。{len(found)}件中{used}件を使用中。"),
    )
    return HttpResponseRedirect(reverse("routing"))


def _preview(found: Sequence[Rule]) -> list[tuple[str, Text, str, Text]]:
    proposals = routing.preview(found)[:SHOWN]
    names = Account.objects.in_bulk([one.account for one in proposals])
    members = Member.objects.in_bulk([one.member for one in proposals if one.member])
    return [
        (names[p.account].name, word(p.phase), members[p.member].name if p.member else "", p.why) for p in proposals
    ]


def _written(stands: Sequence[Rule]) -> str:
    teams = dict(Team.objects.values_list("pk", "name"))
    mails = dict(Member.objects.values_list("pk", "email"))
    document = [_plain(rule, teams, mails) for rule in stands]
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False) if document else EXAMPLE


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


def _read(document: Any) -> list[Rule]:
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


def _located(field: str, text: Text) -> Text:
    """ "rules.0.pools" is said as the first rule's."""
    parts = field.split(".")
    place = int(parts[1]) + 1 if len(parts) > 1 and parts[1].isdigit() else 0
    return Text(f"Rule {place}: {text.en}", f"{place}番目のルール: {text.ja}") if place else text


urlpatterns = [path("team-day/routing", routing_page, name="routing")]
