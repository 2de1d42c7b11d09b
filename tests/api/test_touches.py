"""Timeline entries by the API: written, changed, taken back, within the scope of their account."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import Touch
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db
CALL = {
    "channel": "call",
    "title": "更新の相談",
    "body": "12月に稟議",
    "happened_at": "2026-11-20T10:00:00+09:00",
    "minutes": 30,
}


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, team="東日本")


@pytest.fixture
def account(mika: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(made, mika, by=SYSTEM, at=at)
    return made


def test_an_entry_is_written_changed_and_taken_back(mika: Member, account: Account) -> None:
    rest = Rest(mika)
    made = rest.post(f"/accounts/{account.pk}/timeline", CALL)
    assert made.status_code == 201 and (made.data["channel"], made.data["direction"]) == ("call", "out")
    path = f"/timeline/{made.data['id']}"
    assert rest.get(path).data == made.data and made.data["author_id"] == mika.pk
    changed = rest.patch(path, {"body": "1月に稟議"}, **{"If-Match": made["ETag"]})
    assert (changed.data["body"], changed.data["title"], changed.data["minutes"]) == ("1月に稟議", CALL["title"], 30)
    late = rest.patch(path, {"body": "x", "version": made.data["version"]})
    assert late.status_code == 409 and late.data["theirs"] == {"body": "1月に稟議"}
    assert rest.patch(path, {"minutes": None}).data["minutes"] is None
    assert rest.delete(path).status_code == 204 and rest.get(path).status_code == 404
    verbs = Entry.objects.filter(action__startswith="work.call.").order_by("pk").values_list("action", flat=True)
    assert [verb.rpartition(".")[2] for verb in verbs] == ["written", "rewritten", "rewritten", "retracted"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"channel": "pigeon"}, "/channel"),
        ({"title": ""}, "/title"),
        ({"happened_at": "2199-01-01T00:00:00+09:00"}, "/happened_at"),
        ({"happened_at": "2026-11-20T10:00:00"}, "/happened_at"),
        ({"happened_at": "0001-01-01T00:00:00+09:00"}, "/happened_at"),
        ({"minutes": -1}, "/minutes"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_is_no_entry_is_refused(mika: Member, account: Account, wrong: dict[str, object], pointer: str) -> None:
    answer = Rest(mika).post(f"/accounts/{account.pk}/timeline", CALL | wrong)
    assert answer.status_code == 422 and [one["pointer"] for one in answer.data["errors"]] == [pointer]
    assert not Touch.objects.exists()


def test_outside_its_scope_an_entry_is_not_there(mika: Member, account: Account) -> None:
    path = f"/timeline/{Rest(mika).post(f'/accounts/{account.pk}/timeline', CALL).data['id']}"
    stranger = Rest(cast.member(Role.SALES, "営業"))
    assert stranger.get(path).status_code == stranger.patch(path, {"title": "x"}).status_code == 404
    assert stranger.delete(path).status_code == 404
    assert stranger.post(f"/accounts/{account.pk}/timeline", CALL).status_code == 404
    executive = Rest(cast.member(Role.EXECUTIVE, "経営"))
    told = executive.get(path).data
    assert (told["title"], told["body"], told["minutes"]) == (None, None, 30)
    assert executive.patch(path, {"title": "x"}).status_code == executive.delete(path).status_code == 403
    assert Touch.objects.get().title == CALL["title"]


def test_a_moment_that_is_left_out_is_now(mika: Member, account: Account) -> None:
    told = Rest(mika).post(f"/accounts/{account.pk}/timeline", {"channel": "note", "title": "覚え書き"}).data
    assert told["direction"] == "internal" and told["happened_at"] == told["created_at"]
