"""Feedback to sales in four kinds: the list, writing it, the seller's receipt, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.roles import Role
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.accounts.head import find
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs import common
from nenrin.web.handoffs.common import EDIT, VIEW, member, members, options, tabs
from nenrin.web.handoffs.reading import said
from nenrin.web.handoffs.writing import SAVED
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.work import feedback as verbs
from nenrin.work.models import Feedback
from nenrin.work.models.feedback import KINDS, OUTCOMES, FeedbackKind, Outcome

SORTS = {
    "written": "written_at",
    "account": "account__name",
    "kind": "kind",
    "seller": "seller__name",
    "outcome": "outcome",
}
FILTERS = ("q", "kind", "outcome", "seller", "unread", "mine")
UNTAKEN = "untaken"
HEADS = (
    Text("Account", "顧客"), Text("Kind", "種類"), Text("What was said", "内容"), Text("From", "記入者"),
    Text("To", "宛先"), Text("Written", "記入日時"), Text("Read", "確認日時"), Text("Outcome", "結果"),
    Text("What came of it", "結果の内容"),
)  # fmt: skip


@requires(VIEW)
def feedback(request: MemberRequest) -> HttpResponse:
    """Everything told to sales about the accounts in the viewer's scope."""
    rows, filters = _asked(request)
    sort, may_read = chosen_sort(request, SORTS, "-written"), common.may_read(request)
    page = page_of(ordered(rows, sort, SORTS), request)
    sellers = Feedback.objects.for_member(request.user, VIEW).values("seller")
    context = {
        "as_of": request.at,
        "tabs": tabs("handoff-feedback"),
        "page": page,
        "lines": [said(row, may_read) for row in page.object_list],
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "kinds": [(kind.value, word) for kind, word in KINDS.items()],
        "outcomes": [(outcome.value or UNTAKEN, word) for outcome, word in OUTCOMES.items()],
        "sellers": list(Member.objects.filter(pk__in=sellers).values_list("pk", "name")),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "handoffs/feedback.html", context)


