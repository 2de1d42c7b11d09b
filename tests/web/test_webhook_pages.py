"""Webhooks on their pages: added, shown once, tried, replayed, stopped."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.test import Client

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation, WebhookDelivery, WebhookEndpoint
from nenrin.foundation.roles import Role
from nenrin.foundation.webhooks import details, endpoints
from tests import cast
from tests.web.form_kit import form_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    client = Client()
    client.force_login(cast.member(Role.ADMINISTRATOR))
    return client


def test_a_webhook_is_added_its_secret_shown_once_and_replayed(client: Client) -> None:
    told = {
        "name": "社内連携",
        "kind": "standard",
        "url": "http://inside.example",
        "events": ["customers.account."],
        "language": "ja",
    }
    assert "https:// で始まるURL" in client.post("/webhooks/new", told).content.decode()
    page = client.post("/webhooks/new", told | {"url": "https://hooks.example.com/secret-path"}).content.decode()
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{40,}", page)
    row = WebhookEndpoint.objects.get()
    assert secret and "secret-path" not in page
    shown = client.get(f"/webhooks/{row.pk}").content.decode()
    assert secret[0] not in shown and "hooks.example.com" in shown and "secret-path" not in shown
    client.post(f"/webhooks/{row.pk}/test")
    WebhookDelivery.objects.update(state="failed", attempts=10, detail="500 broken")
    assert "500 broken" in client.get(f"/webhooks/{row.pk}?state=failed").content.decode()
    WebhookDelivery.objects.update(detail=details.told("late", "25"))
    number = WebhookDelivery.objects.get().pk
    for path in (f"/webhooks/{row.pk}?state=failed", f"/webhooks/{row.pk}/messages/{number}"):
        assert "25秒以内に応答なし" in client.get(path).content.decode()
    client.post(f"/webhooks/{row.pk}/replay", {"all": "1"})
    one = WebhookDelivery.objects.get()
    assert (one.state, one.attempts) == ("queued", 0)
    assert "nenrin.test" in client.get(f"/webhooks/{row.pk}/messages/{one.pk}").content.decode()
    again = re.search(r"whsec_[A-Za-z0-9+/=]{40,}", client.post(f"/webhooks/{row.pk}/secret").content.decode())
    assert again and again[0] != secret[0]


def test_a_changed_form_keeps_the_address_and_a_stop_is_taken_back(client: Client) -> None:
    told = {
        "name": "Slack",
        "kind": "slack",
        "url": "https://hooks.slack.com/services/T/B/x",
        "events": [],
        "language": "en",
    }
    client.post("/webhooks/new", told)
    row = WebhookEndpoint.objects.get()
    form = form_with(client.get(f"/webhooks/{row.pk}").content.decode(), "name", "url")
    client.post(f"/webhooks/{row.pk}", form | {"name": ["Slack #cs"]})
    after = WebhookEndpoint.objects.get()
    assert (after.name, after.address_key, after.kind) == ("Slack #cs", row.address_key, "slack")
    for stopped in (True, False):
        client.post(f"/webhooks/{row.pk}/state", {"n": str(stopped)})
        assert (WebhookEndpoint.objects.get().disabled_at is not None) is stopped
    assert "Slack #cs" in client.get("/webhooks").content.decode()


def test_the_messages_of_a_webhook_are_found_ordered_and_taken_as_a_file(client: Client, at: datetime) -> None:
    row, _ = endpoints.open("連携", "https://hooks.example.com/a", events=["work."], by=SYSTEM, at=at)
    for number, (event, state) in enumerate(
        (("work.task.done", "failed"), ("work.task.opened", "delivered"), ("work.meeting.opened", "failed"))
    ):
        WebhookDelivery.objects.create(
            endpoint=row, key=f"k{number}", webhook_id=f"msg_{number}", event=event, body="{}", state=state, send_after=at,
            attempts=3 - number, created_at=at,
        )  # fmt: skip

    def told(question: str = "") -> list[str]:
        answer = client.get(f"/webhooks/{row.pk}/messages/export.csv{question}")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1:]
        return [line.split(",")[0] for line in lines]

    assert told() == ["msg_2", "msg_1", "msg_0"] and told("?sort=put") == ["msg_0", "msg_1", "msg_2"]
    assert told("?sort=-attempts") == ["msg_0", "msg_1", "msg_2"] and told("?q=task&sort=event") == ["msg_0", "msg_1"]
    assert told("?state=failed&sort=event") == ["msg_2", "msg_0"]
    shown = client.get(f"/webhooks/{row.pk}?q=task&sort=-event").content.decode()
    assert "work.task.done" in shown and "work.meeting.opened" not in shown and 'aria-sort="descending"' in shown
    nothing = client.get(f"/webhooks/{row.pk}?q=zzz").content.decode()
    assert 'class="empty"' in nothing and f'href="/webhooks/{row.pk}"' in nothing and "export.csv" not in nothing
    assert Entry.objects.filter(action="foundation.message.exported").count() == 5
