"""Costs, hours, the balance and the contribution on pages and in files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from nenrin.customers import accounts, subscriptions, touch_models
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import costs, efforts, invoices, lakes, mirror
from nenrin.ingest.facts.knowing import Knowing
from nenrin.ingest.models import Cost, Effort, Invoice
from nenrin.insight.models import BudgetPhase, BudgetPlan
from nenrin.insight.revenue import policies
from nenrin.values import Money
from tests.cast import DRIFTING, LOST, THRIVING, member

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 6, tzinfo=UTC)
MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)
BOOKED = {"namespace": "books", "by": SYSTEM, "at": AT, "zone": ZoneInfo("Asia/Tokyo"),
          "knowing": Knowing("lag", date(2026, 4, 6))}  # fmt: skip
ASKED = "months=6&last=2026-03"


def sign(name: str, minor: int, start: str, **fields: Any) -> Account:
    account = accounts.open(name, by=SYSTEM, at=AT)
    words = {"starts_on": date.fromisoformat(start), "term_months": 12, "mrr_minor": minor, "seats": 5, **fields}
    subscriptions.sign(account, by=SYSTEM, at=AT, **words)
    return account


def carry() -> None:
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())


def signed_in(client: Client, role: Role) -> Member:
    person = member(role)
    Member.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)
    return person


@pytest.fixture
def head(client: Client, org: Organisation) -> Member:
    return signed_in(client, Role.HEAD)


@pytest.fixture
def companies(org: Organisation) -> dict[str, Account]:
    """100,000 stays and grows to 130,000 in March; 40,000 is new in March; 30,000 left in March."""
    touch_models.replace(touch_models.DEFAULTS, by=SYSTEM, at=AT)
    found = {THRIVING: sign(THRIVING, 100_000, "2025-02-01"), DRIFTING: sign(DRIFTING, 40_000, "2026-03-10")}
    grown = found[THRIVING].subscriptions.get()
    subscriptions.reprice(grown, from_on=date(2026, 3, 5), mrr_minor=130_000, seats=7, by=SYSTEM, at=AT)
    found[LOST] = sign(LOST, 30_000, "2025-02-01", ended_on=date(2026, 3, 20))
    return found


@pytest.fixture
def spent(companies: dict[str, Account]) -> None:
    """In March 240,000 to win customers and 60,000 for those there (of it 20,000 for one), in 20 hours."""
    costs.put(
        [
            costs.Told("a", MARCH, "sales", Money(240_000)),
            costs.Told("b", MARCH, "cs", Money(40_000)),
            costs.Told("c", MARCH, "cs", Money(20_000), companies[THRIVING].pk),
        ],
        **BOOKED,
    )
    efforts.put([efforts.Told("h", MARCH, "cs", 1200, "佐藤")], **BOOKED)
    carry()


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def rows(client: Client, url: str) -> list[list[str]]:
    text = b"".join(client.get(url).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


def test_the_balance_tells_what_each_side_won_for_its_money(client: Client, head: Member, spent: None) -> None:
    """12 * 40,000 / 240,000 = 2.00; 12 * 30,000 / 60,000 = 6.00; 60 of 300 thousand went to existing customers."""
    told = page(client, f"/balance?{ASKED}")
    assert "2.00" in told and "6.00" in told and "20%" in told
    march = next(
        row
        for row in rows(client, f"/balance/export.csv?{ASKED}")
        if row[0] == "2026-03-01" and row[1] == "Acquisition"
    )
    assert march[2:] == ["", "240000", "", "", "480000", "2.0", "JPY"]


def test_without_costs_the_balance_says_so_and_shows_no_ratio(client: Client, head: Member, companies: Any) -> None:
    carry()
    told = page(client, "/balance")
    assert "No costs are known for these months" in told


def test_the_contribution_is_kept_and_expanded_revenue_less_the_cost_of_serving(
    client: Client, head: Member, spent: None
) -> None:
    """March: 100,000 kept, 30,000 more, 60,000 spent: 70,000; 100,000 kept in 20 hours: 5,000 an hour."""
    told = rows(client, f"/contribution/export.csv?{ASKED}")
    march = dict(zip(told[0], next(row for row in told if row[0] == "2026-03-01"), strict=True))
    assert (march["Kept"], march["More seats"], march["Cost"], march["Contribution"]) == (
        "100000",
        "30000",
        "60000",
        "70000",
    )
    assert (march["Hours"], march["MRR kept per hour"]) == ("20.0", "5000")
    february = dict(zip(told[0], next(row for row in told if row[0] == "2026-02-01"), strict=True))
    assert (february["Kept"], february["Cost"], february["Contribution"]) == ("130000", "", "")
    assert "no costs told for every month" in page(client, f"/contribution?{ASKED}")


def test_accounts_behind_the_contribution_add_up_to_it(client: Client, head: Member, spent: None) -> None:
    """130,000 is kept in each of five months and 100,000 in March, whose 60,000 are the cost of all."""
    march = "months=6&last=2026-03&share=accounts"
    told = rows(client, f"/contribution/accounts/export.csv?{march}")
    lines = [dict(zip(told[0], row, strict=True)) for row in told[1:]]
    assert {line["Account"] for line in lines} == {THRIVING, DRIFTING, LOST}
    assert sum(int(line["Kept"]) for line in lines) == 5 * 130_000 + 100_000
    by_month = rows(client, f"/contribution/export.csv?{march}")
    month = dict(zip(by_month[0], next(row for row in by_month if row[0] == "2026-03-01"), strict=True))
    assert (month["Cost"], month["of it told for the account"]) == ("60000", "20000")


def test_a_month_with_costs_alone_is_shared_out_by_what_is_chosen(client: Client, head: Member, spent: None) -> None:
    whole = "months=6&last=2026-03&known=2026-04-06"
    assert page(client, f"/contribution?{whole}&share=mrr").count("<tr>") > 5
    assert page(client, f"/contribution?{whole}&share=nonsense&months=x&last=y&known=z")


def test_a_cost_is_added_changed_and_deleted_and_the_journal_keeps_each_step(
    client: Client, head: Member, companies: dict[str, Account]
) -> None:
    typed = {"month": "2026-03", "category": "cs", "amount": "1234", "currency": "jpy", "account": THRIVING,
             "touch_model": "high", "note": "研修"}  # fmt: skip
    assert client.post("/costs/new", typed).status_code == 302
    row = Cost.objects.get()
    assert (row.minor, row.currency, row.account, row.touch_model, row.namespace) == (
        1234, "JPY", companies[THRIVING], "high", "manual",
    )  # fmt: skip
    assert client.post(f"/costs/{row.pk}", typed | {"amount": "2000", "version": "1"}).status_code == 302
    assert client.post(f"/costs/{row.pk}", typed | {"amount": "3000", "version": "1"}).status_code == 422
    row.refresh_from_db()
    assert row.minor == 2000
    assert "2,000" in page(client, "/costs?from=2026-03&to=2026-03&side=existing&category=cs&q=" + THRIVING[:2])
    assert client.post(f"/costs/{row.pk}/delete").status_code == 302
    assert client.get(f"/costs/{row.pk}").status_code == 404
    told = list(Entry.objects.filter(action__startswith="ingest.cost.").values_list("action", flat=True))
    assert told == ["ingest.cost.booked", "ingest.cost.corrected", "ingest.cost.retracted"]


def test_what_was_spent_on_a_segment_is_found_by_it(client: Client, head: Member, companies: Any) -> None:
    told = [costs.Told("a", MARCH, "cs", Money(70_000), segment="重点"), costs.Told("b", MARCH, "cs", Money(1_234))]
    costs.put(told, **BOOKED)
    found = page(client, "/costs?segment=重点")
    assert "¥70,000" in found and "¥1,234" not in found


@pytest.mark.parametrize(
    ("field", "value"),
    [("month", "2026-13"), ("month", "soon"), ("category", "fun"), ("amount", "much"), ("currency", "QQQ"),
     ("account", "誰も知らない")],
)  # fmt: skip
def test_what_cannot_be_a_cost_is_said_at_its_field(client: Client, head: Member, field: str, value: str) -> None:
    typed = {"month": "2026-03", "category": "cs", "amount": "5", "currency": "JPY"} | {field: value}
    answer = client.post("/costs/new", typed)
    assert answer.status_code == 422
    assert f'id="id_{field}' in answer.content.decode()
    assert not Cost.objects.exists()


def test_hours_are_written_down_and_listed_with_their_sum(client: Client, head: Member, org: Organisation) -> None:
    typed = {"month": "2026-03", "category": "cs", "hours": "7.5", "person": "高橋"}
    for hours in ("7.5", "0.25"):
        assert client.post("/hours/new", typed | {"hours": hours}).status_code == 302
    assert sorted(Effort.objects.values_list("minutes", flat=True)) == [15, 450]
    told = page(client, "/hours")
    assert "7.75 h" in told and "高橋" in told
    assert rows(client, "/hours/export.csv")[1][-2:] == ["7.5", "高橋"]
    assert "Nothing matches" in page(client, "/hours?category=sales")


def test_the_plan_of_a_year_is_saved_whole_or_not_at_all(client: Client, head: Member) -> None:
    typed = {"2026-04-acquisition-money": "２，０００，０００円", "2026-04-existing-hours": "120.5"}
    assert client.post("/balance/plan?year=2026-04", typed).status_code == 302
    assert set(BudgetPlan.objects.values_list("side", "minor", "minutes")) == {
        ("acquisition", 2_000_000, None), ("existing", None, 7230),
    }  # fmt: skip
    assert client.post("/balance/plan?year=2026-04", typed | {"2026-05-existing-money": "much"}).status_code == 422
    assert BudgetPlan.objects.count() == 2
    assert client.post("/balance/plan?year=2026-04", {"2026-04-existing-hours": "120.5"}).status_code == 302
    assert [row.side for row in BudgetPlan.objects.all()] == ["existing"]
    assert Entry.objects.filter(action="insight.budget.planned").count() == 3


def test_a_year_cut_short_by_a_change_of_the_fiscal_year_is_planned_month_by_month(
    client: Client, head: Member
) -> None:
    policies.reorganise(by=SYSTEM, at=datetime(2026, 5, 10, tzinfo=UTC), fiscal_start_month=1)
    told = page(client, "/balance/plan?year=2026-04")
    assert "2026-04-existing-money" in told and "2026-12-existing-money" in told
    assert "2027-01-existing-money" not in told and "?year=2027-01" in told and "?year=2026-03" in told
    assert "2026-03-existing-money" in page(client, "/balance/plan?year=2026-03")


def test_the_phase_sets_the_share_that_is_asked_for(client: Client, head: Member, spent: None) -> None:
    typed = {"from_month": "2026-03", "phase": "mature", "share": "55"}
    assert client.post("/balance/phase", typed).status_code == 302
    assert BudgetPhase.objects.get().existing_share == 0.55
    assert "55%" in page(client, f"/balance?{ASKED}")
    assert client.post("/balance/phase", typed | {"share": "155"}).status_code == 422


@pytest.mark.parametrize("url", ["/costs", "/hours", "/balance", "/contribution", "/contribution/accounts"])
def test_costs_are_for_those_who_answer_for_them(client: Client, org: Organisation, url: str) -> None:
    signed_in(client, Role.SALES)
    page(client, url, 403)
    signed_in(client, Role.EXECUTIVE)
    page(client, url)


def test_an_executive_sees_costs_and_changes_none(client: Client, org: Organisation) -> None:
    signed_in(client, Role.EXECUTIVE)
    assert "Add a cost" not in page(client, "/costs")
    assert client.post("/costs/new", {}).status_code == 403
    assert client.get("/balance/plan").status_code == 403


def test_the_account_shows_its_invoices_the_overdue_ones_first(
    client: Client, head: Member, companies: dict[str, Account]
) -> None:
    account = companies[THRIVING].pk
    invoices.put(
        [
            invoices.Told("1", account, MARCH, Money(110_000), "INV-1", date(2026, 3, 31), date(2026, 3, 20)),
            invoices.Told("2", account, FEBRUARY, Money(99_000), "INV-2", date(2026, 2, 28), failed_payments=2),
        ],
        **BOOKED,
    )
    told = page(client, f"/accounts/{account}/contracts")
    assert told.index("INV-2") < told.index("INV-1")
    assert "days overdue" in told and "A payment has failed twice or more." in told and "¥99,000" in told
    stream = page(client, f"/accounts/{account}/timeline?kind=invoice")
    assert "Invoice INV-1 paid: 110,000 JPY" in stream
    assert "Payment of invoice INV-2 failed (2 times so far): 99,000 JPY" in stream
    assert "INV-1" not in page(client, f"/accounts/{companies[DRIFTING].pk}/contracts")


def test_an_invoice_is_written_changed_and_taken_back_by_hand(client: Client, org: Organisation) -> None:
    account = sign(DRIFTING, 40_000, "2025-02-01")
    signed_in(client, Role.HEAD)
    given = {"number": "2026-041", "issued_on": "2026-04-01", "due_on": "2026-04-30", "amount": "44000", "currency": "jpy",
             "status": "open", "lines": "月額利用料\n\n初期設定"}  # fmt: skip
    new = f"/accounts/{account.pk}/invoices/new"
    assert client.post(new, {**given, "due_on": "2026-03-01"}).status_code == 422 and not Invoice.objects.exists()
    assert client.post(new, given).status_code == 302
    row = Invoice.objects.get()
    assert (row.minor, row.currency, row.status, [line["text"] for line in row.lines]) == (
        44_000, "JPY", "open", ["月額利用料", "初期設定"])  # fmt: skip
    assert "2026-041" in page(client, f"/accounts/{account.pk}/contracts")
    paid = {**given, "status": "paid", "paid_on": "2026-04-20"}
    assert client.post(f"/invoices/{row.pk}", {**paid, "version": "7"}).status_code == 422
    assert client.post(f"/invoices/{row.pk}", {**paid, "version": str(row.version)}).status_code == 302
    assert Invoice.objects.get().paid_on == date(2026, 4, 20)
    client.post(f"/invoices/{row.pk}/delete")
    assert client.get(f"/invoices/{row.pk}").status_code == 404
    told = Entry.objects.filter(action__startswith="ingest.invoice.").values_list("action", flat=True)
    assert sorted(told) == ["ingest.invoice.issued", "ingest.invoice.paid", "ingest.invoice.retracted"]


def test_who_may_not_change_contracts_writes_no_invoice(client: Client, org: Organisation) -> None:
    account = sign(DRIFTING, 40_000, "2025-02-01")
    signed_in(client, Role.EXECUTIVE)
    assert "invoices/new" not in page(client, f"/accounts/{account.pk}/contracts")
    assert client.get(f"/accounts/{account.pk}/invoices/new").status_code in {403, 404}
