"""The value of one account says whether the account's own risk is in it, on the page and to programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import Rest
from tests.insight import lifetimes_world
from tests.insight.test_lifetime_own_risk import tell, version

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def body(language: str, key: int) -> str:
    client = Client()
    client.force_login(cast.member(Role.HEAD, language=language))
    answer: Any = client.get(f"/accounts/{key}/value?known={DAY}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_and_programs_name_the_own_risk_and_the_groups_value(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at)
    told, silent = made[-6], made[-7]
    tell(told, version(), 0.4, at, DAY)
    assert "40.0%" in body("en", told.pk) and "own risk is in it" in body("en", told.pk)
    assert "この顧客自身の解約リスク（365日以内" in body("ja", told.pk)
    assert "risk is not told for that day" in body("en", silent.pk)
    assert "この顧客自身の解約リスクは入っていません" in body("ja", silent.pk)
    rest = Rest(cast.member(Role.EXECUTIVE))
    own, group = (rest.get(f"/lifetimes/accounts/{one.pk}?as_of={DAY}").data for one in (told, silent))
    assert (own["by"], group["by"]) == ("own_risk", "group")
    assert own["risk"]["days"] == 365 and own["risk"]["probability"] == pytest.approx(0.4)
    assert own["group"]["value"] == pytest.approx(group["still_to_come"]["value"])
    assert own["still_to_come"]["value"] != pytest.approx(own["group"]["value"])
    assert group["risk"] is None and "no risk of this account" in group["why_group"]
