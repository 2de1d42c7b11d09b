"""What the group left alone could show, before anybody is: beside the form that sets its share, in the metric's own unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.analytics.conditions import Field
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission
from nenrin.ingest import lakes
from nenrin.playbooks import families, figures, holdouts
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.documents.programs import laid_out
from nenrin.playbooks.effects import beforehand, reaching
from nenrin.playbooks.effects.beforehand import Ground, Shows
from nenrin.playbooks.effects.outcomes import Metric
from nenrin.playbooks.lives import Live
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.playbooks import editing, standing
from nenrin.web.playbooks.standing import Standing

_SCORE = Field("health", Text("Health score", "ヘルススコア"), "number")


@dataclass(frozen=True, slots=True)
class Line:
    """A share, in words."""

    share: float
    held: int
    treated: int
    detectable: str  # empty: not detectable
    needed: int | None
    weeks: int | None


@requires(Permission.PLAYBOOKS_VIEW)
def foreseen(request: MemberRequest, key: str) -> HttpResponse:
    """A fragment for the form, which sends what is typed in it; a page of its own for whoever opens the address."""
    found = standing.of(key)
    document, problems = found.read(_typed(request, found))
    context = {**standing.head(request, found, "playbook"), "problems": [one.text for one in problems]}
    if document is not None and holdouts.is_notice(document):
        context["notice"] = True
    elif document is not None:
        context |= _told(request, found, document)
    page = "playbooks/foreseen.html" if request.htmx else "playbooks/foreseen_page.html"
    return render(request, page, context)


def _typed(request: MemberRequest, found: Standing) -> Mapping[str, Any] | None:
    """The document with the share and the metric that the form holds; its condition stays as it is saved."""
    if not {"percent", "metric"} & request.GET.keys():
        return None
    changed = editing.with_part(found.document, "holdout", request.GET, found.fields)
    never = (found.document.get("holdout") or {}).get("never")
    told = {name: value for name, value in (changed.get("holdout") or {}).items() if name != "never"}
    return {**changed, "holdout": {**told, **({"never": never} if never else {})}}


def _told(request: MemberRequest, found: Standing, document: Document) -> dict[str, Any]:
    mine = Account.objects.for_member(request.user, Permission.PLAYBOOKS_VIEW).standing()
    tops = families.tops_of(dict(mine.values_list("pk", "parent_id")))
    live = Live(found.row, found.shown, document, laid_out(document))
    hoped, reached = reaching.hoped(document), reaching.of(live, found.fields, mine, tops, at=request.at)
    known = beforehand.ground(lakes.current(), tops, hoped, as_of=reaching.closed(request.at))
    told = {"metric": hoped.metric.name, "days": hoped.days, "families": reached.families, "a_week": reached.a_week,
            "in_a_year": reached.in_a_year, "known": known, "asked": document.holdout.share}  # fmt: skip
    if known is None:
        return told
    shows = beforehand.shows(known, hoped, reached, reaching.shares(document.holdout.share))
    lines = [_line(one, hoped.metric, found) for one in shows]
    hope = "" if hoped.expected is None else _figure(hoped.expected, hoped.metric, found, is_difference=True)
    return told | {"lines": lines, "hope": hope, "base": _base(known, hoped.metric, found)}


def _line(one: Shows, metric: Metric, found: Standing) -> Line:
    seen = "" if one.detectable is None else _figure(one.detectable, metric, found, is_difference=True)
    return Line(one.share, one.held, one.treated, seen, one.needed, one.weeks)


def _base(known: Ground, metric: Metric, found: Standing) -> str:
    return _figure(known.base, metric, found)


def _figure(value: float, metric: Metric, found: Standing, *, is_difference: bool = False) -> str:
    """With its unit; a difference of shares in points."""
    language = exports.language()
    field = found.fields.get(metric.key, _SCORE)
    if metric.is_share or field.unit == "share":
        plain = Field(metric.key, metric.name, "number", "" if is_difference else "share")
        told = figures.told(plain, round(100 * value, 1) if is_difference else value).in_(language)
        return f"{told} pt" if is_difference else told
    return figures.told(field, float(value)).in_(language)


urlpatterns = [path("playbooks/<slug:key>/beforehand", foreseen, name="playbook-beforehand")]
