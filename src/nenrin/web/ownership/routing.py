"""Routing rules: read as sentences, written as YAML, tried on the accounts that nobody has before they are saved."""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers import routing, routing_documents, rule_documents, rules, tiers
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.customers.routing import FILLS, OWNERSHIPS, Ownership, Rule
from nenrin.customers.rule_documents import Unreadable
from nenrin.customers.statuses import word
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import whole
from nenrin.web.settings import rule_words

SHOWN = 50
CONFLICT = Text(
    "Somebody changed the rules meanwhile: they stand on this page now. Look at the effect of yours again before you save.",
    "他のメンバーがルールを変更しました。現在のルールを確かめ、変更後の動きをもう一度見てから保存してください。",
)
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
    written = request.POST.get("yaml", "") if request.method == "POST" else _written()
    stood = routing.version()
    version = whole(request.POST.get("version")) if request.method == "POST" else stood
    if request.method == "POST":
        try:
            found = routing_documents.rules(rule_documents.from_yaml(written) or [])
            routing.check(found)
            if request.POST.get("do") == "save":
                return _saved(request, found, version)
            preview = _preview(found)
        except Conflict:
            problems, version = [CONFLICT], stood  # whoever saves again has seen them
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
        "version": version,
        "problems": problems,
        "preview": preview,
        "as_of": request.at,
    }
    return render(request, "ownership/routing.html", context, status=422 if problems else 200)


def _saved(request: MemberRequest, found: Sequence[Rule], version: int | None) -> HttpResponse:
    routing.replace(found, by=Actor.of(request.user), at=request.at, version=version)
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


def _written() -> str:
    document = routing_documents.standing()
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False) if document else EXAMPLE


def _located(field: str, text: Text) -> Text:
    """ "rules.0.pools" is said as the first rule's."""
    parts = field.split(".")
    place = int(parts[1]) + 1 if len(parts) > 1 and parts[1].isdigit() else 0
    return Text(f"Rule {place}: {text.en}", f"{place}番目のルール: {text.ja}") if place else text


urlpatterns = [path("team-day/routing", routing_page, name="routing")]
