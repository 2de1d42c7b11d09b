"""The list of reasons, kept by those who configure journeys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.editing import attempt, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.losses.pages import TITLE
from nenrin.work import churn_reasons
from nenrin.work.models import ChurnReason

CONFIGURE = Permission.JOURNEYS_CONFIGURE
HEAD = Text("List of reasons", "理由の一覧")


class ReasonForm(forms.Form):
    key = forms.SlugField(label=_("Key, for files and programs"), max_length=40)
    name_ja = forms.CharField(label=_("Name in Japanese"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    is_avoidable = forms.BooleanField(label=_("Customer success could change it"), required=False)


@requires(CONFIGURE)
def reasons(request: MemberRequest) -> HttpResponse:
    """The list, with a form for one more, or for the one that is named in the address."""
    row = ChurnReason.objects.filter(key=request.GET.get("edit", "")[:40]).first()
    return _page(request, row, ReasonForm(initial=_initial(row)))


def _initial(row: ChurnReason | None) -> dict[str, Any]:
    if row is None:
        return {"is_avoidable": True}
    return {name: getattr(row, name) for name in ("key", "name_en", "name_ja", "is_avoidable")}


def _page(request: MemberRequest, row: ChurnReason | None, form: ReasonForm, clash: Any = None) -> HttpResponse:
    if row:
        form.fields["key"].widget.attrs["readonly"] = True
    rows = ChurnReason.objects.annotate(used=Count("losses"))
    context = {
        "as_of": request.at,
        "title": HEAD,
        "crumbs": [(TITLE, reverse("losses"))],
        "rows": [one for one in rows if one.archived_at is None],
        "archived": [one for one in rows if one.archived_at is not None],
        "row": row,
        "form": form,
        "clash": clash,
    }
    return render(request, "losses/reasons.html", context, status=422 if form.errors or clash else 200)


@require_POST
@requires(CONFIGURE)
def save(request: MemberRequest) -> HttpResponse:
    """A new reason, or other words for one."""
    form = ReasonForm(request.POST)
    row = ChurnReason.objects.filter(key=request.POST.get("key", "")[:40]).first()
    if not form.is_valid():
        return _page(request, row, form)
    given = form.cleaned_data
    name = Text(given["name_en"], given["name_ja"])

    def do() -> object:
        return churn_reasons.save(
            given["key"], name=name, is_avoidable=given["is_avoidable"], by=Actor.of(request.user), at=request.at,
            version=version_of(request.POST),
        )  # fmt: skip

    outcome = attempt(form, do)
    if outcome is not True:
        return _page(request, row, form, outcome or None)
    toasts.say(request, Text("Reason saved.", "理由を保存しました。"))
    return HttpResponseRedirect(reverse("churn-reasons"))


@require_POST
@requires(CONFIGURE)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Up, down, away, or offered again."""
    row = get_object_or_404(ChurnReason, pk=key)
    by, at, do = Actor.of(request.user), request.at, request.POST.get("do", "")
    if do in ("up", "down"):
        churn_reasons.move(row, up=do == "up", by=by, at=at)
    elif do == "archive":
        churn_reasons.archive(row, by=by, at=at)
        toasts.say(request, Text("Put away; losses keep it.", "一覧から外しました。登録済みの解約には残ります。"))
    elif do == "restore":
        churn_reasons.save(row.key, name=row.name, is_avoidable=row.is_avoidable, by=by, at=at)
    return HttpResponseRedirect(reverse("churn-reasons"))


urlpatterns = [
    path("losses/reasons", reasons, name="churn-reasons"),
    path("losses/reasons/save", save, name="churn-reason-save"),
    path("losses/reasons/<int:key>", deed, name="churn-reason-deed"),
]
