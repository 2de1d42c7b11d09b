"""A playbook on its pages: what is live, what is being edited, who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse

from nenrin.analytics.conditions import Fields
from nenrin.foundation.permissions import Permission, allowed
from nenrin.playbooks import reading, setting
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.documents.problems import Problem, Unreadable
from nenrin.playbooks.models import Playbook, PlaybookVersion
from nenrin.values import Text
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest

PAGES = (
    ("playbook", Text("Editor", "編集")),
    ("playbook-replay", Text("Replay", "過去シミュレーション")),
    ("playbook-why", Text("Why or why not", "対象になる理由")),
    ("playbook-yaml", Text("YAML", "YAML")),
    ("playbook-versions", Text("Versions", "版の履歴")),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The live version, the draft, and the one that is shown (the draft, else the live one, else the last)."""

    row: Playbook
    live: PlaybookVersion | None
    draft: PlaybookVersion | None
    shown: PlaybookVersion
    fields: Fields
    setting: Setting

    @property
    def key(self) -> str:
        return self.row.key

    @property
    def name(self) -> Text:
        return Text(self.shown.name_en, self.shown.name_ja)

    @property
    def document(self) -> Mapping[str, Any]:
        return self.shown.document  # type: ignore[no-any-return]

    @property
    def purpose(self) -> Text:
        told = self.document.get("purpose", "")
        return Text(told["en"], told["ja"]) if isinstance(told, Mapping) else Text(told, told)

    @property
    def seen(self) -> str:
        """What a form carries, to notice that somebody else saved in between."""
        return self.draft.changed_at.isoformat() if self.draft else ""

    @property
    def gone(self) -> list[Text]:
        """What the live version names that is there no more: it goes on without it."""
        if self.live is None:
            return []
        return [one.gone for one in reading.stored(self.live.document, self.fields, self.setting).gone]

    @property
    def broken(self) -> list[Text]:
        """Why nobody comes in and nobody moves by the live version: it cannot be read any more."""
        if self.live is None:
            return []
        return [one.text for one in reading.stored(self.live.document, self.fields, self.setting).problems]

    def read(self, document: Mapping[str, Any] | None = None) -> tuple[Document | None, tuple[Problem, ...]]:
        if document is None and self.draft is None:
            found = reading.stored(self.document, self.fields, self.setting)
            return (None if found.problems else found.playbook), found.problems
        try:
            return reading.from_dict(document or self.document, self.fields, self.setting), ()
        except Unreadable as wrong:
            return None, wrong.problems


def of(key: str) -> Standing:
    """Raises Http404."""
    rows = PlaybookVersion.objects.filter(playbook__key=key).order_by("-number")
    versions = list(rows.select_related("author", "published_by", "playbook__owner"))
    if not versions:
        raise Http404(key)
    row = versions[0].playbook
    draft = next((one for one in versions if one.state in ("draft", "asked")), None)
    live = next((one for one in versions if one.state == "live"), None)
    fields, choices = setting.current()
    return Standing(row, live, draft, draft or live or versions[0], fields, choices)


def may(request: MemberRequest, permission: Permission = Permission.PLAYBOOKS_EDIT) -> bool:
    return allowed(request.user, permission) is not None


def tabs(key: str, here: str) -> list[Tab]:
    return [Tab(label, reverse(name, args=[key]), name == here) for name, label in PAGES]


def head(request: MemberRequest, standing: Standing, here: str) -> dict[str, Any]:
    """What stands above every page of a playbook."""
    return {
        "as_of": request.at,
        "standing": standing,
        "tabs": tabs(standing.key, here),
        "may_edit": may(request),
        "may_publish": may(request, Permission.PLAYBOOKS_PUBLISH),
        "may_start": may(request, Permission.PLAYBOOKS_START),
    }


def address(key: str, part: str = "", anchor: str = "") -> str:
    return reverse("playbook", args=[key]) + (f"?part={part}" if part else "") + (f"#{anchor}" if anchor else "")


def to_why(key: str, account: int | None = None) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("playbook-why", args=[key]) + (f"?account={account}" if account else ""))
