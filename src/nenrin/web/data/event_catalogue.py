"""The event catalogue: every event name with its counts and meaning, who is left out, and the last hundred as received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.ingest import attribution, catalogue, lakes
from nenrin.ingest.models import EventName, Exclusion, LiveEvent, Source
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.components import Tab
from nenrin.web.data.source_words import EXCLUSIONS, FLAGS, REASONS, USES
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain

SORTS = {"events": "events", "name": "name", "last": "last_seen_at", "use": "use"}
VERDICTS = {"stored": Text("stored", "格納"), "duplicate": Text("duplicate", "重複"), **REASONS}


class ExclusionForm(forms.Form):
    """Who is not to count: our own staff, test accounts, bots."""

    kind = forms.ChoiceField(
        label=_("What"), choices=lambda: [(k, w.in_(get_language() or "ja")) for k, w in EXCLUSIONS.items()]
    )
    pattern = forms.CharField(
        label=_("Pattern"), max_length=200, help_text=_("* stands for anything; a domain as example.com.")
    )
    why = forms.CharField(label=_("Why"), max_length=200, required=False)


@requires(Permission.DATA_VIEW)
def event_catalogue(request: MemberRequest) -> HttpResponse:
    """Names, those not classified first in mind: each row says what its event stands for and can be changed in place."""
    rows, asked = wanted(request)
    unmapped = EventName.objects.filter(use="unmapped").count()
    context = {
        "as_of": request.at,
        "page": page_of(rows, request),
        "sort": chosen_sort(request, SORTS, "-events"),
        "wanted": asked["q"],
        "use": asked["use"],
        "uses": list(USES.items()),
        "words": USES,
        "unmapped": unmapped,
        "tabs": _tabs("event-catalogue", unmapped),
        "may_edit": allowed(request.user, Permission.DATA_EDIT) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "data/catalogue.html", context)


def wanted(request: MemberRequest) -> tuple[QuerySet[EventName], dict[str, str]]:
    """The names asked for in their order, and what was asked."""
    asked = {"q": plain(request.GET.get("q")), "use": plain(request.GET.get("use"))}
    rows = EventName.objects.filter(name__icontains=asked["q"])
    if asked["use"] in USES:
        rows = rows.filter(use=asked["use"])
    return ordered(rows, chosen_sort(request, SORTS, "-events"), SORTS), asked


@require_POST
@requires(Permission.DATA_EDIT)
def map_event(request: MemberRequest, key: int) -> HttpResponse:
    """Say what one event stands for, for all its past too."""
    row = get_object_or_404(EventName, pk=key)
    use = request.POST.get("use", "")
    feature = plain(request.POST.get("feature"), 80) if use == "key_feature" else ""
    if use == "key_feature" and not feature:
        feature = row.name[:80]
    version = request.POST.get("version", "")
    try:
        catalogue.map_event(
            row.namespace,
            row.name,
            use=use,  # type: ignore[arg-type]  # checked by the verb
            feature=feature,
            by=Actor.of(request.user),
            at=request.at,
            version=int(version) if version.isascii() and version.isdigit() else None,
        )
    except catalogue.UnknownUse:
        toasts.say(request, gettext("Not changed: choose what the event stands for."))
    except EventName.DoesNotExist:
        toasts.say(request, gettext("Not changed: somebody changed this event meanwhile. Here it is as it is now."))
    else:
        toasts.say(request, gettext("Saved. Measures follow with the next refresh."))
    return HttpResponseRedirect(f"{reverse('event-catalogue')}?{plain(request.POST.get('back'), 500)}#event-{key}")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One of the last events, with what became of it and for whom it counts."""

    row: LiveEvent
    verdict: Text
    sender: str
    account: Account | None
    flags: list[Text]


