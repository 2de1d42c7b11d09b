"""Who stays, and what they are worth, by the fit that was found, by source and by seller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nenrin.customers.models import PriceStep
from nenrin.insight.lifetimes import books, values
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.lifetimes.worths import Assumptions
from nenrin.values import Ratio
from nenrin.work.models import Handoff

By = Literal["fit", "expected", "source", "seller"]
#: Fewer deals than this, and no share or amount is shown: chance would be read as a lesson.
LEAST = 10
MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Line:
    """One group of deals. `left` of all that began; `churn` a month: those who left over the months they stayed (null
    below LEAST deals). `worth`: gross profit so far and, by the lifetimes of tier and term, still to come, on average
    per deal, in minor units; null below LEAST or where the lifetimes have no model for too many.
    """

    key: str
    count: int
    left: int
    months: float
    churn: Ratio | None
    worth: float | None
    valued: int

    @property
    def is_enough(self) -> bool:
        return self.count >= LEAST


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal as the table needs it; `until` is the day it ended, or the day of looking."""

    account: int
    keys: Mapping[By, str]
    began: date
    until: date
    is_lost: bool


def lines(handoffs: Iterable[Handoff], by: By, today: date, currency: str, given: Assumptions) -> list[Line]:
    """One line a group, the largest first. `handoffs` carry their account (deals.sold)."""
    book = books.read(today)
    found = deals(handoffs, book, today)
    worth = worths(found, book, currency, given)
    groups: dict[str, list[Deal]] = defaultdict(list)
    for deal in found:
        groups[deal.keys[by]].append(deal)
    made = [_line(key, members, worth) for key, members in groups.items()]
    return sorted(made, key=lambda line: (-line.count, line.key))


def deals(handoffs: Iterable[Handoff], book: Book, today: date) -> list[Deal]:
    """The first deal of each account whose contracts the lake knows."""
    lives = {one.account: one for one in book.lives}
    found: dict[int, Deal] = {}
    for each in sorted(handoffs, key=lambda row: (row.signed_on, row.pk)):
        life = lives.get(each.account_id)
        if life is None or each.account_id in found:
            continue
        keys: dict[By, str] = {
            "fit": each.fit_found,
            "expected": each.fit_expected,
            "source": each.account.source,
            "seller": str(each.seller_id or ""),
        }
        end = life.ended_on if life.is_lost and life.ended_on else today
        found[each.account_id] = Deal(each.account_id, keys, life.starts_on, end, life.is_lost)
    return list(found.values())


def worths(found: Iterable[Deal], book: Book, currency: str, given: Assumptions) -> dict[int, float]:
    """Gross profit of each account in this currency, so far and still to come. Accounts without a model of how long
    they stay are left out while they run."""
    wanted = {deal.account: deal for deal in found}
    own = {one.account for one in book.lives if one.currency == currency and one.account in wanted}
    ahead: dict[int, float] = {}
    for part in values.slices(book, currency, given):
        ahead |= {account: minor for account, (_, minor) in values.residuals(part, book, part.lives, given).items()}
    paid = received(own, {account: deal.until for account, deal in wanted.items()})
    return {
        account: paid.get(account, 0.0) * given.margin + ahead.get(account, 0.0)
        for account in own
        if wanted[account].is_lost or account in ahead
    }


def received(accounts: Iterable[int], until: Mapping[int, date]) -> dict[int, float]:
    """What contracts brought by the day of each account, in minor units: price by price, month by month."""
    steps = PriceStep.objects.filter(subscription__account__in=list(accounts), subscription__archived_at__isnull=True)
    by_contract: dict[int, list[PriceStep]] = defaultdict(list)
    for step in steps.select_related("subscription").order_by("subscription", "from_on"):
        by_contract[step.subscription_id].append(step)
    total: dict[int, float] = defaultdict(float)
    for prices in by_contract.values():
        contract = prices[0].subscription
        end = min(until[contract.account_id], contract.ended_on or date.max)
        ends = [price.from_on for price in prices[1:]] + [end]
        for price, following in zip(prices, ends, strict=True):
            days = max((min(following, end) - price.from_on).days, 0)
            total[contract.account_id] += price.mrr_minor * days / MONTH
    return total


def _line(key: str, members: list[Deal], worth: Mapping[int, float]) -> Line:
    left = sum(deal.is_lost for deal in members)
    months = sum((deal.until - deal.began).days for deal in members) / MONTH
    enough = len(members) >= LEAST
    valued = [worth[deal.account] for deal in members if deal.account in worth]
    mean = sum(valued) / len(valued) if enough and 2 * len(valued) > len(members) else None
    return Line(key, len(members), left, months, Ratio(left, months) if enough else None, mean, len(valued))
