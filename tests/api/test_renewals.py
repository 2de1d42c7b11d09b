"""REST: programs list renewals ahead and call them."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import Rest
from tests.work import losses_world as world

pytestmark = pytest.mark.django_db


def test_programs_list_renewals_and_call_them(org: Organisation, at: datetime) -> None:
    account = world.customer(cast.DRIFTING, at=at, mrr=480_000)
    head, executive = Rest(cast.member(Role.HEAD)), Rest(cast.member(Role.EXECUTIVE))
    (found,) = head.get("/renewals?months=24").data["items"]
    assert (found["account_id"], found["probability"], found["call"]) == (account.pk, None, None)
    path, body = f"/renewals/{found['subscription_id']}", {"call": "likely", "reason": "高い", "seen": 0}
    told = head.post(path, body).data
    assert (told["number"], told["probability"], told["reason"]) == (1, 0.8, "高い")
    assert executive.get("/renewals?months=24").data["items"][0]["call"]["reason"] is None
    assert head.post(path, body | {"call": "lost"}).status_code == 409
    assert head.post(path, {"call": "zodiac"}).status_code == 422
    assert executive.post(path, body).status_code == 403
    assert head.post("/renewals/999999", body).status_code == 404
