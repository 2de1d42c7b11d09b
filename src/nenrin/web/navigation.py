"""The index at the left: what the product has, in its order, and only what the viewer may open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from nenrin.foundation import organisation, second_steps
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.roles import NAMES, Role
from nenrin.values import Text
from nenrin.work.models import Notice


@dataclass(frozen=True, slots=True)
class Entry:
    """A page by its URL name; `within` are the names of pages that stand under it."""

    name: str
    label: Text
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    label: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one viewer sees it on one page."""

    label: Text
    url: str
    is_here: bool
    name: str


@dataclass(frozen=True, slots=True)
class Section:
    label: Text
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands round every page: whose installation it is, how it looks to this reader, where they may go."""

    theme: str
    density: str
    organisation: Organisation | None = None
    role_name: Text | None = None
    groups: tuple[Section, ...] = ()
    has_shortcuts: bool = True


GROUPS: tuple[Group, ...] = (
    Group(
        Text("Every day", "毎日"),
        (
            Entry("my-day", Text("My day", "今日やること"), ("my-day",)),
            Entry("notices", Text("Inbox", "受信箱"), ("notice",)),
            Entry("tasks", Text("Tasks", "タスク"), ("task",)),
            Entry("meetings", Text("Meetings", "打ち合わせ"), ("meeting",)),
            Entry("drafts", Text("Drafts to approve", "送信前の下書き"), ("draft",)),
            Entry("outbox", Text("Outbox", "送信メール"), ("outbox",)),
            Entry("team-day", Text("Team", "チームの状況"), ("team-day",)),
            Entry("home", Text("Home", "ホーム")),
        ),
    ),
    Group(
        Text("Accounts", "顧客"),
        (
            Entry("accounts", Text("Account list", "顧客一覧"), ("account",)),
            Entry("contacts", Text("Contacts", "顧客担当者"), ("contact",)),
            Entry("segments", Text("Segments", "セグメント"), ("segment",)),
            Entry("subscriptions", Text("Subscriptions", "契約"), ("subscription",)),
        ),
    ),
    Group(
        Text("Onboarding", "オンボーディング"),
        (
            Entry("handoffs", Text("Handoffs", "引き継ぎ"), ("handoff", "promise")),
            Entry("onboarding", Text("Projects", "プロジェクト"), ("onboarding",)),
            Entry("success-plans", Text("Success plans", "サクセスプラン"), ("success-plan",)),
        ),
    ),
    Group(
        Text("Journey", "ジャーニー"),
        (
            Entry("journey", Text("Stages", "ステージ"), ("journey",)),
            Entry("journey-design", Text("Journey design", "ジャーニー設計")),
        ),
    ),
    Group(
        Text("Renewals and expansion", "更新・拡大"),
        (
            Entry("renewals", Text("Renewals", "更新管理"), ("renewal",)),
            Entry("opportunities", Text("Opportunities", "提案機会"), ("opportunity",)),
            Entry("losses", Text("Churn reasons", "解約理由"), ("loss",)),
        ),
    ),
    Group(
        Text("Playbooks", "プレイブック"),
        (
            Entry("playbooks", Text("Playbooks", "一覧"), ("playbook",)),
            Entry("runs", Text("Runs", "実行状況"), ("run",)),
            Entry("replays", Text("Replay", "過去シミュレーション"), ("replay",)),
            Entry("surveys", Text("Surveys", "アンケート"), ("survey",)),
            Entry("effects", Text("Effects", "効果検証"), ("effect",)),
            Entry("holdout", Text("Universal holdout", "全体の未実施グループ"), ("holdout",)),
        ),
    ),
    Group(
        Text("Analytics", "分析"),
        (
            Entry("executive", Text("Executive dashboard", "経営ダッシュボード")),
            Entry("kpis", Text("KPIs", "KPI"), ("kpi",)),
            Entry("revenue", Text("Revenue movements", "売上増減"), ("revenue",)),
            Entry("retention", Text("Retention", "リテンション"), ("retention",)),
            Entry("risks", Text("Churn risk", "解約リスク"), ("risk",)),
            Entry("lifetimes", Text("Lifetime value", "LTV"), ("lifetime",)),
            Entry("contribution", Text("Contribution", "貢献利益"), ("contribution",)),
            Entry("roi", Text("ROI simulator", "ROI試算")),
        ),
    ),
    Group(
        Text("Teamwork", "部門連携"),
        (Entry("balance", Text("Balance", "予算配分"), ("balance",)),),
    ),
    Group(
        Text("Data", "データ"),
        (
            Entry("imports", Text("Imports", "取り込み"), ("import",)),
            Entry("costs", Text("Costs", "費用"), ("cost",)),
            Entry("hours", Text("Hours", "工数"), ("hour",)),
            Entry("sources", Text("Sources", "外部連携"), ("source",)),
            Entry("event-catalogue", Text("Event catalogue", "利用ログの分類")),
            Entry("data-board", Text("Data quality", "データ品質")),
        ),
    ),
    Group(
        Text("Settings", "設定"),
        (
            Entry("health-models", Text("Health models", "ヘルスモデル"), ("health-model",)),
            Entry("measures", Text("Measures", "指標"), ("measure",)),
            Entry("products", Text("Products and plans", "製品とプラン"), ("product", "plan")),
            Entry("tiers", Text("Tiers", "企業規模"), ("tiers",)),
            Entry("touch-models", Text("Touch models", "タッチモデル"), ("touch-models",)),
            Entry("templates", Text("Templates", "テンプレート"), ("template",)),
            Entry("mail-settings", Text("Mail", "メール送信"), ("mail",)),
            Entry("webhooks", Text("Webhooks and Slack", "Webhook・Slack"), ("webhook",)),
            Entry("attributes", Text("Attributes", "独自項目"), ("attribute",)),
            Entry("tags", Text("Tags", "タグ"), ("tag",)),
            Entry("members", Text("Members and roles", "メンバーと権限"), ("member", "roles", "team", "teams")),
            Entry("journal", Text("Audit log", "監査ログ"), ("journal-entry",)),
            Entry("tokens", Text("API tokens", "APIトークン"), ("token",)),
            Entry("organisation", Text("Organisation", "組織の設定")),
        ),
    ),
)


def shell(request: HttpRequest) -> Shell:
    """From the member's row; before sign-in from cookies alone, without a query."""
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return Shell(_cookie(request, "theme", "light dark"), _cookie(request, "density", "compact relaxed"))
    return Shell(
        member.theme,
        member.density,
        organisation_of(request),
        NAMES[Role(member.role)],
        tuple(sections(request)),
        member.has_shortcuts,
    )


