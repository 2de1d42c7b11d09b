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
from nenrin.insight.start import focus
from nenrin.insight.start.focus import Focus
from nenrin.values import Text
from nenrin.work.models import Notice


@dataclass(frozen=True, slots=True)
class Entry:
    """A page by its URL name; `within` are the names of pages that stand under it. `area`: the part of the product that a
    small start may hide (see nenrin.insight.start.focus); empty: it always shows."""

    name: str
    label: Text
    within: tuple[str, ...] = ()
    area: str = ""


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
    area: str = ""


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
    hidden: int = 0  # pages that a small start leaves out of the index
    is_widened: bool = False  # by this reader, who may fold it again


GROUPS: tuple[Group, ...] = (
    Group(
        Text("Every day", "毎日"),
        (
            Entry("my-day", Text("My day", "今日やること"), ("my-day",)),
            Entry("notices", Text("Inbox", "受信箱"), ("notice",)),
            Entry("tasks", Text("Tasks", "タスク"), ("task",)),
            Entry("meetings", Text("Meetings", "打ち合わせ"), ("meeting",), area="teamwork"),
            Entry("drafts", Text("Drafts to approve", "送信前の下書き"), ("draft",)),
            Entry("outbox", Text("Outbox", "送信メール"), ("outbox",), area="upkeep"),
            Entry("team-day", Text("Team", "チームの状況"), ("team-day",), area="teamwork"),
            Entry("home", Text("Home", "ホーム")),
        ),
    ),
    Group(
        Text("Accounts", "顧客"),
        (
            Entry("accounts", Text("Account list", "顧客一覧"), ("account",)),
            Entry("contacts", Text("Contacts", "顧客担当者"), ("contact",)),
            Entry("segments", Text("Segments", "セグメント"), ("segment",), area="segments"),
            Entry("subscriptions", Text("Subscriptions", "契約"), ("subscription",)),
        ),
    ),
    Group(
        Text("Onboarding", "オンボーディング"),
        (
            Entry("handoffs", Text("Handoffs", "引き継ぎ"), ("handoff", "promise"), area="onboarding"),
            Entry("onboarding", Text("Projects", "プロジェクト"), ("onboarding",), area="onboarding"),
            Entry("success-plans", Text("Success plans", "サクセスプラン"), ("success-plan",), area="onboarding"),
        ),
    ),
    Group(
        Text("Journey", "ジャーニー"),
        (
            Entry("journey", Text("Stages", "ステージ"), ("journey",), area="method"),
            Entry("journey-design", Text("Journey design", "ジャーニー設計"), area="method"),
        ),
    ),
    Group(
        Text("Renewals and expansion", "更新・拡大"),
        (
            Entry("renewals", Text("Renewals", "更新管理"), ("renewal",), area="renewal"),
            Entry("opportunities", Text("Opportunities", "提案機会"), ("opportunity",), area="expansion"),
            Entry("losses", Text("Churn reasons", "解約理由"), ("loss",), area="renewal"),
        ),
    ),
    Group(
        Text("Playbooks", "プレイブック"),
        (
            Entry("playbooks", Text("Playbooks", "一覧"), ("playbook",)),
            Entry("runs", Text("Runs", "実行状況"), ("run",)),
            Entry("replays", Text("Replay", "過去シミュレーション"), ("replay",), area="method"),
            Entry("surveys", Text("Surveys", "アンケート"), ("survey",), area="method"),
            Entry("effects", Text("Effects", "効果検証"), ("effect",), area="method"),
            Entry("holdout", Text("Universal holdout", "全体の未実施グループ"), ("holdout",), area="method"),
        ),
    ),
    Group(
        Text("Analytics", "分析"),
        (
            Entry("executive", Text("Executive dashboard", "経営ダッシュボード"), area="figures"),
            Entry("kpis", Text("KPIs", "KPI"), ("kpi",)),
            Entry("revenue", Text("Revenue movements", "売上増減"), ("revenue",), area="figures"),
            Entry("retention", Text("Retention", "リテンション"), ("retention",), area="method"),
            Entry("risks", Text("Churn risk", "解約リスク"), ("risk",), area="renewal"),
            Entry("lifetimes", Text("Lifetime value", "LTV"), ("lifetime",), area="expansion"),
            Entry("contribution", Text("Contribution", "貢献利益"), ("contribution",), area="money"),
            Entry("roi", Text("ROI simulator", "ROI試算"), area="money"),
            Entry("start-result", Text("Since the start", "開始時との比較")),
        ),
    ),
    Group(
        Text("Teamwork", "部門連携"),
        (Entry("balance", Text("Balance", "予算配分"), ("balance",), area="money"),),
    ),
    Group(
        Text("Data", "データ"),
        (
            Entry("imports", Text("Imports", "取り込み"), ("import",)),
            Entry("costs", Text("Costs", "費用"), ("cost",), area="money"),
            Entry("hours", Text("Hours", "工数"), ("hour",), area="money"),
            Entry("sources", Text("Sources", "外部連携"), ("source",), area="adoption"),
            Entry("event-catalogue", Text("Event catalogue", "利用ログの分類"), area="adoption"),
            Entry("data-board", Text("Data quality", "データ品質"), area="upkeep"),
        ),
    ),
    Group(
        Text("Settings", "設定"),
        (
            Entry("health-models", Text("Health models", "ヘルスモデル"), ("health-model",)),
            Entry("measures", Text("Measures", "指標"), ("measure",), area="adoption"),
            Entry("products", Text("Products and plans", "製品とプラン"), ("product", "plan"), area="expansion"),
            Entry("tiers", Text("Tiers", "企業規模"), ("tiers",), area="segments"),
            Entry("touch-models", Text("Touch models", "タッチモデル"), ("touch-models",), area="segments"),
            Entry("templates", Text("Templates", "テンプレート"), ("template",), area="teamwork"),
            Entry("mail-settings", Text("Mail", "メール送信"), ("mail",), area="upkeep"),
            Entry("webhooks", Text("Webhooks and Slack", "Webhook・Slack"), ("webhook",), area="upkeep"),
            Entry("attributes", Text("Attributes", "独自項目"), ("attribute",), area="upkeep"),
            Entry("tags", Text("Tags", "タグ"), ("tag",), area="upkeep"),
            Entry("members", Text("Members and roles", "メンバーと権限"), ("member", "roles", "team", "teams")),
            Entry("journal", Text("Audit log", "監査ログ"), ("journal-entry",), area="upkeep"),
            Entry("tokens", Text("API tokens", "APIトークン"), ("token",), area="upkeep"),
            Entry("organisation", Text("Organisation", "組織の設定")),
            Entry("start", Text("Start", "はじめ方")),
        ),
    ),
)


def shell(request: HttpRequest) -> Shell:
    """From the member's row; before sign-in from cookies alone, without a query."""
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return Shell(_cookie(request, "theme", "light dark"), _cookie(request, "density", "compact relaxed"))
    whole = sections(request)
    folded = _folded(whole, _focus(request))
    left_out = _count(whole) - _count(folded)
    return Shell(
        member.theme,
        member.density,
        organisation_of(request),
        NAMES[Role(member.role)],
        tuple(whole if member.has_whole_menu else folded),
        member.has_shortcuts,
        left_out,
        member.has_whole_menu and left_out > 0,
    )


def _focus(request: HttpRequest) -> Focus:
    own = organisation_of(request)
    return focus.of(own) if own else Focus()


def _folded(whole: list[Section], of: Focus) -> list[Section]:
    """Without what the start leaves out, except the page that is open."""
    areas = of.shown()
    kept = [
        Section(each.label, tuple(link for link in each.links if not link.area or link.area in areas or link.is_here))
        for each in whole
    ]
    return [each for each in kept if each.links]


def _count(of: list[Section]) -> int:
    return sum(len(each.links) for each in of)


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
    return Link(entry.label, url, is_here, entry.name, entry.area)


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
