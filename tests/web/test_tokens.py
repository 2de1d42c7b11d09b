"""API tokens on their page: who may make one that speaks for whom."""

from __future__ import annotations

import pytest
from django.test import Client

from nenrin.foundation.models import ApiToken, Organisation
from nenrin.foundation.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


def issue(client: Client, member: int) -> int:
    client.post("/tokens", {"name": "sync", "member": member, "can_write": "on", "days": "90"})
    return ApiToken.objects.filter(member=member).count()


def test_operations_make_tokens_of_their_own_and_none_in_an_administrators_name(
    client: Client, org: Organisation
) -> None:
    administrator, operator = cast.member(), cast.member(Role.OPERATIONS, "運用")
    client.force_login(operator)
    assert issue(client, administrator.pk) == 0
    assert issue(client, operator.pk) == 1


def test_an_administrator_makes_a_token_for_anybody(client: Client, org: Organisation) -> None:
    operator = cast.member(Role.OPERATIONS, "運用")
    client.force_login(cast.member())
    assert issue(client, operator.pk) == 1
