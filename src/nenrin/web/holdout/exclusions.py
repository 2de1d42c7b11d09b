"""Who is never held back by the universal holdout, and which playbooks always run: each with its reason."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Fields
from nenrin.analytics.conditions.problems import Unreadable
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import allowed
from nenrin.insight import segment_fields
from nenrin.playbooks import holdouts
from nenrin.playbooks.models import Playbook, PlaybookVersion, UniversalExclusion
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.holdout.asking import CHANGE, VIEW
from nenrin.web.segments import editing

Names = dict[int, tuple[str, Text]]


@requires(VIEW)
def exclusions(request: MemberRequest) -> HttpResponse:
    """The list; POST puts accounts of which a condition holds, or one playbook, on it."""
    if request.method != "POST":
        return _page(request)
    if not _may_change(request):
        raise PermissionDenied(CHANGE.value)
    try:
        _put(request)
    except Refused as refused:
        language = get_language() or "ja"
        return _page(request, " ".join(fault.text.in_(language) for fault in refused.faults), 422)
    return _back(request, _("It is on the list."))


def _may_change(request: MemberRequest) -> bool:
    return allowed(request.user, CHANGE) is not None


def _put(request: MemberRequest) -> None:
    key, by, reason = request.POST.get("playbook", ""), Actor.of(request.user), request.POST.get("reason", "")
    if key:
        row = get_object_or_404(Playbook, key=key)
        holdouts.exclude(playbook=row, reason=reason, by=by, at=request.at)
        return
    document = editing.document(request.POST, segment_fields.fields())
    if document in ({"all": []}, {"any": []}):
        raise Refused.one("condition", Text("a condition or a playbook", "条件またはプレイブック"))
    holdouts.exclude(condition=document, reason=reason, by=by, at=request.at)


@require_POST
@requires(CHANGE)
def include(request: MemberRequest, key: int) -> HttpResponse:
    holdouts.include(get_object_or_404(UniversalExclusion, pk=key), by=Actor.of(request.user), at=request.at)
    return _back(request, _("It is off the list."))


def _back(request: MemberRequest, words: str) -> HttpResponse:
    toasts.say(request, words)
    return HttpResponseRedirect(reverse("holdout-exclusions"))


def _page(request: MemberRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    fields, listed = segment_fields.fields(), holdouts.exclusions()
    names = _names(listed)
    context = {
        "as_of": request.at,
        "rows": _exclusions(listed, fields, names),
        "playbooks": [(key, name) for pk, (key, name) in names.items() if pk not in listed.playbooks],
        "wrong": wrong,
        "may_change": _may_change(request),
        **_form(fields),
    }
    return render(request, "holdout/exclusions.html", context, status=status)


def _exclusions(listed: holdouts.Exclusions, fields: Fields, names: Names) -> list[dict[str, Any]]:
    """The list in words; a condition that no longer reads is named as such."""
    found = []
    for row in listed.rows:
        is_broken = False
        try:
            said = _said(row, fields, names)
        except Unreadable as wrong:
            said, is_broken = wrong.problems[0].text, True
        found.append({"row": row, "words": said, "is_playbook": bool(row.playbook_id), "is_broken": is_broken})
    return found


def _said(row: UniversalExclusion, fields: Fields, names: Names) -> Text:
    if row.playbook is not None:
        return names.get(row.playbook.pk, (row.playbook.key, Text(row.playbook.key, row.playbook.key)))[1]
    return conditions.sentence(conditions.parse(row.condition, fields), fields)


def _names(listed: holdouts.Exclusions) -> Names:
    """Playbooks that are live or on the list: by id, key and name."""
    rows = PlaybookVersion.objects.filter(Q(state="live") | Q(playbook__in=listed.playbooks))
    found = rows.order_by("playbook__key", "number").values_list("playbook_id", "playbook__key", "name_en", "name_ja")
    return {pk: (key, Text(en, ja)) for pk, key, en, ja in found}


def _form(fields: Fields) -> dict[str, Any]:
    rows = [editing.Row() for _empty in range(2)]
    return {
        "match": "all", "rows_asked": rows, "fields": fields.values(), "ops": editing.OPS.items(),
        "choices": editing.choices(fields),
    }  # fmt: skip


urlpatterns = [
    path("holdout/exclusions", exclusions, name="holdout-exclusions"),
    path("holdout/exclusions/<int:key>/end", include, name="holdout-include"),
]
