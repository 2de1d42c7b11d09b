"""What a member may see of the dashboard: whose accounts, whether health, whether costs."""

from __future__ import annotations

from datetime import date

from nenrin.analytics.revenue.periods import Grain
from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.executive import questions
from nenrin.insight.executive.questions import Question

VIEW = Permission.SUBSCRIPTIONS_VIEW


def accounts(member: Member) -> list[int] | None:
    """None: all of them."""
    if allowed(member, VIEW) is Scope.ALL:
        return None
    return list(Account.objects.for_member(member, VIEW).values_list("pk", flat=True))


def ask(
    member: Member, day: date, today: date, *, known: date | None = None, grain: Grain = "month", by: str = "", key: str = ""
) -> Question:  # fmt: skip
    """The period that holds a day, as this member may see it. Raises what questions.ask raises."""
    return questions.ask(
        day, today, known=known, grain=grain, by=by, key=key, accounts=accounts(member),
        sees_health=allowed(member, Permission.HEALTH_VIEW) is not None,
        sees_costs=allowed(member, Permission.COSTS_VIEW) is not None,
    )  # fmt: skip
