"""The universal holdout: its share, what it shows, who is never in it, and why."""

from __future__ import annotations

from typing import Any

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
from nenrin.analytics.effects import samples
from nenrin.analytics.effects.readouts import LEAST
from nenrin.customers.errors import Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Entry, Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.ingest import lakes
from nenrin.insight import segment_fields
from nenrin.playbooks import families, holdouts
from nenrin.playbooks.effects import beforehand, outcomes, readings
from nenrin.playbooks.effects.outcomes import CHURN
from nenrin.playbooks.effects.readings import DAYS, PLANNED, Reading
from nenrin.playbooks.models import Playbook, PlaybookVersion, UniversalExclusion, UniversalHoldout
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.components import Fact
from nenrin.web.effects import asking as effects
from nenrin.web.effects import pictures, words
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.holdout import asking
from nenrin.web.holdout.asking import VIEW
from nenrin.web.segments import editing

CHANGE = Permission.PLAYBOOKS_PUBLISH
SHARES = (0.01, 0.02, 0.03, 0.05, 0.1)
TOLD = 20  # changes shown
Names = dict[int, tuple[str, Text]]


@requires(VIEW)
def holdout(request: MemberRequest) -> HttpResponse:
    return _page(request)


def _page(request: MemberRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    question = effects.asked(request)
    reading = _reading(request, question)
    fields = segment_fields.fields()
    row, listed = UniversalHoldout.objects.first(), holdouts.exclusions()
    tops = families.tops_of(dict(asking.visible(request).values_list("pk", "parent_id")))
    told, names = beforehand.of(lakes.current(), tops, SHARES, reading.days, as_of=reading.as_of), _names(listed)
    context = {
        "as_of": request.at,
        "question": question,
        "all_days": DAYS,
        "row": row,
        "share": row.share if row else 0.0,
        "inside": len(holdouts.inside(tops, row.share if row else 0.0)),
        "everybody": len(tops),
        "reading": reading,
        "finding": _finding(reading),
        "facts": _facts(reading),
        "picture": pictures.looks(reading),
        "chance": reading.readout.chance,
        "limits": (LEAST, samples.MISMATCH, PLANNED),
        "removed": 1 - reading.readout.remaining,
        "before": told,
        "rows": _exclusions(listed, fields, names),
        "changes": _changes(),
        "playbooks": [(key, name) for pk, (key, name) in names.items() if pk not in listed.playbooks],
        "wrong": wrong,
        "may_change": allowed(request.user, CHANGE) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "highest": holdouts.HIGHEST_SHARE * 100,
        **_form(fields),
    }
    return render(request, "holdout/holdout.html", context, status=status)


def _reading(request: MemberRequest, question: effects.Question, permission: Permission = VIEW) -> Reading:
    metric = question.metric or outcomes.metric(CHURN, {})
    assert metric is not None
    rows = asking.exposures(request, permission)
    return readings.read(lakes.current(), rows, metric, question.days, as_of=question.today)


def _finding(reading: Reading) -> Text:
    if not reading.exposed:
        return Text(
            "Nobody had an occasion yet since there is a group: there is nothing to compare.",
            "未実施グループの開始後、対象となる機会がまだないため、比べられません。",
        )
    return words.finding(reading)


def _facts(reading: Reading) -> list[Fact]:
    found, metric, language = reading.readout, reading.metric, exports.language()
    told = found.effect is not None
    seen = words.figure(found.detectable, metric, language, signed=True).lstrip("+")
    effect, reach = words.figure(found.effect, metric, language, signed=True), words.range_(found.now, metric, language)
    return [
        Fact(Text("Treated", "実施"), words.figure(found.mean, metric, language) if told else None, key="arm_treated"),
        Fact(Text("Left alone", "未実施"), words.figure(found.base, metric, language) if told else None, key="holdout"),
        Fact(Text("Difference", "差"), effect if told else None, reach if told else "", key="effect"),
        Fact(Text("Would show", "検出できる差"), seen if found.detectable is not None else None, key="detectable"),
    ]


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


def _changes() -> list[tuple[Text, str, Entry]]:
    """What was changed last: in words, by whom, the entry."""
    codes = [f"playbooks.holdout.{verb}" for verb in ("changed", "excluded", "included")]
    found = list(Entry.objects.filter(action__in=codes).order_by("-pk")[:TOLD])
    keys = {entry.actor_key for entry in found if entry.actor_kind == "member"}
    names = {str(pk): name for pk, name in Member.objects.filter(pk__in=keys).values_list("pk", "name")}
    return [(journal.sentence(entry), names.get(entry.actor_key, ""), entry) for entry in found]


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


def _back(request: MemberRequest, words: str) -> HttpResponse:
    toasts.say(request, words)
    return HttpResponseRedirect(reverse("holdout"))


def _refused(request: MemberRequest, refused: Refused) -> HttpResponse:
    language = get_language() or "ja"
    return _page(request, " ".join(fault.text.in_(language) for fault in refused.faults), 422)


@require_POST
@requires(CHANGE)
def share(request: MemberRequest) -> HttpResponse:
    """Another share, with its reason."""
    try:
        percent = float(request.POST.get("share", "").replace("%", "").strip())
    except ValueError:
        percent = -1.0
    try:
        by, reason = Actor.of(request.user), request.POST.get("reason", "")
        holdouts.change(round(percent / 100, 6) if percent == percent else -1.0, reason=reason, by=by, at=request.at)
    except Refused as refused:
        return _refused(request, refused)
    return _back(request, _("The share was changed."))


@require_POST
@requires(CHANGE)
def exclude(request: MemberRequest) -> HttpResponse:
    """Accounts of which a condition holds, or one playbook, on the list of those never held back."""
    key, by, reason = request.POST.get("playbook", ""), Actor.of(request.user), request.POST.get("reason", "")
    try:
        if key:
            row = get_object_or_404(Playbook, key=key)
            holdouts.exclude(playbook=row, reason=reason, by=by, at=request.at)
        else:
            document = editing.document(request.POST, segment_fields.fields())
            if document in ({"all": []}, {"any": []}):
                raise Refused.one("condition", Text("a condition or a playbook", "条件またはプレイブック"))
            holdouts.exclude(condition=document, reason=reason, by=by, at=request.at)
    except Refused as refused:
        return _refused(request, refused)
    return _back(request, _("It is on the list."))


@require_POST
@requires(CHANGE)
def include(request: MemberRequest, key: int) -> HttpResponse:
    holdouts.include(get_object_or_404(UniversalExclusion, pk=key), by=Actor.of(request.user), at=request.at)
    return _back(request, _("It is off the list."))


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """Every look at the universal group, as a file."""
    question, language = effects.asked(request), exports.language()
    rows = pictures.exported(_reading(request, question, Permission.EXPORT))
    exports.note(request, "effect", len(rows), {"effect": question.query()}, room="playbooks")
    heads = [head.in_(language) for head in pictures.EXPORT_HEADS]
    return exports.answer(kind, "holdout", heads, rows, request.at)


urlpatterns = [
    path("holdout", holdout, name="holdout"),
    path("holdout/share", share, name="holdout-share"),
    path("holdout/exclusions", exclude, name="holdout-exclude"),
    path("holdout/exclusions/<int:key>/end", include, name="holdout-include"),
    path("holdout/export.<str:kind>", export, name="holdout-export"),
]
