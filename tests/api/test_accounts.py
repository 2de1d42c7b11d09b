"""Accounts by REST: lists by cursor, put by key, versions, masks, problems."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, attributes
from nenrin.customers.models import Account
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.permissions import FieldClass
from nenrin.foundation.roles import Role
from nenrin.values import Text
from tests.api.rest import Rest
from tests.cast import DRIFTING, THRIVING, member


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(member(Role.OPERATIONS))


def test_an_account_goes_in_by_key_and_comes_out(rest: Rest) -> None:
    made = rest.put("/accounts/by-key/crm/A-1/東", {"name": DRIFTING, "employees": 1240, "tags": ["重点"]})
    assert made.status_code == 201 and made["ETag"] == '"1"'
    assert made.data["keys"] == [{"namespace": "crm", "key": "A-1/東"}] and made.data["tags"] == ["重点"]
    again = rest.put("/accounts/by-key/crm/A-1/東", {"name": DRIFTING, "industry": "製造"})
    assert (again.status_code, again.data["id"], again.data["industry"]) == (200, made.data["id"], "製造")
    assert rest.get(f"/accounts/{made.data['id']}").data == again.data
    assert rest.get("/accounts/by-key/crm/A-1/東").data == again.data


def test_every_wrong_field_has_its_pointer(rest: Rest) -> None:
    answer = rest.post("/accounts", {"name": "", "corporate_number": "1", "attributes": {"a/b": 1}})
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert {error["pointer"] for error in answer.data["errors"]} == {"/name", "/corporate_number", "/attributes/a~1b"}
    unknown = rest.post("/accounts", {"name": "x", "colour": "red"})
    assert [error["pointer"] for error in unknown.data["errors"]] == ["/colour"]
    assert not Account.objects.exists()


def test_a_cursor_reads_each_account_once_in_any_order(rest: Rest, at: datetime) -> None:
    for number in range(7):
        accounts.open(f"会社{number % 3}", by=SYSTEM, at=at)
    for sort in ("id", "-id", "name", "-name", "mrr_minor", "-changed_at"):
        seen, cursor = [], ""
        while cursor is not None:
            data = rest.get(f"/accounts?limit=2&sort={sort}&cursor={cursor}").data
            seen += [item["id"] for item in data["items"]]
            cursor = data["next"]
        assert len(seen) == len(set(seen)) == 7, sort


def test_filters_narrow_and_search_reads_any_width(rest: Rest, at: datetime) -> None:
    accounts.open("カブト工業", by=SYSTEM, at=at, industry="製造", tags=["重点"])
    accounts.open(THRIVING, by=SYSTEM, at=at, industry="情報通信")
    assert [a["name"] for a in rest.get("/accounts?q=ｶﾌﾞﾄ").data["items"]] == ["カブト工業"]
    assert [a["name"] for a in rest.get("/accounts?industry=情報通信").data["items"]] == [THRIVING]
    assert [a["name"] for a in rest.get("/accounts?tag=重点").data["items"]] == ["カブト工業"]
    assert rest.get("/accounts?status=lost").data["items"] == []


def test_a_change_on_an_old_version_is_refused_with_both_sides(rest: Rest, at: datetime) -> None:
    account = accounts.open(DRIFTING, by=SYSTEM, at=at)
    path = f"/accounts/{account.pk}"
    assert rest.patch(path, {"industry": "製造"}, **{"If-Match": '"1"'}).data["version"] == 2
    stale = rest.patch(path, {"industry": "機械"}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.data["mine"]["industry"], stale.data["theirs"]["industry"]) == (
        412,
        "機械",
        "製造",
    )
    assert rest.patch(path, {"industry": "機械", "version": 1}).status_code == 409
    assert rest.patch(path, {"industry": "機械", "version": 2}).status_code == 200
    assert rest.patch(path, {}, **{"If-Match": "yesterday"}).status_code == 400


def test_a_circle_of_parents_names_its_chain(rest: Rest, at: datetime) -> None:
    top = accounts.open("親", by=SYSTEM, at=at)
    low = accounts.open("子", by=SYSTEM, at=at, parent=top)
    answer = rest.patch(f"/accounts/{top.pk}", {"parent_id": low.pk})
    assert answer.status_code == 422 and answer.data["title"] == "Some fields were not accepted"
    assert answer.data["errors"] == [{"pointer": "/parent_id", "detail": "would stand above itself: 親 → 子 → 親"}]


def test_what_was_refused_is_told_in_the_language_that_was_asked_for(rest: Rest, at: datetime) -> None:
    account = accounts.open("親", by=SYSTEM, at=at)
    body = {"parent_id": account.pk}
    answer = rest.patch(f"/accounts/{account.pk}", body, **{"Accept-Language": "ja,en;q=0.5"})
    assert answer["Content-Language"] == "ja" and answer.data["title"] == "受け付けられない項目があります"
    assert answer.data["errors"] == [{"pointer": "/parent_id", "detail": "親子関係が循環: 親 → 親"}]
    answer = rest.patch(f"/accounts/{account.pk}", body, **{"Accept-Language": "en-GB"})
    assert "would stand above itself" in answer.data["errors"][0]["detail"]


def test_what_was_archived_is_gone_until_restored(rest: Rest, at: datetime) -> None:
    account = accounts.open(DRIFTING, by=SYSTEM, at=at)
    assert rest.delete(f"/accounts/{account.pk}").status_code == 204
    assert rest.get(f"/accounts/{account.pk}").status_code == 404
    assert rest.post(f"/accounts/{account.pk}/restore").status_code == 200


def test_who_did_it_stands_in_the_journal(rest: Rest) -> None:
    rest.post("/accounts", {"name": DRIFTING})
    entry = Entry.objects.get(action="customers.account.opened")
    assert entry.actor_kind == "member" and entry.particulars["by"] == "佐藤 美咲"


def test_personal_attributes_are_masked_for_roles_that_may_not_read_them(org: Organisation, at: datetime) -> None:
    attributes.declare(
        "president",
        name=Text("President", "代表者"),
        kind=AttributeKind.TEXT,
        by=SYSTEM,
        at=at,
        field_class=FieldClass.PERSONAL,
    )
    account = accounts.open(DRIFTING, by=SYSTEM, at=at, attributes={"president": "田中 隆志"})
    for role, sees in ((Role.SUPPORT, True), (Role.EXECUTIVE, False), (Role.PRODUCT, False)):
        seen = Rest(member(role)).get(f"/accounts/{account.pk}")
        assert ("田中" in str(seen.data)) is sees, role


def test_owners_are_assigned_and_released(rest: Rest, at: datetime) -> None:
    account, csm = accounts.open(DRIFTING, by=SYSTEM, at=at), member(Role.CSM, "渡辺")
    held = rest.put(f"/accounts/{account.pk}/owners/primary", {"member_id": csm.pk})
    assert (held.data["owner_id"], held.data["owners"]) == (csm.pk, {"primary": csm.pk})
    assert rest.put(f"/accounts/{account.pk}/owners/primary", {"member_id": None}).data["owner_id"] is None


def test_two_accounts_merge_and_part_again(rest: Rest, at: datetime) -> None:
    one, two = (accounts.open(name, by=SYSTEM, at=at) for name in ("㈱東雲精機", "東雲精機株式会社"))
    assert rest.get("/merges/candidates").data[0]["reason"] == "same name"
    made = rest.post("/merges", {"survivor_id": one.pk, "absorbed_id": two.pk})
    assert made.status_code == 201 and rest.get(f"/accounts/{two.pk}").status_code == 404
    assert rest.post(f"/merges/{made.data['id']}/undo").data["undone_at"]
    assert rest.get(f"/accounts/{two.pk}").status_code == 200


def test_many_accounts_are_tagged_at_once(rest: Rest, at: datetime) -> None:
    ids = [accounts.open(str(n), by=SYSTEM, at=at).pk for n in range(3)]
    assert rest.post("/tags", {"accounts": ids, "add": ["重点"]}).data == {"changed": 3}
    assert rest.get("/tags").data == [{"name": "重点", "accounts": 3}]
    assert rest.post("/tags", {"accounts": [*ids, 10**6], "add": ["x"]}).status_code == 422


def test_a_list_takes_a_constant_number_of_queries(
    rest: Rest, at: datetime, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        accounts.open(str(number), by=SYSTEM, at=at, tags=["a"], keys=[("crm", str(number))])
    with django_assert_max_num_queries(8):
        assert len(rest.get("/accounts").data["items"]) == 20
