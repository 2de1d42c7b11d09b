"""How much time a member has, and who stands in for them while they are away."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_POST

from nenrin.customers import capacities, deputies
from nenrin.customers.errors import Refused
from nenrin.customers.models import Capacity, Deputy
from nenrin.customers.models.capacity import MINUTES_A_DAY, WHOLE
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.roles import NAMES
from nenrin.values import Text
from nenrin.web import exports, navigation, toasts
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain

ASSIGN = Permission.ACCOUNTS_ASSIGN
STATED = ("customers.capacity.stated", "customers.capacity.shared")
SORTS = {"member": "member__name", "deputy": "deputy__name", "from": "from_on", "until": "until_on"}
SPANS: dict[str, Text] = {
    "": Text("Now and later", "現在と今後"),
    "now": Text("Now", "現在"),
    "over": Text("Over or taken back", "終了分"),
}
HEADS = (
    Text("Away", "不在の担当"), Text("Stands in", "代理"), Text("From the day", "開始日"), Text("Back on", "復帰日"),
    Text("Taken back at", "終了日時"),
)  # fmt: skip


class CapacityForm(forms.Form):
    """`share_percent` left empty is the whole; `other_role` is a role's name or words."""

    minutes_a_day = forms.IntegerField(
        label=gettext_lazy("Minutes a business day for accounts"), min_value=0, max_value=capacities.MOST_MINUTES,
        help_text=gettext_lazy("As if all of the working time were for customer success."),
    )  # fmt: skip
    share_percent = forms.IntegerField(
        label=gettext_lazy("Share of the working time for customer success (%)"), min_value=0, max_value=WHOLE, required=False,
        help_text=gettext_lazy("Empty: 100. The minutes above count by this share: 40 leaves 120 of 300."),
    )  # fmt: skip
    other_role = forms.CharField(
        label=gettext_lazy("Other role"), max_length=capacities.MOST_WORDS, required=False,
        help_text=gettext_lazy("What the rest of the time is for: a role such as sales, or a few words."),
        widget=forms.TextInput({"list": "roles", "autocomplete": "off"}),
    )  # fmt: skip
    most_accounts = forms.IntegerField(
        label=gettext_lazy("Accounts at most"), min_value=0, max_value=100_000, required=False,
        help_text=gettext_lazy("Empty: time alone decides."),
    )  # fmt: skip

    def clean_share_percent(self) -> int:
        said = self.cleaned_data["share_percent"]
        return WHOLE if said is None else said


class DeputyForm(forms.Form):
    """`member` is oneself where one may not speak for others."""

    member = forms.ModelChoiceField(label=gettext_lazy("Away"), queryset=Member.objects.none())
    deputy = forms.ModelChoiceField(label=gettext_lazy("Stands in"), queryset=Member.objects.none())
    from_on = forms.DateField(label=gettext_lazy("From the day"), widget=forms.DateInput({"type": "date"}))
    until_on = forms.DateField(
        label=gettext_lazy("Back on"), widget=forms.DateInput({"type": "date"}),
        help_text=gettext_lazy("The first day on which the accounts are seen to as usual."),
    )  # fmt: skip

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybody = Member.objects.filter(is_active=True).order_by("name")
        of = everybody if allowed(viewer, ASSIGN) else everybody.filter(pk=viewer.pk)
        self.fields["member"].queryset = of  # type: ignore[attr-defined]
        self.fields["deputy"].queryset = everybody  # type: ignore[attr-defined]


@requires(ASSIGN)
def capacity(request: MemberRequest, key: int) -> HttpResponse:
    """How much time a member has for accounts, and what else they do."""
    member = Member.objects.filter(pk=key, is_active=True).first()
    if member is None:
        raise Http404
    stands = Capacity.objects.filter(member=member).first()
    language = get_language() or "ja"
    initial = {"minutes_a_day": MINUTES_A_DAY, "share_percent": WHOLE} if stands is None else {
        "minutes_a_day": stands.minutes_a_day, "most_accounts": stands.most_accounts, "share_percent": stands.share_percent,
        "other_role": capacities.role_words(stands.other_role).in_(language),
    }  # fmt: skip
    form = CapacityForm(request.POST or None, initial=initial)
    outcome: Clash | bool = False
    if request.method == "POST" and form.is_valid():
        outcome = _stated(request, member, form)
        if outcome is True:
            toasts.say(request, Text(f"Saved for {member.name}.", f"{member.name}の対応余力を保存しました。"))
            return HttpResponseRedirect(reverse("team-day"))
    load, roles = capacities.loads([member.pk])[member.pk], [name.in_(language) for name in NAMES.values()]
    version = version_of(request.POST) if request.method == "POST" else stands.version if stands else 0
    context = {
        "form": form, "member": member, "load": load, "roles": roles, "as_of": request.at, "version": version,
        "clash": outcome if isinstance(outcome, Clash) else None,
    }  # fmt: skip
    is_refused = form.errors or isinstance(outcome, Clash)
    return render(request, "team_day/capacity.html", context, status=422 if is_refused else 200)


