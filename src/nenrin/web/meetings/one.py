"""One meeting: read, plan, change, move, cancel, write down what was said."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation import format, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Entry
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.web import telling, toasts
from nenrin.web.attachments import pages as files
from nenrin.web.components import Fact, Moment
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain, whole
from nenrin.web.meetings.forms import MeetingForm, standing
from nenrin.web.meetings.listed import HIDDEN
from nenrin.web.tasks.accounts import offered
from nenrin.web.tasks.deeds import plain_text
from nenrin.web.tasks.one import back_to
from nenrin.work import meetings, touches
from nenrin.work.models import AgendaTemplate, Meeting
from nenrin.work.models.meeting import STATES, State

VIEW, EDIT = Permission.MEETINGS_VIEW, Permission.MEETINGS_EDIT


@requires(VIEW)
def meeting(request: MemberRequest, key: int) -> HttpResponse:
    """When, where, who, about what; and afterwards what was said."""
    row = find(request, key)
    may_read, may_edit = visible(request.user, FieldClass.PERSONAL), editable(request, key)
    context = {
        "as_of": request.at,
        "meeting": row,
        "title": row.title if may_read else HIDDEN,
        "facts": _facts(row),
        "people": list(row.attendees.select_related("contact", "member")) if may_read else [],
        "may_read": may_read,
        "may_edit": may_edit,
        "has_begun": row.starts_at <= request.at,
        "files": files.shown(row, request, may_edit=may_edit),
        "history": _history(key, may_read),
        "crumbs": [(row.account.name, reverse("account", args=[row.account_id]))] if row.account else [],
    }
    return render(request, "meetings/meeting.html", context)


@requires(EDIT)
def new(request: MemberRequest) -> HttpResponse:
    """Plan a meeting; an account and an agenda in the address are filled in."""
    account = _account(request)
    form = MeetingForm(request.POST or None, initial=_beginning(request, account), member=request.user, of=account)
    made: list[Meeting] = []

    def plan() -> None:
        words, (begins, ends) = form.words(), form.times()
        made.append(
            meetings.plan(words.pop("account"), words.pop("title"), starts_at=begins, ends_at=ends, owner=request.user,
                          by=Actor.of(request.user), at=request.at, **words, **form.people())
        )  # fmt: skip

    if request.method == "POST" and form.is_valid() and attempt(form, plan) is True:
        toasts.say(request, Text("Meeting planned.", "打ち合わせを登録しました。"))
        return HttpResponseRedirect(back_to(request, reverse("meeting", args=[made[0].pk])))
    context = {
        "as_of": request.at,
        "title": Text("Plan a meeting", "打ち合わせを予定する"),
        "form": form,
        "cancel_url": back_to(request, reverse("meetings")),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "agendas": AgendaTemplate.objects.filter(archived_at__isnull=True),
        "accounts": offered(request.user, EDIT),
    }
    return render(request, "meetings/form.html", context, status=422 if form.errors else 200)


@requires(EDIT)
def edit(request: MemberRequest, key: int) -> HttpResponse:
    """Change what is planned: words, time, people."""
    row = find(request, key, EDIT)
    form = MeetingForm(request.POST or None, initial=standing(row), member=request.user, of=row.account)
    outcome: Clash | bool = False

    def change() -> None:
        by, at = Actor.of(request.user), request.at
        meetings.change(row, by=by, at=at, version=version_of(request.POST), **form.words())
        if row.state == State.PLANNED:
            meetings.move(row, *form.times(), by=by, at=at)
        meetings.invite(row, by=by, at=at, **form.people())

    if request.method == "POST" and form.is_valid():
        outcome = attempt(form, change, lambda: last_entry(references__kind="meeting", references__key=str(key)))
        if outcome is True:
            toasts.say(request, Text("Saved.", "保存しました。"))
            return HttpResponseRedirect(reverse("meeting", args=[key]))
    context = {
        "as_of": request.at,
        "title": row.title,
        "form": form,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "version": row.version,
        "cancel_url": reverse("meeting", args=[key]),
        "accounts": offered(request.user, EDIT),
    }
    return render(request, "meetings/form.html", context, status=422 if form.errors else 200)


@require_POST
@requires(EDIT)
def deed(request: MemberRequest, key: int, do: str) -> HttpResponse:
    """Write down what was said, cancel, restore."""
    row, by = find(request, key, EDIT), Actor.of(request.user)
    undo_url, words = "", Text("Nothing was changed.", "変更はありません。")
    try:
        if do == "hold":
            notes, minutes = (
                plain_text(request.POST.get("notes"), touches.MOST_WORDS),
                whole(request.POST.get("minutes"), 1440),
            )
            meetings.hold(row, notes, minutes=minutes, by=by, at=request.at, version=version_of(request.POST))
            words = Text("Written into the timeline.", "タイムラインに記録しました。")
        elif do == "cancel":
            meetings.cancel(row, plain(request.POST.get("reason"), 500), by=by, at=request.at)
            words, undo_url = Text("Cancelled.", "中止にしました。"), reverse("meeting-deed", args=[key, "restore"])
        elif do == "restore":
            meetings.restore(row, by=by, at=request.at)
            words = Text("It takes place.", "予定に戻しました。")
    except Refused as refused:
        said = refused.faults[0].text.in_(get_language() or "ja")
        words = Text(f"Nothing was changed: {said}.", f"変更されていません: {said}")
    except Conflict:
        return _clashed(request, row)
    toasts.say(request, words, undo_url=undo_url)
    return HttpResponseRedirect(back_to(request, reverse("meeting", args=[key])))


def _clashed(request: MemberRequest, row: Meeting) -> HttpResponse:
    """Somebody else wrote meanwhile: both stand side by side, and nothing typed is lost."""
    mine = plain_text(request.POST.get("notes"), touches.MOST_WORDS)
    context = {"as_of": request.at, "meeting": row, "mine": mine, "title": row.title}
    return render(request, "meetings/clash.html", context, status=409)


def find(request: MemberRequest, key: int, permission: Permission = VIEW) -> Meeting:
    """The meeting within the viewer's scope; a 404 otherwise."""
    rows = Meeting.objects.for_member(request.user, permission).select_related("account", "owner", "touch", "calendar")
    return get_object_or_404(rows, pk=key)


