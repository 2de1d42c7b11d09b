"""What stands above every page of an account: rings, names, the six figures, the tabs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from nenrin.customers.models import Account, Assignment, Contact, TouchModel
from nenrin.customers.statuses import Phase, Status, word
from nenrin.foundation import format
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.models import Health
from nenrin.insight.revenue import counted
from nenrin.insight.revenue.counted import Counted
from nenrin.values import Money, Text
from nenrin.web import marks
from nenrin.web.accounts import counting
from nenrin.web.accounts.rings import trees
from nenrin.web.charts.ring import Tree
from nenrin.web.components import Fact, Tab
from nenrin.web.guard import MemberRequest

RING_KEY = Text(
    "The centre is the start of the subscription ({since}). Each closed ring is a renewal: colour and cut show the health at that "
    "term's end, its width how MRR changed. The open ring is the running term.",
    "中心が契約開始（{since}）。輪は更新1回ごとに一つで、色と刻みはその契約期間の終わりのヘルス、太さはMRRの増減。"
    "開いた外側の輪が今の契約期間。",
)
TABS = (
    ("overview", "account", Text("Overview", "概要"), Permission.ACCOUNTS_VIEW),
    ("health", "account-health", Text("Health", "ヘルス"), Permission.HEALTH_VIEW),
    ("usage", "account-usage", Text("Usage", "利用"), Permission.ACCOUNTS_VIEW),
    ("people", "account-people", Text("People", "関係者"), Permission.CONTACTS_VIEW),
    ("timeline", "account-timeline", Text("Timeline", "タイムライン"), Permission.TIMELINE_VIEW),
    ("contracts", "account-contracts", Text("Contracts", "契約"), Permission.SUBSCRIPTIONS_VIEW),
    ("onboarding", "account-onboarding", Text("Onboarding", "オンボーディング"), Permission.ONBOARDING_VIEW),
    ("plans", "account-plans", Text("Success plan", "サクセスプラン"), Permission.PLANS_VIEW),
    ("handoff", "account-handoff", Text("Handoff", "引き継ぎ"), Permission.HANDOFFS_VIEW),
)


@dataclass(frozen=True, slots=True)
class Notice:
    text: Text
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    account: Account
    health: Health | None
    tree: Tree | None
    today: date
    subtitle: tuple[Text | str, ...]
    tags: tuple[str, ...]
    facts: tuple[Fact, ...]
    tabs: tuple[Tab, ...]
    notices: tuple[Notice, ...]
    may_edit: bool
    may_write: bool
    edit_url: str
    ring_key: Text
    counted: Counted | None


def find(request: MemberRequest, key: int, permission: Permission = Permission.ACCOUNTS_VIEW) -> Account:
    """The account within the viewer's scope, a 404 otherwise: an address tells nothing to outsiders."""
    touch = TouchModel.objects.filter(key=OuterRef("touch_model"))
    there = Contact.objects.filter(account=OuterRef("pk"), archived_at__isnull=True, left_on__isnull=True)
    people = there.order_by().values("account").annotate(n=Count("pk")).values("n")
    rows = (
        Account.objects.for_member(request.user, permission)
        .select_related("owner", "parent", "merged_into", "health__version")
        .annotate(
            people_there=Coalesce(Subquery(people), 0),
            told_more=counted.told_more(),
            told_late=counted.told_late(day_of(request.at, ZoneInfo(request.organisation.zone))),
            touch_en=Subquery(touch.values("name_en")[:1]),
            touch_ja=Subquery(touch.values("name_ja")[:1]),
        )
    )
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404(f"account {key}")
    return found


def head(account: Account, request: MemberRequest, *, here: str) -> Head:
    """Three queries: assignments, rings, tags; health, touch model and number of people came with the account. Two more on
    the tab Contracts, where MRR may be other than the agreed price."""
    today = day_of(request.at, ZoneInfo(request.organisation.zone))
    health: Health | None = getattr(account, "health", None)
    people = _people(account)
    tree = trees([account], {account.pk: health} if health else {}, today).get(account.pk)
    is_told = here == "contracts" and counted.may_differ(account, today)
    mrr = counted.counted(account, today) if is_told else None
    since = format.day(account.customer_since, get_language() or "ja") if account.customer_since else "—"
    return Head(
        account=account,
        health=health,
        tree=tree,
        today=today,
        subtitle=_subtitle(account, people),
        tags=tuple(account.tags.values_list("name", flat=True)),
        facts=(*_health_facts(health), *_contract_facts(account, today, mrr), *_coverage_facts(health)),
        tabs=_tabs(account, request.user, here),
        notices=_notices(account),
        may_edit=_may(request.user, people, Permission.ACCOUNTS_EDIT),
        may_write=_may(request.user, people, Permission.TIMELINE_WRITE),
        edit_url=reverse("account-edit", args=[account.pk]),
        ring_key=RING_KEY.fill(since=since),
        counted=mrr,
    )


def _people(account: Account) -> list[Assignment]:
    """Who of ours looks after the account now, by phase."""
    return list(account.assignments.filter(until_on__isnull=True).select_related("member").order_by("phase"))


def _may(member: Member, people: list[Assignment], permission: Permission) -> bool:
    """The same rule as Account.objects.for_member, on assignments that are read already."""
    scope = allowed(member, permission)
    if scope is Scope.ALL:
        return True
    own = any(one.member_id == member.pk for one in people)
    team = any(one.member.team_id == member.team_id for one in people if member.team_id)
    return scope is not None and (own or (scope is Scope.TEAM and team))


