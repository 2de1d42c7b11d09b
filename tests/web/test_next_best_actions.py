"""What carries the next best action out: a live playbook for the measure, a ready-made one, a task with its words."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nenrin.customers import ownership
from nenrin.customers.models import Account
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Risk, RiskModelVersion
from nenrin.playbooks import carrying, library
from tests import cast
from tests.insight.risk_world import KNOWN
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
STEP = "Ask what changed: people, season or the product"
WATCHES = {"trigger": "measure", "measure": "usage_trend", "op": "<=", "value": 0.5}


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    """Use fell: the model says what to do about it."""
    found = stage.account(at=at, owner=stage.csm())
    model = RiskModelVersion.objects.create(
        event="churn", number=1, state="trusted", card={}, document={}, learned_at=at, known_on=KNOWN
    )
    Risk.objects.create(
        account=found, event="churn", as_of=KNOWN, at=at, version=model, p=0.2, low=0.1, high=0.3, minor=0,
        reasons=[["usage_trend", 0.8, 0.4, 0.1]],
    )  # fmt: skip
    return found


def signed_in(role: Role, language: str = "en", name: str = "山田 花子") -> Client:
    client = Client()
    client.force_login(cast.member(role, name, language=language))
    return client


def body(client: Client, account: Account, page: str = "") -> str:
    answer = client.get(f"/accounts/{account.pk}{page}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_live_playbook_that_watches_the_measure_is_offered_where_it_begins(account: Account, at: datetime) -> None:
    stage.published(stage.document(when=[WATCHES]), at=at)
    client = signed_in(Role.HEAD)
    for page in ("", "/health"):
        shown = body(client, account, page)
        assert STEP in shown and "Begin the playbook “Rescue”" in shown and "not in use yet" not in shown
        assert f'href="/playbooks/rescue/why?account={account.pk}"' in shown
    assert "プレイブック「立て直し」を開始する" in body(signed_in(Role.HEAD, "ja", "責任者"), account)
    assert client.get(f"/playbooks/rescue/why?account={account.pk}").status_code == 200


def test_one_that_watches_the_other_side_is_none(account: Account, at: datetime) -> None:
    stage.published(stage.document(when=[WATCHES | {"op": ">=", "value": 1.2}]), at=at)
    assert "Begin the playbook" not in body(signed_in(Role.HEAD), account)


def test_without_a_live_one_the_ready_made_is_named_as_not_in_use(account: Account) -> None:
    named = library.documents()["low-usage"]["name"]["en"]
    shown = body(signed_in(Role.OPERATIONS), account)
    assert f"not in use yet: “{named}”" in shown and 'href="/playbooks/new"' in shown
    assert "not in use yet" not in body(signed_in(Role.CSM, name="佐藤"), account), (
        "who cannot make one is not sent there"
    )


def test_the_step_opens_as_a_task_with_its_words(account: Account) -> None:
    client = signed_in(Role.HEAD)
    shown = body(client, account)
    address = next(part.split('"')[0] for part in shown.split('href="') if part.startswith("/tasks/new"))
    asked = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
    assert asked["title"] == [STEP] and asked["account"] == [str(account.pk)]
    form = client.get(address.replace("&amp;", "&")).content.decode()
    assert f'value="{STEP}"' in form and f'value="{account.name}"' in form


def test_who_does_not_reach_the_account_for_tasks_is_offered_none(account: Account) -> None:
    assert "Open it as a task" not in body(signed_in(Role.EXECUTIVE), account)


def test_every_ready_made_playbook_that_is_named_is_there_and_no_step_costs_no_query(
    account: Account, at: datetime
) -> None:
    named = {key for of in carrying.READY.values() for key in of.values()}
    assert named <= set(library.ORDER)
    client = signed_in(Role.HEAD)
    body(client, account)
    with CaptureQueriesContext(connection) as with_step:
        body(client, account)
    Risk.objects.update(reasons=[])
    with CaptureQueriesContext(connection) as without:
        body(client, account)
    assert len(with_step) == len(without) + 1


def test_the_mail_that_a_playbook_sends_stands_beside_it(account: Account, at: datetime) -> None:
    subject = {"en": "What changed at {{account}}?", "ja": "{{account}}様のご利用状況"}
    mail = {"do": "send_mail", "id": "ask", "subject": subject, "body": {"en": "May I ask?", "ja": "お伺いします。"}}
    stage.published(stage.document(when=[WATCHES], steps=[mail]), at=at)
    assert "with the mail “What changed at …?”" in body(signed_in(Role.HEAD), account, "/health")
    assert "メール「…様のご利用状況」" in body(signed_in(Role.HEAD, "ja", "責任者"), account)


def test_who_holds_the_account_in_another_phase_is_offered_the_same(account: Account, at: datetime) -> None:
    stage.published(stage.document(when=[WATCHES]), at=at)
    other = cast.member(Role.SALES, "営業 担当", language="en")
    client = Client()
    client.force_login(other)
    assert client.get(f"/accounts/{account.pk}").status_code == 404, "not theirs yet"
    ownership.assign(account, other, phase=Phase.SALES, by=SYSTEM, at=at)
    shown = body(client, account)
    assert "Begin the playbook “Rescue”" in shown and "Open it as a task" in shown
    assert client.get(f"/playbooks/rescue/why?account={account.pk}").status_code == 200
