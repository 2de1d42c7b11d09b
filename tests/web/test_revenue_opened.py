"""What a figure of the revenue pages opens adds up to it: parts, causes and closed books; and charts say in what they count."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.revenue import locks, policies
from nenrin.web.charts import waterfall
from tests.api.rest import Rest
from tests.cast import DRIFTING, LOST, THRIVING
from tests.web.test_revenue import SIGNED_AT, carry, page, reader, rows, sign

pytestmark = pytest.mark.django_db
MAY = "grain=month&start=2026-05-01"


@pytest.fixture
def head(client: Client, org: Organisation) -> Member:
    person = reader(Role.HEAD)
    client.force_login(person)
    return person


@pytest.fixture
def restated(client: Client, head: Member) -> dict[str, Account]:
    """April was closed; later a price of March turned out lower, and one customer never to have signed."""
    found = {THRIVING: sign(THRIVING, 100_000, "2025-02-01"), DRIFTING: sign(DRIFTING, 40_000, "2026-03-10")}
    carry()
    locks.lock(date(2026, 4, 30), by=SYSTEM, at=datetime(2026, 5, 10, tzinfo=UTC))
    later = datetime(2026, 5, 20, tzinfo=UTC)
    of = {row.account_id: row for row in Subscription.objects.all()}
    subscriptions.reprice(of[found[THRIVING].pk], from_on=date(2026, 3, 1), mrr_minor=90_000, by=SYSTEM, at=later)
    subscriptions.end(of[found[DRIFTING].pk], on=date(2026, 3, 11), by=SYSTEM, at=later)
    carry()
    return found


def cells(table: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Amounts of a table of the page, by row and line."""
    return {str(row.name): {cell.kind: cell.amount for cell in row.cells} for row in table["rows"]}


@pytest.mark.parametrize("by", ["cohort", "owner", "plan", "tier", "source"])
def test_parts_of_a_month_after_closed_books_add_up_to_it(
    client: Client, restated: dict[str, Account], head: Member, by: str
) -> None:
    ownership.assign(restated[THRIVING], head, by=SYSTEM, at=SIGNED_AT)
    context = client.get(f"/revenue?{MAY}&by={by}").context
    whole = context["statement"]
    assert (whole.begin, whole.adjustment, whole.end) == (140_000, -50_000, 90_000)
    parts = cells(context["by_slice"]).values()
    for line in ("begin", "adjustment", "churn", "end"):
        told = whole.amounts.get(line) if line in whole.amounts else getattr(whole, line)
        assert sum(part[line] for part in parts) == told, line
    assert all(
        part["begin"] + part["adjustment"] + sum(part[kind] for kind in whole.amounts) == part["end"] for part in parts
    )
    told = [line for line in rows(client, f"/revenue/export.csv?{MAY}&by={by}") if line[-3]]
    assert sum(int(line[2]) for line in told[1:]) == 140_000


def test_the_begin_after_closed_books_opens_what_was_paid_as_closed(
    client: Client, restated: dict[str, Account], head: Member
) -> None:
    told = client.get(f"/revenue/accounts?{MAY}&kind=begin").context
    assert told["total"] == 140_000
    assert [(line.account.name, line.change.before, line.change.after) for line in told["rows"]] == [
        (THRIVING, 100_000, 90_000), (DRIFTING, 40_000, 0),
    ]  # fmt: skip
    assert client.get(f"/revenue/accounts?{MAY}&kind=begin&books=restated").context["total"] == 90_000
    rest = Rest(head, can_write=False)
    found = rest.get("/revenue/movements/accounts?as_of=2026-05-31&kind=begin").data
    assert sum(one["amount"] for one in found["items"]) == 140_000
    items = rest.get("/revenue/movements?as_of=2026-05-31&by=tier").data["items"]
    assert [(one["slice"], one["begin"], one["adjustment"], one["end"]) for one in items] == [
        (None, 140_000, -50_000, 90_000), ("none", 140_000, -50_000, 90_000),
    ]  # fmt: skip


def test_a_cause_opens_its_accounts_alone(client: Client, head: Member) -> None:
    for name, minor, seats in ((THRIVING, 120_000, 9), (DRIFTING, 50_000, 5), (LOST, 30_000, 5)):
        account = sign(name, 40_000, "2025-02-01")
        row = Subscription.objects.get(account=account)
        subscriptions.reprice(row, from_on=date(2026, 3, 5), mrr_minor=minor, seats=seats, by=SYSTEM, at=SIGNED_AT)
    carry()
    march = "grain=month&start=2026-03-01"
    causes = client.get(f"/revenue?{march}").context["causes"]
    assert {name.en: amount for name, amount, _ in causes} == {
        "Expansion by seats": 80_000, "Expansion by price": 10_000, "Contraction by price": -10_000,
    }  # fmt: skip
    for name, amount, url in causes:
        told = client.get(url).context
        assert told["total"] == amount and told["title"].en == name.en and len(told["rows"]) == 1
    assert f'<a href="{causes[0][2]}"'.replace("&", "&amp;") in page(client, f"/revenue?{march}")
    [_, line] = rows(client, f"/revenue/accounts/export.csv?{march}&kind=expansion&cause=seats")
    assert line[1:] == [THRIVING, "40000", "120000", "80000", "JPY", "seats"]


