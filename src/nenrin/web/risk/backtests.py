"""The backtest of a risk model's version: what its kind would have said month by month, held against what came."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from nenrin.customers import tiers as tier_rules
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.backtests import reading, risk_runs
from nenrin.insight.models import RiskBacktest, RiskModelVersion
from nenrin.values import Text
from nenrin.web import errors, toasts
from nenrin.web.backtests import files, pictures, tables, watches, words
from nenrin.web.backtests import pages as health
from nenrin.web.components import Progress
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.risk import events

VIEW, EDIT = Permission.HEALTH_VIEW, Permission.HEALTH_CONFIGURE
#: The bands of a day, by the names under which a card keeps them.
BANDS = {
    "at_risk": Text("Highest tenth", "上位10%"),
    "caution": Text("Next two tenths", "次の20%"),
    "healthy": Text("The rest", "残り70%"),
}
_NOBODY = Text("", "")


@requires(VIEW)
def backtest(request: MemberRequest, key: int) -> HttpResponse:
    """The newest card of a version."""
    version = _version(key)
    row, unfinished = reading.newest_of_risk(version), reading.unfinished_of_risk(version)
    context: dict[str, Any] = {
        "as_of": row.as_of if row else version.known_on,
        "version": version,
        "event": events.EVENTS[version.event].name,
        "wording": events.EVENTS[version.event],
        "row": row,
        "job": _job(unfinished) if unfinished and unfinished.state != "failed" else None,
        "has_failed": bool(unfinished and unfinished.state == "failed"),
        "capacity": next((one.capacity for one in (unfinished, row) if one), None),
        "may_edit": allowed(request.user, EDIT) is not None,
        "is_learned": version.state not in ("leaking", "not_enough"),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "terms": words.TERMS,
        "is_old": bool(row and reading.is_old(row, organisation.today(request.at))),
    }
    if row and row.card:
        context |= _shown(row)
    return render(request, "risk/backtest.html", context)


def _shown(row: RiskBacktest) -> dict[str, Any]:
    card: pictures.Card = row.card or {}
    own = Text(f"v{row.version.number}", f"v{row.version.number}")
    spoken = words.LEAVING if row.version.event == "churn" else words.HAPPENING
    return {
        "card": card,
        "main": tables.main(card),
        "own": own,
        "telling": pictures.telling(card, own, _NOBODY, spoken),
        "odds": pictures.odds(card, spoken),
        "leads": pictures.leads(card, own, _NOBODY, spoken),
        "bands": [{**one, "name": BANDS[one["band"]]} for one in reversed(card["kept"])],
        "colours": list(reversed(card["kept"])),
        "looked": tables.looked(card, own, _NOBODY),
        "groups": [*tables.tiers(card, tier_rules.names()), *tables.slices(card, health.group_names(card))],
        "watch": watches.of_probabilities(card),
        "first": parse_date(card["first"]),
        "last": parse_date(card["last"]),
        "happened": spoken.happened,
    }


@requires(VIEW)
def progress(request: MemberRequest, key: int) -> HttpResponse:
    """The progress alone, for polling; when the work is over the page is told to come again whole."""
    unfinished = reading.unfinished_of_risk(_version(key))
    is_over = unfinished is None or unfinished.state == "failed"
    found = unfinished or reading.newest_of_risk(_version(key))
    response = render(request, "components/progress.html", {"job": _job(found) if found else None})
    if is_over:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@requires(EDIT)
def ask(request: MemberRequest, key: int) -> HttpResponse:
    """Have the worker test a version."""
    told = plain(request.POST.get("capacity"), 9)
    capacity = min(int(told), health.MOST) or None if told.isdecimal() else None
    try:
        risk_runs.ask(_version(key), by=Actor.of(request.user), at=request.at, capacity=capacity)
    except risk_runs.NothingLearned:
        return errors.refused(
            request, Text("This version has no model to test.", "この版には検証できるモデルがありません。")
        )
    toasts.say(request, Text("The backtest is being computed.", "過去データでの検証を開始しました。"))
    return HttpResponseRedirect(reverse("risk-model-backtest", args=[key]))


def _job(row: RiskBacktest) -> Progress:
    label = Text("Learning and telling month by month", "月ごとに学習・予測中")
    url = reverse("risk-model-backtest-progress", args=[row.version_id])
    return Progress(f"risk-backtest-{row.pk}", label, row.done, row.parts, True, url=url)


def _version(key: int) -> RiskModelVersion:
    found = RiskModelVersion.objects.filter(pk=key).first()
    if found is None:
        raise Http404(f"risk model {key}")
    return found


@requires(Permission.EXPORT)
def export(request: MemberRequest, key: int, kind: str) -> Any:
    """The newest card of a version as a file; it names nobody."""
    version = _version(key)
    row = reading.newest_of_risk(version)
    name = f"risk-{version.event}-v{version.number}"
    return files.answer(request, kind, name, row.card if row else None, request.at)


urlpatterns = [
    path("risk/models/<int:key>/backtest/export.<str:kind>", export, name="risk-model-backtest-export"),
    path("risk/models/<int:key>/backtest", backtest, name="risk-model-backtest"),
    path("risk/models/<int:key>/backtest/ask", ask, name="risk-model-backtest-ask"),
    path("risk/models/<int:key>/backtest/progress", progress, name="risk-model-backtest-progress"),
]
