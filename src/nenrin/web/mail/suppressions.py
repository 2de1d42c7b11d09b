"""The suppression list: to whom no mails go, and why; add, lift with a reason, import, export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import addresses, suppression_files, suppressions
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models import Suppression
from nenrin.foundation.models.mail import KINDS, Kind
from nenrin.foundation.models.mail_rules import BASES, SUPPRESSIONS, SuppressionReason
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain
from nenrin.web.mail.settings import tabs

SORTS = {"added": "created_at", "address": "address", "reason": "reason", "kind": "kind"}
FILTERS = ("q", "reason", "kind")
HEADS = (Text("Address", "アドレス"), Text("Kind", "種類"), Text("Why", "理由"), Text("Note", "備考"), Text("By", "登録者"),
         Text("Added", "登録日時"))  # fmt: skip
EVERY = Text("Every kind", "すべて")


class NewForm(forms.Form):
    address = forms.CharField(
        label=_("Address"), max_length=254, help_text=_("A mail address, or @example.com for a whole domain.")
    )
    kind = forms.ChoiceField(label=_("Which mails"), required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = exports.language()
        named = [(kind.value, KINDS[kind].in_(language)) for kind in (Kind.ACCOUNT, Kind.MARKETING)]
        self.fields["kind"].choices = [("", EVERY.in_(language)), *named]  # type: ignore[attr-defined]


class ConsentForm(forms.Form):
    """Marketing may be sent: on which ground, where it was given, to which words."""

    address = forms.EmailField(label=_("Address"), max_length=254)
    basis = forms.ChoiceField(label=_("On which ground"))
    place = forms.CharField(
        label=_("Where"), max_length=300, required=False, help_text=_("A page, an event, a person.")
    )
    words = forms.CharField(label=_("Which words were agreed to"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = [(basis.value, text.in_(exports.language())) for basis, text in BASES.items()]
        self.fields["basis"].choices = told  # type: ignore[attr-defined]


@requires(Permission.MAIL_CONFIGURE)
def listing(request: MemberRequest) -> HttpResponse:
    form = NewForm(request.POST if "address" in request.POST else None, prefix=None)
    if request.method == "POST" and form.is_valid() and _added(request, form):
        return HttpResponseRedirect(reverse("mail-suppressions"))
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "-added")
    page = page_of(ordered(rows, sort, SORTS), request)
    context = {
        "as_of": request.at,
        "tabs": tabs("mail-suppressions"),
        "page": page,
        "lines": [_line(row) for row in page.object_list],
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "reasons": list(SUPPRESSIONS.items()),
        "kinds": list(KINDS.items()),
        "query": request.GET.urlencode(),
        "form": form,
        "consent_form": ConsentForm(auto_id="consent_%s"),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "mail/suppressions.html", context)


def _line(row: Suppression) -> dict[str, Any]:
    return {
        "row": row,
        "reason": SUPPRESSIONS[SuppressionReason(row.reason)],
        "kind": KINDS[Kind(row.kind)] if row.kind else EVERY,
    }


def _asked(request: MemberRequest) -> tuple[QuerySet[Suppression], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = Suppression.objects.all()
    rows = rows.filter(reason=filters["reason"]) if filters["reason"] in SUPPRESSIONS else rows
    rows = rows.filter(kind=filters["kind"]) if filters["kind"] in KINDS else rows
    if filters["q"]:
        found = rows.filter(address__icontains=addresses.normal(filters["q"]))
        rows = found | rows.filter(address_key=addresses.key(filters["q"]))
    return rows, filters


def _added(request: MemberRequest, form: NewForm) -> bool:
    told = form.cleaned_data
    try:
        is_new = suppressions.add(told["address"], kind=told["kind"], note=told["note"], by=Actor.of(request.user), at=request.at)  # fmt: skip
    except Refused as refused:
        for fault in refused.faults.values():
            form.add_error("address", fault.in_(exports.language()))
        return False
    messages.success(request, gettext("Suppressed.") if is_new else gettext("It was on the list already."))
    return True


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def lift(request: MemberRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Suppression, pk=key)
    try:
        suppressions.lift(row, note=plain(request.POST.get("note"), 300), by=Actor.of(request.user), at=request.at)
    except Refused:
        messages.error(request, gettext("Say why mails may go there again."))
    else:
        messages.success(request, gettext("Mails may go there again."))
    return HttpResponseRedirect(reverse("mail-suppressions"))


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def consent(request: MemberRequest) -> HttpResponse:
    form = ConsentForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        by = Actor.of(request.user)
        suppressions.consent(told["address"], told["basis"], place=told["place"], words=told["words"], by=by, at=request.at)  # fmt: skip
        messages.success(request, gettext("Consent recorded."))
    else:
        messages.error(request, gettext("Give a mail address and a ground."))
    return HttpResponseRedirect(reverse("mail-suppressions"))


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def bring(request: MemberRequest) -> HttpResponse:
    """Addresses from a file, one a line or in the first column; those that are none are named, the others taken."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > suppression_files.MOST_OCTETS:
        messages.error(request, gettext("Choose a CSV file of at most 5 MB."))
        return HttpResponseRedirect(reverse("mail-suppressions"))
    told, wrong = suppression_files.read(file.read())
    new = 0
    for start in range(0, len(told), 500):
        new += suppressions.add_many(told[start : start + 500], by=Actor.of(request.user), at=request.at)
    said = ngettext("%(n)s address added.", "%(n)s addresses added.", new) % {"n": new}
    messages.success(request, said)
    if wrong:
        some = ", ".join(f"{line}: {value}" for line, value in wrong[:10])
        messages.warning(request, gettext("%(n)s lines hold no address and were left out. %(some)s") % {"n": len(wrong), "some": some})  # fmt: skip
    return HttpResponseRedirect(reverse("mail-suppressions"))


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    rows, filters = _asked(request)
    rows = rows if allowed(request.user, Permission.MAIL_CONFIGURE) else rows.none()
    rows = ordered(rows, chosen_sort(request, SORTS, "-added"), SORTS)
    language = exports.language()

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, Suppression.objects.all()):
            for row in chunk:
                told = _line(row)
                yield [row.address, told["kind"].in_(language), told["reason"].in_(language), row.note, row.by_name,
                       row.created_at.isoformat()]  # fmt: skip

    exports.note(request, "suppression", rows.count(), filters, room="foundation")
    return exports.answer(kind, "suppressions", [head.in_(language) for head in HEADS], lines(), request.at)


urlpatterns: list[Any] = [
    path("mail/suppressions", listing, name="mail-suppressions"),
    path("mail/suppressions/import", bring, name="mail-suppressions-import"),
    path("mail/suppressions/consent", consent, name="mail-consent"),
    path("mail/suppressions/export.<str:kind>", export, name="mail-suppressions-export"),
    path("mail/suppressions/<int:key>/lift", lift, name="mail-suppression-lift"),
]
