"""Contacts: everyone across accounts, and the form for one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers import contacts as verbs
from nenrin.customers import fields as columns
from nenrin.customers.models import Contact, ContactEmail
from nenrin.customers.statuses import DecisionRole, word
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.accounts.head import find
from nenrin.web.editing import Clash, attempt, day_field, last_entry, name_fields, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain
from nenrin.web.spoken import spoken

VIEW, EDIT = Permission.CONTACTS_VIEW, Permission.CONTACTS_EDIT
SORTS = {"name": "name", "account": "account__name", "role": "role", "left": "left_on"}


def roles() -> list[tuple[str, str]]:
    return [(role.value, word(role).in_(get_language() or "ja")) for role in DecisionRole]


@requires(VIEW)
def contacts(request: MemberRequest) -> HttpResponse:
    """People at the accounts in the viewer's scope; those who left only when asked for."""
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "name")
    page = page_of(ordered(rows, sort, SORTS), request)
    context = {
        "as_of": request.at,
        "page": page,
        "people": [(row, word(DecisionRole(row.role))) for row in page.object_list],
        "sort": sort,
        "filters": filters,
        "roles": roles(),
        "has_filters": any(filters.values()),
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_import": allowed(request.user, Permission.IMPORT) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "contacts/list.html", context)


def _asked(request: MemberRequest) -> tuple[Any, dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in ("q", "role", "left")}
    rows = (
        Contact.objects.for_member(request.user, VIEW).standing().select_related("account").prefetch_related("emails")
    )
    if filters["q"]:
        rows = rows.filter(search__contains=normal(filters["q"]))
    if filters["role"]:
        rows = rows.filter(role=filters["role"])
    return rows.filter(left_on__isnull=filters["left"] != "yes"), filters


@requires(Permission.EXPORT)
def contacts_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file; personal columns only for those who may read them."""
    rows, filters = _asked(request)
    rows = rows.filter(pk__in=Contact.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    names = [name for name, field in columns.CONTACT.items() if visible(request.user, field.field_class)]
    language, may_read = get_language() or "ja", visible(request.user, FieldClass.PERSONAL)

    def lines() -> Any:
        """Plain values: as objects 200,000 contacts take a minute."""
        for wanted in exports.keys(rows.order_by("pk")):
            emails: dict[int, list[str]] = {}
            found = ContactEmail.objects.filter(contact__in=wanted if may_read else [])
            for contact, address in found.order_by("position").values_list("contact_id", "address"):
                emails.setdefault(contact, []).append(address)
            people = Contact.objects.filter(pk__in=wanted).order_by("pk")
            for pk, *values in people.values_list("pk", "account__name", *names):
                yield [pk, *values, ", ".join(emails.get(pk, ()))]

    labels = [columns.CONTACT[name].label.in_(language) for name in names]
    head = ["id", Text("Account", "顧客").in_(language), *labels, Text("E-mail", "メールアドレス").in_(language)]
    exports.note(request, "contact", rows.count(), filters)
    return exports.answer(kind, "contacts", head, lines(), request.at)


class ContactForm(forms.Form):
    name = forms.CharField(label=spoken(Text("Name", "氏名")), max_length=120)
    kana = forms.CharField(label=_("Reading"), required=False)
    title = forms.CharField(label=_("Title"), required=False)
    department = forms.CharField(label=_("Department"), required=False)
    role = forms.ChoiceField(label=_("Role in the decision"), choices=roles, required=False)
    emails = forms.CharField(
        label=_("E-mail"), required=False, help_text=_("Several with commas; the first is written to")
    )
    phone = forms.CharField(label=_("Phone"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[("ja", "日本語"), ("en", "English")])
    is_verified = forms.BooleanField(label=_("Verified"), required=False)
    left_on = day_field(_("Left on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_fields(self, columns.CONTACT)

    def given(self) -> dict[str, Any]:
        emails = [part.strip() for part in self.cleaned_data["emails"].replace("、", ",").split(",")]
        return {**self.cleaned_data, "emails": [part for part in emails if part]}


@requires(EDIT)
def new(request: MemberRequest, account: int) -> HttpResponse:
    """Add a person to an account."""
    company = find(request, account, EDIT)
    form = ContactForm(request.POST or None, initial={"language": company.language})
    back = reverse("account-people", args=[account])

    def add() -> None:
        given = form.given()
        verbs.add(company, given.pop("name"), by=Actor.of(request.user), at=request.at, **given)

    if request.method == "POST" and form.is_valid() and attempt(form, add) is True:
        toasts.say(request, Text("Contact added.", "顧客担当者を追加しました。"))
        return HttpResponseRedirect(back)
    title, crumbs = Text("Add a contact", "顧客担当者を追加する"), [(company.name, back)]
    context = {"as_of": request.at, "title": title, "crumbs": crumbs, "form": form, "cancel_url": back}
    return render(request, "contacts/form.html", context)


def _one(request: MemberRequest, key: int) -> Contact:
    rows = Contact.objects.for_member(request.user, EDIT).select_related("account").prefetch_related("emails")
    found = rows.filter(pk=key, erased_at__isnull=True).first()
    if found is None:
        raise Http404(f"contact {key}")
    return found


@requires(EDIT)
def contact(request: MemberRequest, key: int) -> HttpResponse:
    """Edit a person."""
    row = _one(request, key)
    stands = {name: getattr(row, name) for name in columns.CONTACT}
    form = ContactForm(
        request.POST or None, initial={**stands, "emails": ", ".join(e.address for e in row.emails.all())}
    )
    back = reverse("account-people", args=[row.account_id])
    outcome: Clash | bool = False

    def change() -> None:
        verbs.change(row, by=Actor.of(request.user), at=request.at, version=version_of(request.POST), **form.given())

    if request.method == "POST" and form.is_valid():
        outcome = attempt(form, change, lambda: last_entry(references__kind="contact", references__key=str(key)))
        if outcome is True:
            toasts.say(request, Text("Saved.", "保存しました。"))
            return HttpResponseRedirect(back)
    context = {
        "as_of": request.at,
        "title": row.name,
        "crumbs": [(row.account.name, back)],
        "form": form,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "version": row.version,
        "cancel_url": back,
        "archive_url": reverse("contact-archive", args=[key]),
    }
    return render(request, "contacts/form.html", context)


@require_POST
@requires(EDIT)
def archive(request: MemberRequest, key: int) -> HttpResponse:
    """Take a contact out of every list; the toast brings them back."""
    row = verbs.archive(_one(request, key), by=Actor.of(request.user), at=request.at)
    words = Text("Contact archived.", "顧客担当者をアーカイブしました。")
    toasts.say(request, words, undo_url=reverse("contact-restore", args=[key]))
    return HttpResponseRedirect(reverse("account-people", args=[row.account_id]))


@require_POST
@requires(EDIT)
def restore(request: MemberRequest, key: int) -> HttpResponse:
    """Bring an archived contact back."""
    row = verbs.restore(_one(request, key), by=Actor.of(request.user), at=request.at)
    return HttpResponseRedirect(reverse("account-people", args=[row.account_id]))


urlpatterns = [
    path("contacts", contacts, name="contacts"),
    path("contacts/export.<str:kind>", contacts_export, name="contacts-export"),
    path("contacts/<int:key>", contact, name="contact"),
    path("contacts/<int:key>/archive", archive, name="contact-archive"),
    path("contacts/<int:key>/restore", restore, name="contact-restore"),
    path("accounts/<int:account>/people/new", new, name="contact-new"),
]
