"""The backtest of a health model: a tab of its editor, beside the version that is live."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from nenrin.customers import tiers as tier_rules
from nenrin.customers import touch_models
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight import measures
from nenrin.insight.backtests import groups, learning, reading, runs
from nenrin.insight.models import Backtest, HealthModelVersion, Segment
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.backtests import files, pictures, tables, watches, words
from nenrin.web.components import Progress
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.health_models import standing as standings
from nenrin.web.health_models.standing import Standing, may_edit

MOST = 1_000_000
CHOICES: dict[str, learning.Which] = {"learned": "learned", "blended": "blended"}


@requires(Permission.HEALTH_VIEW)
def backtest(request: MemberRequest, key: str) -> HttpResponse:
    """The newest card of a version (`?version=draft` or a number; the draft first). POST asks for a new one."""
    standing = standings.of(key)
    version = _version(request, standing)
    if request.method == "POST":
        if not may_edit(request):
            raise PermissionDenied(Permission.HEALTH_CONFIGURE.value)
        return _posted(request, version)
    row = reading.newest(version)
    unfinished = reading.unfinished(version)
    context: dict[str, Any] = {
        "as_of": row.as_of if row else request.at,
        "standing": standing,
        "model": standing.model,
        "version": version,
        "versions": HealthModelVersion.objects.filter(key=key, is_withdrawn=False).order_by("-number"),
        "row": row,
        "job": _job(unfinished) if unfinished and unfinished.state != "failed" else None,
        "has_failed": bool(unfinished and unfinished.state == "failed"),
        "capacity": next((one.capacity for one in (unfinished, row) if one), None),
        "may_edit": may_edit(request),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": f"version={_named(version)}",
        "terms": words.TERMS,
        "tabs": standings.tabs(key, "health-model-backtest"),
    }
    if row and row.card:
        context |= shown(row, organisation.today(request.at).isoformat())
    return render(request, "backtests/page.html", context)


def _posted(request: MemberRequest, version: HealthModelVersion) -> HttpResponse:
    """Ask for a new card, or put weights that were learned into a draft."""
    which = CHOICES.get(request.POST.get("do", ""))
    if which is None:
        runs.ask(version, by=Actor.of(request.user), at=request.at, capacity=_capacity(request))
        toasts.say(request, _("The backtest is being computed."))
        return HttpResponseRedirect(_address(version))
    row = reading.newest(version)
    try:
        if row is None:
            raise learning.NothingLearned
        draft = learning.put_into_draft(row, which, by=Actor.of(request.user), at=request.at)
    except learning.NothingLearned:
        toasts.say(request, _("Nothing was changed: the model has other measures than those that were weighed."))
        return HttpResponseRedirect(_address(version))
    toasts.say(request, _("The weights are in the draft. Test it before you publish."))
    return HttpResponseRedirect(_address(draft))


def shown(row: Backtest, today: str) -> dict[str, Any]:
    """What a card shows, in the order of the page."""
    card: pictures.Card = row.card or {}
    own, rival = _name(row.version), _name(row.rival) if row.rival else Text("", "")
    stale = reading.staleness(row, parse_date(today) or row.as_of)
    return {
        "card": card,
        "main": tables.main(card),
        "own": own,
        "rival": rival,
        "stale": words.STALE[stale] if stale else None,
        "telling": pictures.telling(card, own, rival),
        "odds": pictures.odds(card),
        "leads": pictures.leads(card, own, rival),
        "against": tables.against(card) if row.rival else [],
        "colours": tables.colours(card),
        "looked": tables.looked(card, own, rival),
        "tiers": tables.tiers(card, tier_rules.names()),
        "slices": tables.slices(card, group_names(card)),
        "watch": watches.told(card, _moved_names(card)),
        "first": parse_date(card["first"]),
        "last": parse_date(card["last"]),
        "seen_before": _hindsight(row),
        "learned": tables.learned(row.weights or {}, _measures(row)),
    }


def _measures(row: Backtest) -> dict[str, Text]:
    keys = [one["measure"] for one in (row.weights or {}).get("measures", ())]
    return {key: one.name for key, one in measures.named(keys).items()} if keys else {}


def group_names(card: pictures.Card) -> dict[tuple[str, str], Text]:
    keys = [int(one["key"]) for one in card.get("slices", ()) if one["kind"] == groups.SEGMENT]
    segments = Segment.objects.filter(pk__in=keys).values_list("pk", "name") if keys else ()
    touch = {(groups.TOUCH, key): name for key, name in touch_models.names().items()}
    return touch | {(groups.SEGMENT, str(key)): Text(name, name) for key, name in segments}


def _moved_names(card: pictures.Card) -> dict[str, Text]:
    keys = [one["measure"] for one in (card.get("watch") or {}).get("moved", ())]
    return {key: one.name for key, one in measures.named(keys).items()} if keys else {}


def _hindsight(row: Backtest) -> bool:
    """Whether the days tested lie before the version was made: who made it may have known what came."""
    return str((row.card or {})["first"]) < organisation.today(row.version.created_at).isoformat()


def _name(version: HealthModelVersion) -> Text:
    if version.state == "draft":
        return Text(f"v{version.number} draft", f"v{version.number}案")
    return Text(f"v{version.number}", f"v{version.number}")


def _version(request: MemberRequest, standing: Standing) -> HealthModelVersion:
    wanted = (request.POST if request.method == "POST" else request.GET).get("version", "")
    if not wanted and standing.draft:
        return standing.draft
    try:
        return reading.version(standing.key, wanted)
    except reading.NoSuchVersion:
        raise Http404 from None


def _capacity(request: MemberRequest) -> int | None:
    """A number of accounts; none for a tenth of them."""
    told = request.POST.get("capacity", "").strip()
    return min(int(told), MOST) or None if told.isdecimal() and len(told) < 10 else None


def _address(version: HealthModelVersion) -> str:
    return f"{reverse('health-model-backtest', args=[version.key])}?version={_named(version)}"


def _named(version: HealthModelVersion) -> str:
    """How an address names a version."""
    return reading.DRAFT if version.state == "draft" else str(version.number)


def _job(row: Backtest) -> Progress:
    label = Text("Replaying the past", "過去のスコアを再計算中")
    url = reverse("health-model-backtest-progress", args=[row.version.key, row.pk])
    return Progress(f"backtest-{row.pk}", label, row.done, row.accounts, True, url=url)


@requires(Permission.HEALTH_VIEW)
def progress(request: MemberRequest, key: str, number: int) -> HttpResponse:
    """The progress alone, for polling; when the work is over the page is told to come again whole."""
    row = Backtest.objects.filter(pk=number, version__key=key).select_related("version").first()
    if row is None:
        raise Http404
    response = render(request, "components/progress.html", {"job": _job(row)})
    if row.state not in ("asked", "running"):
        response["HX-Refresh"] = "true"
    return response


@requires(Permission.EXPORT)
def export(request: MemberRequest, key: str, kind: str) -> Any:
    """The newest card of a version as a file; it names nobody."""
    version = _version(request, standings.of(key))
    row = reading.newest(version)
    return files.answer(request, kind, f"{key}-v{version.number}", row.card if row else None, request.at)


urlpatterns = [
    path("health-models/<slug:key>/backtest/export.<str:kind>", export, name="health-model-backtest-export"),
    path("health-models/<slug:key>/backtest", backtest, name="health-model-backtest"),
    path("health-models/<slug:key>/backtest/<int:number>", progress, name="health-model-backtest-progress"),
]
