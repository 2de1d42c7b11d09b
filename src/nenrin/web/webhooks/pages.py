"""Webhooks and Slack: where other systems are told of what happens, what was told, and telling it again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation import sealed
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.models import WebhookEndpoint
from nenrin.foundation.models.webhook import DeliveryState, EndpointKind
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.webhooks import deliveries, endpoints
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, plain
from nenrin.web.webhooks import messages as message_list
from nenrin.web.webhooks.nouns import GROUPS

KINDS = ((EndpointKind.STANDARD.value, _("Signed JSON (Standard Webhooks)")), (EndpointKind.SLACK.value, "Slack"))
LANGUAGES = (("ja", "日本語"), ("en", "English"))
SORTS = {"name": "name", "kind": "kind", "host": "host", "waiting": "waiting", "failed": "failed"}
STATES = {"stopped": Text("stopped", "停止中"), "failing": Text("failing", "失敗中"), "works": Text("works", "正常")}
HEADS = (Text("Webhook", "Webhook"), Text("Kind", "種類"), Text("Host", "ホスト"), Text("State", "状態"), Text("Waiting", "送信待ち"),
         Text("Failed", "失敗"))  # fmt: skip


class EndpointForm(forms.Form):
    """One endpoint. Its address is sealed: an empty field leaves it as it is."""

    name = forms.CharField(label=_("Webhook name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind of webhook"), choices=KINDS)
    url = forms.CharField(
        label=_("Address"), max_length=2000, required=False,
        help_text=_("https:// on port 443 or 8443, on the public network. Sealed: shown only by its host."),
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        label=_("Is told of"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("From now on. Playbooks may write to it as well."),
    )  # fmt: skip
    is_personal = forms.BooleanField(
        label=_("With personal words"), required=False,
        help_text=_("Names, subjects and notes leave this installation. Without it they are dashes."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of sentences"), choices=LANGUAGES)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: WebhookEndpoint | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, language = row, exports.language()
        kept = set(row.events if row else ()) - set(GROUPS)
        choices = [(code, label.in_(language)) for code, label in GROUPS.items()] + [
            (code, code) for code in sorted(kept)
        ]
        self.fields["events"].choices = choices  # type: ignore[attr-defined]
        if row is not None:
            self.fields["kind"].disabled = True
        else:
            self.fields["url"].required = True


@requires(Permission.MAIL_CONFIGURE)
def listing(request: MemberRequest) -> HttpResponse:
    """Every endpoint with what waits and what was given up, in the order asked for."""
    wanted, sort = plain(request.GET.get("q")), chosen_sort(request, SORTS, "name")
    context = {
        "as_of": request.at,
        "rows": _asked(wanted, sort),
        "wanted": wanted,
        "sort": sort,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
    }
    return render(request, "webhooks/list.html", context)


def _asked(wanted: str, sort: str) -> QuerySet[WebhookEndpoint]:
    rows = WebhookEndpoint.objects.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state__in=("queued", "claimed"))),
        failed=Count("deliveries", filter=Q(deliveries__state="failed")),
    )
    rows = rows.filter(Q(name__icontains=wanted) | Q(host__icontains=wanted)) if wanted else rows
    return ordered(rows, sort, SORTS)


@requires(Permission.EXPORT)
def webhooks_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order, for whoever sees it; addresses by their host."""
    wanted, language = plain(request.GET.get("q")), exports.language()
    rows = _asked(wanted, chosen_sort(request, SORTS, "name"))
    rows = rows if allowed(request.user, Permission.MAIL_CONFIGURE) is not None else rows.none()
    exports.note(request, "webhook", rows.count(), {"q": wanted}, room="foundation")
    lines = (_cells(row, language) for row in rows)
    return exports.answer(kind, "webhooks", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(row: WebhookEndpoint, language: str) -> list[Any]:
    state = "stopped" if row.disabled_at else "failing" if row.failing_since else "works"
    return [row.name, row.kind, row.host, STATES[state].in_(language), row.waiting, row.failed]  # type: ignore[attr-defined]


@requires(Permission.MAIL_CONFIGURE)
def new(request: MemberRequest) -> HttpResponse:
    """Add one; its secret is shown on the page that follows, this once."""
    form = EndpointForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in endpoints.FIELDS}
        try:
            row, secret = endpoints.open(told.pop("name"), form.cleaned_data["url"], by=Actor.of(request.user), at=request.at, **told)  # fmt: skip
        except Refused as refused:
            _refuse(form, refused)
        else:
            return _page(request, row, None, secret=secret)
    return render(request, "webhooks/new.html", {"as_of": request.at, "form": form})


