"""Sources and keys: who may send events, what to paste into their client, how fast they may come, how fresh they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.ingest import conservation, lakes, spool
from nenrin.ingest import sources as senders
from nenrin.ingest.models import Source
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.data import law_words
from nenrin.web.data.source_words import KINDS, POLICIES, snippets
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.home import freshness
from nenrin.web.listing import chosen_sort, in_order, plain


def _choices(words: dict[str, Text], names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, words[name].in_(get_language() or "ja")) for name in names]


class SourceForm(forms.Form):
    """A source's settings; keys are made by us."""

    name = forms.CharField(label=_("Source name"), max_length=120, help_text=_("The product or server that sends."))
    kind = forms.ChoiceField(label=_("Kind of sender"), choices=lambda: _choices(dict(KINDS), Source.KINDS))
    namespace = forms.SlugField(
        label=_("Namespace"),
        max_length=60,
        initial="product",
        help_text=_("Sources that share user and group ids share a namespace."),
    )
    limit = forms.IntegerField(
        label=_("Limit (events a second)"),
        min_value=0,
        initial=0,
        help_text=_("0 means no limit. Above it, clients wait and send again."),
    )
    quiet_hours = forms.IntegerField(
        label=_("Stale after (hours)"),
        min_value=1,
        max_value=8760,
        initial=24,
        help_text=_("Silence longer than this raises an alert, and usage is not taken for zero."),
    )
    origins = forms.CharField(
        label=_("Web origins"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, as https://app.example.com. Empty: any page may send."),
    )
    known_at = forms.ChoiceField(
        label=_("Facts could be known"), choices=lambda: _choices(dict(POLICIES), Source.POLICIES)
    )
    lag_hours = forms.IntegerField(
        label=_("Hours after it happened"),
        min_value=0,
        initial=0,
        required=False,
        help_text=_("For the choice above. An event is never known later than when it arrives."),
    )
    joins_company = forms.BooleanField(
        label=_("The company in an identify call makes the user its member"),
        required=False,
        initial=True,
        help_text=_("company.id among the traits is then the account's key, as the group of a group call is."),
    )

    def clean_origins(self) -> str:
        lines = [line.strip().rstrip("/") for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        wrong = [
            line for line in lines if not line.startswith(("https://", "http://")) or "/" in line.split("://", 1)[1]
        ]
        if wrong:
            raise forms.ValidationError(
                _("An origin is a scheme and a host, as https://app.example.com: %(line)s") % {"line": wrong[0]}
            )
        return "\n".join(lines)

    def clean_lag_hours(self) -> int:
        return self.cleaned_data["lag_hours"] or 0


@dataclass(frozen=True, slots=True)
class Line:
    """A source in the list."""

    source: Source
    kind: Text
    fresh: freshness.Freshness | None  # None for a closed source
    received: int
    limited: int

    @property
    def last_at(self) -> datetime | None:
        return self.fresh.last_at if self.fresh else None


SORTS: Mapping[str, Callable[[Line], Any]] = {
    "name": lambda line: line.source.name, "kind": lambda line: line.source.kind,
    "namespace": lambda line: line.source.namespace, "last": lambda line: line.last_at,
    "received": lambda line: line.received, "limited": lambda line: line.limited,
    "limit": lambda line: line.source.limit or None,
}  # fmt: skip
YES, NO = Text("yes", "はい"), Text("no", "いいえ")
HEADS = (
    Text("Source", "接続元"), Text("Kind of sender", "種類"), Text("Namespace", "名前空間"), Text("Open", "受信中"),
    Text("Last arrival", "最終受信"), Text("Received", "受信"), Text("Sent away", "制限超過"), Text("Limit a second", "上限／秒"),
)  # fmt: skip


@requires(Permission.SOURCES_VIEW)
def sources(request: MemberRequest) -> HttpResponse:
    """Every source with its freshness and volume, the closed ones last; below, keys that nobody knows."""
    wanted, sort = plain(request.GET.get("q")), chosen_sort(request, SORTS, "")
    context = {
        "as_of": request.at,
        "lines": _lines(request, wanted, sort),
        "wanted": wanted,
        "sort": sort,
        "strangers": spool.strangers()[:20],
        "may_edit": allowed(request.user, Permission.SOURCES_EDIT) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
    }
    return render(request, "sources/sources.html", context)


def _lines(request: MemberRequest, wanted: str, sort: str) -> list[Line]:
    received, limited = spool.received(), spool.limited()
    rows = list(Source.objects.order_by("-is_active", "name"))
    fresh = {row.source.pk: row for row in freshness.sources(request.at, rows)}
    said = wanted.casefold()
    lines = [
        Line(
            row,
            KINDS.get(row.kind, Text(row.kind, row.kind)),
            fresh.get(row.pk),
            received.get(row.pk, 0),
            limited.get(row.pk, 0),
        )
        for row in rows
        if said in row.name.casefold() or said in row.namespace.casefold()
    ]
    return in_order(lines, sort, SORTS) if sort else lines


@requires(Permission.EXPORT)
def sources_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order, for whoever sees it; without keys."""
    wanted, language = plain(request.GET.get("q")), exports.language()
    sees = allowed(request.user, Permission.SOURCES_VIEW) is not None
    lines = _lines(request, wanted, chosen_sort(request, SORTS, "")) if sees else []
    exports.note(request, "source", len(lines), {"q": wanted}, room="ingest")
    cells = (_cells(line, language) for line in lines)
    return exports.answer(kind, "sources", [head.in_(language) for head in HEADS], cells, request.at)


def _cells(line: Line, language: str) -> list[Any]:
    row, last = line.source, line.last_at
    is_open = (YES if row.is_active else NO).in_(language)
    return [row.name, line.kind.in_(language), row.namespace, is_open, last.isoformat() if last else "", line.received,
            line.limited, row.limit or None]  # fmt: skip


@requires(Permission.SOURCES_EDIT)
def new_source(request: MemberRequest) -> HttpResponse:
    """Open a source and show its keys, the secret one this once."""
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        quiet = asked.pop("quiet_hours")
        origins = asked.pop("origins").splitlines()
        by = Actor.of(request.user)
        try:
            keys = senders.open(**asked, origins=origins, by=by, at=request.at)
        except senders.SourceInUse:
            form.add_error("name", _in_use())
        else:
            senders.change(keys.source, by=by, at=request.at, quiet_hours=quiet)
            return _keys_page(request, keys)
    return render(request, "sources/new.html", {"as_of": request.at, "form": form})


@requires(Permission.SOURCES_VIEW)
def source(request: MemberRequest, key: int) -> HttpResponse:
    """One source: its figures, its write key with snippets, and for those who may, its settings."""
    found = get_object_or_404(Source, pk=key)
    may_edit = allowed(request.user, Permission.SOURCES_EDIT) is not None
    form = SourceForm(request.POST if request.method == "POST" and may_edit else None, initial=_initial(found))
    if form.is_bound and form.is_valid():
        try:
            senders.change(found, by=Actor.of(request.user), at=request.at, **form.cleaned_data)
        except senders.SourceInUse:
            form.add_error("name", _in_use())
        else:
            toasts.say(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("source", args=[key]))
    law = _law(found)
    context = {
        "as_of": request.at,
        "found": found,
        "form": form,
        "may_edit": may_edit,
        "facts": law_words.facts(law, request.at, get_language() or "ja"),
        "told": law_words.told(law),
        "holds": conservation.holds(law),
        "known": _known(found),
        "fresh": next(iter(freshness.sources(request.at, [found])), None),
        "snippets": snippets(_address(request), found.write_key),
    }
    return render(request, "sources/source.html", context)


@require_POST
@requires(Permission.SOURCES_EDIT)
def rotate(request: MemberRequest, key: int) -> HttpResponse:
    """New keys; the old ones go on until they are ended."""
    found = get_object_or_404(Source, pk=key)
    return _keys_page(request, senders.rotate(found, by=Actor.of(request.user), at=request.at))


@require_POST
@requires(Permission.SOURCES_EDIT)
def end_previous(request: MemberRequest, key: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=key)
    senders.end_previous(found, by=Actor.of(request.user), at=request.at)
    toasts.say(request, gettext("The old keys have ended."))
    return HttpResponseRedirect(reverse("source", args=[key]))


@require_POST
@requires(Permission.SOURCES_EDIT)
def source_state(request: MemberRequest, key: int) -> HttpResponse:
    """Close a source, or open it again."""
    found = get_object_or_404(Source, pk=key)
    (senders.close if found.is_active else senders.reopen)(found, by=Actor.of(request.user), at=request.at)
    toasts.say(request, gettext("Saved."))
    return HttpResponseRedirect(reverse("source", args=[key]))


def _law(found: Source) -> conservation.Law:
    return conservation.law(lakes.current())[conservation.called(found.pk, found.name)]


def _address(request: MemberRequest) -> str:
    """What clients are to be pointed at: the stated address, or where none is stated, the one this page came from."""
    is_stated = urlsplit(settings.BASE_URL).hostname not in ("127.0.0.1", "localhost")
    return settings.BASE_URL if is_stated else request.build_absolute_uri("/").rstrip("/")


def _known(found: Source) -> Text:
    """Since when its facts count as known, in words."""
    if found.known_at == "lag":
        hours = found.lag_hours
        return Text(f"{hours} hours after they happened (an assumption)", f"発生から{hours}時間後（推定）")
    return POLICIES[found.known_at]


def _initial(found: Source) -> dict[str, Any]:
    names = ("name", "kind", "namespace", "limit", "quiet_hours", "origins", "known_at", "lag_hours", "joins_company")
    return {name: getattr(found, name) for name in names}


def _in_use() -> str:
    return gettext("Another source has this name already: choose another.")


def _keys_page(request: MemberRequest, keys: senders.Keys) -> HttpResponse:
    context = {
        "as_of": request.at,
        "found": keys.source,
        "keys": keys,
        "snippets": snippets(_address(request), keys.write_key),
    }
    response = render(request, "sources/keys.html", context)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("sources", sources, name="sources"),
    path("sources/export.<str:kind>", sources_export, name="sources-export"),
    path("sources/new", new_source, name="source-new"),
    path("sources/<int:key>", source, name="source"),
    path("sources/<int:key>/rotate", rotate, name="source-rotate"),
    path("sources/<int:key>/end-previous", end_previous, name="source-end-previous"),
    path("sources/<int:key>/state", source_state, name="source-state"),
]