def _stated(request: MemberRequest, member: Member, form: CapacityForm) -> Clash | bool:
    by, version = Actor.of(request.user), version_of(request.POST)
    return attempt(
        form,
        lambda: capacities.state(member, by=by, at=request.at, version=version, **form.cleaned_data),
        lambda: last_entry(references__kind="member", references__key=str(member.pk), action__in=STATED),
    )


def _faulted(request: MemberRequest, form: forms.Form, refused: Refused) -> None:
    for fault in refused.faults:
        form.add_error(fault.field if fault.field in form.fields else None, fault.text.in_(request.user.language))


@requires(Permission.TASKS_EDIT)
def deputy_list(request: MemberRequest) -> HttpResponse:
    """Who is away now and later, and who stands in; members set their own, whoever leads everybody's."""
    today = navigation.today(request)
    form = DeputyForm(request.POST or None, viewer=request.user, initial={"member": request.user.pk, "from_on": today})
    if request.method == "POST" and form.is_valid() and _appointed(request, form):
        return HttpResponseRedirect(reverse("deputies"))
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "from")
    page = page_of(ordered(rows, sort, SORTS), request)
    context = {
        "page": page,
        "rows": [(row, _may_end(request, row)) for row in page.object_list],
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "spans": SPANS.items(),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "form": form,
        "today": today,
        "as_of": request.at,
    }
    return render(request, "team_day/deputies.html", context, status=422 if form.errors else 200)


def _asked(request: MemberRequest) -> tuple[QuerySet[Deputy], dict[str, str]]:
    """Absences by colleague, now and later unless those that are over are asked for."""
    filters = {name: plain(request.GET.get(name)) for name in ("q", "span")}
    today, rows = navigation.today(request), Deputy.objects.select_related("member", "deputy")
    stands, over = Q(ended_at__isnull=True, until_on__gt=today), filters["span"] == "over"
    rows = rows.exclude(stands) if over else rows.filter(stands)
    if filters["span"] == "now":
        rows = rows.filter(from_on__lte=today)
    if filters["q"]:
        rows = rows.filter(Q(member__name__icontains=filters["q"]) | Q(deputy__name__icontains=filters["q"]))
    return rows, filters


@requires(Permission.EXPORT)
def deputies_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order, for who may see it."""
    rows, filters = _asked(request)
    rows = ordered(rows, chosen_sort(request, SORTS, "from"), SORTS)
    rows = rows if allowed(request.user, Permission.TASKS_EDIT) else rows.none()
    language = exports.language()
    lines = [
        [row.member.name, row.deputy.name, row.from_on, row.until_on, row.ended_at.isoformat() if row.ended_at else ""]
        for row in rows
    ]
    exports.note(request, "deputy", len(lines), filters)
    return exports.answer(kind, "deputies", [head.in_(language) for head in HEADS], lines, request.at)


def _appointed(request: MemberRequest, form: DeputyForm) -> bool:
    said: dict[str, Any] = dict(form.cleaned_data)
    member, deputy = said.pop("member"), said.pop("deputy")
    days: dict[str, date] = said
    try:
        deputies.appoint(member, deputy, by=Actor.of(request.user), at=request.at, **days)
    except Refused as refused:
        _faulted(request, form, refused)
        return False
    toasts.say(
        request,
        Text(f"{deputy.name} stands in for {member.name}.", f"{deputy.name}が{member.name}の代理になりました。"),
    )
    return True


def _may_end(request: MemberRequest, row: Deputy) -> bool:
    return row.member_id == request.user.pk or allowed(request.user, ASSIGN) is not None


@require_POST
@requires(Permission.TASKS_EDIT)
def end_deputy(request: MemberRequest, key: int) -> HttpResponse:
    """Take a deputy back: one's own, or anybody's for whoever leads."""
    row = Deputy.objects.filter(pk=key).first()
    if row is None or not _may_end(request, row):
        raise Http404
    deputies.end(row, by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text("The deputy was taken back.", "代理を終了しました。"))
    return HttpResponseRedirect(reverse("deputies"))


urlpatterns = [
    path("team-day/members/<int:key>/capacity", capacity, name="team-day-capacity"),
    path("deputies", deputy_list, name="deputies"),
    path("deputies/export.<str:kind>", deputies_export, name="deputies-export"),
    path("deputies/<int:key>/end", end_deputy, name="deputy-end"),
]
