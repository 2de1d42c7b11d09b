"""Who sees which accounts: own, the team's, all."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Contact
from nenrin.customers.statuses import Phase
from nenrin.foundation import members
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.permissions import GRANTS, Permission, Scope
from nenrin.foundation.roles import Role
from tests.cast import member

EDIT = Permission.ACCOUNTS_EDIT


@pytest.fixture
def portfolio(org: Organisation, at: datetime) -> dict[str, Account]:
    """One account of mine, one of a colleague in my team, one of another team, one of nobody."""
    me = member(Role.CSM, "私", team="東日本")
    colleague = member(Role.CSM, "同僚", team="東日本")
    other = member(Role.CSM, "他部署", team="西日本")
    made = {name: accounts.open(name, by=SYSTEM, at=at) for name in ("mine", "teams", "others", "nobodys")}
    for name, who in (("mine", me), ("teams", colleague), ("others", other)):
        ownership.assign(made[name], who, by=SYSTEM, at=at, phase=Phase.ADOPTION)
        contacts.add(made[name], name, by=SYSTEM, at=at)
    return made


SEEN = {
    Scope.OWN: {"mine"},
    Scope.TEAM: {"mine", "teams"},
    Scope.ALL: {"mine", "teams", "others", "nobodys"},
    None: set(),
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_exactly_its_scope(portfolio: dict[str, Account], role: Role) -> None:
    me = members.Member.objects.get(name="私")
    members.Member.objects.filter(pk=me.pk).update(role=role)
    me.refresh_from_db()
    for permission in (Permission.ACCOUNTS_VIEW, EDIT, Permission.EXPORT):
        seen = SEEN[GRANTS[role].get(permission)]
        assert {a.name for a in Account.objects.for_member(me, permission)} == seen
        assert {c.name for c in Contact.objects.for_member(me, permission)} == seen - {"nobodys"}


def test_without_a_team_the_teams_scope_is_ones_own(portfolio: dict[str, Account]) -> None:
    me = members.Member.objects.get(name="私")
    members.Member.objects.filter(pk=me.pk).update(team=None)
    me.refresh_from_db()
    assert {a.name for a in Account.objects.for_member(me, EDIT)} == {"mine"}


def test_a_released_owner_sees_it_no_more(portfolio: dict[str, Account], at: datetime) -> None:
    me = members.Member.objects.get(name="私")
    ownership.release(portfolio["mine"], by=SYSTEM, at=at, phase=Phase.ADOPTION)
    assert {a.name for a in Account.objects.for_member(me, EDIT)} == {"teams"}


def test_one_owner_a_phase_and_the_primary_shows_on_the_account(org: Organisation, at: datetime) -> None:
    one, two = member(Role.CSM, "一"), member(Role.CSM, "二")
    account = accounts.open("甲", by=SYSTEM, at=at)
    ownership.assign(account, one, by=SYSTEM, at=at)
    ownership.assign(account, two, by=SYSTEM, at=at)
    ownership.assign(account, one, by=SYSTEM, at=at, phase=Phase.SALES)
    account.refresh_from_db()
    assert account.owner == two
    assert account.assignments.filter(until_on__isnull=True).count() == 2
    assert account.assignments.get(member=one, phase=Phase.PRIMARY).until_on is not None


def test_who_has_gone_is_given_nothing(org: Organisation, at: datetime) -> None:
    member(Role.ADMINISTRATOR)
    gone = member(Role.CSM, "退職者")
    members.deactivate(gone, by=SYSTEM, at=at)
    with pytest.raises(Refused):
        ownership.assign(accounts.open("甲", by=SYSTEM, at=at), gone, by=SYSTEM, at=at)
