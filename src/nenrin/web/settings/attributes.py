"""Attributes: the columns that this organisation adds to accounts, with type, choices and who may read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers import attributes as verbs
from nenrin.customers.models import AttributeField
from nenrin.customers.statuses import AttributeKind, word
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, allowed
from nenrin.insight import health_models, measures
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.ORGANISATION_EDIT
LIST = Text("Attributes", "独自項目")
CLASSES: dict[FieldClass, Text] = {
    FieldClass.PUBLIC: Text("Public", "公開"),
    FieldClass.INTERNAL: Text("Internal", "社内"),
    FieldClass.PERSONAL: Text("Personal", "個人情報"),
}


@dataclass(frozen=True, slots=True)
class Line:
    field: AttributeField
    name: Text
    kind: Text
    field_class: Text


@requires(VIEW)
def attributes(request: MemberRequest) -> HttpResponse:
    """Every column with type and class; hidden ones below."""
    return _list(request)


def _list(request: MemberRequest, refused: Text | None = None) -> HttpResponse:
    lines = [_line(row) for row in AttributeField.objects.all()]
    context = {
        "as_of": request.at,
        "lines": [line for line in lines if line.field.archived_at is None],
        "gone": [line for line in lines if line.field.archived_at],
        "may_edit": allowed(request.user, EDIT) is not None,
        "refused": refused,
    }
    return render(request, "customer_settings/attributes.html", context, status=422 if refused else 200)


def _in_use(row: AttributeField) -> Text | None:
    """Why the column must stay: live health models judge by it. None where none does."""
    models = health_models.users_of(measures.of_attribute(row.key))
    if not models:
        return None
    en, ja = ", ".join(model.en for model in models), "、".join(model.ja for model in models)
    return Text(
        f"{row.name_en} is used by the live health model {en}. Take it out of the model first.",
        f"「{row.name_ja}」は公開中のヘルスモデル「{ja}」で使われています。先にモデルから外してください。",
    )


def _line(row: AttributeField) -> Line:
    kind, field_class = word(AttributeKind(row.kind)), CLASSES[FieldClass(row.field_class)]
    return Line(row, Text(row.name_en, row.name_ja), kind, field_class)


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, word(kind).in_(get_language() or "ja")) for kind in AttributeKind]


def _classes() -> list[tuple[str, str]]:
    return [(each.value, name.in_(get_language() or "ja")) for each, name in CLASSES.items()]


class AttributeForm(forms.Form):
    """What of a column may change once it is there."""

    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    name_ja = forms.CharField(label=_("Name in Japanese"), max_length=80)
    options = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line; for the type Choice."),
    )
    field_class = forms.ChoiceField(
        label=_("Who may read it"),
        choices=_classes,
        help_text=_("Personal values are left out for roles without personal data, and never reach the lake."),
    )
    position = forms.IntegerField(label=_("Place in the form"), min_value=0, max_value=32767, initial=0)

    def clean_options(self) -> list[str]:
        """The choices, each once."""
        lines = (line.strip() for line in str(self.cleaned_data["options"]).splitlines())
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > 200 or any(len(line) > 200 for line in found):
            raise forms.ValidationError(_("At most 200 choices of 200 characters."))
        return found


class NewAttributeForm(AttributeForm):
    key = forms.CharField(
        label=_("Key"), max_length=60, help_text=_("How files and programs name it; it does not change later.")
    )
    kind = forms.ChoiceField(label=_("Type"), choices=_kinds, help_text=_("It does not change later."))
    field_order = ("name_en", "name_ja", "key", "kind", "options", "field_class", "position")

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).strip()
        if AttributeField.objects.filter(key=key).exists():
            raise forms.ValidationError(_("This key is taken, perhaps by something archived. Choose another."))
        return key


@requires(EDIT)
def new(request: MemberRequest) -> HttpResponse:
    initial = {"field_class": FieldClass.INTERNAL.value, "position": AttributeField.objects.count()}
    form = NewAttributeForm(request.POST or None, initial=initial)

    def declare() -> None:
        _declare(request, form.cleaned_data["key"], AttributeKind(form.cleaned_data["kind"]), form.cleaned_data)

    if request.method == "POST" and form.is_valid() and attempt(form, declare) is True:
        return _done(request)
    return _page(request, form, Text("Add an attribute", "項目を追加する"), {})


@requires(EDIT)
def attribute(request: MemberRequest, key: int) -> HttpResponse:
    """Names, choices, class and place; key and type stay."""
    row = get_object_or_404(AttributeField, pk=key, archived_at__isnull=True)
    version = verbs.version(row.key)
    same = {name: getattr(row, name) for name in ("name_en", "name_ja", "field_class", "position")}
    form = AttributeForm(request.POST or None, initial={**same, "options": "\n".join(row.options)})

    outcome: Clash | bool = False

    def declare() -> None:
        _declare(request, row.key, AttributeKind(row.kind), form.cleaned_data, version_of(request.POST))

    if request.method == "POST" and form.is_valid() and not _refused(form, row):
        about = {"references__kind": "attribute", "references__key": row.key}
        outcome = attempt(form, declare, lambda: last_entry(**about))
    if outcome is True:
        return _done(request)
    more = {"line": _line(row), "clash": outcome or None, "version": version}
    return _page(request, form, Text(f"Edit {row.name_en}", f"{row.name_ja}を編集する"), more)


def _refused(form: AttributeForm, row: AttributeField) -> bool:
    """A column that a live model judges by does not become personal: its values would leave the lake."""
    becomes_personal = form.cleaned_data["field_class"] == FieldClass.PERSONAL.value != row.field_class
    refused = _in_use(row) if becomes_personal else None
    if refused is not None:
        form.add_error("field_class", refused.in_(get_language() or "ja"))
    return refused is not None


@require_POST
@requires(EDIT)
def attribute_state(request: MemberRequest, key: int) -> HttpResponse:
    """Hide a column (its values stay), or show it again."""
    row, by = get_object_or_404(AttributeField, pk=key), Actor.of(request.user)
    if request.POST.get("do") != "restore":
        if (refused := _in_use(row)) is not None:
            return _list(request, refused)
        verbs.archive(row, by=by, at=request.at)
    elif row.archived_at:
        same: dict[str, Any] = {name: getattr(row, name) for name in ("name_en", "name_ja", "options", "position")}
        _declare(request, row.key, AttributeKind(row.kind), same | {"field_class": row.field_class})
    return _done(request)


def _declare(
    request: MemberRequest, key: str, kind: AttributeKind, given: dict[str, Any], version: int | None = None
) -> None:
    verbs.declare(
        key,
        name=Text(given["name_en"], given["name_ja"]),
        kind=kind,
        by=Actor.of(request.user),
        at=request.at,
        options=given["options"] if kind is AttributeKind.CHOICE else (),
        field_class=FieldClass(given["field_class"]),
        position=given["position"],
        version=version,
    )


def _done(request: MemberRequest) -> HttpResponse:
    toasts.say(request, Text("Saved.", "保存しました。"))
    return HttpResponseRedirect(reverse("attributes"))


def _page(request: MemberRequest, form: forms.Form, title: Text, more: dict[str, Any]) -> HttpResponse:
    """`more` may hold the attribute's line, a clash and the version."""
    back = reverse("attributes")
    context = {"as_of": request.at, "title": title, "crumbs": [(LIST, back)], "form": form, "cancel_url": back}
    status = 422 if form.errors else 409 if more.get("clash") else 200
    return render(request, "customer_settings/attribute_form.html", context | more, status=status)


urlpatterns = [
    path("attributes", attributes, name="attributes"),
    path("attributes/new", new, name="attribute-new"),
    path("attributes/<int:key>", attribute, name="attribute"),
    path("attributes/<int:key>/state", attribute_state, name="attribute-state"),
]
