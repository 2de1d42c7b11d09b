"""Contracts, plans and contacts by REST."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from tests.api.rest import Rest
from tests.cast import DRIFTING, member


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(member(Role.OPERATIONS))


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(DRIFTING, by=SYSTEM, at=at)


def planned(rest: Rest) -> None:
    assert rest.put("/products/flow", {"name": "Flow"}).status_code == 200
    assert (
        rest.put("/plans/business", {"product": "flow", "name": "ビジネス", "limits": {"seats": 200}}).status_code
        == 200
    )


def test_a_contract_is_signed_by_key_and_tells_its_deadline(rest: Rest, account: Account) -> None:
    planned(rest)
    body = {"account_id": account.pk, "plan": "business", "starts_on": "2026-04-01", "mrr_minor": 480_000, "seats": 120}
    made = rest.put("/subscriptions/by-key/crm/S-1", body)
    assert made.status_code == 201
    assert (made.data["notice_deadline"], made.data["ends_on"]) == ("2027-02-28", "2027-04-01")
    step = {"from_on": "2026-04-01", "mrr_minor": 480_000, "seats": 120, "list_minor": 0, "committed_minor": 0}
    assert made.data["steps"] == [step]
    assert rest.put("/subscriptions/by-key/crm/S-1", body).status_code == 200
    assert rest.get(f"/accounts/{account.pk}").data["mrr_minor"] == 480_000


def test_notice_and_end_are_fields_that_null_takes_back(rest: Rest, account: Account) -> None:
    made = rest.post("/subscriptions", {"account_id": account.pk, "starts_on": "2026-04-01"}).data
    path = f"/subscriptions/{made['id']}"
    assert rest.patch(path, {"noticed_on": "2026-11-01", "end_reason": "価格"}).data["status"] == "noticed"
    assert rest.patch(path, {"noticed_on": None}).data["status"] == "active"


def test_what_mrr_counts_of_an_account_is_told_with_its_reasons(rest: Rest, account: Account) -> None:
    path = f"/revenue/accounts/{account.pk}"
    nothing = rest.get(path).data
    assert (nothing["agreed_minor"], nothing["counted_minor"], nothing["ledger"], nothing["parts"]) == (0, 0, None, [])
    body = {"account_id": account.pk, "starts_on": "2026-04-01", "mrr_minor": 80_000, "committed_minor": 20_000}
    assert rest.put("/subscriptions/by-key/crm/S-1", body).status_code == 201
    told = rest.get(path).data
    assert (told["agreed_minor"], told["counted_minor"], told["currency"], told["policy"]) == (
        80_000,
        100_000,
        "JPY",
        1,
    )
    assert told["parts"] == [{"reason": "usage", "minor": 20_000}] and told["elsewhere"] == []
    assert told["ledger"] == {"minor": 100_000, "currency": "JPY"}
    assert rest.get("/revenue/accounts/99999").status_code == 404


def test_discounts_usage_ramps_and_credits_are_told_and_answered(rest: Rest, account: Account) -> None:
    body = {
        "account_id": account.pk, "starts_on": "2026-04-01", "mrr_minor": 80_000, "list_minor": 100_000,
        "discount_until": "2027-03-31", "committed_minor": 20_000, "metered": {"2026-05": 1200}, "is_ramp": True,
    }  # fmt: skip
    made = rest.put("/subscriptions/by-key/crm/S-9", body)
    assert made.status_code == 201 and made.data["discount_until"] == "2027-03-31"
    assert [(s["from_on"], s["mrr_minor"], s["list_minor"], s["committed_minor"]) for s in made.data["steps"]] == [
        ("2026-04-01", 80_000, 100_000, 20_000), ("2027-04-01", 100_000, 0, 20_000),
    ]  # fmt: skip
    assert rest.put("/subscriptions/by-key/crm/S-9", body).data["version"] == 1
    path = f"/subscriptions/{made.data['id']}"
    changed = rest.patch(path, {"metered": {"2026-05": None, "2026-06": 900}, "billed_to": "2026-12-01"}).data
    assert (changed["metered"], changed["billed_to"]) == ({"2026-06": 900}, "2026-12-01")
    credit = {"account_id": account.pk, "starts_on": "2026-04-01", "mrr_minor": -30_000}
    refused = rest.post("/subscriptions", credit)
    assert (refused.status_code, refused.data["errors"][0]["pointer"]) == (422, "/mrr_minor")
    assert rest.post("/subscriptions", {**credit, "is_credit": True}).data["mrr_minor"] == -30_000
    wrong = rest.patch(path, {"metered": {"2026-13": 1}})
    assert (wrong.status_code, wrong.data["errors"][0]["pointer"]) == (422, "/metered")


def test_impossible_contracts_are_refused_with_pointers(rest: Rest, account: Account) -> None:
    body = {"account_id": account.pk, "starts_on": "2026-04-01", "ends_on": "2026-03-01", "plan": "none"}
    assert rest.post("/subscriptions", body).data["errors"][0]["pointer"] == "/plan"
    body.pop("plan")
    assert rest.post("/subscriptions", body).data["errors"][0]["pointer"] == "/ends_on"
    assert rest.post("/subscriptions", {"account_id": 10**9, "starts_on": "2026-04-01"}).status_code == 422


def test_contacts_are_put_listed_and_archived(rest: Rest, account: Account) -> None:
    body = {"account_id": account.pk, "name": "田中 隆志", "role": "decision_maker", "emails": ["t@example.jp"]}
    made = rest.put("/contacts/by-key/crm/C-1", body)
    assert (made.status_code, made.data["emails"]) == (201, ["t@example.jp"])
    assert rest.get("/contacts?q=田中").data["items"][0]["id"] == made.data["id"]
    assert rest.patch(f"/contacts/{made.data['id']}", {"left_on": "2026-11-01", "version": 1}).data["version"] == 2
    assert rest.get("/contacts?has_left=true").data["items"][0]["left_on"] == "2026-11-01"
    assert rest.delete(f"/contacts/{made.data['id']}").status_code == 204
    assert rest.get("/contacts").data["items"] == []


def test_a_plan_in_use_is_archived_and_its_contracts_stay(rest: Rest, account: Account) -> None:
    planned(rest)
    rest.post("/subscriptions", {"account_id": account.pk, "starts_on": "2026-04-01", "plan": "business"})
    assert rest.delete("/products/flow").status_code == 422
    assert rest.delete("/plans/business").status_code == 204
    assert rest.get("/plans").data["items"] == []
    assert rest.get("/subscriptions").data["items"][0]["plan"] == "business"


def test_an_archived_product_is_offered_again_before_its_plans(rest: Rest) -> None:
    planned(rest)
    assert rest.delete("/plans/business").status_code == rest.delete("/products/flow").status_code == 204
    assert rest.post("/plans/business/restore").status_code == 422, "its product is not on offer"
    again = [rest.post("/products/flow/restore") for _ in range(2)]
    assert [(one.status_code, one.data["key"]) for one in again] == [(200, "flow")] * 2
    assert rest.post("/plans/business/restore").data["product"] == "flow"
    assert [row["key"] for row in rest.get("/plans").data["items"]] == ["business"]
    assert Entry.objects.filter(action__in=["customers.product.restored", "customers.plan.restored"]).count() == 2
    assert rest.post("/plans/nothing/restore").status_code == 404
    seller = Rest(member(Role.SALES, "営業"))
    assert (
        seller.post("/products/flow/restore").status_code == seller.post("/plans/business/restore").status_code == 403
    )
