"""Mail templates: written in both languages, with names filled in, seen as they would read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import templates
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.models import MailTemplate
from nenrin.foundation.models.mail import KINDS
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, plain
from nenrin.web.mail.settings import tabs

SORTS = {"name": "name", "kind": "kind", "changed": "changed_at"}
HEADS = (Text("Template", "テンプレート"), Text("Kind of mail", "メールの種類"), Text("Subject (Japanese)", "件名（日本語）"),
         Text("Subject (English)", "件名（英語）"), Text("Changed", "更新日時"))  # fmt: skip


class TemplateForm(forms.Form):
    """Words for many readers."""

    name = forms.CharField(label=_("Template name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind of mail"))
    subject_ja = forms.CharField(label=_("Subject (Japanese)"), max_length=300, required=False)
    body_ja = forms.CharField(label=_("Body (Japanese)"), widget=forms.Textarea(attrs={"rows": 12}), required=False)
    subject_en = forms.CharField(label=_("Subject (English)"), max_length=300, required=False)
    body_en = forms.CharField(label=_("Body (English)"), widget=forms.Textarea(attrs={"rows": 12}), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = [(kind.value, text.in_(exports.language())) for kind, text in KINDS.items()]
        self.fields["kind"].choices = told  # type: ignore[attr-defined]


@requires(Permission.MAIL_CONFIGURE)
def listing(request: MemberRequest) -> HttpResponse:
    """Templates in use, in the order asked for."""
    wanted, sort = plain(request.GET.get("q")), chosen_sort(request, SORTS, "name")
    context = {
        "as_of": request.at,
        "rows": [(row, KINDS[row.kind]) for row in _asked(wanted, sort)],  # type: ignore[index]
        "wanted": wanted,
        "sort": sort,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
        "tabs": tabs("mail-templates"),
    }
    return render(request, "mail/templates.html", context)


def _asked(wanted: str, sort: str) -> QuerySet[MailTemplate]:
    rows = MailTemplate.objects.filter(archived_at__isnull=True)
    if wanted:
        said = Q(subject_ja__icontains=wanted) | Q(subject_en__icontains=wanted)
        rows = rows.filter(Q(name__icontains=wanted) | said)
    return ordered(rows, sort, SORTS)


@requires(Permission.EXPORT)
def templates_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order, for whoever sees it."""
    wanted, language = plain(request.GET.get("q")), exports.language()
    rows = _asked(wanted, chosen_sort(request, SORTS, "name"))
    rows = rows if allowed(request.user, Permission.MAIL_CONFIGURE) is not None else rows.none()
    exports.note(request, "template", rows.count(), {"q": wanted}, room="foundation")
    lines = (
        [row.name, KINDS[row.kind].in_(language), row.subject_ja, row.subject_en, row.changed_at.isoformat()]  # type: ignore[index]
        for row in rows
    )
    return exports.answer(kind, "mail-templates", [head.in_(language) for head in HEADS], lines, request.at)


@requires(Permission.MAIL_CONFIGURE)
def new(request: MemberRequest) -> HttpResponse:
    return _edit(request, None)


@requires(Permission.MAIL_CONFIGURE)
def template(request: MemberRequest, key: int) -> HttpResponse:
    return _edit(request, get_object_or_404(MailTemplate, pk=key))


def _edit(request: MemberRequest, row: MailTemplate | None) -> HttpResponse:
    names = ("name", "kind", *templates.PARTS, "version")
    initial = {name: getattr(row, name) for name in names} if row else {"kind": "account"}
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and (saved := _saved(request, row, form)):
        messages.success(request, gettext("Template saved."))
        return HttpResponseRedirect(reverse("mail-template", args=[saved.pk]))
    context = {
        "as_of": request.at,
        "row": row,
        "form": form,
        "known": list(templates.KNOWN.items()),
        "previews": _previews(form, row),
    }
    return render(request, "mail/template.html", context)


def _saved(request: MemberRequest, row: MailTemplate | None, form: TemplateForm) -> MailTemplate | None:
    told = {name: form.cleaned_data[name].replace("\r\n", "\n") for name in ("name", "kind", *templates.PARTS)}
    key = row.key if row else _key(told["name"])
    try:
        return templates.save(
            key, by=Actor.of(request.user), at=request.at, version=form.cleaned_data["version"], **told
        )
    except Refused as refused:
        for name, fault in refused.faults.items():
            form.add_error(name if name in form.fields else None, fault.in_(exports.language()))
    except Conflict:
        form.add_error(None, gettext("Somebody else changed this template in the meantime. Load the page again."))
    return None


def _key(name: str) -> str:
    """A word of its own for a new one."""
    stem = slugify(name)[:40] or "template"
    taken = set(MailTemplate.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := stem if n == 1 else f"{stem}-{n}") not in taken)


def _previews(form: TemplateForm, row: MailTemplate | None) -> list[dict[str, Any]]:
    """As it would read with the examples, in each language that is written; with what the form says now."""
    said = form.data if form.is_bound else {name: getattr(row, name) for name in templates.PARTS} if row else {}
    found: list[dict[str, Any]] = []
    for language in ("ja", "en"):
        subject, body = said.get(f"subject_{language}", ""), said.get(f"body_{language}", "")
        if subject or body:
            try:
                filled = templates.filled(subject, body, templates.example(language))
            except templates.Broken as problem:
                found.append({"language": language, "problem": str(problem)})
            else:
                found.append({"language": language, "filled": filled})
    return found


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def archive(request: MemberRequest, key: int) -> HttpResponse:
    templates.archive(get_object_or_404(MailTemplate, pk=key), by=Actor.of(request.user), at=request.at)
    messages.success(request, gettext("Template archived."))
    return HttpResponseRedirect(reverse("mail-templates"))


urlpatterns: list[Any] = [
    path("mail/templates", listing, name="mail-templates"),
    path("mail/templates/export.<str:kind>", templates_export, name="mail-templates-export"),
    path("mail/templates/new", new, name="mail-template-new"),
    path("mail/templates/<int:key>", template, name="mail-template"),
    path("mail/templates/<int:key>/archive", archive, name="mail-template-archive"),
]
