"""Many accounts by the API: tagged, given to a colleague; taken back where nobody has changed them since."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account, Tag
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def ids(mika: Member, at: datetime) -> list[int]:
    found = [accounts.open(name, by=SYSTEM, at=at) for name in (cast.DRIFTING, cast.THRIVING)]
    for account in found:
        ownership.assign(account, mika, by=SYSTEM, at=at)
    return [account.pk for account in found]


def test_many_are_tagged_and_taken_back(mika: Member, ids: list[int]) -> None:
    rest, told = Rest(mika), {"ids": ids, "do": "tag", "tag": " 製造 "}
    done = rest.post("/accounts/many", told).data
    assert done["changed"] == 2 and rest.post("/accounts/many", told).data["changed"] == 0
    assert Tag.objects.get(name="製造").accounts.count() == 2
    assert rest.post("/accounts/many", {"ids": ids[:1], "do": "untag", "tag": "製造"}).data["changed"] == 1
    undone = [rest.post("/accounts/many/undo", {"undo": done["undo"]}).data["changed"] for _ in range(2)]
    assert undone == [1, 0] and not Account.objects.filter(tags__name="製造").exists()
    assert Entry.objects.filter(action="customers.account.tagged").count() == 4


def test_many_are_given_to_a_colleague_and_taken_back_where_they_still_are_theirs(
    mika: Member, ids: list[int], at: datetime
) -> None:
    head, ken = cast.member(Role.HEAD, "部長"), cast.member(Role.CSM, "同僚", team="東日本")
    rest = Rest(head)
    done = rest.post("/accounts/many", {"ids": ids, "do": "assign", "member_id": ken.pk}).data
    assert done["changed"] == 2 and set(Account.objects.values_list("owner", flat=True)) == {ken.pk}
    ownership.assign(Account.objects.get(pk=ids[0]), head, by=SYSTEM, at=at + timedelta(days=400))
    assert rest.post("/accounts/many/undo", {"undo": done["undo"]}).data["changed"] == 1
    assert dict(Account.objects.values_list("pk", "owner")) == {ids[0]: head.pk, ids[1]: mika.pk}


def test_what_lies_outside_the_scope_stays_and_another_s_deed_is_not_taken_back(mika: Member, ids: list[int]) -> None:
    stranger = cast.member(Role.CSM, "他部門", team="西日本")
    told = {"ids": ids, "do": "tag", "tag": "製造"}
    assert Rest(stranger).post("/accounts/many", told).data["changed"] == 0
    done = Rest(mika).post("/accounts/many", told).data
    assert Rest(stranger).post("/accounts/many/undo", {"undo": done["undo"]}).data["changed"] == 0
    assert Account.objects.filter(tags__name="製造").count() == 2


@pytest.mark.parametrize(
    "wrong",
    [{"do": "tag"}, {"do": "tag", "tag": " "}, {"do": "assign"}, {"do": "assign", "member_id": 10**6}, {"do": "fly"}],
)
def test_what_cannot_be_done_is_refused(wrong: dict[str, object], ids: list[int]) -> None:
    assert Rest(cast.member(Role.HEAD, "部長")).post("/accounts/many", {"ids": ids, **wrong}).status_code == 422


def test_who_may_not_change_accounts_may_not_change_many(ids: list[int], at: datetime) -> None:
    viewer, told = Rest(cast.member(Role.SUPPORT, "閲覧")), {"ids": ids, "do": "tag", "tag": "x"}
    assert viewer.post("/accounts/many", told).status_code == 403
    assert viewer.post("/accounts/many/undo", {"undo": at.isoformat()}).status_code == 403
    head = Rest(cast.member(Role.HEAD, "部長"))
    assert head.post("/accounts/many/undo", {"undo": (at - timedelta(days=400)).isoformat()}).status_code == 422
