"""How money is counted stands beside it, on every page that tells any."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from nenrin.customers import accounts, subscriptions
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.insight import refresh
from nenrin.insight.models import Progress, RiskModelVersion, RiskSaid
from nenrin.insight.revenue import policies
from tests.api.rest import Rest
from tests.cast import LOST, THRIVING, member

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 6, 3, tzinfo=UTC)
PAGES = (
    "/", "/executive", "/executive/accounts", "/revenue", "/revenue/accounts", "/revenue/cohorts", "/revenue/cohorts/accounts",
    "/kpis", "/kpis/mrr", "/lifetimes", "/lifetimes/accounts", "/risk/forecast", "/contribution", "/contribution/accounts",
    "/balance", "/roi",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_the_policy_under_which_money_is_counted_stands_beside_it(client: Client, org: Organisation, page: str) -> None:
    account = accounts.open(THRIVING, by=SYSTEM, at=AT, status="customer")
    subscriptions.sign(account, by=SYSTEM, at=AT, starts_on="2026-01-01", term_months=12, mrr_minor=100_000, seats=5)
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    with time_machine.travel(AT, tick=False):
        policies.publish({"gross_margin": 0.61}, note="new margin", by=SYSTEM, at=AT)
        person = member(Role.ADMINISTRATOR)
        Member.objects.filter(pk=person.pk).update(language="en")
        client.force_login(person)
        told = client.get(page).content.decode()
    assert "Metric policy, version 2" in told and "gross margin 61%" in told
    assert told.count('id="policy"') == 1


def test_the_page_of_a_past_month_leads_from_the_forecast_to_the_churn_booked(
    client: Client, org: Organisation
) -> None:
    before = AT - timedelta(days=3)  # the page tells what was known on the last day that is scored
    account = accounts.open(LOST, by=SYSTEM, at=before, status="customer")
    terms = {"starts_on": date(2025, 1, 10), "noticed_on": date(2026, 2, 10), "ended_on": date(2026, 3, 20)}
    subscriptions.sign(account, by=SYSTEM, at=before, term_months=12, mrr_minor=30_000, seats=5, **terms)
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    version = RiskModelVersion.objects.create(
        event="churn", number=1, state="model", known_on=date(2026, 2, 1), learned_at=AT
    )
    RiskSaid.objects.create(
        account=account, event="churn", as_of=date(2026, 2, 28), version=version, p=0.1, low=0.05, high=0.2,
        horizons=[[30, 0.1, 0.05, 0.2]], months=[0.1] * 12, minor=30_000,
    )  # fmt: skip
    Progress.objects.filter(pk=refresh.here().pk).update(scored_through=date(2026, 4, 5))
    with time_machine.travel(AT, tick=False):
        person = member(Role.ADMINISTRATOR)
        Member.objects.filter(pk=person.pk).update(language="en")
        client.force_login(person)
        told = client.get("/risk/forecast/2026-03-01?event=churn").content.decode()
        answer = Rest(person).get("/risk/forecast/reconciliation").data
        assert Rest(person).get("/risk/forecast/reconciliation?as_of=2026-04-06").status_code == 422
    assert (
        "decided in an earlier month" in told
        and "/revenue/accounts?grain=month&amp;start=2026-03-01&amp;kind=churn" in told
    )
    assert (answer["begins"], answer["booked"]) == ("2026-03-01", 30_000)
    assert [(line["line"], line["minor"]) for line in answer["lines"]] == [("foretold", 0), ("earlier", 30_000)]
    assert answer["lines"][1]["items"] == [{"account": account.pk, "minor": 30_000}]
