"""Every figure of the executive dashboard's tables opens the accounts it is made of, as page, file and answer."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.test import Client

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.insight import health_models
from nenrin.insight.models import Health, HealthModelVersion, Risk, RiskModelVersion
from tests.api.rest import Rest
from tests.cast import DRIFTING, LOST, THRIVING, member

pytestmark = pytest.mark.django_db
SIGNED_AT = datetime(2026, 4, 6, 3, tzinfo=UTC)
TODAY = SIGNED_AT.date()


def sign(name: str, minor: int, start: str, **fields: Any) -> Account:
    account = accounts.open(name, by=SYSTEM, at=SIGNED_AT)
    words = {"starts_on": date.fromisoformat(start), "term_months": 12, "mrr_minor": minor, "seats": 5, **fields}
    subscriptions.sign(account, by=SYSTEM, at=SIGNED_AT, **words)
    return account


@pytest.fixture
def companies(org: Organisation) -> dict[str, Account]:
    """Two whose contracts come due in June, one with notice and at risk; one that left early in April without a reason."""
    found = {
        THRIVING: sign(THRIVING, 100_000, "2025-06-10"),
        DRIFTING: sign(DRIFTING, 40_000, "2025-06-20", noticed_on=date(2026, 4, 2)),
        LOST: sign(LOST, 30_000, "2025-02-01", ended_on=date(2026, 4, 2)),
    }
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    health_models.install(at=SIGNED_AT)
    version = HealthModelVersion.objects.first()
    for name, band in ((THRIVING, "healthy"), (DRIFTING, "at_risk")):
        Health.objects.create(
            account=found[name], as_of=TODAY, at=SIGNED_AT, today=30, score=30, band=band, since=TODAY, coverage=1,
            version=version, losses=[],
        )  # fmt: skip
    owner = member(Role.CSM, "担当")
    for one in found.values():
        ownership.assign(one, owner, by=SYSTEM, at=SIGNED_AT)
    return found


@pytest.fixture
def forecast(companies: dict[str, Account]) -> None:
    """A model in use that tells of both paying accounts."""
    version = RiskModelVersion.objects.create(
        event="churn", number=1, state="model", known_on=TODAY, learned_at=SIGNED_AT, used_from=SIGNED_AT, told_on=TODAY,
        card={"shows_probability": True, "share": 1.0},
    )  # fmt: skip
    for name, minor, p in ((THRIVING, 100_000, 0.01), (DRIFTING, 40_000, 0.10)):
        Risk.objects.create(
            account=companies[name], event="churn", as_of=TODAY, at=SIGNED_AT, minor=minor, version=version, p=p,
            low=p / 2, high=min(2 * p, 1), months=[p] * 12, reasons=[],
            horizons=[[30, p, p / 2, 2 * p], [365, 4 * p, 2 * p, 8 * p]],
        )  # fmt: skip


def as_reader(client: Client, role: Role) -> None:
    person = member(role)
    Member.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def links(told: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="(/executive/accounts\?[^"]+)"', told)]


def table(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.get(url.replace("/executive/accounts", "/executive/accounts/export.csv"))
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_each_line_opens_the_accounts_that_add_up_to_it(client: Client, companies: dict[str, Account], forecast: None) -> None:  # fmt: skip
    with time_machine.travel(SIGNED_AT, tick=False):
        as_reader(client, Role.HEAD)
        found = links(page(client, "/executive"))
        asked = [dict(parse_qsl(urlsplit(each).query)) for each in found]
        assert {each.get("figure", "health") for each in asked} == {
            "renewals",
            "churn",
            "expected",
            "capacity",
            "health",
        }
        [june] = [u for u, a in zip(found, asked, strict=True) if a.get("month") == "2026-06-01" and not a.get("part")][
            :1
        ]
        [risky] = [
            u
            for u, a in zip(found, asked, strict=True)
            if a.get("month") == "2026-06-01" and a.get("part") == "at_risk"
        ]
        [left] = [u for u, a in zip(found, asked, strict=True) if a.get("figure") == "churn"][:1]
        [year] = [u for u, a in zip(found, asked, strict=True) if a.get("figure") == "expected" and not a.get("month")]
        both = page(client, june)
        assert THRIVING in both and DRIFTING in both and LOST not in both and "MRR of the contract ¥140,000" in both
        assert {row["Account"] for row in table(client, risky)} == {DRIFTING}
        assert [(row["Account"], row["MRR lost"]) for row in table(client, left)] == [(LOST, "30000")]
        assert [(row["Account"], row["Expected"]) for row in table(client, year)] == [
            (DRIFTING, "16000"),
            (THRIVING, "4000"),
        ]
        assert {row["Owner"] for row in table(client, "/executive/accounts?figure=capacity")} == {"担当"}
    assert Entry.objects.filter(action="customers.subscription.exported").count() == 4


def test_a_list_is_narrowed_ordered_and_taken_as_it_stands(client: Client, companies: dict[str, Account]) -> None:
    with time_machine.travel(SIGNED_AT, tick=False):
        as_reader(client, Role.HEAD)
        url = "/executive/accounts?figure=renewals"
        assert [row["Account"] for row in table(client, f"{url}&sort=-amount")] == [THRIVING, DRIFTING]
        assert [row["Account"] for row in table(client, f"{url}&sort=amount")] == [DRIFTING, THRIVING]
        assert [row["Account"] for row in table(client, f"{url}&q={DRIFTING[:3]}")] == [DRIFTING]
        assert [row["Account"] for row in table(client, f"{url}&part=noticed")] == [DRIFTING]
        assert "No account matches" in page(client, f"{url}&q=nobody+at+all")
        assert client.get("/executive/accounts?figure=expected&month=2030-01-01").status_code in (200, 404)
        assert "Nobody stands behind this figure" in page(client, "/executive/accounts?figure=expected")


def test_who_may_not_export_sees_the_list_and_takes_no_file(client: Client, companies: dict[str, Account]) -> None:
    with time_machine.travel(SIGNED_AT, tick=False):
        as_reader(client, Role.EXECUTIVE)
        assert THRIVING in page(client, "/executive/accounts?figure=renewals")
        assert client.get("/executive/accounts/export.csv?figure=renewals").status_code == 403


def test_a_seller_finds_own_accounts_alone(client: Client, companies: dict[str, Account]) -> None:
    seller = member(Role.SALES)
    ownership.assign(companies[DRIFTING], seller, by=SYSTEM, at=SIGNED_AT)
    client.force_login(seller)
    with time_machine.travel(SIGNED_AT, tick=False):
        told = page(client, "/executive/accounts?figure=renewals")
        assert DRIFTING in told and THRIVING not in told


def test_the_load_of_each_colleague_is_for_those_who_plan_it(client: Client, companies: dict[str, Account]) -> None:
    """On the page, in the file, in the answer to a program, and no link leads there in vain; the sums are everybody's."""
    with time_machine.travel(SIGNED_AT, tick=False):
        for role in (Role.HEAD, Role.CSM, Role.SALES, Role.EXECUTIVE):
            sees = role is Role.HEAD
            as_reader(client, role)
            assert ("figure=capacity" in page(client, "/executive")) is sees, role
            for whose in ("", "over", "unstated"):
                asked = f"figure=capacity&whose={whose}"
                answer = client.get(f"/executive/accounts?{asked}")
                assert answer.status_code == (200 if sees else 403), role
                assert ("担当" in answer.content.decode()) is (sees and whose != "over"), role
                taken = client.get(f"/executive/accounts/export.csv?{asked}")
                assert taken.status_code == (200 if sees else 403), role
        for role, status in ((Role.HEAD, 200), (Role.CSM, 403)):
            assert Rest(member(role)).get("/executive/accounts?figure=capacity").status_code == status


