"""Subscriptions: all running contracts by deadline, and the forms for one."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers import fields as columns
from nenrin.customers import subscriptions as verbs
from nenrin.customers.errors import Refused
from nenrin.customers.models import Plan, Subscription
from nenrin.customers.statuses import OPEN, SubscriptionStatus, word
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.values import Money, Text
from nenrin.web import errors, exports, navigation, toasts
from nenrin.web.accounts.head import find
from nenrin.web.editing import Clash, attempt, day_field, last_entry, name_fields, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole

VIEW, EDIT = Permission.SUBSCRIPTIONS_VIEW, Permission.SUBSCRIPTIONS_EDIT
SORTS = {
    "account": "account__name",
    "plan": "plan__name",
    "status": "status",
    "mrr": "mrr_minor",
    "seats": "seats",
    "starts": "starts_on",
    "renewal": "ends_on",
    "notice": "notice_deadline",
}


@requires(VIEW)
def subscriptions(request: MemberRequest) -> HttpResponse:
    """Contracts of accounts in the viewer's scope, the nearest notice deadline first."""
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "notice")
    page, today = page_of(ordered(rows, sort, SORTS), request), navigation.today(request)
    context = {
        "as_of": request.at,
        "page": page,
        "lines": [line(row, today) for row in page.object_list],
        "sort": sort,
        "filters": filters,
        "states": [(state.value, word(state)) for state in SubscriptionStatus],
        "has_filters": any(filters.values()),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_import": allowed(request.user, Permission.IMPORT) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "subscriptions/list.html", context)


def line(row: Subscription, today: Any) -> dict[str, Any]:
    """What a row of contracts shows."""
    is_ahead = row.notice_deadline is not None and row.status == SubscriptionStatus.ACTIVE
    return {
        "row": row,
        "state": word(SubscriptionStatus(row.status)),
        "mrr": Money(row.mrr_minor, row.currency),
        "days": (row.notice_deadline - today).days if is_ahead and row.notice_deadline else None,
        "last_day": row.ends_on - timedelta(days=1),
        "period": period(row),
    }


def period(row: Subscription) -> Text:
    """The notice period in words."""
    months, days = row.notice_months, row.notice_days
    parts = [(f"{months} month{'s' * (months != 1)}", f"{months}か月")] if months else []
    parts += [(f"{days} day{'s' * (days != 1)}", f"{days}日")] if days else []
    if not parts:
        return Text("until the term ends", "契約満了まで")
    en, ja = " and ".join(part[0] for part in parts), "と".join(part[1] for part in parts)
    return Text(f"{en} before the term ends", f"契約満了の{ja}前まで")


def _asked(request: MemberRequest) -> tuple[Any, dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in ("q", "status", "notice")}
    rows = Subscription.objects.for_member(request.user, VIEW).standing().select_related("account", "plan__product")
    if filters["q"]:
        rows = rows.filter(account__search__contains=normal(filters["q"]))
    rows = rows.filter(status=filters["status"]) if filters["status"] else rows.filter(status__in=OPEN)
    days = whole(filters["notice"], 3660)
    if days is not None:
        today = navigation.today(request)
        rows = rows.filter(notice_deadline__range=(today, today + timedelta(days=days)))
    return rows, filters


_EXPORTED = (
    *("status", "signed_on", "starts_on", "term_from", "ends_on", "term_months", "renewals", "auto_renews"),
    *("notice_deadline", "noticed_on", "ended_on", "end_reason", "currency", "mrr_minor", "seats"),
    *("list_minor", "discount_until", "committed_minor", "billed_to", "is_ramp", "is_credit"),
)


@requires(Permission.EXPORT)
def subscriptions_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file."""
    rows, filters = _asked(request)
    rows = rows.filter(pk__in=Subscription.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    base = Subscription.objects.select_related("account", "plan")

    def lines() -> Any:
        for chunk in exports.chunks(rows.order_by("pk"), base):
            for row in chunk:
                yield [
                    row.pk,
                    row.account.name,
                    row.plan.name if row.plan else "",
                    *(getattr(row, n) for n in _EXPORTED),
                ]

    exports.note(request, "subscription", rows.count(), filters)
    return exports.answer(kind, "subscriptions", ["id", "account", "plan", *_EXPORTED], lines(), request.at)


_AMOUNTS = ("list_minor", "committed_minor")
_MONTH_AMOUNT = re.compile(r"\d{4}-\d{2} \d{1,12}(\.\d{1,3})?", re.ASCII)


class SubscriptionForm(forms.Form):
    """Amounts in major units of the currency; what they may hold is the verb's to say."""

    plan = forms.ModelChoiceField(
        label=_("Plan"),
        queryset=Plan.objects.filter(archived_at__isnull=True).select_related("product"),
        required=False,
    )
    starts_on = day_field(_("Starts on"), required=True)
    term_months = forms.IntegerField(label=_("Term (months)"), min_value=1, max_value=240)
    ends_on = day_field(_("Renewal"), help_text=_("Only where the running term has a length of its own"))
    auto_renews = forms.BooleanField(label=_("Renews by itself"), required=False)
    notice_months = forms.IntegerField(label=_("Notice (months)"), min_value=0, max_value=36)
    notice_days = forms.IntegerField(label=_("Notice (days)"), min_value=0, max_value=1100)
    notice_deadline = day_field(_("Notice deadline"), help_text=_("Only where the contract names the date itself"))
    mrr = forms.DecimalField(label=_("MRR"), max_digits=15, decimal_places=3, help_text=_("A month, without tax"))
    seats = forms.IntegerField(label=_("Seats"), min_value=0, max_value=2**31 - 1)
    currency = forms.CharField(label=_("Currency"), max_length=3)
    signed_on = day_field(_("Signed on"))
    list_minor = forms.DecimalField(
        min_value=0, max_digits=15, decimal_places=3, required=False,
        help_text=_("A month before a discount that ends; MRR above is the discounted price"),
    )  # fmt: skip
    discount_until = day_field(
        "", help_text=_("The last day of the discount; from the next day on the list price holds")
    )
    committed_minor = forms.DecimalField(
        min_value=0, max_digits=15, decimal_places=3, required=False,
        help_text=_("A month, beside the price; 0 without metered usage"),
    )  # fmt: skip
    metered = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Billed beside the price, one month a line, as in 2026-05 1200"),
    )  # fmt: skip
    billed_to = day_field("", help_text=_("The first day not billed, where the service ends later"))
    is_ramp = forms.BooleanField(
        required=False, help_text=_("The price steps of the first term were agreed as one deal")
    )
    is_credit = forms.BooleanField(required=False, help_text=_("A reduction: its amount is below zero"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_fields(self, columns.SUBSCRIPTION)

    def given(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        currency = str(values["currency"]).strip().upper()
        values["mrr_minor"] = Money.of(values.pop("mrr"), currency).minor
        for name in _AMOUNTS:
            values[name] = Money.of(values[name] or Decimal(0), currency).minor
        values["metered"] = self._metered(currency)
        return values

    def clean_metered(self) -> str:
        text = str(self.cleaned_data["metered"])
        for line in text.splitlines():
            words = line.replace(",", "").split()
            if words and (len(words) != 2 or not _MONTH_AMOUNT.fullmatch(" ".join(words))):
                raise forms.ValidationError(_("Not a month and an amount: %(line)s"), params={"line": line[:60]})
        return text

    def _metered(self, currency: str) -> dict[str, int | None]:
        """The months of the text; those that it no longer has are taken back."""
        lines = [line.replace(",", "").split() for line in self.cleaned_data["metered"].splitlines()]
        told = {words[0]: Money.of(Decimal(words[1]), currency).minor for words in lines if words}
        held = str(self.initial.get("metered") or "").splitlines()
        return {**dict.fromkeys((line.split()[0] for line in held), None), **told}


@requires(EDIT)
def new(request: MemberRequest, account: int) -> HttpResponse:
    """Sign a contract for an account."""
    company = find(request, account, EDIT)
    start = navigation.today(request)
    initial = {
        "starts_on": start,
        "term_months": 12,
        "auto_renews": True,
        "notice_months": 1,
        "notice_days": 0,
        "seats": 0,
    }
    form = SubscriptionForm(request.POST or None, initial={**initial, "mrr": 0, "currency": company.currency})
    back = reverse("account-contracts", args=[account])

    def sign() -> None:
        given = {name: value for name, value in form.given().items() if value is not None}
        verbs.sign(company, by=Actor.of(request.user), at=request.at, **given)

    if request.method == "POST" and form.is_valid() and attempt(form, sign) is True:
        toasts.say(request, Text("Subscription signed.", "契約を登録しました。"))
        return HttpResponseRedirect(back)
    title, crumbs = Text("Add a subscription", "契約を追加する"), [(company.name, back)]
    context = {"as_of": request.at, "title": title, "crumbs": crumbs, "form": form, "cancel_url": back}
    return render(request, "subscriptions/form.html", context)


def _one(request: MemberRequest, key: int) -> Subscription:
    rows = Subscription.objects.for_member(request.user, EDIT).select_related("account", "plan")
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404(f"subscription {key}")
    return found


@requires(EDIT)
def subscription(request: MemberRequest, key: int) -> HttpResponse:
    """Edit a contract; notice, end and archive below."""
    row = _one(request, key)
    form = SubscriptionForm(request.POST or None, initial=_initial(row))
    back = reverse("account-contracts", args=[row.account_id])
    outcome: Clash | bool = False

    def change() -> None:
        given = {
            name: value for name, value in form.given().items() if name in form.changed_data or name == "mrr_minor"
        }
        verbs.change(row, by=Actor.of(request.user), at=request.at, version=version_of(request.POST), **given)

    if request.method == "POST" and form.is_valid():
        outcome = attempt(form, change, lambda: last_entry(references__kind="subscription", references__key=str(key)))
        if outcome is True:
            toasts.say(request, Text("Saved.", "保存しました。"))
            return HttpResponseRedirect(back)
    context = {
        "as_of": request.at,
        "title": Text("Edit the subscription", "契約を編集する"),
        "crumbs": [(row.account.name, back)],
        "form": form,
        "row": row,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "version": row.version,
        "cancel_url": back,
        "today": navigation.today(request),
    }
    return render(request, "subscriptions/form.html", context)


def _initial(row: Subscription) -> dict[str, Any]:
    same = (
        "plan",
        "starts_on",
        "term_months",
        "ends_on",
        "auto_renews",
        "notice_months",
        "notice_days",
        "seats",
        "currency",
        "discount_until",
        "billed_to",
        "is_ramp",
        "is_credit",
    )
    stands = {name: getattr(row, name) for name in (*same, "signed_on")}
    stands |= {name: Money(getattr(row, name), row.currency).major or None for name in _AMOUNTS}
    months = row.metered.items()
    stands["metered"] = "\n".join(f"{month} {Money(minor, row.currency).major}" for month, minor in months)
    deadline = row.notice_deadline if row.notice_is_explicit else None
    return {**stands, "notice_deadline": deadline, "mrr": _major(row)}


def _major(row: Subscription) -> Decimal:
    return Money(row.mrr_minor, row.currency).major


class DeedForm(forms.Form):
    on = forms.DateField(required=False)
    reason = forms.CharField(required=False, max_length=200)


@require_POST
@requires(EDIT)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Notice, its withdrawal, an end, archiving."""
    row, by, form = _one(request, key), Actor.of(request.user), DeedForm(request.POST)
    on = form.cleaned_data["on"] if form.is_valid() and form.cleaned_data["on"] else navigation.today(request)
    reason = form.cleaned_data.get("reason", "")
    deeds = {
        "notice": lambda: verbs.give_notice(row, on=on, reason=reason, by=by, at=request.at),
        "withdraw": lambda: verbs.withdraw_notice(row, by=by, at=request.at),
        "end": lambda: verbs.end(row, on=on, reason=reason, by=by, at=request.at),
        "archive": lambda: verbs.archive(row, by=by, at=request.at),
        "restore": lambda: verbs.restore(row, by=by, at=request.at),
    }
    wanted = deeds.get(request.POST.get("do", ""))
    if wanted is None:
        return errors.refused(request, Text("No such step for a contract.", "契約にその操作はありません。"))
    try:
        wanted()
        toasts.say(request, Text("Saved.", "保存しました。"))
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
    return HttpResponseRedirect(reverse("account-contracts", args=[row.account_id]))


urlpatterns = [
    path("subscriptions", subscriptions, name="subscriptions"),
    path("subscriptions/export.<str:kind>", subscriptions_export, name="subscriptions-export"),
    path("subscriptions/<int:key>", subscription, name="subscription"),
    path("subscriptions/<int:key>/deed", deed, name="subscription-deed"),
    path("accounts/<int:account>/contracts/new", new, name="subscription-new"),
]
