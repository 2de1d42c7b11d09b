"""The import pages: upload, mapping, progress, result, undo; by hand and without JavaScript."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nenrin.customers.models import Account
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import imports as files
from nenrin.ingest.models import Import
from tests import cast
from tests.ingest.files_kit import finish

SHEET = "顧客ID,会社名,従業員数,担当地区\nA1,㈱髙橋製作所,１２０,東\nA2,鈴木商店,十二,西\n"


@pytest.fixture
def operator(org: Organisation) -> Member:
    return cast.member(Role.OPERATIONS)


@pytest.fixture
def browser(operator: Member) -> Client:
    client = Client()
    client.force_login(operator)
    return client


def upload(browser: Client, content: bytes, name: str = "顧客.csv", kind: str = "accounts") -> Import:
    file = SimpleUploadedFile(name, content)
    answer = browser.post(reverse("import-new"), {"kind": kind, "source": "CRM", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.get()


def form_of(answer: object) -> dict[str, str]:
    """What a browser would send back from the mapping page as it stands."""
    context = answer.context  # type: ignore[attr-defined]
    fields = [*context["reading"], *(f for line in context["lines"] for f in (line.column, line.always))]
    fields += list(context["attributes"] or [])
    return {field.html_name: "" if field.value() is None else str(field.value()) for field in fields}


def test_a_file_is_uploaded_mapped_checked_imported_and_taken_back(browser: Client, at: datetime) -> None:
    row = upload(browser, SHEET.encode("cp932"))
    page = browser.get(reverse("import-mapping", args=[row.pk]))
    assert page.status_code == 200
    assert "㈱髙橋製作所" in page.content.decode()

    said = form_of(page)
    assert (said["column.key"], said["column.name"], said["column.employees"]) == ("顧客ID", "会社名", "従業員数")
    said["keep.0"] = "text"  # 担当地区
    answer = browser.post(reverse("import-mapping", args=[row.pk]), said)
    assert answer.status_code == 302, answer.content.decode()

    browser.post(reverse("import-check", args=[row.pk]))
    waiting = browser.get(reverse("import", args=[row.pk])).content.decode()
    assert f'hx-get="{reverse("import-progress", args=[row.pk])}"' in waiting
    finish(at)
    checked = browser.get(reverse("import", args=[row.pk]))
    assert "十二" in checked.content.decode()
    assert Account.objects.count() == 0
    over = browser.get(reverse("import-progress", args=[row.pk]))
    assert over["HX-Refresh"] == "true"

    browser.post(reverse("import-start", args=[row.pk]))
    finish(at)
    assert Account.objects.get().name == "㈱髙橋製作所"
    assert "東" in Account.objects.get().attributes.values()

    csv = b"".join(browser.get(reverse("import-rejected", args=[row.pk])).streaming_content).decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("A2,鈴木商店,十二,西,3,従業員数,十二,")

    browser.post(reverse("import-undo", args=[row.pk]))
    finish(at)
    assert Account.objects.get().archived_at is not None
    assert "undone" in Import.objects.get().state


def test_a_file_that_is_too_large_is_refused_by_its_length_before_it_is_read(browser: Client) -> None:
    answer = browser.generic("POST", reverse("import-new"), b"x", CONTENT_LENGTH=str(files.LARGEST_FILE + 2_000_000))
    assert answer.status_code == 413
    assert Import.objects.count() == 0


def test_a_web_page_in_a_spreadsheets_clothes_is_refused_with_what_to_do(browser: Client) -> None:
    file = SimpleUploadedFile("accounts.csv", b"<html><script>alert(1)</script></html>")
    answer = browser.post(reverse("import-new"), {"kind": "accounts", "source": "CRM", "file": file})
    assert answer.status_code == 422
    assert "HTML" in answer.content.decode()
    assert Import.objects.count() == 0


def test_reading_again_with_another_encoding_shows_the_rows_anew(browser: Client) -> None:
    row = upload(browser, "id,name\n1,高木\n".encode("cp932"))
    page = browser.get(reverse("import-mapping", args=[row.pk]))
    said = form_of(page) | {"encoding": "euc_jp", "reread": "1"}
    again = browser.post(reverse("import-mapping", args=[row.pk]), said)
    assert "高木" in page.content.decode()
    assert "高木" not in again.content.decode()


def test_those_who_may_not_import_see_no_import(org: Organisation) -> None:
    client = Client()
    client.force_login(cast.member(Role.CSM))
    assert client.get(reverse("imports")).status_code == 403


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_empty_list_says_what_to_do(org: Organisation, language: str) -> None:
    client = Client()
    client.force_login(cast.member(Role.OPERATIONS, language=language))
    page = client.get(reverse("imports")).content.decode()
    assert ("まだありません" in page) if language == "ja" else ("No file has been imported yet" in page)
    assert (
        client.get(reverse("import-template", args=["accounts"]))
        .content.decode("utf-8-sig")
        .startswith("顧客キー" if language == "ja" else "Account key")
    )
