"""A model on its pages: what is live, what is being edited, who may change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.models import HealthModel
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import HealthModelVersion
from nenrin.values import Text
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest

PAGES = (
    ("health-model", Text("Editor", "編集")),
    ("health-model-backtest", Text("Backtest", "過去データ検証")),
    ("health-model-replay", Text("Replay", "過去シミュレーション")),
    ("health-model-yaml", Text("YAML", "YAML")),
    ("health-model-versions", Text("Versions", "版の履歴")),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The live version, and what is being edited (the draft, else a copy of the live one)."""

    key: str
    live: HealthModelVersion | None
    draft: HealthModelVersion | None
    document: Mapping[str, Any]

    @property
    def label(self) -> str:
        return f"v{self.draft.number}" if self.draft else f"v{self.live.number}" if self.live else ""

    @property
    def model(self) -> HealthModel:
        return documents.from_dict(self.document)

    @property
    def seen(self) -> str:
        """What a form carries, to notice that somebody else saved in between."""
        return self.draft.changed_at.isoformat() if self.draft else ""


def of(key: str) -> Standing:
    """Raises Http404."""
    rows = list(HealthModelVersion.objects.filter(key=key).order_by("-number"))
    if not rows:
        raise Http404
    draft = next((row for row in rows if row.state == "draft"), None)
    last = next((row for row in rows if row.state == "published"), None)
    live = None if last is None or last.is_withdrawn else last
    return Standing(key, live, draft, (draft or live or rows[0]).document)


def said(request: MemberRequest, name: str) -> str:
    """A line that somebody wrote into a form."""
    return request.POST.get(name, "").strip()[:500]


def is_stale(request: MemberRequest, standing: Standing) -> bool:
    return bool(standing.draft and request.POST.get("seen", "") != standing.seen)


def may_edit(request: MemberRequest) -> bool:
    return allowed(request.user, Permission.HEALTH_CONFIGURE) is not None


def tabs(key: str, here: str) -> list[Tab]:
    return [Tab(label, reverse(name, args=[key]), name == here) for name, label in PAGES]


def address(key: str, part: str = "", tier: str = "") -> str:
    query = "&".join(f"{name}={value}" for name, value in (("part", part), ("tier", tier)) if value)
    return reverse("health-model", args=[key]) + (f"?{query}" if query else "")
