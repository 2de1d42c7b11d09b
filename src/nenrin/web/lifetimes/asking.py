"""What a lifetime page was asked: on which day, with which margin and discount rate, of which part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from nenrin.customers.models import Account, TierRule
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.lifetimes import books
from nenrin.insight.lifetimes import values as lifetimes
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.lifetimes.values import Assumptions, Slice
from nenrin.values import Text
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import plain

VIEW = Permission.SUBSCRIPTIONS_VIEW
EVERYBODY = Text("All tiers", "全規模")
UNGRADED = Text("Without a tier", "規模未設定")
EARLIEST = 1990


@dataclass(frozen=True, slots=True)
class Asked:
    """`known` is the day whose knowledge is used; `refused` names the inputs that made no sense and fell back."""

    known: date
    today: date
    given: Assumptions
    currency: str
    book: Book
    refused: tuple[str, ...]

    @property
    def margin_percent(self) -> str:
        return f"{100 * self.given.margin:g}"

    @property
    def discount_percent(self) -> str:
        return f"{100 * self.given.discount:g}"

    @property
    def slices(self) -> list[Slice]:
        """All tiers together by term first, then tier by tier."""
        whole = lifetimes.slices(self.book, self.currency, self.given, "all")
        parts = lifetimes.slices(self.book, self.currency, self.given, "tier")
        return whole + [part for part in parts if part.tier]


def asked(request: MemberRequest, permission: Permission = VIEW) -> Asked:
    """From the address; whatever makes no sense falls back to the default and is named."""
    given, today = request.GET, organisation.today(request.at)
    refused: list[str] = []
    known = day(given.get("known", ""), today, refused)
    assumed = Assumptions(
        _share(given.get("margin", ""), "margin", 0.01, 1.0, Assumptions().margin, refused),
        _share(given.get("discount", ""), "discount", 0.01, 1.0, Assumptions().discount, refused),
    )
    book = books.read(known, scope(request, permission))
    return Asked(known, today, assumed, organisation.current().currency, book, tuple(refused))


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