def _subtitle(account: Account, people: list[Assignment]) -> tuple[Text | str, ...]:
    touch = Text(account.touch_en, account.touch_ja) if account.touch_en else None  # type: ignore[attr-defined]  # find
    looking_after = [
        Text("Owner {name}", "担当 {name}").fill(name=account.owner.name)
        if account.owner
        else Text("No owner", "担当なし")
    ]
    looking_after += [_in_role(word(Phase(one.phase)), one.member.name) for one in people if one.phase != Phase.PRIMARY]
    size = Text("{n} people", "従業員 {n}名").fill(n=f"{account.employees:,}") if account.employees else None
    return tuple(
        said
        for said in (
            word(Status(account.status)) if account.status != Status.CUSTOMER else None,
            account.industry,
            size,
            account.prefecture or account.region,
            touch,
            *looking_after,
            _plan(account),
        )
        if said
    )


def _in_role(role: Text, name: str) -> Text:
    return Text(f"{role.en} {name}", f"{role.ja} {name}")


def _plan(account: Account) -> Text | None:
    if not account.plan_name:
        return None
    return Text("{plan}, {seats} seats", "{plan} {seats}ライセンス").fill(
        plan=account.plan_name, seats=f"{account.seats:,}"
    )


def _health_facts(health: Health | None) -> tuple[Fact, ...]:
    language = get_language() or "ja"
    label = Text("Health score", "ヘルススコア")
    if health is None:
        why = Text("not computed yet", "未計算")
        return (Fact(label, None, note=why, key="score"), Fact(Text("Today", "本日の値"), None, key="today"))
    change = marks.delta(health.delta_30, language) if health.delta_30 is not None else ""
    note = SafeString(f"{change} {Text('in 30 days', '30日間').in_(language)}") if change else ""
    return (
        Fact(label, marks.health(health.band, health.score, language), note=note, key="score", at=health.at),
        Fact(
            Text("Today", "本日の値"),
            format.number(health.today, language),
            note=_band_since(health),
            key="today",
            at=health.at,
        ),
    )


def _band_since(health: Health) -> Text:
    return Text(f"band since {format.day(health.since, 'en')}", f"{format.day(health.since, 'ja')}からこの状態")


def _contract_facts(account: Account, today: date, counted: Counted | None) -> tuple[Fact, ...]:
    language = get_language() or "ja"
    mrr = Money(account.mrr_minor, account.currency)
    arr = format.money(Money(mrr.minor * 12, mrr.currency), language)
    note = Text(f"ARR {arr}, tax excluded", f"ARR {arr} 税抜")
    is_other = counting.differs(counted) if counted else bool(account.told_more)  # type: ignore[attr-defined]  # find
    return (
        Fact(
            "MRR",
            format.money(mrr, language),
            note=counting.beside(note, counted) if is_other else note,
            key="mrr",
            meaning=counting.AGREED if is_other else "",
            at=today,
        ),
        _countdown(Text("Notice deadline", "更新拒絶期限日"), account.notice_on, today, "notice_deadline"),
        _countdown(Text("Next renewal", "次回更新"), account.renewal_on, today, "renewal"),
    )


def _countdown(label: Text, day: date | None, today: date, key: str) -> Fact:
    language = get_language() or "ja"
    if day is None:
        return Fact(label, "—", note=Text("none ahead", "予定なし"), key=key, at=today)
    return Fact(
        label, format.days_left((day - today).days, language), note=format.day(day, language), key=key, at=today
    )


def _coverage_facts(health: Health | None) -> tuple[Fact, ...]:
    label, language = Text("Coverage", "データ充足率"), get_language() or "ja"
    if health is None:
        return (Fact(label, None, key="coverage"),)
    document = health.version.document.get("name", {})
    name = Text(document.get("en", health.version.key), document.get("ja", health.version.key))
    model = Text(f"{name.en} v{health.version.number}", f"{name.ja} v{health.version.number}")
    return (Fact(label, format.percent(health.coverage, language, 0), note=model, key="coverage", at=health.at),)


def _tabs(account: Account, member: Member, here: str) -> tuple[Tab, ...]:
    people: int = account.people_there  # type: ignore[attr-defined]  # find
    return tuple(
        Tab(label, reverse(name, args=[account.pk]), key == here, people if key == "people" else None)
        for key, name, label, permission in TABS
        if allowed(member, permission)
    )


def _notices(account: Account) -> tuple[Notice, ...]:
    found = []
    if account.merged_into:
        into = account.merged_into.name
        found.append(
            Notice(
                Text(f"Merged into {into}; shown for the record.", f"「{into}」に統合済み。記録として表示しています。")
            )
        )
    elif account.archived_at:
        found.append(Notice(Text("Archived: not in lists, not scored.", "アーカイブ済み。一覧と採点の対象外です。")))
    if account.status == Status.PROVISIONAL:
        said = Text(
            "Opened by events whose group nobody has confirmed. Edit it to confirm, or merge it into the right account.",
            "未確認のグループの利用ログから仮登録された顧客です。編集して確定するか、正しい顧客に統合してください。",
        )
        found.append(Notice(said))
    if account.status == Status.LOST and account.lost_on:
        en, ja = format.day(account.lost_on, "en"), format.day(account.lost_on, "ja")
        reason = account.lost_reason or "—"
        found.append(Notice(Text(f"Left on {en}. Reason: {reason}", f"{ja}に解約。理由: {reason}")))
    return tuple(found)
