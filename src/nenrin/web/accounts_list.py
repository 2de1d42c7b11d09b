"""The account list: views, filters in the address, columns, totals, fifty rows; what is done to many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Count, Max, QuerySet, Sum
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from nenrin.customers import ownership, tags, tiers, touch_models
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, AccountTag
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import CurrentMeasure, Health
from nenrin.values import Money, Text
from nenrin.web import account_columns, account_filters, format, saved_views, toasts
from nenrin.web.account_columns import Column, Frame, Row
from nenrin.web.account_filters import Choices
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain
from nenrin.web.rings import trees

PAGE_NAME = "accounts"
DEFAULT_SORT = "countdown"
VIEWS = (
    (Text("All", "すべて"), ""),
    (Text("Mine", "自分の担当"), "owner=me"),
    (Text("At risk", "危険"), "band=at_risk"),
    (Text("Notice deadline within 30 days", "更新拒絶期限日 30日以内"), "notice=30"),
    (Text("Not enough data", "データ不足"), "band=unknown"),
    (Text("No owner", "担当なし"), "owner=none"),
)
#: What an address may say besides filters.
_SHOWING = ("sort", "columns")


@dataclass(frozen=True, slots=True)
class Head:
    key: str
    label: Text
    sort: str
    is_number: bool
    term: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the template draws it."""

    account: Account
    cells: Sequence[tuple[str, SafeString | str]]


@requires(Permission.ACCOUNTS_VIEW)
def accounts(request: MemberRequest) -> HttpResponse:
    """Accounts in the viewer's scope."""
    today, language = organisation.today(request.at), get_language() or "ja"
    filters, choices = account_filters.asked(request.GET), Choices.current()
    columns = account_columns.chosen(plain(request.GET.get("columns")))
    rows = account_filters.applied(visible_rows(request.user), filters, request.user, today)
    totals = _totals(rows, language)
    sort = chosen_sort(request, account_columns.SORTS, DEFAULT_SORT)
    page = page_of(ordered(rows, sort, account_columns.SORTS), request, totals.count)
    shown = list(page.object_list)
    frame = Frame(language, today, _names(choices.tier), _names(choices.touch))
    context = {
        "as_of": totals.as_of or request.at,
        "page": page,
        "lines": _lines(shown, columns, frame),
        "trees": trees(shown, {row.pk: h for row in shown if (h := health_of(row))}, today),
        "heads": [Head(c.key, c.label, c.sort, c.is_number, c.term) for c in columns],
        "columns": [(column, column in columns) for column in account_columns.COLUMNS],
        "sort": sort,
        "filters": filters,
        "choices": choices,
        "chips": account_filters.chips(filters, choices, request.GET),
        "totals": totals,
        "shown_mrr": _sum_of(shown, language),
        "tabs": _tabs(request),
        "has_filters": set(request.GET) & set(account_filters.LABELS),
        "back": request.GET.urlencode(),
        "export_url": f"{reverse('accounts-export', args=['csv'])}?{request.GET.urlencode()}",
        "workbook_url": f"{reverse('accounts-export', args=['xlsx'])}?{request.GET.urlencode()}",
        **_may(request.user),
    }
    return render(request, "accounts/list.html", context)


def visible_rows(member: Member, permission: Permission = Permission.ACCOUNTS_VIEW) -> QuerySet[Account]:
    """Standing accounts with what their rows show."""
    return Account.objects.for_member(member, permission).standing().select_related("owner", "health")


def health_of(account: Account) -> Health | None:
    return getattr(account, "health", None)


def _names(options: Iterable[account_filters.Option]) -> dict[str, Text]:
    return {option.value: option.label for option in options if isinstance(option.label, Text)}


def _may(member: Member) -> dict[str, bool]:
    wanted = {"edit": Permission.ACCOUNTS_EDIT, "assign": Permission.ACCOUNTS_ASSIGN, "export": Permission.EXPORT}
    wanted |= {"merge": Permission.ACCOUNTS_MERGE, "import": Permission.IMPORT}
    return {f"may_{name}": allowed(member, permission) is not None for name, permission in wanted.items()}


