"""Addresses that mails may go to again, and consents: by the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import suppressions
from nenrin.foundation.models import Entry, MailConsent, Organisation, Suppression
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import BASE, Rest

pytestmark = pytest.mark.django_db


def test_mails_go_to_an_address_again_with_a_reason(org: Organisation, at: datetime) -> None:
    suppressions.add("tanaka@example.com", by=SYSTEM, at=at)
    rest, path = Rest(cast.member(Role.OPERATIONS)), f"/mails/suppressions/{Suppression.objects.get().pk}/lift"
    assert rest.post(path, {}).status_code == rest.post(path, {"note": " "}).status_code == 422
    assert Rest(cast.member(Role.CSM, "担当")).post(path, {"note": "x"}).status_code == 403
    assert Suppression.objects.count() == 1
    assert [rest.post(path, {"note": "本人から再開の依頼"}).status_code for _ in range(2)] == [204, 404]
    assert Entry.objects.get(action="foundation.suppression.removed").particulars["note"] == "本人から再開の依頼"


def test_a_consent_is_recorded_and_what_is_none_refused(org: Organisation) -> None:
    rest = Rest(cast.member(Role.OPERATIONS))
    told = rest.post("/mails/consents", {"address": "Tanaka@example.com", "basis": "opt_in", "place": "展示会"})
    assert told.status_code == 201 and (told.data["address"], told.data["place"]) == ("tanaka@example.com", "展示会")
    for wrong in ({"address": "nobody"}, {"basis": "zodiac"}, {"colour": "red"}):
        assert rest.post("/mails/consents", {"address": "a@example.com", "basis": "opt_in"} | wrong).status_code == 422
    assert MailConsent.objects.count() == 1
    assert Entry.objects.filter(action="foundation.consent.recorded").count() == 1


def test_the_addresses_of_a_file_are_suppressed_and_lines_without_one_named(org: Organisation) -> None:
    rest = Rest(cast.member(Role.OPERATIONS))

    def sent(content: bytes, member: Rest = rest) -> Any:
        file = SimpleUploadedFile("stop.csv", content)
        return member.client.post(f"{BASE}/mails/suppressions/file", {"file": file}, headers=member.headers)

    told = "アドレス,種類,理由,メモ\ntanaka@example.com,,,本人の依頼\nnobody\n@Example.org\n".encode("cp932")
    assert sent(told).json() == {"added": 2, "wrong": [{"line": 3, "value": "nobody"}]}
    assert sent(told).json()["added"] == 0, "they are on the list already"
    assert dict(Suppression.objects.values_list("address", "note"))["tanaka@example.com"] == "本人の依頼"
    assert sent(told, Rest(cast.member(Role.CSM, "担当"))).status_code == 403
    assert sent(b"x" * (5 * 1024 * 1024 + 1)).status_code == 422
    assert rest.post("/mails/suppressions/file").status_code == 422
