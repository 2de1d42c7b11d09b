"""Limits that plans state, and how much of each an account uses: seats, projects, whatever they name.

What is used of a limit: of seats, those under contract or the people active within a week, whichever are more; of a
limit that is named like a measure, the measure; else the account's own number of the same name, unless it is personal.
Seats count for each product on its own, as those of one fill no limit of another's; people, who are not told by product,
count only where one product alone states seats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nenrin.analytics.kpis import MEASURES
from nenrin.customers import attributes
from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import FieldClass
from nenrin.insight.models import CurrentMeasure
from nenrin.values import Text
from nenrin.work.opportunities.contracts import Contracts, Held

SEATS: Final = "seats"
PEOPLE: Final = "weekly_active_users"
CONTRACTED = Text("seats under contract", "契約席数")
ACTIVE = Text("people active in a week (seats)", "週次アクティブユーザー（席数）")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of an account: `allowed` by the plans of its running contracts together, `used` as known on `as_of`.

    `product`: the one that it is of; None where it is of all that the account has.
    """

    key: str
    name: Text
    used: float
    allowed: float
    plans: str
    as_of: date
    product: int | None = None

    @property
    def share(self) -> float:
        return self.used / self.allowed

    @property
    def words(self) -> Text:
        used, allowed, share = _number(self.used), _number(self.allowed), format.percent(self.share, "en", 0)
        return Text(
            f"{used} of {allowed} that the plan {self.plans} allows ({share}): {self.name.en}",
            f"プラン「{self.plans}」の上限{allowed}のうち{used}を使用（{share}）: {self.name.ja}",
        )


def of(
    contracts: Contracts, accounts: Sequence[int], within: Any, today: date, *, by_people: bool = False
) -> dict[int, list[Limit]]:
    """The limits of these accounts of which the use is known, the nearest first; at most three queries.

    `within` is a query for the ids of the same accounts. `by_people`: of seats, only people who are active count, against
    those of all products together.
    """
    held = {
        key: rows for key in accounts if (rows := contracts.by_account.get(key)) and any(row.limits for row in rows)
    }
    names = {name for rows in held.values() for row in rows for name in row.limits}
    used = _measured(names, within) if names else {}
    unmeasured = names - {SEATS} - MEASURES.keys()
    own, words = _own(unmeasured, within), _named() if unmeasured else {}
    found = {}
    for key, rows in held.items():
        told = [
            _limit(name, rows, used.get(key, {}), own.get(key, {}), words, today) for name in _stated(rows) - {SEATS}
        ]
        seats = _people(rows, used.get(key, {})) if by_people else _seats(rows, used.get(key, {}), today)
        known = [*(one for one in told if one is not None), *seats]
        if known:
            found[key] = sorted(known, key=lambda one: (-one.share, one.key, one.plans))
    return found


def _stated(rows: Iterable[Held]) -> set[str]:
    return {name for row in rows for name in row.limits}


def _seats(rows: Sequence[Held], used: Mapping[str, tuple[float, date]], today: date) -> list[Limit]:
    """One for each product that states seats and of which the use is known."""
    by_product: dict[int, list[Held]] = {}
    for row in rows:
        if SEATS in row.limits:
            by_product.setdefault(row.product, []).append(row)
    people = used.get(PEOPLE) if len(by_product) == 1 else None
    found = []
    for product, stating in by_product.items():
        allowed, seats = sum(row.limits[SEATS] for row in stating), sum(row.seats for row in stating)
        if people is not None and people[0] > seats:
            found.append(Limit(SEATS, ACTIVE, people[0], allowed, _plans(stating), people[1], product))
        elif seats:
            found.append(Limit(SEATS, CONTRACTED, seats, allowed, _plans(stating), today, product))
    return found


def _people(rows: Sequence[Held], used: Mapping[str, tuple[float, date]]) -> list[Limit]:
    stating, people = [row for row in rows if SEATS in row.limits], used.get(PEOPLE)
    if people is None or not stating:
        return []
    allowed = sum(row.limits[SEATS] for row in stating)
    return [Limit(SEATS, ACTIVE, people[0], allowed, _plans(stating), people[1])]


def _plans(stating: Iterable[Held]) -> str:
    return "・".join(dict.fromkeys(row.plan_name for row in stating))


def _limit(
    key: str, rows: Sequence[Held], used: Mapping[str, tuple[float, date]], own: Mapping[str, Any],
    words: Mapping[str, Text], today: date,
) -> Limit | None:  # fmt: skip
    stating = [row for row in rows if key in row.limits]
    allowed = sum(row.limits[key] for row in stating)
    plans = _plans(stating)
    if key in MEASURES:
        told = used.get(key)
        return None if told is None else Limit(key, MEASURES[key].name, told[0], allowed, plans, told[1])
    value = own.get(key)
    if key not in words or not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return Limit(key, words[key], float(value), allowed, plans, today)


def _measured(names: set[str], within: Any) -> dict[int, dict[str, tuple[float, date]]]:
    wanted = {PEOPLE if name == SEATS else name for name in names} & MEASURES.keys()
    found: dict[int, dict[str, tuple[float, date]]] = {}
    rows = CurrentMeasure.objects.filter(account__in=within, measure__in=wanted)
    for account, measure, value, as_of in rows.values_list("account_id", "measure", "value", "as_of"):
        found.setdefault(account, {})[measure] = (value, as_of)
    return found


def _own(names: set[str], within: Any) -> dict[int, Mapping[str, Any]]:
    """The accounts' own numbers, where a limit is named like none of ours."""
    if not names:
        return {}
    return dict(Account.objects.filter(pk__in=within).order_by().values_list("pk", "attributes"))


def _named() -> dict[str, Text]:
    """Attributes that all who see the account may read, by their key."""
    readable = [one for one in attributes.declared() if one.field_class != FieldClass.PERSONAL]
    return {one.key: Text(one.name_en, one.name_ja) for one in readable}


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
