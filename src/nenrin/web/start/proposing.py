"""What may be switched on as a first step: pages of the libraries, and whether it was done. Nothing is done without a click."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import HealthModelVersion
from nenrin.insight.start.focus import Focus
from nenrin.playbooks import library
from nenrin.playbooks.models import Playbook
from nenrin.values import Text
from nenrin.work.models import OnboardingTemplate


@dataclass(frozen=True, slots=True)
class Proposed:
    """`url` empty: its page is not for this member."""

    kind: Text
    name: Text
    why: Text
    url: str
    is_there: bool


PLAYBOOK, TEMPLATE, MODEL = (
    Text("Playbook", "プレイブック"),
    Text("Onboarding template", "オンボーディングのテンプレート"),
    Text("Health model", "ヘルスモデル"),
)
TEMPLATES = Text("The ready-made templates", "ひな形のテンプレート")


def proposed(focus: Focus, member: Member) -> list[Proposed]:
    """For a focus, in the order in which they are taken; nothing before it is answered."""
    proposal = focus.proposal()
    if proposal is None:
        return []
    taken = set(Playbook.objects.filter(key__in=proposal.playbooks).values_list("key", flat=True))
    found = [_playbook(key, key in taken, member) for key in proposal.playbooks]
    if proposal.template:
        found.append(_template(proposal.template, member))
    return [*found, _model(proposal.health_model, member)]


def _playbook(key: str, is_there: bool, member: Member) -> Proposed:
    document = library.documents()[key]
    name, why = (Text(document[part]["en"], document[part]["ja"]) for part in ("name", "purpose"))
    if is_there:
        return Proposed(PLAYBOOK, name, why, _for(member, Permission.PLAYBOOKS_VIEW, "playbook", key), True)
    return Proposed(PLAYBOOK, name, why, _for(member, Permission.PLAYBOOKS_EDIT, "playbook-new"), False)


def _template(key: str, member: Member) -> Proposed:
    is_there = OnboardingTemplate.objects.filter(key=key).exists()
    why = Text(
        "Phases, customer's tasks and the first value, ready to be changed.",
        "フェーズ・顧客側の作業・最初の成功体験が入ったひな形。取り込んでから変更できる。",
    )
    return Proposed(
        TEMPLATE, TEMPLATES, why, _for(member, Permission.ONBOARDING_VIEW, "onboarding-templates"), is_there
    )


def _model(key: str, member: Member) -> Proposed:
    rows = list(HealthModelVersion.objects.filter(key=key).order_by("-number"))
    newest = next((each for each in rows if each.state == "published"), None)
    row = newest or (rows[0] if rows else None)
    name = (row.document.get("name") or {}) if row else {}
    why = Text("Look at the measures and weights of the model.", "モデルの指標と重みを確かめる。")
    url = _for(member, Permission.HEALTH_VIEW, "health-model", key) if row else ""
    is_live = newest is not None and not newest.is_withdrawn
    return Proposed(MODEL, Text(name.get("en", key), name.get("ja", key)), why, url, is_live)


def _for(member: Member, needs: Permission, page: str, *args: str) -> str:
    return reverse(page, args=args) if allowed(member, needs) is not None else ""