def organisation_of(request: HttpRequest) -> Organisation | None:
    """The organisation's row, asked for once a request; None on a home that was never initialised."""
    if not hasattr(request, "organisation"):
        request.organisation = Organisation.objects.filter(pk=1).first()  # type: ignore[attr-defined]
    return request.organisation  # type: ignore[attr-defined,no-any-return]


@dataclass(frozen=True, slots=True)
class Own:
    """What the shell must know of its viewer."""

    unread: int = 0  # notices
    has_second_step: bool = False


def own(request: HttpRequest) -> Own:
    """In one query a request, asked for by whole pages alone: fragments do without."""
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return Own()
    if not hasattr(request, "own"):
        waiting = Notice.objects.unread().filter(member=OuterRef("pk")).order_by().values("member")
        count = Coalesce(Subquery(waiting.annotate(n=Count("pk")).values("n")), 0)
        rows = Member.objects.filter(pk=member.pk).values_list(count, second_steps.among(OuterRef("pk")))
        request.own = Own(*rows[0])  # type: ignore[attr-defined]
    return request.own  # type: ignore[attr-defined,no-any-return]


def today(request: HttpRequest) -> date:
    """The organisation's day of the request, without another query."""
    org = organisation_of(request) or organisation.current()
    return day_of(request.at, ZoneInfo(org.zone))  # type: ignore[attr-defined]  # by the guard


def sections(request: HttpRequest) -> list[Section]:
    """The groups with at least one page that exists and that the member may open."""
    here = _place(request)
    found = []
    for group in GROUPS:
        links = tuple(link for entry in group.entries if (link := _link(request, entry, here)))
        if links:
            found.append(Section(group.label, links))
    return found


def _link(request: HttpRequest, entry: Entry, here: str) -> Link | None:
    url = _address(entry.name)
    if url is None:
        return None
    needed = _needed(url)
    if needed is not None and allowed(request.user, needed) is None:  # type: ignore[arg-type]
        return None
    is_here = here == entry.name or any(here == name or here.startswith(f"{name}-") for name in entry.within)
    return Link(entry.label, url, is_here, entry.name)


def _cookie(request: HttpRequest, name: str, known: str) -> str:
    value = request.COOKIES.get(name, "")
    return value if value in known.split() else ""


def _place(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.url_name or "" if match else ""


@cache
def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


@cache
def _needed(url: str) -> Permission | None:
    """What the page at this address declares (see nenrin.web.guard)."""
    return getattr(resolve(url).func, "permission", None)