@requires(Permission.DATA_VIEW)
def live_events(request: MemberRequest) -> HttpResponse:
    """The last hundred events as received, the newest first, of one source or outcome if asked; renewed by itself."""
    rows, senders = arrivals(request)
    context = {
        "as_of": request.at,
        "rows": rows,
        "is_empty": not senders,
        "sources": senders,
        "sender": request.GET.get("source", ""),
        "outcome": request.GET.get("outcome", ""),
        "tabs": _tabs("live-events"),
        "may_see": visible(request.user, FieldClass.PERSONAL),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "data/live.html", context)


def arrivals(request: MemberRequest) -> tuple[list[Arrival], list[tuple[int, str]]]:
    """The last events that were asked for, the newest first; and every source that sent one of the last, with its name."""
    names = dict(Source.objects.values_list("id", "name"))
    sender, outcome = request.GET.get("source", ""), request.GET.get("outcome", "")
    every = list(LiveEvent.objects.order_by("-id")[: catalogue.KEPT_LIVE])
    every.sort(key=lambda row: row.received_at, reverse=True)  # what was set aside is kept after what was stored
    rows = [
        row for row in every
        if sender in ("", str(row.source)) and outcome in ("", "stored" if row.verdict == "stored" else "other")
    ]  # fmt: skip
    behind = attribution.accounts_of(lakes.current(), {(row.namespace, row.key) for row in rows})
    senders = sorted((pk, names.get(pk, f"#{pk}")) for pk in {row.source for row in every})
    return [_arrival(row, names, behind) for row in rows], senders


def _arrival(row: LiveEvent, names: Mapping[int, str], behind: Mapping[attribution.Pair, Account]) -> Arrival:
    verdict = VERDICTS.get(row.verdict, Text(row.verdict, row.verdict))
    flags = [FLAGS.get(flag, Text(flag, flag)) for flag in row.flags.split(",") if flag]
    account = behind.get((row.namespace, row.key))
    return Arrival(row, verdict, names.get(row.source, f"#{row.source}"), account, flags)


@requires(Permission.DATA_VIEW)
def exclusions(request: MemberRequest) -> HttpResponse:
    """Who is left out of every count; those who may add a rule do it here."""
    may_edit = allowed(request.user, Permission.DATA_EDIT) is not None
    form = ExclusionForm(request.POST if request.method == "POST" and may_edit else None)
    if form.is_bound and form.is_valid():
        catalogue.exclude(**form.cleaned_data, by=Actor.of(request.user), at=request.at)
        toasts.say(request, gettext("Left out from now on."))
        return HttpResponseRedirect(reverse("exclusions"))
    rows = [(row, EXCLUSIONS[row.kind]) for row in Exclusion.objects.order_by("kind", "pattern")]
    context = {"as_of": request.at, "rows": rows, "form": form, "may_edit": may_edit, "tabs": _tabs("exclusions")}
    return render(request, "data/exclusions.html", context)


@require_POST
@requires(Permission.DATA_EDIT)
def include(request: MemberRequest, key: int) -> HttpResponse:
    """End a rule: what it left out stays out, what comes now counts."""
    catalogue.include(get_object_or_404(Exclusion, pk=key), by=Actor.of(request.user), at=request.at)
    toasts.say(request, gettext("Counted again from now on."))
    return HttpResponseRedirect(reverse("exclusions"))


def _tabs(here: str, unmapped: int | None = None) -> list[Tab]:
    named = (
        ("event-catalogue", Text("Event names", "イベント名"), unmapped or None),
        ("live-events", Text("As they arrive", "届いたまま"), None),
        ("exclusions", Text("Left out", "除外"), None),
    )
    return [Tab(label, reverse(name), name == here, count) for name, label, count in named]


urlpatterns = [
    path("events", event_catalogue, name="event-catalogue"),
    path("events/live", live_events, name="live-events"),
    path("events/left-out", exclusions, name="exclusions"),
    path("events/left-out/<int:key>/end", include, name="exclusion-end"),
    path("events/<int:key>/map", map_event, name="event-map"),
]
