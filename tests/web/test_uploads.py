"""What comes as a file: its name is a word and never a path, and its text is kept as it was typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest.models import Import
from tests import cast
from tests.web.test_imports import upload

pytestmark = pytest.mark.django_db
SHEET = "顧客ID,会社名\nA1,甲\n"
NAMES = (
    "../../../../tmp/evil.csv", "..\\..\\evil.csv", "/etc/passwd", "C:\\Windows\\evil.csv", "a\0b.csv", "....//x.csv",
    "名簿" * 150 + ".csv", ".htaccess", "con.csv", "$(reboot).csv", "%2e%2e%2fevil.csv",
)  # fmt: skip
TYPED = (
    "Robert'); DROP TABLE customers_account;--", '<img src=x onerror="alert(1)">', "{{7*7}} {% debug %} ${7*7} %s %(x)s {0}",
    "\u202eمرحبا\u202c", "Ωþ≈ç√∫ 田中さんにあげて下さい 社會科學院語學研究所", "👩🏽‍💻 ﷽ Z̮̞̠͙͔ͅ", "㈱髙﨑①－～ﾊﾝｶｸ", "-1+1", "NULL", "true", "1E400", "../..", "  x  ",
    "*)(uid=*))(|(uid=*", "&lt;b&gt; &amp;", "'\"`\\",
)  # fmt: skip


@pytest.fixture
def browser(client: Client, org: Organisation) -> Client:
    client.force_login(cast.member())
    return client


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_an_uploads_name_leads_nowhere(browser: Client, home: Path, name: str) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    fields = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in (("kind", "accounts"), ("source", "CRM"))
    )
    body = (fields + head + SHEET + "\r\n--b--\r\n").encode()
    answer = browser.generic("POST", reverse("import-new"), body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (302, 400, 422), answer.content.decode()[:300]
    for row in Import.objects.all():
        kept = (home / "media" / row.path).resolve()
        assert kept.is_relative_to(home / "media") and kept.exists()
        assert name not in row.path and "/" not in row.name and "\\" not in Path(row.path).name
    assert not [file for file in home.rglob("*evil*") if file.is_file()]


def test_an_upload_is_served_to_nobody(browser: Client) -> None:
    row = upload(browser, SHEET.encode())
    for address in (
        f"/media/{row.path}",
        f"/{row.path}",
        f"/static/../media/{row.path}",
        f"/static/%2e%2e/media/{row.path}",
    ):
        assert browser.get(address).status_code == 404, address


@pytest.mark.parametrize("typed", TYPED)
def test_whatever_is_typed_is_kept_as_it_was_and_runs_nowhere(browser: Client, at: object, typed: str) -> None:
    account = accounts.open(typed, by=SYSTEM, at=at)
    assert Account.objects.get(pk=account.pk).name == typed.strip()
    for address in (f"/accounts/{account.pk}", "/accounts", "/journal", "/palette?q=x"):
        page = browser.get(address).content.decode()
        for live in ("<img src=x", "{% debug", "DEBUG = ") if "debug" not in typed else ("<img src=x",):
            assert live not in page, address
        assert "49 " not in page or "{{7*7}}" in page
