"""Sources and keys on their pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import sources, spool
from nenrin.ingest.models import Source
from nenrin.ingest.spool import Batch
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.data_urls")]
ASKED = {
    "name": "Web app",
    "kind": "browser",
    "namespace": "product",
    "limit": "0",
    "quiet_hours": "12",
    "origins": "",
    "known_at": "arrival",
}


@pytest.fixture
def operations(client: Client, org: Organisation) -> Client:
    client.force_login(cast.member(Role.OPERATIONS, "井上 徹", language="en"))
    return client


def test_a_new_source_shows_its_secret_once_and_what_to_paste(operations: Client) -> None:
    page = operations.post(reverse("source-new"), ASKED).content.decode()
    made = Source.objects.get()
    assert (made.name, made.kind, made.quiet_hours) == ("Web app", "browser", 12)
    secret = page[page.index("sk_") :].split('"')[0].split("<")[0]
    assert sources.sender(secret).trusted
    assert f"Client(&#x27;{made.write_key}&#x27;, host=" in page
    later = operations.get(reverse("source", args=[made.pk])).content.decode()
    assert made.write_key in later and secret not in later


def test_the_list_says_who_is_silent_and_which_keys_nobody_knows(operations: Client) -> None:
    keys = sources.open("Web app", by=SYSTEM, at=datetime.now(UTC))
    sources.open("Batch", by=SYSTEM, at=datetime.now(UTC))
    long_ago = datetime.now(UTC) - timedelta(days=3)
    spool.put(Batch(keys.source.pk, "product", False, long_ago, 1_234, b'{"batch":[]}', "batch"))
    spool._current()[0].append([], strangers=[spool.Stranger("wk_of_…se", 7, long_ago, long_ago, "curl/8")])
    page = operations.get(reverse("sources")).content.decode()
    assert "silent for 3 d" in page and "nothing yet" in page
    assert "1,234" in page and "wk_of_…se" in page


def test_settings_keys_and_state_are_changed_on_the_sources_page(operations: Client) -> None:
    source = sources.open("Web app", by=SYSTEM, at=datetime.now(UTC)).source
    old = source.write_key
    operations.post(
        reverse("source", args=[source.pk]), {**ASKED, "limit": "500", "origins": "https://app.example.com/"}
    )
    operations.post(reverse("source-rotate", args=[source.pk]))
    source.refresh_from_db()
    assert (source.limit, source.origins, source.previous_write_key) == (500, "https://app.example.com", old)
    operations.post(reverse("source-end-previous", args=[source.pk]))
    operations.post(reverse("source-state", args=[source.pk]))
    source.refresh_from_db()
    assert (source.previous_write_key, source.is_active) == ("", False)


@pytest.mark.parametrize(
    ("field", "value"), [("origins", "app.example.com"), ("name", ""), ("limit", "-1"), ("kind", "fax")]
)
def test_what_makes_no_sense_is_said_beside_its_field(operations: Client, field: str, value: str) -> None:
    page = operations.post(reverse("source-new"), {**ASKED, field: value})
    assert page.status_code == 200 and field in page.context["form"].errors
    assert not Source.objects.exists()


def test_a_name_in_use_is_refused_in_words(operations: Client) -> None:
    sources.open("Web app", by=SYSTEM, at=datetime.now(UTC))
    assert "Another source has this name" in operations.post(reverse("source-new"), ASKED).content.decode()


def test_those_who_only_look_get_no_keys_page_and_others_nothing(client: Client, org: Organisation) -> None:
    source = sources.open("Web app", by=SYSTEM, at=datetime.now(UTC)).source
    client.force_login(cast.member(Role.EXECUTIVE))
    for name in ("sources", "source-new"):
        assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse("source-rotate", args=[source.pk])).status_code == 403
    assert Source.objects.get().previous_write_key == ""


def test_the_pages_speak_japanese(client: Client, org: Organisation) -> None:
    client.force_login(cast.member(Role.OPERATIONS, "井上 徹"))
    page = client.get(reverse("sources")).content.decode()
    assert "接続元がまだありません" in page and "Add one" not in page


def test_a_source_shows_its_own_sum_and_since_when_its_facts_are_known(operations: Client) -> None:
    source = sources.open("Web app", by=SYSTEM, at=datetime.now(UTC), known_at="lag", lag_hours=48).source
    spool.put(Batch(source.pk, "product", False, datetime.now(UTC), 3, b'{"batch":[]}', "batch"))
    page = operations.get(reverse("source", args=[source.pk])).content.decode()
    assert "received 3 = stored 0 + duplicate 0 + set aside 0 + waiting 3" in page
    assert "48 hours after they happened (an assumption)" in page


def test_whether_companies_make_members_is_chosen_on_the_sources_page(operations: Client) -> None:
    source = sources.open("Web app", by=SYSTEM, at=datetime.now(UTC)).source
    operations.post(reverse("source", args=[source.pk]), ASKED)
    source.refresh_from_db()
    assert not source.joins_company
    operations.post(reverse("source", args=[source.pk]), {**ASKED, "joins_company": "on"})
    source.refresh_from_db()
    assert source.joins_company


@pytest.mark.parametrize(
    ("stated", "shown"), [("http://127.0.0.1:8000", "http://testserver"), ("https://n.example", "https://n.example")]
)
def test_what_to_paste_names_the_stated_address_or_the_one_in_use(
    operations: Client, settings: object, stated: str, shown: str
) -> None:
    settings.BASE_URL = stated
    source = sources.open("Web app", by=SYSTEM, at=datetime.now(UTC)).source
    page = operations.get(reverse("source", args=[source.pk])).content.decode()
    assert f"host=&#x27;{shown}&#x27;" in page
