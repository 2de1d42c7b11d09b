"""One project: how it stands, its steps over days, whose turn it is, what lacks for closing, what was said and sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language

from nenrin.customers.models import Account, Contact
from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Money, Text
from nenrin.web import navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.onboarding import common, lines, reading
from nenrin.work import file_kinds
from nenrin.work.models import OnboardingFile, OnboardingLink, OnboardingPolicy, OnboardingProject
from nenrin.work.models.onboarding import Standing, State
from nenrin.work.models.onboarding_template import COMPLETIONS, Completion
from nenrin.work.onboarding import closing, criteria, links, messages, policies, projects

_TURN = Text(
    "Whose steps can be worked on now: ours, the customer's, both; nobody where all that is open waits or is on hold.",
    "いま進められるステップの担当。前提待ちや保留だけが残る場合は「なし」。",
)
_FORECAST = Text(
    "When it would end if every open step takes its planned business days from today on.",
    "未完了のステップが今日から予定の営業日数で進んだ場合の完了日。",
)


@requires(common.VIEW)
def project(request: MemberRequest, key: int) -> HttpResponse:
    """The whole page."""
    found = common.find(request, key)
    return render(request, "onboarding/project.html", context(request, found))


@requires(common.EDIT)
def manage(request: MemberRequest, key: int) -> HttpResponse:
    """Who leads it; pausing and cancelling."""
    found = common.find(request, key, common.EDIT)
    given = {
        "as_of": request.at, "project": found, "leads": Member.objects.filter(is_active=True).order_by("name"),
        "end_reasons": projects.END_REASONS.items(), "title": Text("Lead, pause, cancel", "担当・一時停止・中止"),
        "crumbs": [
            (Text("Onboarding", "オンボーディング"), reverse("onboarding")),
            (f"{found.account.name} {found.name}", reverse("onboarding-project", args=[key])),
        ],
    }  # fmt: skip
    return render(request, "onboarding/manage.html", given)


def context(request: MemberRequest, found: OnboardingProject) -> dict[str, Any]:
    """Ten queries, besides who asks."""
    today, language = navigation.today(request), get_language() or "ja"
    policy = policies.current()
    steps = list(found.steps.select_related("assignee", "contact").order_by("position"))
    files = list(OnboardingFile.objects.filter(project=found, removed_at__isnull=True).select_related("member"))
    read = reading.read(found, steps, files, today, language)
    may_edit = _may_edit(request, found)
    reads = common.may_read(request)
    [line] = lines.of([found], today)
    return {
        "as_of": request.at,
        "project": found,
        "line": line,
        "read": read,
        "facts": _facts(found, line, policy, request),
        "crumbs": [(Text("Onboarding", "オンボーディング"), reverse("onboarding"))],
        "may_edit": may_edit,
        "reads": reads,
        "may_see_costs": allowed(request.user, Permission.COSTS_VIEW) is not None,
        "cost": Money(read.cost_minor, request.organisation.currency) if read.cost_minor is not None else None,
        "lacking": closing.missing(found) if found.is_live else [],
        "needs_reason": found.is_live and found.first_value_on is None and policy.completion == Completion.UNAIDED,
        "completion": COMPLETIONS[Completion(policy.completion)],
        "first_value": _first_value(found),
        "messages_shown": messages.of(found) if reads else None,
        "files": files if reads else [],
        "accept": ",".join(f".{ending}" for ending in file_kinds.ENDINGS),
        **(_portal(request, found) if may_edit and reads else {}),
    }


def _may_edit(request: MemberRequest, found: OnboardingProject) -> bool:
    scope = allowed(request.user, common.EDIT)
    if scope is None or scope is Scope.ALL:
        return scope is not None
    return Account.objects.for_member(request.user, common.EDIT).filter(pk=found.account_id).exists()


def _portal(request: MemberRequest, found: OnboardingProject) -> dict[str, Any]:
    """Links with their contacts, and who could be given one; in a demo the address itself, where it is no secret."""
    rows = list(OnboardingLink.objects.filter(project=found).select_related("contact").order_by("-pk")[:20])
    people = Contact.objects.filter(account=found.account_id, archived_at__isnull=True, left_on__isnull=True)
    shown = [(row, _state(row, request), links.last_day(row)) for row in rows]
    return {
        "links": shown,
        "people": list(people.order_by("name")[:200]),
        "demo_url": _demo_url(request, found, rows),
    }


def _state(row: OnboardingLink, request: MemberRequest) -> Text:
    if row.revoked_at:
        return Text("revoked", "無効")
    if row.contact.left_on or row.contact.archived_at:
        return Text("closed: the contact is gone", "無効（担当者の退職・削除）")
    if row.expires_at <= request.at:
        return Text("ended", "期限切れ")
    return Text("opened", "閲覧あり") if row.opened_at else Text("not opened yet", "未閲覧")


def _demo_url(request: MemberRequest, found: OnboardingProject, rows: list[OnboardingLink]) -> str:
    if not request.organisation.is_demo:
        return ""
    for row in rows:
        secret = links.made_up(found, row.contact)
        if links.digest(secret) == row.digest and row.revoked_at is None and row.expires_at > request.at:
            return reverse("portal", args=[secret])
    return ""


def _first_value(found: OnboardingProject) -> dict[str, Any] | None:
    if not found.first_value:
        return None
    words = found.first_value.get("words", {})
    said = Text(words.get("en", ""), words.get("ja", ""))
    return {"words": said, "sentence": criteria.sentence(found.first_value.get("condition"), _known(found))}


def _known(found: OnboardingProject) -> Any:
    """The room's own fields suffice for most conditions, and cost no query."""
    asked = str(found.first_value)
    own = all(part not in asked for part in ("tier", "owner", "attribute.", "status", "stage", "touch_model"))
    return {**criteria.plain_fields()} if own else None


