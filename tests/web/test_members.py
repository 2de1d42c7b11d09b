"""Members: invited by link, given a role, let go; the last administrator stays."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.foundation.models import Member, Organisation, Team
from nenrin.foundation.roles import Role
from tests import cast


@pytest.fixture
def administrator(client: Client, org: Organisation) -> Member:
    member = cast.member()
    client.force_login(member)
    return member


def test_a_colleague_comes_in_by_a_link_without_any_mail(client: Client, administrator: Member) -> None:
    team = Team.objects.create(name="東日本")
    page = client.post(
        reverse("member-new"),
        {"name": "小林 由美", "email": "Yumi@Example.com", "role": "csm", "team": team.pk, "language": "ja"},
    ).content.decode()
    link = re.search(r'data-copy="https?://[^/]+(/[^"]+)"', page)
    assert link
    colleague = Client()
    assert "小林 由美" in colleague.get(link[1]).content.decode()
    colleague.post(link[1], {"password": "a ring for every year"})
    assert colleague.get(reverse("components")).status_code == 200
    joined = Member.objects.get(email="yumi@example.com")
    assert (joined.role, joined.team) == (Role.CSM, team)


def test_a_used_link_says_what_to_do(client: Client, administrator: Member) -> None:
    answer = Client().get(reverse("invitation", args=["no-such-secret"]))
    assert answer.status_code == 410 and "管理者" in answer.content.decode()


def test_an_address_is_taken_once(client: Client, administrator: Member) -> None:
    page = client.post(
        reverse("member-new"), {"name": "x", "email": administrator.email, "role": "csm", "language": "ja"}
    ).content.decode()
    assert "登録済み" in page and Member.objects.count() == 1


def test_the_last_administrator_keeps_the_role_and_the_door(client: Client, administrator: Member) -> None:
    page = client.post(
        reverse("member", args=[administrator.pk]), {"name": "佐藤 美咲", "role": "csm"}
    ).content.decode()
    assert "有効な管理者はこの人だけ" in page
    client.post(reverse("member-state", args=[administrator.pk]))
    administrator.refresh_from_db()
    assert administrator.is_active and administrator.role == Role.ADMINISTRATOR


def test_who_is_let_go_is_out_at_once_and_may_come_back(client: Client, administrator: Member) -> None:
    other = cast.member(Role.CSM, "小林 由美")
    theirs = Client()
    theirs.force_login(other)
    client.post(reverse("member-state", args=[other.pk]))
    assert theirs.get(reverse("components")).status_code == 302
    client.post(reverse("member-state", args=[other.pk]))
    other.refresh_from_db()
    assert other.is_active


@pytest.mark.parametrize("role", [Role.CSM, Role.EXECUTIVE])
def test_others_see_their_colleagues_but_change_nobody(client: Client, org: Organisation, role: Role) -> None:
    me = cast.member(role)
    client.force_login(me)
    page = client.get(reverse("members")).content.decode()
    assert me.name in page and reverse("member-new") not in page
    for address in (reverse("member-new"), reverse("member", args=[me.pk])):
        assert client.get(address).status_code == 403
    assert client.post(reverse("member-state", args=[me.pk])).status_code == 403


def test_the_table_of_roles_names_every_permission_in_both_languages(client: Client, administrator: Member) -> None:
    page = client.get(reverse("roles")).content.decode()
    assert "監査ログの閲覧" in page and "チームの担当" in page
