"""When could we have known a row of a file? On arrival, some days after it was true, or as the file says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Knowing:
    """The policy of one import. `today` is the organisation's day of arrival: nothing is known later than that."""

    policy: str  # "arrival", "lag" or "column"
    today: date
    days: int = 0

    def on(self, valid: date, stated: date | None) -> date | None:
        """The day on which a row that was true from `valid` was known; None: on arrival, as the mirror finds it."""
        if self.policy == "lag":
            return min(valid + timedelta(days=self.days), self.today)
        if self.policy == "column" and stated is not None:
            return min(stated, self.today)
        return None

    def marks(self, valid: date, stated: date | None) -> dict[str, Any]:
        """What a fact of the journal says about it; the lag is an assumption and marked as one."""
        known = self.on(valid, stated)
        return {} if known is None else {"known_on": known.isoformat(), "assumed": self.policy == "lag"}


def on_arrival(today: date) -> Knowing:
    return Knowing("arrival", today)
