"""Whitespace: which groups of customers have which products and plans, and how many healthy ones do not yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from nenrin.values import Ratio
from nenrin.work.opportunities.contracts import Contracts, Held

Group = Literal["tier", "industry"]
GROUPS: Final[tuple[Group, ...]] = ("tier", "industry")
#: Industries beyond these many are added up as others.
MOST: Final = 8
OTHERS: Final = "…"


@dataclass(frozen=True, slots=True)
class Cell:
    """Of the `n` customers of a group, `having` have it; `healthy_without` are healthy and do not."""

    having: int
    n: int
    healthy_without: int

    @property
    def share(self) -> Ratio:
        return Ratio(self.having, self.n)


@dataclass(frozen=True, slots=True)
class Line:
    """A product (`plan` None) or one of its plans, over the groups in the matrix's order; `total` over all."""

    product: int
    plan: int | None
    name: str
    cells: tuple[Cell, ...]
    total: Cell


@dataclass(frozen=True, slots=True)
class Matrix:
    groups: tuple[str, ...]
    lines: tuple[Line, ...]
    customers: int


def of(contracts: Contracts, group: Group) -> Matrix:
    """Customers with a running contract; groups by size."""
    belongs = {row.account: getattr(row, group) or "" for row in contracts.rows}
    sizes: dict[str, int] = {}
    for name in belongs.values():
        sizes[name] = sizes.get(name, 0) + 1
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    if len(order) > MOST:
        kept = set(order[: MOST - 1])
        belongs = {key: name if name in kept else OTHERS for key, name in belongs.items()}
        order = [*order[: MOST - 1], OTHERS]
    members = {name: {key for key, own in belongs.items() if own == name} for name in order}
    healthy = {row.account for row in contracts.rows if row.is_healthy}
    lines = _lines(contracts, members, healthy)
    return Matrix(tuple(order), tuple(lines), len(belongs))


def _lines(contracts: Contracts, members: Mapping[str, set[int]], healthy: set[int]) -> list[Line]:
    products, plans = _having(contracts.rows)
    found = []
    by_name = sorted(contracts.plans_of, key=lambda key: contracts.names["product", key])
    for product in by_name:
        found.append(_line(product, None, contracts.names["product", product], products[product], members, healthy))
        for plan in sorted(contracts.plans_of[product], key=lambda key: contracts.names["plan", key]):
            found.append(_line(product, plan, contracts.names["plan", plan], plans[plan], members, healthy))
    return found


def _having(rows: list[Held]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    products: dict[int, set[int]] = {}
    plans: dict[int, set[int]] = {}
    for row in rows:
        products.setdefault(row.product, set()).add(row.account)
        plans.setdefault(row.plan, set()).add(row.account)
    return products, plans


def _line(
    product: int, plan: int | None, name: str, having: set[int], members: Mapping[str, set[int]], healthy: set[int]
) -> Line:
    cells = tuple(_cell(having, keys, healthy) for keys in members.values())
    everybody = set().union(*members.values()) if members else set()
    return Line(product, plan, name, cells, _cell(having, everybody, healthy))


def _cell(having: set[int], keys: set[int], healthy: set[int]) -> Cell:
    return Cell(len(having & keys), len(keys), len((keys & healthy) - having))
