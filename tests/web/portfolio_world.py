"""Four companies with contracts and health, for the pages that show a portfolio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.insight.models import DailyScore, Health, HealthModelVersion
from tests import cast

TODAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    mrr: int
    band: str
    score: float
    yesterday: tuple[str, float]
    notice_in: int


#: ARR in all: 12 * (480 + 270 + 240 + 10) thousand = 12 million yen, of which 2.88 million (24 %) at risk.
COMPANIES = (
    Company(cast.DRIFTING, 480_000, "caution", 52, ("caution", 53), 37),
    Company(cast.THRIVING, 270_000, "healthy", 92, ("healthy", 91), 200),
    Company("白樺メディカル株式会社", 240_000, "at_risk", 31, ("caution", 49), 9),
    Company(cast.STARTING, 10_000, "healthy", 76, ("healthy", 63), 300),
)


def build(at: datetime, owner: Member | None = None) -> dict[str, Account]:
    """The companies by name; the first belongs to `owner`."""
    version = HealthModelVersion.objects.create(
        key="standard",
        number=1,
        document={},
        state="published",
        live_from=date(2026, 1, 1),
        created_at=at,
        changed_at=at,
    )
    made = {company.name: _company(company, version, at) for company in COMPANIES}
    if owner:
        ownership.assign(made[COMPANIES[0].name], owner, phase=Phase.PRIMARY, by=SYSTEM, at=at)
    return made


def _company(company: Company, version: HealthModelVersion, at: datetime) -> Account:
    account = accounts.open(company.name, by=SYSTEM, at=at)
    ends = TODAY + timedelta(company.notice_in + 30)
    subscriptions.sign(
        account,
        by=SYSTEM,
        at=at,
        starts_on=ends.replace(year=ends.year - 1),
        ends_on=ends,
        notice_deadline=TODAY + timedelta(company.notice_in),
        mrr_minor=company.mrr,
    )
    Health.objects.create(
        account=account,
        as_of=TODAY,
        at=at,
        today=company.score,
        score=company.score,
        band=company.band,
        since=TODAY,
        coverage=1,
        version=version,
    )
    band, score = company.yesterday
    DailyScore.objects.create(
        account=account, day=TODAY - timedelta(1), today=score, score=score, band=band, coverage=1, version=version
    )
    return account