@dataclass(frozen=True, slots=True)
class Totals:
    count: int
    mrr: str  # by currency, in words
    as_of: datetime | None  # of the freshest health among them


def _totals(rows: QuerySet[Account], language: str) -> Totals:
    """Count, MRR and stand of everything that matches, in one query."""
    summed = rows.order_by().values("currency").annotate(n=Count("pk"), mrr=Sum("mrr_minor"), at=Max("health__at"))
    found = list(summed.order_by("-mrr"))
    said = [format.money(Money(each["mrr"], each["currency"]), language, "text") for each in found if each["mrr"]]
    moments = [each["at"] for each in found if each["at"]]
    return Totals(sum(each["n"] for each in found), " + ".join(said) or "—", max(moments, default=None))


def _sum_of(shown: Sequence[Account], language: str) -> list[str]:
    sums: dict[str, int] = {}
    for account in shown:
        sums[account.currency] = sums.get(account.currency, 0) + account.mrr_minor
    return [format.money(Money(minor, currency), language) for currency, minor in sums.items() if minor]


def filled(shown: Sequence[Account], columns: Sequence[Column]) -> list[Row]:
    """Rows with the tags and measures that these columns ask for: two queries at most."""
    ids = [account.pk for account in shown]
    worn: dict[int, list[str]] = {}
    if any(column.key == "tags" for column in columns):
        pairs = AccountTag.objects.filter(account__in=ids).order_by("tag__name").values_list("account_id", "tag__name")
        for account, name in pairs:
            worn.setdefault(account, []).append(name)
    measured: dict[int, dict[str, float]] = {}
    needed = {column.needs for column in columns if column.needs}
    if needed:
        values = CurrentMeasure.objects.filter(account__in=ids, measure__in=needed)
        for account, measure, value in values.values_list("account_id", "measure", "value"):
            measured.setdefault(account, {})[measure] = value
    return [Row(a, health_of(a), worn.get(a.pk, ()), measured.get(a.pk, {})) for a in shown]


def _lines(shown: Sequence[Account], columns: Sequence[Column], frame: Frame) -> list[Line]:
    return [
        Line(row.account, [("num" if c.is_number else "", c.cell(row, frame)) for c in columns])
        for row in filled(shown, columns)
    ]


def _tabs(request: MemberRequest) -> list[Tab]:
    """The views that everyone has, then the saved ones: everyone's and the viewer's."""
    here = _essence(request.GET.urlencode())
    home = reverse(PAGE_NAME)
    tabs = [Tab(label, f"{home}?{query}" if query else home, here == _essence(query)) for label, query in VIEWS]
    saved = saved_views.of(request.user, PAGE_NAME)
    return tabs + [Tab(view.name, f"{home}?{view.query}", here == _essence(view.query)) for view in saved]


def _essence(query: str) -> frozenset[tuple[str, str]]:
    """What an address asks for, whatever page of it."""
    return frozenset((name, value) for name, value in parse_qsl(query) if name in {*account_filters.LABELS, *_SHOWING})


@require_POST
@requires(Permission.ACCOUNTS_EDIT)
def bulk(request: MemberRequest) -> HttpResponse:
    """Tag or assign the chosen accounts, or all that match; those outside the member's scope are left as they are."""
    back = plain(request.POST.get("back"), 2000)
    deed = request.POST.get("do", "")
    permission = Permission.ACCOUNTS_ASSIGN if deed == "assign" else Permission.ACCOUNTS_EDIT
    if deed not in _DEEDS or allowed(request.user, permission) is None:
        toasts.say(request, gettext("Nothing was changed."))
    else:
        chosen = list(_chosen(request, back, permission))
        try:
            toasts.say(request, _DEEDS[deed](request, chosen))
        except Refused as refused:
            toasts.say(request, refused.faults[0].text)
    return HttpResponseRedirect(f"{reverse(PAGE_NAME)}?{back}")


def _chosen(request: MemberRequest, back: str, permission: Permission) -> QuerySet[Account]:
    rows = visible_rows(request.user, permission)
    if request.POST.get("all"):
        filters = account_filters.asked(QueryDict(back))
        return account_filters.applied(rows, filters, request.user, organisation.today(request.at))
    ids = [int(key) for key in request.POST.getlist("id") if key.isascii() and key.isdigit() and len(key) < 19]
    return rows.filter(pk__in=ids[:5000])


