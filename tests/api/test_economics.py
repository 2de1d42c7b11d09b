"""Invoices, costs, hours, plan, balance and contribution by REST."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.ingest.models import Cost, Effort, Invoice
from nenrin.insight.models import BudgetPlan
from tests.api.rest import Rest
from tests.cast import THRIVING, member

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 6, tzinfo=UTC)


@pytest.fixture
def account(org: Organisation) -> Account:
    found = accounts.open(THRIVING, by=SYSTEM, at=AT)
    words = {"starts_on": date(2025, 2, 1), "term_months": 12, "mrr_minor": 100_000, "seats": 5}
    subscriptions.sign(found, by=SYSTEM, at=AT, **words)
    return found


@pytest.fixture
def head(org: Organisation) -> Rest:
    return Rest(member(Role.HEAD))


def billed(account: Account) -> dict[str, object]:
    return {"account_id": account.pk, "issued_on": "2026-03-01", "due_on": "2026-03-31", "minor": 110_000}


def test_an_invoice_is_told_once_and_paid_later_by_its_key(head: Rest, account: Account) -> None:
    path = "/invoices/by-key/billing/INV/1"
    made = head.put(path, billed(account) | {"lines": [{"text": "標準", "minor": 110_000}]})
    assert (made.status_code, made.data["status"], made.data["number"]) == (201, "open", "INV/1")
    assert head.put(path, billed(account)).status_code == 200
    assert Invoice.objects.get().version == 1
    paid = head.put(path, {"paid_on": "2026-03-28"}, **{"If-Match": made["ETag"]})
    assert (paid.status_code, paid.data["status"], paid.data["minor"]) == (200, "paid", 110_000)
    assert head.put(path, {"minor": 5}, **{"If-Match": made["ETag"]}).status_code == 412
    assert head.put(path, {"paid_on": None}).data["status"] == "open"
    assert [row["id"] for row in head.get("/invoices?overdue=true").data["items"]] == [made.data["id"]]
    assert head.delete(f"/invoices/{made.data['id']}").status_code == 204
    assert head.get(f"/invoices/{made.data['id']}").status_code == 404
    assert head.put(path, billed(account)).status_code == 201


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"due_on": "2026-02-01"}, "/due_on"),
        ({"status": "paid"}, "/paid_on"),
        ({"status": "open", "paid_on": "2026-03-02"}, "/status"),
        ({"currency": "QQQ"}, "/currency"),
        ({"minor": None}, "/minor"),
    ],
)
def test_what_cannot_be_an_invoice_is_said_at_its_field(
    head: Rest, account: Account, change: dict[str, object], pointer: str
) -> None:
    refused = head.put("/invoices/by-key/billing/1", billed(account) | change)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.data["errors"]] == [pointer]
    assert not Invoice.objects.exists()


def test_an_invoice_of_a_foreign_account_is_not_there(account: Account, head: Rest) -> None:
    made = head.put("/invoices/by-key/billing/1", billed(account)).data
    seller = member(Role.SALES)
    caller = Rest(seller)
    assert caller.get(f"/invoices/{made['id']}").status_code == 404
    assert caller.get("/invoices").data["items"] == []
    ownership.assign(account, seller, by=SYSTEM, at=AT)
    assert caller.get(f"/invoices/{made['id']}").status_code == 200


def test_costs_and_hours_are_told_by_key_and_counted(head: Rest, account: Account) -> None:
    cost = head.put("/costs/by-key/books/1", {"month": "2026-03-15", "category": "cs", "minor": 60_000})
    assert (cost.status_code, cost.data["month"], cost.data["currency"]) == (201, "2026-03-01", "JPY")
    assert head.put("/costs/by-key/books/1", {"minor": 70_000}).data["minor"] == 70_000
    hours = head.put(
        "/hours/by-key/books/1", {"month": "2026-03-01", "category": "cs", "minutes": 600, "person": "高橋"}
    )
    assert hours.status_code == 201
    head.put(
        "/costs/by-key/books/2", {"month": "2026-03-01", "category": "sales", "minor": 5, "account_id": account.pk}
    )
    assert [row["minor"] for row in head.get("/costs?sort=-minor&month_from=2026-03-01").data["items"]] == [70_000, 5]
    assert head.get("/hours?category=sales").data["items"] == []
    assert head.delete(f"/hours/{hours.data['id']}").status_code == 204
    assert (Cost.objects.count(), Effort.objects.get().retracted_at is None) == (2, False)
    assert head.put("/costs/by-key/books/3", {"category": "fun", "minor": 1, "month": "2026-03-01"}).status_code == 422
    assert head.put("/costs/by-key/books/3", {"touch_model": "none", "minor": 1}).status_code == 422
    assert head.put("/hours/by-key/books/3", {"month": "2026-03-01"}).status_code == 422


def test_balance_and_contribution_read_what_was_told(head: Rest, account: Account) -> None:
    """March: 100,000 kept for 60,000 and ten hours: 40,000 left, 10,000 kept an hour; told at the end of April."""
    head.put("/costs/by-key/books/1", {"month": "2026-03-01", "category": "cs", "minor": 60_000})
    head.put("/hours/by-key/books/1", {"month": "2026-03-01", "category": "cs", "minutes": 600})
    assert head.put("/economics/plan/2026-03/existing", {"minor": 80_000, "minutes": None}).status_code == 204
    assert (
        head.put("/economics/phase", {"from_month": "2026-01", "phase": "mature", "existing_share": 0.5}).status_code
        == 204
    )
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    told = head.get("/economics/balance?months=2&last=2026-03").data
    assert told["phase"] == "mature" and told["months"][1]["existing"] == {
        "minor": 60_000, "minutes": 600, "plan_minor": 80_000, "plan_minutes": None, "arr": 0, "arr_per_unit": 0.0,
    }  # fmt: skip
    assert told["months"][0]["existing"]["minor"] is None and told["drift"] is None
    whole = head.get("/economics/contribution?months=1&last=2026-03").data["whole"]
    assert (whole["revenue"]["kept"], whole["cost"], whole["contribution"]) == (100_000, 60_000, 40_000)
    assert whole["kept_per_hour"] == 10_000
    [behind] = head.get("/economics/contribution/accounts?months=1&last=2026-03").data
    assert (behind["account_id"], behind["line"]["contribution"]) == (account.pk, 40_000)
    assert BudgetPlan.objects.get().minor == 80_000


def test_costs_are_not_for_everybody(org: Organisation) -> None:
    caller = Rest(member(Role.CSM))
    for path in ("/costs", "/hours", "/economics/balance", "/economics/contribution"):
        assert caller.get(path).status_code == 403
    assert Rest(member(Role.EXECUTIVE)).put("/economics/plan/2026-03/existing", {}).status_code == 403
