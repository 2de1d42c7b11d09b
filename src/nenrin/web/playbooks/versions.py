"""A playbook's versions, what differs between two of them, and the playbook as YAML."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nenrin.foundation import format, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.playbooks import passing, playbooks
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import PassedBy, PlaybookVersion
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import whole
from nenrin.web.playbooks import standing
from nenrin.web.playbooks.standing import Standing
from nenrin.web.segments.editing import as_yaml

#: Lines around a change.
AROUND = 2


@requires(Permission.PLAYBOOKS_VIEW)
def versions(request: MemberRequest, key: str) -> HttpResponse:
    """Every version with who published it, and the difference between two."""
    found = standing.of(key)
    rows = list(found.row.versions.select_related("author", "published_by").order_by("-number"))
    left, right = _pair(request, rows, found)
    context = {
        **standing.head(request, found, "playbook-versions"),
        "rows": rows,
        "left": left,
        "right": right,
        "compared": differences(left.document, right.document) if left and right else None,
        "passed": _passed(passing.last(found.row)),
    }
    return render(request, "playbooks/versions.html", context)


def _passed(row: PassedBy | None) -> Text | None:
    """What came in the last pause and began nothing."""
    if row is None:
        return None
    zone = organisation.zone()
    en, ja = ([format.moment(one, told, zone) for one in (row.since, row.until)] for told in ("en", "ja"))
    lead = Text(f"Last paused from {en[0]} to {en[1]}", f"前回の一時停止（{ja[0]}〜{ja[1]}）")
    if row.signs is None:
        return Text(f"{lead.en}: what came meanwhile is being counted.", f"{lead.ja}: その間のきっかけを集計中です。")
    if row.accounts is None:
        return Text(
            f"{lead.en}: what came meanwhile could not be counted.",
            f"{lead.ja}: その間のきっかけは集計できませんでした。",
        )
    if not row.signs:
        return Text(f"{lead.en}: nothing came meanwhile.", f"{lead.ja}: その間のきっかけはありません。")
    signs, accounts = format.counted(row.signs, "sign"), format.counted(row.accounts or 0, "account")
    return Text(
        f"{lead.en}: {signs} of {accounts} came meanwhile and began nothing. Start it by hand where it is needed.",
        f"{lead.ja}: その間のきっかけ{row.signs:,}件（{row.accounts:,}社）は見送り済みです。必要な顧客は手動で開始してください。",
    )


def _pair(
    request: MemberRequest, rows: list[PlaybookVersion], found: Standing
) -> tuple[PlaybookVersion | None, PlaybookVersion | None]:
    """The two asked for; else the live one and the draft, or the last two."""
    by_number = {row.number: row for row in rows}
    left, right = (by_number.get(whole(request.GET.get(name)) or 0) for name in ("from", "to"))
    if left and right:
        return left, right
    if found.live and found.draft:
        return found.live, found.draft
    return (rows[1], rows[0]) if len(rows) > 1 else (None, None)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lines of the two documents as YAML: ("-", gone), ("+", new), (" ", beside them), ("…", left out)."""
    found: list[tuple[str, str]] = []
    old, new = (as_yaml(dict(one)).splitlines() for one in (before, after))
    for line in difflib.unified_diff(old, new, n=AROUND, lineterm=""):
        if line.startswith(("---", "+++")):
            continue
        found.append(("…", "") if line.startswith("@@") else (line[:1], line[1:]))
    return found


@requires(Permission.PLAYBOOKS_VIEW)
def yaml_page(request: MemberRequest, key: str) -> HttpResponse:
    """The document; POST saves it as the draft."""
    found = standing.of(key)
    text, problems = as_yaml(dict(found.document)), []
    if request.method == "POST":
        if not standing.may(request):
            raise PermissionDenied(Permission.PLAYBOOKS_EDIT.value)
        text = request.POST.get("yaml", "")
        try:
            return _saved(request, found, text)
        except Unreadable as wrong:
            problems = [one.text.in_(get_language() or "ja") for one in wrong.problems]
        except playbooks.Stale:
            problems = [_("Somebody saved this draft after you opened it.")]
    context = {**standing.head(request, found, "playbook-yaml"), "yaml": text, "problems": problems}
    return render(request, "playbooks/yaml.html", context, status=422 if problems else 200)


def _saved(request: MemberRequest, found: Standing, text: str) -> HttpResponse:
    if found.draft and request.POST.get("seen", "") != found.seen:
        raise playbooks.Stale
    seen = datetime.fromisoformat(found.seen) if found.draft else None
    row = playbooks.draft(text, by=Actor.of(request.user), at=request.at, seen=seen)
    toasts.say(request, _("Draft saved."))
    return HttpResponseRedirect(reverse("playbook-yaml", args=[row.playbook.key]))


urlpatterns = [
    path("playbooks/<slug:key>/versions", versions, name="playbook-versions"),
    path("playbooks/<slug:key>/yaml", yaml_page, name="playbook-yaml"),
]
