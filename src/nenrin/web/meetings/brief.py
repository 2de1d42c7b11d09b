"""One page before a meeting: what changed since the last one, what was promised, people, use, last words, open tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language

from nenrin.customers.models import Account, Contact
from nenrin.customers.statuses import DecisionRole, word
from nenrin.foundation import format, organisation
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Entry
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.ingest.models import Answer
from nenrin.insight import explanation
from nenrin.insight.explanation import Explanation
from nenrin.insight.models import CurrentMeasure
from nenrin.values import Text
from nenrin.web import navigation, telling
from nenrin.web.components import Fact, Moment
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.meetings.listed import HIDDEN
from nenrin.web.meetings.one import find
from nenrin.web.plans import figures
from nenrin.web.plans.forms import ReviewForm
from nenrin.web.tasks.rows import lines, within
from nenrin.work import plans
from nenrin.work.models import Meeting, Promise, Touch

SHOWN = 6
#: Entries that are news for a meeting: what our own people did in between is not.
NEWS = (
    *("insight.", "ingest.ticket.", "ingest.answer.", "customers.subscription.", "customers.contact.left"),
    *("customers.contact.added", "customers.account.stage", "customers.touch."),
)
#: What use is told by, with its digits.
USED = {
    "weekly_active_users": 0,
    "active_user_share": 1,
    "feature_breadth": 0,
    "usage_trend": 1,
    "days_since_activity": 0,
}


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    title: str
    role: Text
    is_attending: bool
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's last words: of a meeting, a call, or a survey."""

    title: str
    words: str
    at: datetime
    who: str


@requires(Permission.MEETINGS_VIEW)
def brief(request: MemberRequest, key: int) -> HttpResponse:
    """A page to read in a minute, and to print."""
    meeting = find(request, key)
    may_read = visible(request.user, FieldClass.PERSONAL)
    people = list(meeting.attendees.select_related("contact", "member"))
    context: dict[str, Any] = {
        "as_of": request.at,
        "meeting": meeting,
        "title": meeting.title if may_read else HIDDEN,
        "may_read": may_read,
        "whole_day": day_of(meeting.starts_at, organisation.zone()) if meeting.is_all_day else None,
        "people": people if may_read else [],
        "crumbs": [(meeting.title if may_read else HIDDEN, reverse("meeting", args=[key]))],
    }
    reach = _reach(request, meeting.account) if meeting.account is not None else None
    if meeting.account is not None and reach is not None:
        there = {each.contact_id for each in people}
        context |= _of_account(request, meeting, meeting.account, may_read, there)
        if reach and context["plan"] is not None:
            context["review_form"] = ReviewForm(initial={"on": context["today"]})
    return render(request, "meetings/brief.html", context)


def _reach(request: MemberRequest, account: Account) -> bool | None:
    """Whether the viewer may change this account's plan; None: they do not see the account."""
    editable = Account.objects.for_member(request.user, Permission.PLANS_EDIT).filter(pk=OuterRef("pk"))
    rows = Account.objects.for_member(request.user, Permission.ACCOUNTS_VIEW).filter(pk=account.pk)
    return rows.annotate(may_edit=Exists(editable)).values_list("may_edit", flat=True).first()


def _of_account(
    request: MemberRequest, meeting: Meeting, account: Account, may_read: bool, there: set[int | None]
) -> dict[str, Any]:
    today = navigation.today(request)
    last = _last(meeting, request)
    since = day_of(last.happened_at, organisation.zone()) if last else None
    told = explanation.of(account.pk, None, since if since and since < today else None)
    return {
        "account": account,
        "last": last if may_read else None,
        "since": since,
        "told": told,
        "why": _why(told),
        "facts": _facts(account, today),
        "used": _used(account),
        "news": _news(account, last, request, may_read),
        "contacts": _contacts(there, account, request, today),
        "promises": _promises(account, request, may_read),
        "plan": _plan(account, request, may_read, today),
        "tasks": lines(within(request.user).filter(account=account, state="open")[:SHOWN], request.user, today),
        "said": _said(account, request) if may_read else [],
        "today": today,
    }


def _last(meeting: Meeting, request: MemberRequest) -> Touch | None:
    """The last time we spoke with them before this meeting."""
    spoken = Touch.objects.standing().filter(account=meeting.account, channel__in=("meeting", "call"))
    before = spoken.filter(happened_at__lt=min(meeting.starts_at, request.at))
    return before.exclude(meeting=meeting).first()


def _why(told: Explanation | None) -> list[tuple[Text, Text, float]]:
    """The bars that cost most, with what stands behind each."""
    if told is None:
        return []
    worst = sorted(told.rows, key=lambda row: -row.loss)[:4]
    return [(row.name, row.value, row.loss) for row in worst if row.loss >= 1]