def test_churn_that_nobody_decided_opens_its_accounts_alone(client: Client, head: Member) -> None:
    for name, reason in ((THRIVING, "payment"), (DRIFTING, "")):
        account = sign(name, 40_000, "2025-02-01")
        row = Subscription.objects.get(account=account)
        subscriptions.end(row, on=date(2026, 3, 20), reason=reason, by=SYSTEM, at=SIGNED_AT)
    carry()
    context = client.get("/revenue?grain=month&start=2026-03-01").context
    assert (context["statement"].unwilling, context["statement"].amounts["churn"]) == (-40_000, -80_000)
    told = client.get(context["unwilling_url"]).context
    assert (told["total"], [line.account.name for line in told["rows"]]) == (-40_000, [THRIVING])
    assert told["title"].ja == "解約（支払い滞納）"


@pytest.mark.parametrize(
    ("language", "mrr", "unit"),
    [("en", 12.5, "Unit: USD thousand a month, without tax."), ("ja", 1.25, "単位 USD 万（月額、税抜）。")],
)
def test_axes_of_a_currency_with_cents_count_in_what_they_say(
    client: Client, head: Member, language: str, mrr: float, unit: str
) -> None:
    Member.objects.filter(pk=head.pk).update(language=language)
    policies.reorganise(by=SYSTEM, at=SIGNED_AT, currency="USD")
    sign(THRIVING, 12_500_00, "2025-02-01", currency="USD")
    carry()
    for url in ("/revenue", "/executive"):
        context = client.get(f"{url}?grain=month&start=2026-03-01").context
        marks = [float(label) for _, label in waterfall.draw(context["waterfall"]).grid]
        assert min(marks) <= mrr <= max(marks) < 2 * mrr, url
        assert context["unit"].in_(language) == unit
    chart = client.get("/kpis/mrr?grain=month&start=2026-03-01").context["trend"]
    assert chart.series[0].values[-1] == (12_500 if language == "en" else 1.25)
    assert chart.unit.in_(language) == ("Unit: USD." if language == "en" else "単位 USD 万。")
    assert chart.unit.in_(language) in page(client, "/kpis/mrr?grain=month&start=2026-03-01")


def test_files_tell_money_in_the_currency_and_not_in_cents(client: Client, head: Member) -> None:
    policies.reorganise(by=SYSTEM, at=SIGNED_AT, currency="USD")
    sign(THRIVING, 12_500_50, "2025-02-01", currency="USD")
    carry()
    march = "grain=month&start=2026-03-01"
    for url in ("/kpis/export.csv", "/kpis/mrr/export.csv", "/kpis/mrr/export.csv", "/executive/export.csv"):
        for table in ("trend", "slices"):
            heads, *told = rows(client, f"{url}?{march}&table={table}&by=tier")
            key = {"kpi": "mrr", "Key": "mrr"}
            own = [line for line in (dict(zip(heads, each, strict=True)) for each in told)
                   if all(line[name] == wanted for name, wanted in key.items() if name in line)]  # fmt: skip
            value, unit = ("Value", "Unit") if "Value" in heads else ("value", "unit")
            assert (float(own[-1][value]), own[-1][unit]) == (12_500.5, "USD"), url
    assert rows(client, f"/kpis/arpa/export.csv?{march}&table=trend")[-1][6:] == ["USD", "1", "", ""]
    assert rows(client, f"/kpis/logo_churn/export.csv?{march}&table=trend")[-1][6] == "share"


def test_pages_say_how_parts_hold_accounts(client: Client, head: Member) -> None:
    person = reader(Role.CSM)
    account = sign(THRIVING, 100_000, "2025-02-01")
    ownership.assign(account, person, by=SYSTEM, at=SIGNED_AT)
    carry()
    told = page(client, f"/revenue?{MAY}&by=owner")
    assert "before its first owner with that one" in told and "Owners are those of today" not in told
    assert "Sources are those told today" in page(client, f"/revenue?{MAY}&by=source")
    accounts.change(account, by=SYSTEM, at=SIGNED_AT, industry="A&B #1")
    carry()
    links = [url for name, found in client.get(f"/kpis/mrr?{MAY}&by=industry").context["by_slice"] for *_, url in found]
    assert [client.get(f"/kpis/mrr?{url}").context["ask"].within.key for url in links] == ["A&B #1"]
