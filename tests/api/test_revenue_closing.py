"""Closed periods, adjusted accounts, cohorts and a first look by REST."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from nenrin.customers import ownership, subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest.models import Import
from tests.api.rest import BASE, Rest
from tests.api.test_revenue import AT, carried, sign
from tests.cast import DRIFTING, LOST, THRIVING, member

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 4, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(AT, tick=False) as moved:
        yield moved


@pytest.fixture
def head(org: Organisation) -> Rest:
    return Rest(member(Role.HEAD))


def acts(prefix: str) -> list[str]:
    found = Entry.objects.filter(action__startswith=prefix).order_by("pk")
    return list(found.values_list("action", flat=True))


def test_a_month_is_closed_once_and_opened_again(head: Rest) -> None:
    assert head.get("/revenue/locks").data == []
    made = head.post("/revenue/locks", {"through": "2026-03-31"})
    assert (made.status_code, made.data["through"], made.data["known"]) == (201, "2026-03-31", "2026-04-06")
    again = head.post("/revenue/locks", {"through": "2026-03-31"})
    assert (again.status_code, again.data) == (200, made.data)
    assert head.get("/revenue/locks").data == [made.data]
    assert [head.delete("/revenue/locks/2026-03-31").status_code for _ in range(2)] == [204, 204]
    assert head.get("/revenue/locks").data == []
    assert acts("insight.period") == ["insight.period.locked", "insight.period.unlocked"]


@pytest.mark.parametrize("day", ["2026-04-06", "2027-01-31", "2026-02-28"])
def test_a_day_that_cannot_be_closed_is_refused_by_name(head: Rest, day: str) -> None:
    head.post("/revenue/locks", {"through": "2026-03-31"})
    refused = head.post("/revenue/locks", {"through": day})
    assert (refused.status_code, refused.data["errors"][0]["pointer"]) == (422, "/through")
    assert len(head.get("/revenue/locks").data) == 1


def test_books_are_opened_in_their_order(head: Rest) -> None:
    for day in ("2026-02-28", "2026-03-31"):
        head.post("/revenue/locks", {"through": day})
    assert head.delete("/revenue/locks/2026-02-28").status_code == 409
    assert len(head.get("/revenue/locks").data) == 2


def test_who_may_not_configure_sees_locks_and_closes_nothing(head: Rest) -> None:
    head.post("/revenue/locks", {"through": "2026-03-31"})
    viewer = Rest(member(Role.EXECUTIVE))
    assert len(viewer.get("/revenue/locks").data) == 1
    assert viewer.post("/revenue/locks", {"through": "2026-04-01"}).status_code == 403
    assert viewer.delete("/revenue/locks/2026-03-31").status_code == 403
    assert Rest(member(), can_write=False).post("/revenue/locks", {"through": "2026-04-01"}).status_code == 403


def test_the_accounts_behind_an_adjustment_add_up_to_it(head: Rest, clock: time_machine.Coordinates) -> None:
    restated, other = sign(THRIVING, date(2026, 2, 1), mrr_minor=100_000), sign(DRIFTING, date(2026, 2, 1))
    carried()
    head.post("/revenue/locks", {"through": "2026-03-31"})
    clock.move_to(LATER)
    row = Subscription.objects.get(account=restated)
    subscriptions.reprice(row, from_on=date(2026, 3, 1), mrr_minor=90_000, by=SYSTEM, at=LATER)
    carried()
    told = head.get("/revenue/adjustments?as_of=2026-04-20").data
    assert (told["amount"], told["total"]) == (-10_000, 1)
    assert told["items"] == [{"account": restated.pk, "closed": 100_000, "now": 90_000, "amount": -10_000}]
    [line] = head.get("/revenue/movements?as_of=2026-04-20").data["items"]
    assert line["adjustment"] == told["amount"]
    parts = head.get("/revenue/movements?as_of=2026-04-20&by=cohort").data["items"][1:]
    for part in parts:
        own = head.get(f"/revenue/adjustments?as_of=2026-04-20&by=cohort&slice={part['slice']}").data
        assert own["amount"] == part["adjustment"]
    assert head.get("/revenue/adjustments?as_of=2026-04-20&by=cohort&slice=1990").data["items"] == []
    assert head.get("/revenue/adjustments?as_of=2026-03-31").data["items"] == []
    seller = member(Role.SALES)
    ownership.assign(other, seller, by=SYSTEM, at=LATER)
    assert Rest(seller).get("/revenue/adjustments?as_of=2026-04-20").data["total"] == 0


def shop() -> dict[str, Account]:
    """Three that first paid in January 2026: one stays, one left in March, one pays more since March."""
    found = {name: sign(name, date(2026, 1, 10)) for name in (THRIVING, DRIFTING)}
    found[LOST] = sign(LOST, date(2026, 1, 10), ended_on=date(2026, 3, 15))
    row = Subscription.objects.get(account=found[DRIFTING])
    subscriptions.reprice(row, from_on=date(2026, 3, 1), mrr_minor=150_000, by=SYSTEM, at=AT)
    carried()
    return found


def test_cohorts_and_the_accounts_behind_them_add_up(head: Rest) -> None:
    found = shop()
    told = head.get("/revenue/cohorts?months=6").data
    [cohort] = told["items"]
    assert (cohort["month"], cohort["accounts"], told["to"]) == ("2026-01-01", 3, "2026-04-07")
    assert [(each["accounts"], each["mrr"]) for each in cohort["items"]] == [
        (3, 300_000), (3, 300_000), (2, 250_000), (2, 250_000),
    ]  # fmt: skip
    assert cohort["items"][2]["stayed"] == pytest.approx(2 / 3) and cohort["items"][3]["is_partial"]
    for each in cohort["items"]:
        parts = head.get(f"/revenue/cohorts/accounts?month=2026-01-01&age={each['age']}").data
        assert parts["total"] == 3 and sum(one["now"] for one in parts["items"]) == each["mrr"]
        assert sum(one["now"] > 0 for one in parts["items"]) == each["accounts"]
    left = head.get("/revenue/cohorts/accounts?month=2026-01-01&age=2&fate=left").data
    assert [one["account"] for one in left["items"]] == [found[LOST].pk]
    more = head.get("/revenue/cohorts/accounts?month=2026-01-01&age=2&fate=more").data
    assert [one["account"] for one in more["items"]] == [found[DRIFTING].pk]
    assert head.get("/revenue/cohorts/accounts?month=2026-01-01&age=9").data["total"] == 0
    assert head.get("/revenue/cohorts?by=tier&slice=nobody").data["items"] == []


def test_a_seller_sees_the_cohorts_of_own_accounts_alone(org: Organisation) -> None:
    found, seller = shop(), member(Role.SALES)
    ownership.assign(found[THRIVING], seller, by=SYSTEM, at=AT)
    [cohort] = Rest(seller).get("/revenue/cohorts").data["items"]
    assert cohort["accounts"] == 1
    assert Rest(seller).get("/revenue/cohorts/accounts?month=2026-01-01").data["total"] == 1


def looked(rest: Rest, content: str, **said: str) -> Any:
    file = SimpleUploadedFile("contracts.csv", content.encode())
    answer = rest.client.post(f"{BASE}/first-look", {"file": file, **said}, headers=rest.headers)
    return answer.status_code, json.loads(answer.content)


def contracts(count: int = 40) -> str:
    lines = ["会社名,契約開始日,月額,解約日"]
    lines += [f"会社{n},2024-04-01,10000,{'2026-02-01' if n < 4 else ''}" for n in range(count)]
    return "\n".join(lines)


def test_a_file_of_contracts_is_looked_at_and_nothing_of_it_is_kept(head: Rest) -> None:
    before = Entry.objects.count()
    status, told = looked(head, contracts())
    assert status == 200, told
    assert (told["file"], told["customers"], told["as_of"]) == ("contracts.csv", 40, "2026-04-06")
    churn = told["figures"]["logo_churn_year"]
    assert churn["value"] == pytest.approx(0.1) and churn["low"] < 0.1 < churn["high"]
    assert told["figures"]["mrr"]["value"] == 360_000
    assert told["assumed"] == {"gross_margin": 0.8, "yearly_discount": 0.1}
    assert Import.objects.count() == 0 and Account.objects.count() == 0 and Entry.objects.count() == before


def test_a_look_takes_assumptions_and_a_mapping_and_says_what_is_missing(head: Rest) -> None:
    _, told = looked(head, contracts(), margin="0.5", as_of="2026-01-31")
    assert told["assumed"]["gross_margin"] == 0.5 and told["figures"]["mrr"]["value"] == 400_000
    status, told = looked(head, "a,b\n1,2\n")
    assert status == 422 and "No column says" in told["detail"]
    mapping = "kind: subscriptions\nsource: x\ncolumns:\n  account_name: A\n  starts_on: B\n  mrr: C\n"
    status, told = looked(head, "A,B,C\n甲,2025-04-01,100\n", mapping=mapping)
    assert (status, told.get("customers")) == (200, 1), told
    assert looked(head, "A,B\n1,2\n", margin="7")[0] == 422
    assert looked(Rest(member(Role.EXECUTIVE)), contracts())[0] == 403
