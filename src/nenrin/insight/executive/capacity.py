"""How much of the members' time for accounts is planned: touch models' minutes a month against the hours they state."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from nenrin.customers import capacities
from nenrin.customers.models import Assignment
from nenrin.customers.statuses import Phase
from nenrin.insight.executive.gathered import Gathered, numbers


@dataclass(frozen=True, slots=True)
class Capacities:
    """Of the members who look after paying accounts, for all of their accounts. Minutes a month; `stated` members have
    said how much time they have: `of_minutes`, of which `stated_minutes` are planned; `over`: those with more than it."""

    members: int
    minutes: int
    stated: int
    stated_minutes: int
    of_minutes: int
    over: int

    @property
    def share(self) -> float | None:
        """None where nobody has said how much time there is."""
        return self.stated_minutes / self.of_minutes if self.of_minutes else None

    @property
    def unstated(self) -> int:
        return self.members - self.stated

    @property
    def planned_hours(self) -> float:
        return self.minutes / 60

    @property
    def of_hours(self) -> float:
        return self.of_minutes / 60


def of_accounts(accounts: Collection[int]) -> Capacities | None:
    """Of whoever looks after any of these accounts today; None where nobody does."""
    current = Assignment.objects.filter(until_on__isnull=True, phase=Phase.PRIMARY)
    held, own = current.order_by().values_list("member_id").annotate(held=Gathered("account_id")), set(accounts)
    members = {member for member, found in held if not own.isdisjoint(numbers(found))}
    if not members:
        return None
    loads = capacities.loads(members)
    known = [load for load in loads.values() if load.is_stated]
    return Capacities(
        len(members), sum(load.minutes for load in loads.values()), len(known), sum(load.minutes for load in known),
        sum(load.of_minutes for load in known), sum(load.minutes > load.of_minutes for load in known),
    )  # fmt: skip
