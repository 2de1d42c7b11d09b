from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from nenrin.foundation import members, tokens
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.permissions import FieldClass, Permission, Scope, allowed, visible
from nenrin.foundation.roles import NAMES, Role
from tests.cast import member

AT = datetime(2026, 11, 24, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_an_invitation_lets_one_person_in_once() -> None:
    new = members.add(email="Ken@Nenrin.example", name="山口 健", role=Role.SALES, by=SYSTEM, at=AT)
    secret = members.invite(new, by=SYSTEM, at=AT)
    assert members.accept(secret, "桜の木の下で会いましょう、春に", at=AT).pk == new.pk
    new.refresh_from_db()
    assert new.email == "ken@nenrin.example"
    assert new.check_password("桜の木の下で会いましょう、春に")
    with pytest.raises(members.InvitationSpent):
        members.accept(secret, "another long password", at=AT)


def test_a_link_runs_out_after_a_week_and_a_new_one_ends_the_old() -> None:
    new = members.add(email="a@nenrin.example", name="A", role=Role.CSM, by=SYSTEM, at=AT)
    old = members.invite(new, by=SYSTEM, at=AT)
    fresh = members.invite(new, by=SYSTEM, at=AT)
    with pytest.raises(members.InvitationSpent):
        members.invited(old, at=AT)
    with pytest.raises(members.InvitationSpent):
        members.invited(fresh, at=AT + timedelta(days=8))


def test_a_short_password_is_refused_and_the_link_still_works() -> None:
    new = members.add(email="a@nenrin.example", name="A", role=Role.CSM, by=SYSTEM, at=AT)
    secret = members.invite(new, by=SYSTEM, at=AT)
    with pytest.raises(ValidationError):
        members.accept(secret, "short", at=AT)
    assert members.invited(secret, at=AT) == new


def test_the_last_administrator_can_neither_leave_nor_step_down() -> None:
    only = member(Role.ADMINISTRATOR)
    with pytest.raises(members.LastAdministrator):
        members.deactivate(only, by=SYSTEM, at=AT)
    with pytest.raises(members.LastAdministrator):
        members.change(only, by=SYSTEM, at=AT, role=Role.CSM)
    member(Role.ADMINISTRATOR, "岡田 亮")
    members.change(only, by=SYSTEM, at=AT, role=Role.CSM)
    only.refresh_from_db()
    assert only.role == Role.CSM


def test_a_deactivated_member_has_no_permission_and_no_token() -> None:
    member(Role.ADMINISTRATOR)
    leaver = member(Role.CSM)
    secret = tokens.issue(leaver, "script", at=AT, by=SYSTEM, can_write=False)
    assert tokens.find(secret, at=AT)
    members.deactivate(leaver, by=SYSTEM, at=AT)
    leaver.refresh_from_db()
    assert tokens.find(secret, at=AT) is None
    assert allowed(leaver, Permission.ACCOUNTS_VIEW) is None


def test_tokens_end_when_revoked_or_expired() -> None:
    holder = member(Role.ADMINISTRATOR)
    secret = tokens.issue(holder, "a", at=AT, by=SYSTEM, can_write=True, expires_at=AT + timedelta(days=1))
    assert tokens.find(secret + "x", at=AT) is None
    assert tokens.find(secret, at=AT + timedelta(days=2)) is None
    token = tokens.find(secret, at=AT)
    assert token
    tokens.revoke(token, by=SYSTEM, at=AT)
    assert tokens.find(secret, at=AT) is None


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_name_in_both_languages_and_can_sign_in(role: Role) -> None:
    assert NAMES[role].en and NAMES[role].ja
    assert allowed(member(role), Permission.SIGNED_IN) == Scope.ALL


def test_product_and_executives_read_no_personal_fields() -> None:
    assert not visible(member(Role.PRODUCT), FieldClass.PERSONAL)
    assert not visible(member(Role.EXECUTIVE), FieldClass.PERSONAL)
    assert visible(member(Role.CSM), FieldClass.PERSONAL)


def test_a_csm_edits_the_teams_accounts_and_configures_nothing() -> None:
    csm = member(Role.CSM)
    assert allowed(csm, Permission.ACCOUNTS_EDIT) == Scope.TEAM
    assert allowed(csm, Permission.HEALTH_CONFIGURE) is None
    assert allowed(csm, Permission.MEMBERS_EDIT) is None
