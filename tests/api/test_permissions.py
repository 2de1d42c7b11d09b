"""The permission matrix of the API, both ways: who holds it passes, who does not is refused, outsiders find nothing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from nenrin.api.rest import api
from nenrin.customers import accounts, contacts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import members
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.permissions import GRANTS, Permission
from nenrin.foundation.roles import Role
from tests.api.rest import Rest
from tests.cast import member
from tests.web.test_permission_matrix import BODIES


def operations() -> list[tuple[str, str, Permission]]:
    """Every operation: method, path, permission."""
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            found += [(op.methods[0], prefix + path, op.view_func.permission) for op in view.operations]
    return found


def test_every_operation_declares_its_permission() -> None:
    assert len(operations()) > 30
    assert all(isinstance(permission, Permission) for _, _, permission in operations())


def concrete(path: str, ids: dict[str, int]) -> str:
    """The path with ids that exist, or keys that do not matter."""
    filled = re.sub(r"\{int:(\w+)\}", lambda m: str(ids.get(m[1], 1)), path)
    return (
        filled.replace("{phase}", "primary")
        .replace("{namespace}", "crm")
        .replace("{path:key}", "K")
        .replace("{kind}", "growth")
    )


@pytest.fixture
def ids(org: Organisation, at: datetime) -> dict[str, int]:
    account = accounts.open("甲", by=SYSTEM, at=at)
    contact = contacts.add(account, "田中", by=SYSTEM, at=at)
    subscription = subscriptions.sign(account, by=SYSTEM, at=at, starts_on="2026-04-01")
    return {"account_id": account.pk, "contact_id": contact.pk, "subscription_id": subscription.pk}


def sent(path: str) -> bytes:
    """A body that is read, where an empty one would be refused before its object is looked for."""
    if path.endswith("/handovers/{int:handover_id}/answer"):  # only its receiver may, so the pages' matrix sends none
        return b'{"do": "accept"}'
    return next((body for end, body in BODIES.items() if path.endswith(end)), b"{}")


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and answer["Content-Type"] == "application/problem+json"


def test_each_role_passes_where_it_holds_the_permission_and_nowhere_else(ids: dict[str, int]) -> None:
    person = member(Role.ADMINISTRATOR)
    rest = Rest(person)
    for role in Role:
        Member.objects.filter(pk=person.pk).update(role=role)
        for method, path, permission in operations():
            answer = rest.call(method, concrete(path, ids), {})
            assert refused(answer) is (permission not in GRANTS[role]), (role, method, path, answer.content)
            assert answer.status_code < 500


def test_an_outsider_finds_nothing_behind_an_id(ids: dict[str, int]) -> None:
    rest = Rest(member(Role.SALES))
    with_id = [(m, p) for m, p, permission in operations() if "{int:" in p and permission in GRANTS[Role.SALES]]
    assert with_id
    for method, path in with_id:
        assert rest.call(method, concrete(path, ids), sent(path)).status_code == 404, (method, path)
    assert rest.get("/accounts").data["items"] == [] and rest.get("/contacts").data["items"] == []


def test_a_csm_changes_the_teams_accounts_and_sees_the_others(ids: dict[str, int], at: datetime) -> None:
    csm = member(Role.CSM, team="東日本")
    rest, path = Rest(csm), f"/accounts/{ids['account_id']}"
    assert rest.get(path).status_code == 200
    assert rest.patch(path, {"industry": "製造"}).status_code == 404
    ownership.assign(
        Account.objects.get(pk=ids["account_id"]), member(Role.CSM, "同僚", team="東日本"), by=SYSTEM, at=at
    )
    assert rest.patch(path, {"industry": "製造"}).status_code == 200


def test_a_token_that_only_reads_writes_nothing(ids: dict[str, int]) -> None:
    rest = Rest(member(), can_write=False)
    assert rest.get("/accounts").status_code == 200
    assert refused(rest.post("/accounts", {"name": "乙"}))
    assert Account.objects.count() == 1


def test_no_token_a_wrong_one_and_one_of_a_member_who_has_gone_are_nobody(ids: dict[str, int]) -> None:
    member()
    leaver = member(Role.CSM)
    rest = Rest(leaver)
    members.deactivate(leaver, by=SYSTEM, at=datetime.fromisoformat("2026-11-24T00:00:00+00:00"))
    for headers in (rest.headers, {"Authorization": "Bearer nrn_wrong"}, {}):
        rest.headers = headers
        answer = rest.get("/accounts")
        assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Bearer")
