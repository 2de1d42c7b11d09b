"""A form that is sent twice is done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from nenrin.customers.models import Account
from nenrin.foundation import submissions
from nenrin.foundation.models import Organisation, Submission
from nenrin.foundation.roles import Role
from tests import cast

FORM = {
    "csrfmiddlewaretoken": "page-1", "name": "株式会社みなと製作所", "status": "customer", "language": "ja", "currency": "JPY",
}  # fmt: skip


@pytest.fixture
def operator(client: Client, org: Organisation) -> Client:
    client.force_login(cast.member(Role.OPERATIONS))
    return client


@pytest.mark.django_db
def test_a_second_sending_leads_where_the_first_one_led(operator: Client) -> None:
    first, second = (operator.post(reverse("account-new"), FORM) for _ in range(2))
    assert first.status_code == second.status_code == 302 and first["Location"] == second["Location"]
    assert Account.objects.count() == 1
    assert "二重の送信" in operator.get(second["Location"]).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"csrfmiddlewaretoken": "page-2"}, {"name": "株式会社みなと製作所・東京"}])
def test_another_page_or_other_words_are_meant_anew(operator: Client, other: dict[str, str]) -> None:
    operator.post(reverse("account-new"), FORM)
    operator.post(reverse("account-new"), FORM | other)
    assert Account.objects.count() == 2


@pytest.mark.django_db
def test_another_file_under_the_same_words_is_meant_anew(operator: Client) -> None:
    for content in (b"first", b"second"):
        operator.post(reverse("account-new"), FORM | {"file": SimpleUploadedFile("list.csv", content)})
    assert Account.objects.count() == 2


@pytest.mark.django_db
def test_what_was_refused_may_be_sent_again(operator: Client) -> None:
    refused = operator.post(reverse("account-new"), FORM | {"name": ""})
    assert refused.status_code in (200, 422) and not Submission.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_does_it_and_both_arrive(home: object, at: datetime) -> None:
    def click(_: int) -> str | None:
        try:
            led_to = submissions.begin("d" * 64, at=at)
            if led_to is None:
                submissions.settle("d" * 64, "/accounts/1")
            return led_to
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(click, range(8)))
    assert sorted(map(str, answers)) == ["/accounts/1"] * 7 + ["None"]


@pytest.mark.django_db
def test_one_that_was_broken_off_is_done_after_a_minute_and_all_are_forgotten_after_a_day(at: datetime) -> None:
    assert submissions.begin("a", at=at) is None
    assert submissions.begin("a", at=at + timedelta(minutes=2)) is None
    submissions.settle("a", "/x")
    assert submissions.begin("a", at=at + timedelta(hours=23)) == "/x"
    assert submissions.begin("b", at=at + timedelta(days=2)) is None
    assert set(Submission.objects.values_list("pk", flat=True)) == {"b"}
