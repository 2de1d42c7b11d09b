"""The account's own pages: overview, health, usage, timeline. People and contracts have files of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Contact, Subscription
from nenrin.customers.statuses import OPEN, DecisionRole, word
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.insight import explanation, unused, usage
from nenrin.values import Money, Text
from nenrin.web import navigation
from nenrin.web.accounts import health as account_health
from nenrin.web.accounts import judgements, timeline
from nenrin.web.accounts import usage as account_usage
from nenrin.web.accounts.head import find, head
from nenrin.web.attachments import pages as files
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.risk import block as risk_block

PEOPLE_SHOWN = 6
LEFT_LATELY = timedelta(days=90)
ENTRIES_SHOWN = 8


@requires(Permission.ACCOUNTS_VIEW)
def overview(request: MemberRequest, key: int) -> HttpResponse:
    """Why the score is what it is, who is there, what happened last."""
    account = find(request, key)
    top = head(account, request, here="overview")
    told = explanation.of(account.pk, held=top.health.version) if top.health else None
    context = {
        "head": top,
        "as_of": top.health.at if top.health else request.at,
        "why": account_health.why(told, top) if told else None,
        "people": _people(request, key, top.today),
        "subscriptions": _subscriptions(request, key),
        "stream": _stream(request, key),
        "sees_tasks": allowed(request.user, Permission.TASKS_VIEW) is not None,
        "risk": risk_block.of(account, request),
    }
    return render(request, "account360/overview.html", context)


@requires(Permission.HEALTH_VIEW)
def health(request: MemberRequest, key: int) -> HttpResponse:
    """Every measure with value, points, weight and source; the trend; what people set by hand."""
    account = find(request, key, Permission.HEALTH_VIEW)
    top = head(account, request, here="health")
    context = {
        "head": top,
        "as_of": top.health.at if top.health else request.at,
        "risk": risk_block.of(account, request),
    }
    return render(request, "account360/health.html", context | account_health.page(account, top, request))


@requires(Permission.ACCOUNTS_VIEW)
def usage_page(request: MemberRequest, key: int) -> HttpResponse:
    """Users and features by week."""
    account = find(request, key)
    top = head(account, request, here="usage")
    used = usage.of(account.pk, top.today)
    return render(
        request,
        "account360/usage.html",
        {
            "head": top,
            "as_of": request.at,
            "used": account_usage.picture(used, account.seats),
        },
    )


@requires(Permission.ACCOUNTS_VIEW)
def unused_features(request: MemberRequest, key: int) -> HttpResponse:
    """What those like it use: a fragment, because four weeks of hundreds of accounts are read for it."""
    account = find(request, key)
    peers = unused.unused(account, navigation.today(request))
    return render(request, "account360/unused.html", {"unused": peers, "account": account, "as_of": request.at})


@requires(Permission.HEALTH_VIEW)
def next_features(request: MemberRequest, key: int) -> HttpResponse:
    """Features to introduce next, as actions with their evidence: a fragment, for the same reason."""
    account = find(request, key, Permission.HEALTH_VIEW)
    found = unused.introductions(account, navigation.today(request))
    return render(request, "account360/next_features.html", {"found": found, "account": account, "as_of": request.at})


@requires(Permission.ACCOUNTS_VIEW)
def recent_events(request: MemberRequest, key: int) -> HttpResponse:
    """The last events as they arrived: a fragment, because raw events are the one slow thing on the page."""
    account = find(request, key)
    today = navigation.today(request)
    rows = usage.recent(account.pk, until=today)
    shown = {"rows": rows, "may_read": visible(request.user, FieldClass.PERSONAL), "days": 30, "account": account}
    return render(request, "account360/recent_events.html", shown)


@requires(Permission.TIMELINE_VIEW)
def timeline_page(request: MemberRequest, key: int) -> HttpResponse:
    """The whole stream, by kind."""
    account = find(request, key, Permission.TIMELINE_VIEW)
    top = head(account, request, here="timeline")
    context = {
        "head": top,
        "as_of": request.at,
        "stream": timeline.stream(key, request.user, request.GET),
        "files": files.shown(account, request, may_edit=top.may_edit),
        "kinds": timeline.KINDS,
    }
    return render(request, "account360/timeline.html", context)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    title: str
    department: str
    role_name: Text
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Contract:
    plan_name: str
    mrr: Money
    starts_on: date
    ends_on: date
    notice_deadline: date | None


def _people(request: MemberRequest, key: int, today: date) -> list[Person] | None:
    """Who is there, and who left lately; None where the viewer may not read personal data."""
    if not allowed(request.user, Permission.CONTACTS_VIEW) or not visible(request.user, FieldClass.PERSONAL):
        return None
    lately = Q(left_on__isnull=True) | Q(left_on__gte=today - LEFT_LATELY)
    rows = Contact.objects.filter(lately, account=key, archived_at__isnull=True).order_by(
        F("left_on").desc(nulls_last=True), "role", "name"
    )
    columns = rows.values_list("name", "title", "department", "role", "left_on")[:PEOPLE_SHOWN]
    return [Person(name, title, room, word(DecisionRole(role)), left) for name, title, room, role, left in columns]


def _subscriptions(request: MemberRequest, key: int) -> list[Contract]:
    if not allowed(request.user, Permission.SUBSCRIPTIONS_VIEW):
        return []
    rows = Subscription.objects.filter(account=key, archived_at__isnull=True, status__in=OPEN).order_by("ends_on")
    columns = rows.values_list("plan__name", "mrr_minor", "currency", "term_from", "ends_on", "notice_deadline")
    return [
        Contract(plan or "—", Money(mrr, currency), begins, ends, deadline)
        for plan, mrr, currency, begins, ends, deadline in columns
    ]


def _stream(request: MemberRequest, key: int) -> timeline.Stream | None:
    if not allowed(request.user, Permission.TIMELINE_VIEW):
        return None
    return timeline.stream(key, request.user, request.GET, size=ENTRIES_SHOWN)


urlpatterns = [
    *judgements.urlpatterns,
    path("accounts/<int:key>", overview, name="account"),
    path("accounts/<int:key>/health", health, name="account-health"),
    path("accounts/<int:key>/usage", usage_page, name="account-usage"),
    path("accounts/<int:key>/usage/unused", unused_features, name="account-unused"),
    path("accounts/<int:key>/usage/next", next_features, name="account-next-features"),
    path("accounts/<int:key>/usage/events", recent_events, name="account-events"),
    path("accounts/<int:key>/timeline", timeline_page, name="account-timeline"),
]