def _asked(request: MemberRequest) -> tuple[QuerySet[Feedback], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = Feedback.objects.for_member(request.user, VIEW).standing().filter(account__archived_at__isnull=True)
    rows = rows.select_related("account", "author", "seller")
    if filters["q"]:
        named = Q(account__search__contains=normal(filters["q"]))
        rows = rows.filter(named | Q(words__icontains=filters["q"]) if common.may_read(request) else named)
    if filters["kind"] in set(FeedbackKind):
        rows = rows.filter(kind=filters["kind"])
    if filters["outcome"] == UNTAKEN or filters["outcome"] in set(Outcome) - {Outcome.NONE}:
        rows = rows.filter(outcome="" if filters["outcome"] == UNTAKEN else filters["outcome"])
    if seller := whole(filters["seller"]):
        rows = rows.filter(seller=seller)
    if filters["unread"]:
        rows = rows.filter(read_at__isnull=True)
    if filters["mine"]:
        rows = rows.filter(Q(seller=request.user) | Q(author=request.user))
    return rows, filters


@requires(Permission.EXPORT)
def feedback_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file; words only for roles that read personal data."""
    rows, filters = _asked(request)
    rows = rows.filter(pk__in=Feedback.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    language, may_read = exports.language(), common.may_read(request)
    base = Feedback.objects.select_related("account", "author", "seller")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, base):
            for row, word, outcome in (said(one, may_read) for one in chunk):
                yield [
                    row.account.name, word.in_(language), row.words, row.author.name if row.author else "",
                    row.seller.name if row.seller else "", row.written_at.isoformat(),
                    row.read_at.isoformat() if row.read_at else "", outcome.in_(language), row.outcome_words,
                ]  # fmt: skip

    exports.note(request, "feedback", rows.count(), filters, room="work")
    return exports.answer(kind, "feedback", [head.in_(language) for head in HEADS], lines(), request.at)


def _kinds() -> list[tuple[str, str]]:
    return options(KINDS)


def _outcomes() -> list[tuple[str, str]]:
    return options(OUTCOMES, blank=OUTCOMES[Outcome.NONE])


class FeedbackForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of feedback"), choices=_kinds)
    words = forms.CharField(
        label=_("What sales should know"), max_length=verbs.MOST_WORDS, widget=forms.Textarea(attrs={"rows": 6})
    )
    seller = forms.ChoiceField(label=_("Told to"), required=False, choices=members)


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label=_("What came of it"), required=False, choices=_outcomes)
    words = forms.CharField(
        label=_("In words"), required=False, max_length=verbs.MOST_OUTCOME, widget=forms.Textarea(attrs={"rows": 3})
    )


@requires(EDIT)
def new(request: MemberRequest, key: int) -> HttpResponse:
    """Tell the seller of this account something."""
    account = find(request, key, EDIT)
    seller = verbs.seller_of(account)
    kind = plain(request.GET.get("kind"))
    form = FeedbackForm(request.POST or None, initial={"seller": seller.pk if seller else "", "kind": kind})
    back = reverse("account-handoff", args=[key])

    def write() -> Any:
        given = form.cleaned_data
        return verbs.write(
            account,
            given["kind"],
            given["words"],
            seller=member(given["seller"]),
            by=Actor.of(request.user),
            at=request.at,
        )

    if request.method == "POST" and form.is_valid() and attempt(form, write) is True:
        toasts.say(request, Text("Told to sales.", "営業へ伝えました。"))
        return HttpResponseRedirect(f"{back}#feedback")
    title = Text("Feedback to sales", "営業へのフィードバック")
    context = {"as_of": request.at, "title": title, "crumbs": [(account.name, back)], "form": form, "cancel_url": back}
    return render(request, "handoffs/form.html", context, status=422 if form.errors else 200)


def _one(request: MemberRequest, key: int, permission: Permission) -> Feedback:
    rows = Feedback.objects.for_member(request.user, permission).standing()
    found = rows.select_related("account", "author", "seller", "outcome_by").filter(pk=key).first()
    if found is None:
        raise Http404(f"feedback {key}")
    return found


@requires(VIEW)
def one(request: MemberRequest, key: int) -> HttpResponse:
    """One feedback: what was said, whether it was read, what came of it."""
    row = _one(request, key, VIEW)
    form = OutcomeForm(initial={"outcome": row.outcome, "words": row.outcome_words})
    return render(request, "handoffs/one_feedback.html", _context(request, row, form))


def _context(request: MemberRequest, row: Feedback, form: Any, outcome: Clash | bool = False) -> dict[str, Any]:
    version = row.version
    told, kind, came = said(row, common.may_read(request))
    return {
        "as_of": request.at,
        "row": told,
        "kind": kind,
        "outcome": came,
        "form": form if common.may(request, EDIT, row.account_id) else None,
        "version": version,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "is_mine": row.seller_id == request.user.pk,
        "may_retract": row.author_id == request.user.pk or request.user.role in (Role.ADMINISTRATOR, Role.HEAD),
        "crumbs": [
            (Text("Feedback to sales", "営業へのフィードバック"), reverse("handoff-feedback")),
            (row.account.name, reverse("account-handoff", args=[row.account_id])),
        ],
    }


@require_POST
@requires(EDIT)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Read it, follow what came of it, or take it back."""
    row, by = _one(request, key, EDIT), Actor.of(request.user)
    do = request.POST.get("do", "")
    if do == "read":
        verbs.read(row, by=by, at=request.at)
        toasts.say(request, Text("Marked as read.", "確認済みにしました。"))
    elif do == "retract":
        verbs.retract(row, by=by, at=request.at)
        toasts.say(request, Text("Taken back.", "取り消しました。"))
        return HttpResponseRedirect(reverse("account-handoff", args=[row.account_id]))
    elif do == "follow":
        return _follow(request, row)
    return HttpResponseRedirect(reverse("handoff-feedback-one", args=[key]))


def _follow(request: MemberRequest, row: Feedback) -> HttpResponse:
    form = OutcomeForm(request.POST)
    outcome: Clash | bool = False
    if form.is_valid():

        def save() -> Any:
            given = form.cleaned_data
            return verbs.follow(
                row, given["outcome"], words=given["words"], by=Actor.of(request.user), at=request.at,
                version=version_of(request.POST),
            )  # fmt: skip

        outcome = attempt(form, save, lambda: last_entry(references__kind="feedback", references__key=str(row.pk)))
        if outcome is True:
            toasts.say(request, SAVED)
            return HttpResponseRedirect(reverse("handoff-feedback-one", args=[row.pk]))
    return render(request, "handoffs/one_feedback.html", _context(request, row, form, outcome), status=422)


urlpatterns = [
    path("feedback", feedback, name="handoff-feedback"),
    path("feedback/export.<str:kind>", feedback_export, name="handoff-feedback-export"),
    path("feedback/<int:key>", one, name="handoff-feedback-one"),
    path("feedback/<int:key>/deed", deed, name="handoff-feedback-deed"),
    path("accounts/<int:key>/feedback/new", new, name="handoff-feedback-new"),
]