def _tag(request: MemberRequest, chosen: list[Account]) -> Text:
    names = [plain(request.POST.get("tag"), 60)]
    if not names[0]:
        return Text("Write the tag first.", "タグを入力してください。")
    changed = tags.change(chosen, add=names, by=Actor.of(request.user), at=request.at)
    return Text(f"{changed} accounts tagged “{names[0]}”.", f"{changed}社にタグ「{names[0]}」を付けました。")


def _untag(request: MemberRequest, chosen: list[Account]) -> Text:
    name = plain(request.POST.get("tag"), 60)
    changed = tags.change(chosen, remove=[name], by=Actor.of(request.user), at=request.at) if name else 0
    return Text(f"Tag “{name}” taken off {changed} accounts.", f"{changed}社からタグ「{name}」を外しました。")


def _assign(request: MemberRequest, chosen: list[Account]) -> Text:
    key = request.POST.get("member", "")
    member = (
        Member.objects.filter(pk=int(key), is_active=True).first()
        if key.isascii() and key.isdigit() and len(key) < 10
        else None
    )
    if member is None:
        return Text("Choose a member first.", "メンバーを選んでください。")
    wanted = [ownership.Wanted(account.pk, member.pk) for account in chosen]
    changed = ownership.assign_many(wanted, by=Actor.of(request.user), at=request.at)
    return Text(f"{changed} accounts given to {member.name}.", f"{changed}社の担当を{member.name}に変更しました。")


_DEEDS: dict[str, Any] = {"tag": _tag, "untag": _untag, "assign": _assign}


@require_POST
@requires(Permission.ACCOUNTS_VIEW)
def columns(request: MemberRequest) -> HttpResponse:
    """The same list with the chosen columns: they stand in the address, so a view keeps them."""
    given = [
        (name, value)
        for name, value in parse_qsl(plain(request.POST.get("back"), 2000))
        if name not in {"columns", "page"}
    ]
    wanted = [key for key in account_columns.BY_KEY if key in request.POST.getlist("column")]
    return HttpResponseRedirect(f"{reverse(PAGE_NAME)}?{urlencode([*given, ('columns', ','.join(wanted))])}")


@require_POST
@requires(Permission.ACCOUNTS_VIEW)
def save_view(request: MemberRequest) -> HttpResponse:
    """Keep the list as it stands under a name, for oneself or for everyone."""
    name, query = plain(request.POST.get("name"), 80), plain(request.POST.get("back"), 2000)
    is_shared = bool(request.POST.get("shared")) and allowed(request.user, Permission.ACCOUNTS_ASSIGN) is not None
    if name:
        saved_views.save(request.user, PAGE_NAME, name, query, is_shared=is_shared)
        toasts.say(request, Text(f"View “{name}” saved.", f"一覧「{name}」を保存しました。"))
    return HttpResponseRedirect(f"{reverse(PAGE_NAME)}?{query}")


@require_POST
@requires(Permission.ACCOUNTS_VIEW)
def drop_view(request: MemberRequest) -> HttpResponse:
    """Forget the saved view that the address shows."""
    here = _essence(plain(request.POST.get("back"), 2000))
    gone = [view for view in saved_views.of(request.user, PAGE_NAME) if _essence(view.query) == here]
    for view in gone:
        saved_views.drop(request.user, view)
    toasts.say(request, gettext("The view was removed.") if gone else gettext("Nothing was changed."))
    return HttpResponseRedirect(reverse(PAGE_NAME))


def frame_of(request: MemberRequest) -> Frame:
    """What exported rows share."""
    return Frame(get_language() or "ja", organisation.today(request.at), tiers.names(), touch_models.names())


urlpatterns = [
    path("accounts", accounts, name=PAGE_NAME),
    path("accounts/bulk", bulk, name="accounts-bulk"),
    path("accounts/columns", columns, name="accounts-columns"),
    path("accounts/views", save_view, name="accounts-save-view"),
    path("accounts/views/drop", drop_view, name="accounts-drop-view"),
]