def editable(request: MemberRequest, key: int) -> bool:
    """May the viewer change this one?"""
    if allowed(request.user, EDIT) is None:
        return False
    return Meeting.objects.for_member(request.user, EDIT).filter(pk=key).exists()


def _account(request: MemberRequest) -> Account | None:
    key = whole(request.GET.get("account"))
    if key is None:
        return None
    found = Account.objects.for_member(request.user, EDIT).filter(pk=key).first()
    if found is None:
        raise Http404(f"account {key}")
    return found


def _beginning(request: MemberRequest, account: Account | None) -> dict[str, Any]:
    filled: dict[str, Any] = {"members": [str(request.user.pk)], "account": account.name if account else ""}
    name = plain(request.GET.get("agenda"), 60)
    row = AgendaTemplate.objects.filter(key=name, archived_at__isnull=True).first() if name else None
    if row is not None:
        filled |= {
            "title": row.title or row.name,
            "agenda": row.agenda,
            **({"minutes": row.minutes} if row.minutes else {}),
        }
    return filled


def _facts(row: Meeting) -> list[Fact]:
    language, zone = get_language() or "ja", organisation.zone()
    local, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    clock = Text("All day", "終日") if row.is_all_day else f"{local:%H:%M} – {end:%H:%M}"
    return [
        Fact(Text("Day", "日付"), format.day(local.date(), language, "long"), meaning=MEANT["time"]),
        Fact(
            Text("Time", "時間"),
            clock,
            format.duration((row.ends_at - row.starts_at).total_seconds(), language),
            meaning=MEANT["time"],
        ),
        Fact(
            Text("State", "状態"),
            STATES[State(row.state)],
            row.calendar.name if row.calendar else "",
            meaning=MEANT["state"],
        ),
        Fact(Text("Held by", "主催"), row.owner.name if row.owner else "—", meaning=MEANT["owner"]),
    ]


#: What the figures under a meeting's head mean.
MEANT = {
    "time": Text("In the organisation's time zone.", "組織のタイムゾーンでの日時。"),
    "state": Text(
        "Planned until what was said is written down, or it is cancelled; beside it the calendar from which it came.",
        "記録するか中止するまでは予定。横は取り込み元のカレンダー。",
    ),
    "owner": Text("The colleague in whose day it stands.", "予定を主催するメンバー。"),
}


def _history(key: int, may_read: bool) -> list[Moment]:
    entries = Entry.objects.filter(references__kind="meeting", references__key=str(key))
    return [_moment(entry, may_read) for entry in entries.select_related("personal").order_by("-pk")[:30]]


def _moment(entry: Entry, may_read: bool) -> Moment:
    part = getattr(entry, "personal", None) if may_read else None
    words = part.payload if part else {}
    return Moment(telling.sentence(entry, words), entry.recorded_at, by=str(entry.particulars.get("by", "")))


urlpatterns = [
    path("meetings/new", new, name="meeting-new"),
    path("meetings/<int:key>", meeting, name="meeting"),
    path("meetings/<int:key>/edit", edit, name="meeting-edit"),
    path("meetings/<int:key>/do/<slug:do>", deed, name="meeting-deed"),
]
