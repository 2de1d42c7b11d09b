"""What a lifetime page was asked: on which day, with which margin and discount rate, of which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TypeVar

from nenrin.customers.models import Account, Plan, TierRule
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.lifetimes import assumed as assumed_by
from nenrin.insight.lifetimes import books
from nenrin.insight.lifetimes import values as lifetimes
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.lifetimes.groups import INSIDE, OUTSIDE
from nenrin.insight.lifetimes.values import By, Slice
from nenrin.insight.lifetimes.worths import Assumptions, Convention
from nenrin.insight.models import Segment
from nenrin.values import Text
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import plain, whole

K = TypeVar("K", bound=str)

VIEW = Permission.SUBSCRIPTIONS_VIEW
EVERYBODY = Text("All customers", "全体")
UNGRADED = Text("Without a tier", "規模未設定")
EARLIEST = 1990


WAYS: dict[By, Text] = {
    "tier": Text("tier", "企業規模"),
    "plan": Text("plan signed first", "最初のプラン"),
    "segment": Text("segment", "セグメント"),
}
CONVENTIONS: dict[Convention, Text] = {
    "whole": Text("about to sign: all payments (DEL)", "これから契約：初回の支払いから（DEL）"),
    "acquired": Text("just signed: without the first payment (DEL − 1)", "契約直後：2回目の支払いから（DEL−1）"),
    "before_1": Text("end of the first term, renewal not yet seen (DERL)", "1期目の終わり・更新前（DERL）"),
    "before_2": Text("end of the second term, renewal not yet seen (DERL)", "2期目の終わり・更新前（DERL）"),
    "before_3": Text("end of the third term, renewal not yet seen (DERL)", "3期目の終わり・更新前（DERL）"),
}


@dataclass(frozen=True)
class Asked:
    """`known` is the day whose knowledge is used; `refused` names the inputs that made no sense and fell back."""

    known: date
    today: date
    given: Assumptions
    currency: str
    book: Book
    refused: tuple[str, ...]
    by: By = "tier"
    segment: Segment | None = None
    segments: tuple[Segment, ...] = ()
    accounts: frozenset[int] | None = None  # those that the viewer may see; None: all

    @property
    def margin_percent(self) -> str:
        return f"{100 * self.given.margin:g}"

    @property
    def discount_percent(self) -> str:
        return f"{100 * self.given.discount:g}"

    @cached_property
    def whole(self) -> list[Slice]:
        """Everybody together, by length of term."""
        return lifetimes.slices(self.book, self.currency, self.given, "all")

    @cached_property
    def parts(self) -> list[Slice]:
        """Group by group and by length of term."""
        if self.by == "segment" and self.segment is None:
            return []
        return lifetimes.slices(
            self.book, self.currency, self.given, self.by, self.segment.pk if self.segment else None
        )

    @property
    def slices(self) -> list[Slice]:
        """Everybody together first, then group by group."""
        return self.whole + [part for part in self.parts if part.tier]


def asked(request: MemberRequest, permission: Permission = VIEW) -> Asked:
    """From the address; whatever makes no sense falls back to the default and is named."""
    given, today = request.GET, organisation.today(request.at)
    refused: list[str] = []
    known = day(given.get("known", ""), today, refused)
    own = assumed_by.given(today)
    assumed = Assumptions(
        _share(given.get("margin", ""), "margin", 0.01, 1.0, own.margin, refused),
        _share(given.get("discount", ""), "discount", 0.01, 1.0, own.discount, refused),
        _one_of(CONVENTIONS, given.get("count", ""), "whole", "count", refused),
    )
    by = _one_of(WAYS, given.get("by", ""), "tier", "by", refused)
    segments = tuple(Segment.objects.filter(archived_at__isnull=True)) if by == "segment" else ()
    within, currency = scope(request, permission), organisation.current().currency
    book, accounts = books.read(known, within), None if within is None else frozenset(within)
    segment = chosen(segments, given.get("segment"))
    return Asked(known, today, assumed, currency, book, tuple(refused), by, segment, segments, accounts)


def chosen(segments: Sequence[Segment], told: str | None) -> Segment | None:
    """The segment that the address names, else the first one."""
    wanted = whole(told)
    return next((one for one in segments if wanted in (None, one.pk)), segments[0] if segments else None)


def _one_of(known: Mapping[K, object], told: str, default: K, name: str, refused: list[str]) -> K:
    found = next((key for key in known if key == plain(told)), None)
    if found is None and told.strip():
        refused.append(name)
    return found or default


def whole_book(known: date) -> Book:
    """Of all accounts, whoever looks: what the lifetimes of one that may be seen are told by."""
    return books.read(known)


def scope(request: MemberRequest, permission: Permission) -> list[int] | None:
    """The accounts of a viewer who may not see all of them; None for all."""
    if allowed(request.user, permission) is Scope.ALL:
        return None
    return list(Account.objects.for_member(request.user, permission).values_list("pk", flat=True))


def day(told: str, today: date, refused: list[str]) -> date:
    try:
        day = date.fromisoformat(told) if told else today
    except ValueError:
        day = date.max
    if day.year < EARLIEST or day > today:
        refused.append("known")
        return today
    return day


def _share(told: str, name: str, low: float, high: float, default: float, refused: list[str]) -> float:
    """Per cent of an address as a share."""
    if not told.strip():
        return default
    try:
        value = float(Decimal(plain(told)) / 100)
    except (InvalidOperation, ValueError, OverflowError):
        value = -1.0
    if not low <= value <= high:
        refused.append(name)
        return default
    return value


def plan_names() -> dict[str, Text]:
    return {key: Text(name, name) for key, name in Plan.objects.values_list("key", "name")}


def names(ask: Asked) -> dict[str, Text]:
    """Of the groups that are asked for, by key."""
    if ask.by == "plan":
        return plan_names()
    if ask.by == "segment":
        name = ask.segment.name if ask.segment else ""
        return {INSIDE: Text(f"in “{name}”", f"「{name}」"), OUTSIDE: Text("all others", "それ以外")}
    return tier_names()


def tier_names() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TierRule.objects.all()}


def part_name(part: Slice, tiers: dict[str, Text], *, is_whole: bool = False) -> Text:
    """ "Enterprise, terms of 12 months"."""
    tier = EVERYBODY if is_whole else tiers.get(part.tier, Text(part.tier, part.tier) if part.tier else UNGRADED)
    term = term_name(part.term_months)
    return Text(f"{tier.en}, {term.en}", f"{tier.ja}・{term.ja}")


def term_name(months: int) -> Text:
    """How often a customer can leave.

    >>> term_name(1).ja, term_name(12).en, term_name(36).ja
    ('月契約', 'annual terms', '36か月契約')
    """
    named = {1: Text("monthly terms", "月契約"), 12: Text("annual terms", "年契約")}
    return named.get(months, Text(f"terms of {months} months", f"{months}か月契約"))
