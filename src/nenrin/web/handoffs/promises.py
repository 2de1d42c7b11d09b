"""One promise: written, changed, kept with its evidence, waived with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Contact
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.accounts.head import find
from nenrin.web.editing import Clash, attempt, day_field, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs import common, ledger
from nenrin.web.handoffs.common import EDIT, VIEW, member, members, options
from nenrin.web.handoffs.writing import SAVED
from nenrin.work import promises as verbs
from nenrin.work.models import Promise
from nenrin.work.models.promise import ORIGINS, Origin


class PromiseForm(forms.Form):
    words = forms.CharField(
        label=_("What was promised"), max_length=verbs.MOST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )
    due_on = day_field(_("Due day"))
    owner = forms.ChoiceField(label=_("Who keeps it"), required=False)
    contact = forms.ChoiceField(label=_("Promised to"), required=False)
    toward = forms.CharField(label=_("Promised to, if not in the list"), required=False, max_length=120)
    given_by = forms.ChoiceField(label=_("Promised by"), required=False)
    given_on = day_field(_("Promised on"), required=True)

    def __init__(self, *args: Any, account: int, row: Promise | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Contact.objects.filter(account=account, archived_at__isnull=True).order_by("name")[:500]
        lists = {
            "owner": members(also=row.owner_id if row else None),
            "given_by": members(also=row.given_by_id if row else None),
            "contact": [("", "—"), *((str(pk), name) for pk, name in people.values_list("pk", "name"))],
        }
        for name, choices in lists.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given |= {name: member(given[name]) for name in ("owner", "given_by")}
        contact = given["contact"]
        return given | {"contact": Contact.objects.get(pk=int(contact)) if contact else None}


@requires(EDIT)
def new(request: MemberRequest, key: int) -> HttpResponse:
    """A promise given at any time, to this account."""
    account = find(request, key, EDIT)
    initial = {"given_on": navigation.today(request), "owner": request.user.pk, "given_by": request.user.pk}
    form = PromiseForm(request.POST or None, account=key, initial=initial)
    origins = forms.ChoiceField(
        label=_("Where it was promised"),
        choices=options({o: w for o, w in ORIGINS.items() if o is not Origin.PLAN}),
        initial="meeting",
    )
    form.fields["origin"] = origins
    back = reverse("account-handoff", args=[key])

    def make() -> Any:
        given = form.told()
        origin = Origin(given.pop("origin"))
        words = given.pop("words")
        return verbs.make(account, words, origin=origin, by=Actor.of(request.user), at=request.at, **given)

    if request.method == "POST" and form.is_valid() and attempt(form, make) is True:
        toasts.say(request, Text("Promise written into the ledger.", "約束事を登録しました。"))
        return HttpResponseRedirect(f"{back}#promises")
    title = Text("A promise to the customer", "約束事を登録する")
    context = {"as_of": request.at, "title": title, "crumbs": [(account.name, back)], "form": form, "cancel_url": back}
    return render(request, "handoffs/form.html", context, status=422 if form.errors else 200)


def _one(request: MemberRequest, key: int, permission: Permission) -> Promise:
    rows = Promise.objects.for_member(request.user, permission)
    found = rows.select_related("account", "owner", "given_by", "contact", "settled_by").filter(pk=key).first()
    if found is None:
        raise Http404(f"promise {key}")
    return found


@requires(VIEW)
def promise(request: MemberRequest, key: int) -> HttpResponse:
    """One promise with what became of it; the forms to settle or change it, for those who may."""
    row = _one(request, key, VIEW)
    may_edit = common.may(request, EDIT, row.account_id)
    form = PromiseForm(account=row.account_id, row=row, initial=_initial(row)) if may_edit else None
    return render(request, "handoffs/promise.html", _context(request, row, form))


def _context(request: MemberRequest, row: Promise, form: Any, outcome: Clash | bool = False) -> dict[str, Any]:
    may_read = common.may_read(request)
    return {
        "as_of": request.at,
        "line": ledger.line(row, navigation.today(request), may_read),
        "may_read": may_read,
        "form": form,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "crumbs": [
            (Text("Promises", "約束事"), reverse("promises")),
            (row.account.name, reverse("account-handoff", args=[row.account_id])),
        ],
    }


def _initial(row: Promise) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("words", "due_on", "toward", "given_on")}
    return plain | {"owner": row.owner_id or "", "given_by": row.given_by_id or "", "contact": row.contact_id or ""}


@require_POST
@requires(EDIT)
def change(request: MemberRequest, key: int) -> HttpResponse:
    """Change what was written."""
    row = _one(request, key, EDIT)
    form = PromiseForm(request.POST, account=row.account_id, row=row)
    outcome: Clash | bool = False
    if form.is_valid():

        def save() -> Any:
            version = version_of(request.POST)
            return verbs.change(row, by=Actor.of(request.user), at=request.at, version=version, **form.told())

        outcome = attempt(form, save, lambda: last_entry(references__kind="promise", references__key=str(key)))
        if outcome is True:
            toasts.say(request, SAVED)
            return HttpResponseRedirect(reverse("promise", args=[key]))
    return render(request, "handoffs/promise.html", _context(request, row, form, outcome), status=422)


@require_POST
@requires(EDIT)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Kept, waived or open again; a refusal is said, and nothing is lost."""
    row, by, at = _one(request, key, EDIT), Actor.of(request.user), request.at
    do, words = request.POST.get("do", ""), request.POST.get("words", "")[:2000]
    try:
        if do == "keep":
            verbs.keep(
                row, by=by, at=at, outcome=words, evidence_url=request.POST.get("evidence_url", "").strip()[:2000]
            )
            said = Text("Promise kept.", "履行済みにしました。")
        elif do == "waive":
            verbs.waive(row, words, by=by, at=at)
            said = Text("Promise waived.", "対応不要にしました。")
        elif do == "reopen":
            verbs.reopen(row, by=by, at=at)
            said = Text("Open again.", "未履行に戻しました。")
        else:
            return HttpResponseRedirect(reverse("promise", args=[key]))
        toasts.say(request, said)
    except (Refused, Conflict) as problem:
        toasts.say(request, _why(problem))
    return HttpResponseRedirect(reverse("promise", args=[key]))


def _why(problem: Refused | Conflict) -> str:
    language = get_language() or "ja"
    texts = [fault.text.in_(language) for fault in problem.faults] if isinstance(problem, Refused) else [str(problem)]
    return Text("Not done: {why}", "実行できません: {why}").fill(why="; ".join(texts)).in_(language)


urlpatterns = [
    path("accounts/<int:key>/promises/new", new, name="promise-new"),
    path("promises/<int:key>", promise, name="promise"),
    path("promises/<int:key>/change", change, name="promise-change"),
    path("promises/<int:key>/deed", deed, name="promise-deed"),
]
