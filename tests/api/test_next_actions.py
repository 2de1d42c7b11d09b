"""Next best actions over REST: the step, the measure behind it, what became of customers like it, and what carries it out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Risk, RiskModelVersion
from tests import cast
from tests.api.rest import Rest
from tests.insight.risk_world import KNOWN
from tests.insight.test_lifetime_own_risk import version
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
WATCHES = {"trigger": "measure", "measure": "usage_trend", "op": "<=", "value": 0.5}
EVIDENCE = {"usage_trend": {"mean": 1.0, "below": [30, 200], "above": [10, 400]}}
MAIL = {"do": "send_mail", "id": "ask", "subject": {"en": "{{account}}: what changed?", "ja": "{{account}}様のご利用状況"},
        "body": {"en": "May I ask?", "ja": "お伺いします。"}}  # fmt: skip


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    """Use fell, and its seats lie idle, which no history bears out."""
    found = stage.account(at=at, owner=stage.csm())
    model = version(card={"evidence": EVIDENCE})
    Risk.objects.create(
        account=found, event="churn", as_of=KNOWN, at=at, version=model, p=0.2, low=0.1, high=0.3, minor=0,
        reasons=[["usage_trend", 0.8, 0.4, 0.1], ["active_user_share", 0.2, None, 0.1], ["nps", -0.5, 9.0, 0.3]],
    )  # fmt: skip
    return found


def told(account: Account, role: Role = Role.HEAD) -> dict[str, Any]:
    answer = Rest(cast.member(role, f"{role} さん")).get(f"/accounts/{account.pk}/next-actions")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.data
    return found


def test_steps_come_with_their_evidence_and_what_carries_them_out(account: Account, at: datetime) -> None:
    stage.published(stage.document(when=[WATCHES], steps=[MAIL]), at=at)
    found = told(account)
    assert found["account_id"] == account.pk and found["reason"] is None
    first, second = found["items"]
    assert first["step"]["en"] == "Ask what changed: people, season or the product"
    assert (first["event"], first["feature"], first["value"]) == ("churn", "usage_trend", 0.4)
    assert first["like"] == {"happened": 30, "months": 200} and first["unlike"] == {"happened": 10, "months": 400}
    (playbook,) = first["playbooks"]
    assert playbook["key"] == "rescue" and playbook["is_live"]
    assert playbook["mails"] == [{"en": "…: what changed?", "ja": "…様のご利用状況"}]
    assert second["feature"] == "active_user_share" and second["value"] is second["like"] is None


def test_a_ready_made_playbook_is_named_to_whoever_may_write_one(account: Account) -> None:
    (playbook,) = told(account, Role.OPERATIONS)["items"][0]["playbooks"]
    assert playbook["key"] == "low-usage" and not playbook["is_live"] and playbook["mails"]
    assert told(account, Role.EXECUTIVE)["items"][0]["playbooks"] == []


def test_it_says_why_there_is_nothing_to_do(account: Account) -> None:
    Risk.objects.update(reasons=[["nps", -0.5, 9.0, 0.3]])
    assert "No measure" in told(account)["reason"]["en"]
    Risk.objects.all().delete()
    assert told(account)["reason"]["ja"] == "前回の日次締めの時点で課金中の契約がありません。"
    RiskModelVersion.objects.all().delete()
    assert told(account)["reason"]["en"] == "No model has been learned yet."


def test_who_does_not_reach_the_account_is_told_nothing(account: Account) -> None:
    stranger = Rest(cast.member(Role.SALES, "別の担当"))
    assert stranger.get(f"/accounts/{account.pk}/next-actions").status_code == 404
