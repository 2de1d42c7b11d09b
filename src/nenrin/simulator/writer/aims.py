"""What our side wants to reach: targets of each month with the teams that answer for them, leading KPIs before outcomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from nenrin.customers.terms import add_months
from nenrin.foundation.models import Team
from nenrin.insight.revenue import targets
from nenrin.simulator import product
from nenrin.simulator.writer.accounts import Book
from nenrin.simulator.writer.deeds import Deed

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Aim:
    """A KPI's target of every month, in its own unit; `team` by key; `leading`: what steers it."""

    kpi: str
    value: float
    team: str
    leading: str = ""


AIMS = (
    Aim("onboarding_completion", 0.85, "growth"),
    Aim("upsell_rate", 0.01, "east"),
    Aim("nps", 20, "growth"),
    Aim("nrr", 1.05, "east", "onboarding_completion"),
    Aim("grr", 0.80, "west", "onboarding_completion"),
    Aim("logo_churn", 0.015, "west", "onboarding_completion"),
    Aim("logo_churn_year", 0.10, "west", "onboarding_completion"),
)


def deeds(first: date, today: date, book: Book) -> Iterator[Deed]:
    """Yield the targets of the last months and of this one, each set on its first day."""
    newest = today.replace(day=1)
    for back in range(MONTHS - 1, -1, -1):
        month = add_months(newest, -back)
        if month >= first:
            yield Deed(book.at(month, 9, 45), 9, partial(_aimed, month, book))


def _aimed(month: date, book: Book, at: datetime) -> None:
    teams = {key: Team.objects.filter(name=name.ja).first() for key, name in product.TEAMS.items()}
    for aim in AIMS:
        targets.put(
            aim.kpi, "month", month, aim.value, team=teams[aim.team], leading_kpi=aim.leading,
            by=book.ground.actor("takagi"), at=at,
        )  # fmt: skip