@requires(Permission.MAIL_CONFIGURE)
def endpoint(request: MemberRequest, key: int) -> HttpResponse:
    row = get_object_or_404(WebhookEndpoint, pk=key)
    form = EndpointForm(request.POST or None, row=row, initial=_initial(row))
    if request.method == "POST" and form.is_valid() and _changed(request, row, form):
        messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(reverse("webhook", args=[row.pk]))
    return _page(request, row, form)


def _page(request: MemberRequest, row: WebhookEndpoint, form: EndpointForm | None, *, secret: str = "") -> HttpResponse:
    context = message_list.shown(request, row) | {
        "as_of": request.at,
        "row": row,
        "form": form or EndpointForm(row=row, initial=_initial(row)),
        "secret": secret,
        "is_standard": row.kind == EndpointKind.STANDARD,
        "live": len(row.secrets),
        "is_lost": not all(sealed.opens(value) for value in (row.address, *(one["sealed"] for one in row.secrets))),
    }
    return render(request, "webhooks/endpoint.html", context)


def _initial(row: WebhookEndpoint) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*endpoints.FIELDS, "version")}


def _changed(request: MemberRequest, row: WebhookEndpoint, form: EndpointForm) -> bool:
    told = {name: form.cleaned_data[name] for name in endpoints.FIELDS if name != "kind"}
    by, version = Actor.of(request.user), form.cleaned_data["version"]
    try:
        endpoints.change(row, by=by, at=request.at, version=version, url=form.cleaned_data["url"], **told)
    except Refused as refused:
        _refuse(form, refused)
        return False
    except Conflict:
        form.add_error(None, gettext("Somebody else changed this webhook in the meantime. Load the page again."))
        return False
    return True


def _refuse(form: EndpointForm, refused: Refused) -> None:
    for name, fault in refused.faults.items():
        form.add_error(name if name in form.fields else None, fault.in_(exports.language()))


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def rotate(request: MemberRequest, key: int) -> HttpResponse:
    """A new secret, shown this once on the page that follows."""
    row = get_object_or_404(WebhookEndpoint, pk=key)
    if row.kind != EndpointKind.STANDARD:
        messages.error(request, gettext("Slack takes no signature."))
        return HttpResponseRedirect(reverse("webhook", args=[key]))
    secret = endpoints.rotate(row, by=Actor.of(request.user), at=request.at)
    row.refresh_from_db()
    return _page(request, row, EndpointForm(row=row, initial=_initial(row)), secret=secret)


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def state(request: MemberRequest, key: int) -> HttpResponse:
    """Stop it, or start it again."""
    row = get_object_or_404(WebhookEndpoint, pk=key)
    by = Actor.of(request.user)
    if row.disabled_at is None:
        endpoints.disable(row, why=gettext("by hand"), by=by, at=request.at)
        messages.success(request, gettext("Stopped: nothing more is told, what waits stays."))
    else:
        endpoints.enable(row, by=by, at=request.at)
        messages.success(request, gettext("Started again."))
    return HttpResponseRedirect(reverse("webhook", args=[key]))


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def trial(request: MemberRequest, key: int) -> HttpResponse:
    """One message to see whether it arrives."""
    row = get_object_or_404(WebhookEndpoint, pk=key)
    deliveries.trial(row, by=Actor.of(request.user), at=request.at)
    messages.success(request, gettext("A test message is on its way: see below how it ends."))
    return HttpResponseRedirect(reverse("webhook", args=[key]))


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def replay(request: MemberRequest, key: int) -> HttpResponse:
    """Tell the ticked ones again, or all that failed."""
    row = get_object_or_404(WebhookEndpoint, pk=key)
    rows = row.deliveries.exclude(state=DeliveryState.CLAIMED)
    if "all" in request.POST:
        wanted = rows.filter(state=DeliveryState.FAILED)
    else:
        ticked = [int(one) for one in request.POST.getlist("id") if one.isascii() and one.isdigit() and len(one) < 16]
        wanted = rows.filter(pk__in=ticked[:1000])
    keys = list(wanted.values_list("pk", flat=True)[:1000])
    done = deliveries.replay(keys, by=Actor.of(request.user), at=request.at)
    said = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", done) % {"n": done}
    messages.success(request, said)
    return HttpResponseRedirect(reverse("webhook", args=[key]))


urlpatterns: list[Any] = [
    path("webhooks", listing, name="webhooks"),
    path("webhooks/export.<str:kind>", webhooks_export, name="webhooks-export"),
    path("webhooks/new", new, name="webhook-new"),
    path("webhooks/<int:key>", endpoint, name="webhook"),
    path("webhooks/<int:key>/secret", rotate, name="webhook-rotate"),
    path("webhooks/<int:key>/state", state, name="webhook-state"),
    path("webhooks/<int:key>/test", trial, name="webhook-test"),
    path("webhooks/<int:key>/replay", replay, name="webhook-replay"),
    *message_list.urlpatterns,
]
