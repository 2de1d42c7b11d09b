"""One account by hand: add, edit with both sides of a conflict, owners, touch model, keys, archive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers import accounts, attributes, keys, ownership, queries, touch_models
from nenrin.customers import fields as columns
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, AttributeField, TouchModel
from nenrin.customers.statuses import AttributeKind, Phase, Stage, Status, word
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, Scope, allowed, visible
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.accounts.head import find
from nenrin.web.editing import Clash, attempt, day_field, last_entry, name_fields, version_of
from nenrin.web.guard import MemberRequest, requires

EDIT = Permission.ACCOUNTS_EDIT


def _words(kind: type[Status] | type[Stage]) -> list[tuple[str, str]]:
    return [(member.value, word(member).in_(get_language() or "ja")) for member in kind]


class AccountForm(forms.Form):
    """Plain fields: what they may hold is the verb's to say."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kana = forms.CharField(label=_("Reading"), required=False)
    corporate_number = forms.CharField(label=_("Corporate number"), required=False, help_text=_("13 digits"))
    domain = forms.CharField(label=_("Domain"), required=False)
    industry = forms.CharField(label=_("Industry"), required=False)
    employees = forms.CharField(label=_("Employees"), required=False)
    prefecture = forms.CharField(label=_("Prefecture"), required=False)
    region = forms.CharField(label=_("Region"), required=False)
    status = forms.ChoiceField(label=_("Status"), choices=lambda: _words(Status))
    stage = forms.ChoiceField(label=_("Stage"), choices=lambda: _words(Stage), required=False)
    parent = forms.CharField(
        label=_("Parent account"), required=False, help_text=_("Its exact name, or # and its number")
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("ja", "日本語"), ("en", "English")])
    currency = forms.CharField(label=_("Currency"), max_length=3)
    customer_since = day_field(_("Customer since"))
    lost_on = day_field(_("Lost on"))
    lost_reason = forms.CharField(label=_("Reason of loss"), required=False)
    source = forms.CharField(label=pgettext_lazy("acquisition", "Source"), required=False)
    tags = forms.CharField(label=_("Tags"), required=False, help_text=_("Separated by commas"))

    def __init__(self, *args: Any, member: Member, declared: list[AttributeField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_fields(self, columns.ACCOUNT)
        self.declared = [field for field in declared if visible(member, FieldClass(field.field_class))]
        for field in self.declared:
            self.fields[f"attributes_{field.key}"] = _attribute(field)

    def given(self, member: Member) -> dict[str, Any]:
        """What the verb takes; raises Refused for a parent that is not there."""
        values = {name: self.cleaned_data[name] for name in (*columns.ACCOUNT, "tags") if name in self.cleaned_data}
        values["parent"] = _parent(self.cleaned_data["parent"], member)
        values["attributes"] = {field.key: self.cleaned_data[f"attributes_{field.key}"] for field in self.declared}
        return values


def _attribute(field: AttributeField) -> forms.Field:
    label = Text(field.name_en, field.name_ja).in_(get_language() or "ja")
    if field.kind == AttributeKind.CHOICE:
        return forms.ChoiceField(label=label, required=False, choices=[("", "—"), *((o, o) for o in field.options)])
    if field.kind == AttributeKind.BOOL:
        yes, no = Text("Yes", "はい"), Text("No", "いいえ")
        language = get_language() or "ja"
        choices = [("", "—"), ("true", yes.in_(language)), ("false", no.in_(language))]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    if field.kind == AttributeKind.DATE:
        return day_field(label)
    return forms.CharField(label=label, required=False)


def _parent(said: str, member: Member) -> Account | None:
    if not said:
        return None
    rows = Account.objects.for_member(member, Permission.ACCOUNTS_VIEW).standing()
    number = said.removeprefix("#")
    by_number = said.startswith("#") and number.isascii() and number.isdigit() and len(number) < 19
    found = list(rows.filter(pk=int(number)) if by_number else rows.filter(name=said)[:2])
    if len(found) == 1:
        return found[0]
    several = Text("several accounts have this name: use # and the number", "同名の顧客が複数: # と番号で指定")
    nobody = Text("no account has this name", "この名称の顧客がない")
    raise Refused.one("parent", several if found else nobody, said)


@requires(EDIT)
def new(request: MemberRequest) -> HttpResponse:
    """Add an account; who does not reach all accounts looks after it themselves."""
    initial = {"status": Status.PROSPECT.value, "language": "ja", "currency": "JPY"}
    form = AccountForm(request.POST or None, initial=initial, member=request.user, declared=attributes.declared())
    made: list[Account] = []

    def add() -> None:
        given = form.given(request.user)
        by = Actor.of(request.user)
        account = accounts.open(given.pop("name"), by=by, at=request.at, **given)
        if (
            allowed(request.user, Permission.ACCOUNTS_VIEW) is not Scope.ALL
            or allowed(request.user, EDIT) is not Scope.ALL
        ):
            ownership.assign(account, request.user, by=by, at=request.at)
        made.append(account)

    if request.method == "POST" and form.is_valid() and attempt(form, add) is True:
        toasts.say(request, Text("Account added.", "顧客を追加しました。"))
        return HttpResponseRedirect(reverse("account", args=[made[0].pk]))
    return render(request, "accounts/new.html", {"as_of": request.at, "form": form, "cancel_url": reverse("accounts")})


@requires(EDIT)
def edit(request: MemberRequest, key: int) -> HttpResponse:
    """Edit an account, its owners, touch model and keys."""
    account = find(request, key, EDIT)
    declared = attributes.declared()
    form = AccountForm(
        request.POST or None, initial=_initial(account, declared), member=request.user, declared=declared
    )
    outcome: Clash | bool = False

    def change() -> None:
        given, by = form.given(request.user), Actor.of(request.user)
        accounts.change(account, by=by, at=request.at, version=version_of(request.POST), **given)

    if request.method == "POST" and form.is_valid():
        outcome = attempt(form, change, lambda: last_entry(account=account.pk))
        if outcome is True:
            toasts.say(request, Text("Saved.", "保存しました。"))
            return HttpResponseRedirect(reverse("account", args=[key]))
    context = {
        "as_of": request.at,
        "account": account,
        "form": form,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "crumbs": [(account.name, reverse("account", args=[key]))],
        "cancel_url": reverse("account", args=[key]),
        **_around(request, account),
    }
    return render(request, "accounts/edit.html", context)


def _initial(account: Account, declared: list[AttributeField]) -> dict[str, Any]:
    """The form as the account stands."""
    own = {name: getattr(account, name) for name in columns.ACCOUNT}
    own["parent"] = f"#{account.parent_id}" if account.parent_id else ""
    own["tags"] = ", ".join(account.tags.values_list("name", flat=True))
    for field in declared:
        stands = account.attributes.get(field.key, "")
        own[f"attributes_{field.key}"] = str(stands).lower() if isinstance(stands, bool) else stands
    return own


def _around(request: MemberRequest, account: Account) -> dict[str, Any]:
    held = queries.owners([account.pk]).get(account.pk, {})
    may_assign = Account.objects.for_member(request.user, Permission.ACCOUNTS_ASSIGN).filter(pk=account.pk).exists()
    return {
        "may_assign": may_assign,
        "owners": [(phase, word(phase), held[phase].member_id if phase in held else None) for phase in Phase],
        "members": Member.objects.filter(is_active=True) if may_assign else (),
        "touch_models": [(row.key, Text(row.name_en, row.name_ja)) for row in TouchModel.objects.all()],
        "keys": account.keys.filter(ended_on__isnull=True),
    }


@require_POST
@requires(Permission.ACCOUNTS_ASSIGN)
def owners(request: MemberRequest, key: int) -> HttpResponse:
    """Who looks after it, by phase; an empty choice releases."""
    account = find(request, key, Permission.ACCOUNTS_ASSIGN)
    wanted = [
        ownership.Wanted(account.pk, int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None, phase)
        for phase in Phase
        if (said := request.POST.get(phase.value)) is not None
    ]
    return _done(request, key, lambda: ownership.assign_many(wanted, by=Actor.of(request.user), at=request.at))


@require_POST
@requires(EDIT)
def touch(request: MemberRequest, key: int) -> HttpResponse:
    """Another touch model until a day, with a reason; or back to the rule."""
    account, by = find(request, key, EDIT), Actor.of(request.user)
    if request.POST.get("do") == "release":
        return _done(request, key, lambda: touch_models.release(account, by=by, at=request.at))
    form = TouchForm(request.POST)
    if not form.is_valid():
        return _done(request, key, lambda: _refuse_form(form))
    given = form.cleaned_data
    return _done(request, key, lambda: touch_models.override(account, by=by, at=request.at, **given))


class TouchForm(forms.Form):
    touch_model = forms.CharField()
    reason = forms.CharField()
    until = forms.DateField()


def _refuse_form(form: forms.Form) -> None:
    name, said = next(iter(form.errors.items()))
    raise Refused.one(name, Text("choose a model, give a reason and a day", "モデル・理由・期限をすべて入力"), said)


@require_POST
@requires(EDIT)
def add_key(request: MemberRequest, key: int) -> HttpResponse:
    """Let another system's key mean this account."""
    account, given = find(request, key, EDIT), request.POST
    pair = (given.get("namespace", ""), given.get("key", ""))
    return _done(request, key, lambda: keys.add(account, *pair, by=Actor.of(request.user), at=request.at))


def _done(request: MemberRequest, key: int, deed: Any) -> HttpResponse:
    """Do it and go back to the form, with a word on what came of it."""
    try:
        deed()
        toasts.say(request, Text("Saved.", "保存しました。"))
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
    return HttpResponseRedirect(reverse("account-edit", args=[key]))


@require_POST
@requires(EDIT)
def archive(request: MemberRequest, key: int) -> HttpResponse:
    """Take it out of every list; the toast brings it back."""
    account = find(request, key, EDIT)
    try:
        accounts.archive(account, by=Actor.of(request.user), at=request.at)
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
        return HttpResponseRedirect(reverse("account-edit", args=[key]))
    words = Text(f"“{account.name}” archived.", f"「{account.name}」をアーカイブしました。")
    toasts.say(request, words, undo_url=reverse("account-restore", args=[key]))
    return HttpResponseRedirect(reverse("accounts"))


@require_POST
@requires(EDIT)
def restore(request: MemberRequest, key: int) -> HttpResponse:
    """Bring an archived account back."""
    account = find(request, key, EDIT)
    try:
        accounts.restore(account, by=Actor.of(request.user), at=request.at)
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
    return HttpResponseRedirect(reverse("account", args=[key]))


urlpatterns = [
    path("accounts/new", new, name="account-new"),
    path("accounts/<int:key>/edit", edit, name="account-edit"),
    path("accounts/<int:key>/owners", owners, name="account-owners"),
    path("accounts/<int:key>/touch-model", touch, name="account-touch"),
    path("accounts/<int:key>/keys", add_key, name="account-keys"),
    path("accounts/<int:key>/archive", archive, name="account-archive"),
    path("accounts/<int:key>/restore", restore, name="account-restore"),
]
