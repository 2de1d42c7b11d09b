"""One loss: what was known and done before, why they left in their words, and the form to say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import ONE_DAY, start_of
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.editing import Clash, attempt, day_field, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.losses.pages import EDIT, TITLE, VIEW, state
from nenrin.work import losses as verbs
from nenrin.work.models import ChurnReason, Loss, Task, Touch
from nenrin.work.models.task import State as TaskState
from nenrin.work.models.touch import CHANNELS, Channel

LOOKED_BACK = timedelta(days=180)
NOT_KNOWN = Text("Not known yet", "未記入")
NOBODY = Text("—", "—")


class LossForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), required=False)
    competitor = forms.CharField(label=_("Competitor"), required=False, max_length=120)
    words = forms.CharField(
        label=_("In their words, and what we learned"), required=False, max_length=verbs.MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    interviewed_on = day_field(_("Asked the customer on"))
    interviewer = forms.ChoiceField(label=_("Asked by"), required=False)

    def __init__(self, *args: Any, row: Loss, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        offered = [one for one in ChurnReason.objects.all() if one.archived_at is None or one.pk == row.reason_id]
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("", NOT_KNOWN.in_(language)), *((one.key, one.name.in_(language)) for one in offered)
        ]  # fmt: skip
        members = Member.objects.filter(is_active=True) | Member.objects.filter(pk=row.interviewer_id or 0)
        self.fields["interviewer"].choices = [  # type: ignore[attr-defined]
            ("", NOBODY.in_(language)), *((str(pk), name) for pk, name in members.values_list("pk", "name"))
        ]  # fmt: skip

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        asked = given["interviewer"]
        given["interviewer"] = Member.objects.get(pk=int(asked)) if asked else None
        return given | {"reason": ChurnReason.objects.filter(key=given["reason"]).first()}


def _one(request: MemberRequest, key: int, permission: Permission) -> Loss:
    rows = Loss.objects.for_member(request.user, permission).standing()
    found = rows.select_related("account", "reason", "owner", "interviewer", "subscription").filter(pk=key).first()
    if found is None:
        raise Http404(f"loss {key}")
    return found


@requires(VIEW)
def loss(request: MemberRequest, key: int) -> HttpResponse:
    """One loss; the form for those who may write and read free words."""
    row = _one(request, key, VIEW)
    return render(request, "losses/loss.html", _context(request, row, _form(request, row)))


def _form(request: MemberRequest, row: Loss) -> LossForm | None:
    mine = Account.objects.for_member(request.user, EDIT).filter(pk=row.account_id).exists()
    if not mine or not visible(request.user, FieldClass.PERSONAL):
        return None
    initial = {"reason": row.reason.key if row.reason else "", "competitor": row.competitor, "words": row.words,
               "interviewed_on": row.interviewed_on, "interviewer": row.interviewer_id or ""}  # fmt: skip
    return LossForm(row=row, initial=initial)


def _context(request: MemberRequest, row: Loss, form: LossForm | None, outcome: Clash | bool = False) -> dict[str, Any]:
    return {
        "as_of": request.at,
        "row": row,
        "state": state(row, navigation.today(request)),
        "form": form,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "crumbs": [(TITLE, reverse("losses")), (row.account.name, reverse("account", args=[row.account_id]))],
        "before": [(days, getattr(row, f"band_{days}"), getattr(row, f"score_{days}")) for days in (180, 90)],
        "done": _done(row),
    }


def _done(row: Loss) -> list[tuple[Text, int]]:
    """What we did in the half year before the decision, by kind."""
    zone = organisation.zone()
    first, end = (start_of(day + ONE_DAY, zone) for day in (row.decided_on - LOOKED_BACK, row.decided_on))
    touches = Touch.objects.standing().filter(account=row.account_id, happened_at__gte=first, happened_at__lt=end)
    counts = dict(touches.order_by().values_list("channel").annotate(n=Count("pk")))
    tasks = Task.objects.filter(
        account=row.account_id, state=TaskState.DONE, ended_at__gte=first, ended_at__lt=end
    ).count()
    told = [(CHANNELS[channel], counts.get(channel.value, 0)) for channel in Channel if channel is not Channel.NOTE]
    return [*told, (Text("Tasks done", "完了したタスク"), tasks)]


@require_POST
@requires(EDIT)
def change(request: MemberRequest, key: int) -> HttpResponse:
    """Say why they left."""
    row = _one(request, key, EDIT)
    form = LossForm(request.POST, row=row)
    outcome: Clash | bool = False
    if form.is_valid():

        def save() -> Any:
            version = version_of(request.POST)
            return verbs.explain(row, by=Actor.of(request.user), at=request.at, version=version, **form.told())

        outcome = attempt(form, save, lambda: last_entry(references__kind="loss", references__key=str(key)))
        if outcome is True:
            toasts.say(request, Text("Reason saved.", "解約理由を保存しました。"))
            return HttpResponseRedirect(reverse("loss", args=[key]))
    return render(request, "losses/loss.html", _context(request, row, form, outcome), status=422)


urlpatterns = [
    path("losses/<int:key>", loss, name="loss"),
    path("losses/<int:key>/change", change, name="loss-change"),
]
