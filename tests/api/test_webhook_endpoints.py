"""Webhooks by the API: added with a secret that is told once, changed, stopped and started, tried."""

from __future__ import annotations

import pytest

from nenrin.foundation.models import Entry, Organisation, WebhookDelivery, WebhookEndpoint
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db
URL = "https://hooks.example/t/9f31-secret"
HOOK = {"name": "基幹連携", "url": URL, "events": ["work.task."]}


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(cast.member(Role.OPERATIONS))


def entries() -> list[str]:
    rows = Entry.objects.filter(action__startswith="foundation.webhook.").order_by("pk")
    return [action.rpartition(".")[2] for action in rows.values_list("action", flat=True)]


def test_a_webhook_is_added_changed_stopped_and_started(rest: Rest) -> None:
    made = rest.post("/webhooks", HOOK)
    assert made.status_code == 201 and made.data["host"] == "hooks.example" and made.data["secret"]
    path = f"/webhooks/{made.data['id']}"
    changed = rest.patch(path, {"name": "基幹", "version": made.data["version"]})
    assert (changed.data["name"], changed.data["events"]) == ("基幹", ["work.task."])
    late = rest.patch(path, {"name": "x", "version": made.data["version"]})
    assert late.status_code == 409 and late.data["theirs"] == {"name": "基幹"}
    stopped = [rest.post(f"{path}/stop", {"why": "切り替え"}).data for _ in range(2)]
    assert stopped[0] == stopped[1] and stopped[0]["disabled_why"] == "切り替え"
    assert rest.post(f"{path}/start").data["disabled_at"] is None
    assert entries() == ["opened", "changed", "disabled", "enabled"]


def test_address_and_secret_are_told_nowhere_again(rest: Rest) -> None:
    made = rest.post("/webhooks", HOOK).data
    path = f"/webhooks/{made['id']}"
    renewed = rest.post(f"{path}/secret").data["secret"]
    assert renewed != made["secret"]
    told = (
        rest.get("/webhooks").content
        + rest.patch(path, {"is_personal": True}).content
        + rest.post(f"{path}/start").content
    )
    for secret in (made["secret"], renewed, "9f31"):
        assert secret.encode() not in told
        assert secret not in str(list(Entry.objects.values_list("particulars", flat=True)))


def test_a_test_message_is_put_in(rest: Rest) -> None:
    key = rest.post("/webhooks", HOOK).data["id"]
    assert rest.post(f"/webhooks/{key}/test").status_code == 202
    assert WebhookDelivery.objects.get(endpoint=key).event == "nenrin.test"


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://127.0.0.1/x"},
        {"url": "nonsense"},
        {"name": ""},
        {"events": ["moon."]},
        {"kind": "pigeon"},
        {"colour": "red"},
    ],
)
def test_what_is_no_webhook_is_refused(rest: Rest, wrong: dict[str, object]) -> None:
    assert rest.post("/webhooks", HOOK | wrong).status_code == 422
    assert not WebhookEndpoint.objects.exists() and entries() == []


def test_slack_has_no_secret_and_a_reason_is_wanted(rest: Rest) -> None:
    made = rest.post("/webhooks", HOOK | {"kind": "slack"}).data
    assert made["secret"] == "" and rest.post(f"/webhooks/{made['id']}/secret").status_code == 422
    assert rest.post(f"/webhooks/{made['id']}/stop", {}).status_code == 422
    assert rest.post("/webhooks/999999/start").status_code == 404


def test_only_those_who_configure_mail_do_any_of_it(rest: Rest) -> None:
    key = rest.post("/webhooks", HOOK).data["id"]
    csm = Rest(cast.member(Role.CSM, "担当"))
    assert csm.post("/webhooks", HOOK).status_code == csm.patch(f"/webhooks/{key}", {}).status_code == 403
    for deed in ("secret", "stop", "start", "test"):
        assert csm.post(f"/webhooks/{key}/{deed}", {"why": "x"}).status_code == 403
    assert WebhookEndpoint.objects.count() == 1 and entries() == ["opened"]
