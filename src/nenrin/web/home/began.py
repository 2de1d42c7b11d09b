"""How far the ninety days are, for those who may see the result."""

from __future__ import annotations

from datetime import date

from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.start.sorts import LENGTH
from nenrin.values import Text

#: So many days after the result it is still told on the first page; then the menu has it.
TOLD = 60


def since(began_on: date | None, today: date, member: Member) -> Text | None:
    """The day it is since the baseline; None where there is none, or who looks may not see the result."""
    if began_on is None or allowed(member, Permission.RESULTS_VIEW) is None:
        return None
    days = (today - began_on).days
    if not 0 <= days <= LENGTH + TOLD:
        return None
    if days < LENGTH:
        return Text(
            f"{format.counted(days, 'day')} in, {LENGTH - days} to go",
            f"開始から{days}日目（あと{LENGTH - days}日で結果）",
        )
    return Text(f"{format.counted(days, 'day')} in: the result is there", f"開始から{days}日。結果が出ています")
