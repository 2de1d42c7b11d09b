"""The page of routing rules: what somebody else saved meanwhile is shown before it is replaced."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import yaml

from nenrin.customers import routing
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.web.test_value_pages import signed_in

pytestmark = pytest.mark.django_db


def test_a_change_that_was_not_seen_is_not_overwritten(org: Organisation, at: datetime) -> None:
    client, owner = signed_in(), cast.member(Role.CSM, "佐藤")

    def sent(key: str, version: int) -> Any:
        rule = {
            "key": key,
            "name": {"en": key, "ja": key},
            "ownership": "one",
            "pools": [{"phase": "primary", "members": [owner.email]}],
        }
        return client.post("/team-day/routing", {"do": "save", "yaml": yaml.safe_dump([rule]), "version": version})

    seen = routing.version()
    assert f'name="version" value="{seen}"' in client.get("/team-day/routing").content.decode()
    assert sent("first", seen).status_code == 302
    refused = sent("second", seen)
    text = refused.content.decode()
    assert refused.status_code == 422 and "Somebody changed the rules meanwhile" in text
    assert [rule.key for rule in routing.standing()] == ["first"] and "key: second" in text
    assert f'name="version" value="{routing.version()}"' in text
    assert sent("second", routing.version()).status_code == 302
    assert [rule.key for rule in routing.standing()] == ["second"]
