"""A team's files and programs hold its own accounts: risk, forecast and retention leave out those of another team."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.insight import refresh
from nenrin.insight.models import Progress, Risk, RiskModelVersion, RiskSaid
from tests.api.rest import Rest
from tests.cast import DRIFTING, THRIVING, member

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 6, tzinfo=UTC)
DAY = date(2026, 3, 31)
OWN, OTHERS = 50_000, 7_000_000


@dataclass(frozen=True, slots=True)
class Teams:
    """One account each: `own` is looked after by the team that `csm` and `onboarding` are in."""

    own: Account
    other: Account
    csm: Member
    onboarding: Member


@pytest.fixture
def teams(org: Organisation) -> Teams:
    csm, other = member(Role.CSM, team="第一", language="en"), member(Role.CSM, team="第二")
    onboarding = member(Role.ONBOARDING, team="第一")
    found = Teams(_signed(THRIVING, OWN, csm), _signed(DRIFTING, OTHERS, other), csm, onboarding)
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    Progress.objects.filter(pk=refresh.here().pk).update(scored_through=DAY)
    _told(found)
    return found


def _signed(name: str, minor: int, owner: Member) -> Account:
    account = accounts.open(name, by=SYSTEM, at=AT, status="customer")
    ownership.assign(account, owner, by=SYSTEM, at=AT)
    subscriptions.sign(account, by=SYSTEM, at=AT, starts_on=date(2025, 2, 1), term_months=12, mrr_minor=minor)
    return account


def _told(found: Teams) -> None:
    model = RiskModelVersion.objects.create(
        event="churn", number=1, state="trusted", known_on=DAY, learned_at=AT, used_from=AT, told_on=DAY,
        card={"events": 60, "shows_probability": True},
    )  # fmt: skip
    said: dict[str, Any] = {"event": "churn", "as_of": DAY, "version": model, "p": 0.2, "low": 0.1, "high": 0.3}
    said |= {"horizons": [[n, 0.2, 0.1, 0.3] for n in (30, 90, 180, 365)], "months": [0.02] * 12}
    for account, minor in ((found.own, OWN), (found.other, OTHERS)):
        Risk.objects.create(account=account, at=AT, minor=minor, **said)
        RiskSaid.objects.create(account=account, minor=minor, **{**said, "as_of": date(2026, 2, 28)})


def rows(who: Member, url: str) -> list[dict[str, str]]:
    client = Client()
    client.force_login(who)
    answer: Any = client.get(url)
    assert answer.status_code == 200, url
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_a_csm_takes_out_the_risk_of_the_own_team(teams: Teams) -> None:
    assert [row["Account"] for row in rows(teams.csm, "/risk/export.csv")] == [THRIVING]


def test_a_csm_takes_out_the_forecast_of_the_own_team(teams: Teams) -> None:
    told = rows(teams.csm, "/risk/forecast/export.csv")
    past = [row for row in told if row["Accounts"]]
    assert [row["Accounts"] for row in past] == ["1"] and len(told) == 13
    assert all(float(row["Expected"]) == pytest.approx(OWN * 0.02, abs=1) for row in told)


def test_the_accounts_behind_a_month_ahead_add_up_to_it_and_a_csm_takes_out_those_of_the_own_team(teams: Teams) -> None:
    for part, minor in (
        ((DAY + timedelta(1)).isoformat(), OWN * 0.02),
        ("year", OWN * 0.2),
        ("2026-03-01", OWN * 0.02),
    ):
        [row] = rows(teams.csm, f"/risk/forecast/{part}/export.csv")
        assert (row["Account"], row["Expected"]) == (THRIVING, str(round(minor))), part


def test_a_csm_takes_out_the_retention_of_the_own_team(teams: Teams) -> None:
    assert [row["Account"] for row in rows(teams.csm, "/retention/accounts/export.csv")] == [THRIVING]
    assert {row["At risk"] for row in rows(teams.csm, "/retention/export.csv")} == {"1"}


def test_programs_of_onboarding_read_the_risk_of_the_own_team(teams: Teams) -> None:
    rest = Rest(teams.onboarding)
    for query in ("", "?as_of=2026-02-28"):
        assert [one["account_id"] for one in rest.get(f"/risk{query}").data["items"]] == [teams.own.pk]


def test_programs_of_onboarding_read_the_forecast_of_the_own_team(teams: Teams) -> None:
    told = Rest(teams.onboarding).get("/risk/forecast").data
    assert told["mrr"] == OWN and [one["accounts"] for one in told["held"]] == [1]


def test_programs_of_onboarding_read_the_retention_of_the_own_team(teams: Teams) -> None:
    (group,) = Rest(teams.onboarding).get("/retention").data["groups"]
    assert group["customers"] == 1
    assert Rest(teams.csm).get("/retention").data["groups"][0]["customers"] == 2  # who may see all of them does