def _facts(account: Account, today: date) -> list[Fact]:
    language = get_language() or "ja"
    plan = Text("The plan of the running subscription.", "契約中のプラン。")
    facts = [Fact(Text("Plan", "プラン"), account.plan_name or "—", meaning=plan)]
    for label, key, day in (
        (Text("Notice deadline", "更新拒絶期限日"), "notice_deadline", account.notice_on),
        (Text("Renewal", "更新"), "renewal", account.renewal_on),
    ):
        left = format.days_left((day - today).days, language) if day else ""
        facts.append(Fact(label, format.day(day, language) if day else "—", left, key=key))
    return facts


def _used(account: Account) -> list[tuple[str, str, date]]:
    """(measure, figure, as of) of how they use the product."""
    language = get_language() or "ja"
    rows = CurrentMeasure.objects.filter(account=account, measure__in=USED)
    found = {row.measure: row for row in rows}
    return [
        (key, _figure(key, found[key].value, language, digits), found[key].as_of)
        for key, digits in USED.items()
        if key in found
    ]


def _figure(key: str, value: float, language: str, digits: int) -> str:
    if key in ("active_user_share", "usage_trend"):
        return format.percent(value, language)
    return format.number(value, language, digits)


def _news(account: Account, last: Touch | None, request: MemberRequest, may_read: bool) -> list[Moment]:
    """What happened since we spoke, newest first."""
    if allowed(request.user, Permission.TIMELINE_VIEW) is None:
        return []
    wanted = Q()
    for prefix in NEWS:
        wanted |= Q(action__startswith=prefix)
    entries = Entry.objects.filter(wanted, account=account.pk, valid_at__lte=request.at).select_related("personal")
    if last is not None:
        entries = entries.filter(valid_at__gt=last.happened_at)
    return [_moment(entry, may_read) for entry in entries.order_by("-valid_at", "-pk")[: 2 * SHOWN]]


def _moment(entry: Entry, may_read: bool) -> Moment:
    part = getattr(entry, "personal", None) if may_read else None
    return Moment(telling.sentence(entry, part.payload if part else {}), entry.valid_at)


def _contacts(there: set[int | None], account: Account, request: MemberRequest, today: date) -> list[Person]:
    """Who is there, those of this meeting first; who left in the last 90 days."""
    if allowed(request.user, Permission.CONTACTS_VIEW) is None:
        return []
    lately = Q(left_on__isnull=True) | Q(left_on__gte=today - timedelta(days=90))
    rows = Contact.objects.filter(lately, account=account, archived_at__isnull=True).order_by("role", "name")[:50]
    found = [
        Person(row.name, row.title or row.department, word(DecisionRole(row.role)), row.pk in there, row.left_on)
        for row in rows
    ]
    return sorted(found, key=lambda person: (not person.is_attending, person.left_on is None))[: 2 * SHOWN]


def _promises(account: Account, request: MemberRequest, may_read: bool) -> list[Promise] | None:
    if allowed(request.user, Permission.HANDOFFS_VIEW) is None or not may_read:
        return None
    rows = Promise.objects.open().filter(account=account).select_related("owner").order_by("due_on", "pk")
    return list(rows[:SHOWN])


def _plan(account: Account, request: MemberRequest, may_read: bool, today: date) -> figures.Shown | None:
    """The plan that runs, with how far each objective is."""
    if allowed(request.user, Permission.PLANS_VIEW) is None or not may_read:
        return None
    found = plans.brief(account, today=today)
    return figures.shown(found.plan, found.progress, may_read=may_read) if found else None


def _said(account: Account, request: MemberRequest) -> list[Said]:
    """The last words of ours and theirs."""
    if allowed(request.user, Permission.TIMELINE_VIEW) is None:
        return []
    touches = Touch.objects.standing().filter(account=account).exclude(body="").select_related("author")[:3]
    found = [Said(each.title, each.body, each.happened_at, each.author.name if each.author else "") for each in touches]
    answers = Answer.objects.filter(account=account, retracted_at__isnull=True, answered_at__isnull=False)
    columns = ("survey", "score", "comment", "answered_at", "respondent")
    for survey, score, comment, at, who in (
        answers.exclude(comment="").order_by("-answered_at").values_list(*columns)[:1]
    ):
        found.append(Said(f"{survey.upper()} {score}", comment, at, who))
    return sorted(found, key=lambda said: said.at, reverse=True)


urlpatterns = [path("meetings/<int:key>/brief", brief, name="meeting-brief")]
