"""REST: a handoff from end to end, promises kept, feedback followed, a success plan agreed."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.work import promises
from nenrin.work.models import Promise
from tests import cast
from tests.api.rest import Rest


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.STARTING, by=SYSTEM, at=at)


def test_a_handoff_goes_from_sales_to_customer_success(account: Account, at: datetime) -> None:
    seller, csm = cast.member(Role.SALES, "山口"), cast.member(Role.HEAD)
    ownership.assign(account, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    sales, success = Rest(seller), Rest(csm)
    made = sales.post("/handoffs", {"account_id": account.pk, "signed_on": "2026-11-20"}).data
    path = f"/handoffs/{made['id']}"
    assert (made["due_on"], made["settled"], made["seller_id"]) == ("2026-11-30", 0, seller.pk)
    items = {item: {"words": "説明"} for item in ("purpose", "success", "people", "deal", "schedule")}
    body = {"items": items | {"literacy": {"reason": "不要"}}, "promises": [{"words": "研修", "due_on": "2027-01-15"}]}
    assert sales.post(f"{path}/send").status_code == 422  # nothing is answered yet
    filled = sales.patch(path, body, **{"If-Match": f'"{made["version"]}"'})
    assert (filled.data["settled"], filled.data["waived"], filled["ETag"]) == (7, 1, '"2"')
    assert sales.patch(path, body, **{"If-Match": '"1"'}).status_code == 412
    assert sales.post(f"{path}/send").data["state"] == "sent"
    assert sales.post(f"{path}/accept").status_code == 403  # not by whoever sold it
    asked = {"questions": [{"words": "誰が判断しますか", "item": "success"}]}
    back = success.post(f"{path}/send-back", asked).data
    [question] = back["questions"]
    assert (back["returns"], question["item"], question["answer"]) == (1, "success", "")
    answered = sales.patch(path, {"answers": {str(question["id"]): "工場長"}}).data
    assert answered["questions"][0]["answer"] == "工場長"
    assert sales.post(f"{path}/send").data["state"] == "sent"
    done = success.post(f"{path}/accept").data
    assert (done["state"], done["accepted_by_id"], Promise.objects.get().owner_id) == ("accepted", csm.pk, csm.pk)
    assert success.post(f"{path}/fit", {"fit": "good"}).data["fit_found"] == "good"
    assert [row["id"] for row in success.get("/handoffs?state=accepted").data["items"]] == [made["id"]]


def test_a_handoff_that_was_dropped_is_taken_up_again(account: Account) -> None:
    rest = Rest(cast.member(Role.HEAD))
    path = f"/handoffs/{rest.post('/handoffs', {'account_id': account.pk}).data['id']}"
    assert rest.post(f"{path}/drop", {"reason": "誤操作"}).data["state"] == "dropped"
    assert rest.post(f"{path}/restore").data["state"] == "draft"
    rest.post(f"{path}/drop", {"reason": "重複"})
    rest.post("/handoffs", {"account_id": account.pk})
    assert rest.post(f"{path}/restore").status_code == 422, "another is under way"


def test_a_promise_sent_twice_under_a_key_is_one_and_is_kept_with_evidence(account: Account) -> None:
    rest = Rest(cast.member(Role.HEAD))
    body = {"account_id": account.pk, "words": "手順書を渡す", "due_on": "2026-01-05", "key": "crm:9"}
    first, second = rest.post("/promises", body), rest.post("/promises", body)
    assert (first.status_code, first.data["id"]) == (201, second.data["id"])
    assert first.data["standing"] == "overdue"
    path = f"/promises/{first.data['id']}"
    assert rest.post(f"{path}/keep", {"evidence_url": "ftp://x"}).data["errors"][0]["pointer"] == "/evidence_url"
    kept = rest.post(f"{path}/keep", {"outcome": "渡した", "evidence_url": "https://x.example/1"}).data
    assert (kept["standing"], kept["outcome"]) == ("kept", "渡した")
    assert rest.get("/promises?standing=overdue").data["items"] == []
    assert rest.post(f"{path}/reopen").data["standing"] == "overdue"
    assert rest.post(f"{path}/waive", {"reason": "不要になった"}).data["standing"] == "waived"
    assert rest.patch(path, {"owner_id": 999_999}).status_code == 422


def test_feedback_is_told_and_followed(account: Account) -> None:
    rest = Rest(cast.member(Role.HEAD))
    made = rest.post("/feedback", {"account_id": account.pk, "kind": "story", "words": "早期化に成功"}).data
    assert rest.post(f"/feedback/{made['id']}/read").data["read_at"] is not None
    done = rest.post(f"/feedback/{made['id']}/outcome", {"outcome": "done", "words": "事例化"}).data
    assert (done["outcome"], done["outcome_words"]) == ("done", "事例化")
    assert rest.post("/feedback", {"account_id": account.pk, "kind": "gossip", "words": "x"}).status_code == 422


def test_a_success_plan_is_agreed_once_it_has_what_it_needs(account: Account) -> None:
    rest = Rest(cast.member(Role.HEAD))
    made = rest.post("/success-plans", {"account_id": account.pk, "title": "計画"}).data
    path = f"/success-plans/{made['id']}"
    refused = rest.post(f"{path}/agree", {"agreed_with": "工場長"})
    assert refused.status_code == 422 and len(refused.data["errors"]) == 2
    rest.patch(path, {"success": "2営業日目に締まること"})
    figure = {"title": "記録作業", "sort": "business", "figure": "時間", "baseline": 120, "target": 70}
    told = rest.post(f"{path}/objectives", figure).data
    told = rest.post(f"{path}/objectives/{told['objectives'][0]['id']}/readings", {"value": 95}).data
    assert told["objectives"][0]["share"] == told["share"] == 0.5
    step = rest.post(f"{path}/milestones", {"title": "計測", "side": "theirs"}).data["milestones"][0]
    assert rest.post(f"{path}/milestones/{step['id']}/done", {}).data["milestones"][0]["done_on"]
    assert rest.post(f"{path}/agree", {"agreed_with": "工場長"}).data["edition"] == 1
    assert rest.post(f"{path}/reviews", {"next_on": "2027-01-20"}).data["next_review_on"] == "2027-01-20"
    assert rest.post(f"{path}/achieve", {"words": "達成"}).data["state"] == "achieved"


def test_words_are_null_for_roles_without_personal_data(account: Account, at: datetime) -> None:
    made = promises.make(account, "田中様に渡す", due_on=None, owner=None, by=SYSTEM, at=at)
    told = Rest(cast.member(Role.EXECUTIVE)).get(f"/promises/{made.pk}").data
    assert (told["words"], told["standing"]) == (None, "open")