def _facts(found: OnboardingProject, line: lines.Line, policy: OnboardingPolicy, request: MemberRequest) -> list[Fact]:
    meaning = common.meaning(policy)
    of = Text(f"{line.day} of {found.length}", f"{line.day}日目 / {found.length}日")
    due = _day(found.due_on)
    standing = (
        Fact(Text("Standing", "進み具合"), line.standing, note=_since(found), meaning=meaning[Standing(found.standing)],
             key="standing", at=request.at)
        if found.state == State.RUNNING
        else Fact(Text("State", "状態"), line.standing, note=_ended(found), key="state", at=request.at,
                  meaning=Text("Where the project stands; who closed it and why.", "プロジェクトの状態。完了・中止の理由。"))
    )  # fmt: skip
    return [
        standing,
        Fact(Text("Day", "経過"), of, meaning=common.day_meaning(), key="day", at=request.at),
        Fact(Text("Steps settled", "完了ステップ"), f"{found.steps_settled} / {found.steps_all}", key="steps-settled",
             at=request.at, meaning=Text("Steps done or waived, of all steps.", "完了または対応不要としたステップ / 全ステップ。")),
        Fact(Text("Turn", "対応待ち"), line.ball if line.ball.en else "—", meaning=_TURN, key="turn", at=request.at),
        Fact(Text("Planned end", "完了予定日"), due, note=_first_plan(found), key="planned-end", at=request.at,
             meaning=Text("The last day by the plan as it stands; planned anew where steps slipped.", "現在の計画での最終日。遅れて計画し直すと変わります。")),
        Fact(Text("Expected end", "完了見込み"), _day(found.forecast_on), note=_later(line), meaning=_FORECAST,
             key="forecast", at=request.at),
        Fact(Text("First value", "最初の成功体験"), _day(found.first_value_on) if found.first_value_on else Text("not yet", "未達"),
             note=_after(found), key="first-value", at=request.at,
             meaning=Text("The day on which the facts first met the template's criterion.", "テンプレートの条件を、利用データなどの事実が初めて満たした日。")),
    ]  # fmt: skip


def _day(day: Any) -> Text:
    return Text(f"{day.day} {day:%b %Y}", f"{day:%Y/%m/%d}")


def _since(found: OnboardingProject) -> Text:
    since = _day(found.standing_since)
    return Text(f"since {since.en}", f"{since.ja}から")


def _ended(found: OnboardingProject) -> Text:
    on = found.ended_on or found.paused_on
    return Text(f"since {_day(on).en}", f"{_day(on).ja}から") if on else Text("", "")


def _first_plan(found: OnboardingProject) -> Text:
    if found.first_due_on == found.due_on:
        return Text("", "")
    first = _day(found.first_due_on)
    return Text(f"at first {first.en}", f"当初 {first.ja}")


def _later(line: lines.Line) -> Text:
    return Text(f"{format.counted(line.later, 'day')} later", f"{line.later}日遅れ") if line.later else Text("", "")


def _after(found: OnboardingProject) -> Text:
    if found.first_value_on is None:
        return Text("", "")
    n = found.day(found.first_value_on) if found.ended_on is None else (found.first_value_on - found.starts_on).days + 1
    return Text(f"on day {n}", f"{n}日目")


urlpatterns = [
    path("onboarding/<int:key>", project, name="onboarding-project"),
    path("onboarding/<int:key>/manage", manage, name="onboarding-manage"),
]