def test_who_sees_no_load_still_reads_the_sums(client: Client, companies: dict[str, Account]) -> None:
    with time_machine.travel(SIGNED_AT, tick=False):
        as_reader(client, Role.EXECUTIVE)
        told = page(client, "/executive")
        assert "Hours a month that touch models plan" in told and "figure=renewals" in told


def test_programs_read_the_same_lists(companies: dict[str, Account], forecast: None) -> None:
    rest = Rest(member(Role.EXECUTIVE))
    with time_machine.travel(SIGNED_AT, tick=False):
        due = rest.get("/executive/accounts?figure=renewals&month=2026-06-15").data
        assert (due["total"], due["amount"], due["next"]) == (2, 140_000, None)
        assert [(one["name"], one["on"], one["says_en"]) for one in due["items"]] == [
            (THRIVING, "2026-06-10", ""), (DRIFTING, "2026-06-20", "notice given")
        ]  # fmt: skip
        one = rest.get("/executive/accounts?figure=renewals&limit=1").data
        assert one["next"] == 1 and len(one["items"]) == 1
        left = rest.get("/executive/accounts?figure=churn").data
        assert [(each["name"], each["amount"]) for each in left["items"]] == [(LOST, 30_000)]
        soon = rest.get(f"/executive/accounts?figure=expected&month={date(2026, 4, 7)}").data
        assert [(each["name"], each["amount"], each["share"]) for each in soon["items"]] == [
            (DRIFTING, 4_000, 0.10), (THRIVING, 1_000, 0.01)
        ]  # fmt: skip
        health = rest.get("/executive/accounts?figure=health&now=at_risk").data
        assert [each["name"] for each in health["items"]] in ([], [DRIFTING])
        for odd in ("figure=nothing", "figure=churn&reason=zodiac", "figure=renewals&month=2031-01-01",
                    "figure=expected&month=2031-01-01", "figure=health&was=blue", "figure=churn&slise=x"):  # fmt: skip
            assert rest.get(f"/executive/accounts?{odd}").status_code == 422, odd
