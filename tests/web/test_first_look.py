"""First look on the screen: figures before anything is written, then the same file into the installation."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nenrin.customers.models import Account, Subscription
from nenrin.foundation import journal
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import imports, lakes, mirror
from nenrin.ingest.models import Import
from nenrin.insight.revenue import books, kpis
from tests.cast import member

pytestmark = pytest.mark.django_db
ROWS = [
    "契約番号,会社名,契約開始日,契約満了日,月額,解約日",
    *(f"{i},残る{i}社,2024-04-01,2025-03-31,10000," for i in range(36)),
    *(f"x{i},去る{i}社,2024-04-01,2025-03-31,10000,2026-06-01" for i in range(4)),
    "y,壊れた社,いつか,2025-03-31,10000,",
]


@pytest.fixture
def operator(client: Client, org: Organisation) -> Member:
    person = member(Role.ADMINISTRATOR)
    client.force_login(person)
    return person


def upload(client: Client, rows: list[str], encoding: str = "cp932") -> str:
    """The address of the look."""
    file = SimpleUploadedFile("契約.csv", "\r\n".join(rows).encode(encoding))
    answer = client.post("/first-look", {"file": file})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return str(answer["Location"])


def told(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def work(at: datetime) -> None:
    """What the worker does."""
    for n in range(20):
        if not imports.work(at + timedelta(seconds=n)):
            break
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())


def test_figures_come_before_anything_is_written(client: Client, operator: Member) -> None:
    page = told(client, upload(client, ROWS))
    assert "10.00%" in page and "3.96%〜23.1%" in page
    assert "41行のうち1行は読めず" in page and "42行目・列 契約開始日: 「いつか」" in page
    assert not Account.objects.exists() and not Subscription.objects.exists()


def test_ends_left_blank_run_on_here_and_in_the_installation(client: Client, operator: Member, at: datetime) -> None:
    rows = [f"残る{i}社,2024-04-01,,10000" for i in range(36)] + [
        f"去る{i}社,2024-04-01,2026-06-01,10000" for i in range(4)
    ]
    url = upload(client, ["会社名,契約開始日,契約終了日,月額", *rows])
    page = told(client, url)
    assert "10.00%" in page and "36行は契約中として数えた" in page
    for _ in range(2):
        client.post(f"{url}/import", {})
        work(at)
    assert Subscription.objects.filter(auto_renews=True).count() == 36
    assert Subscription.objects.filter(auto_renews=False, ends_on="2026-06-02").count() == 4


def test_a_wrong_guess_is_put_right_on_the_page(client: Client, operator: Member) -> None:
    url = upload(client, ["だれ,いつから,いくら", "甲社,2025-04-01,1000"])
    assert "列を選んでください" in told(client, url)
    page = told(client, f"{url}?columns=1&account_name=だれ&starts_on=いつから&mrr=いくら&ends=renews&margin=50")
    assert "¥1,000" in page and 'value="50"' in page and "粗利率50%" in page


def test_nonsense_in_the_address_falls_back_to_the_guess(client: Client, operator: Member) -> None:
    url = upload(client, ROWS)
    assert "10.00%" in told(client, f"{url}?margin=abc&ends=never&dates=%00&zzz=1")


def test_the_same_file_goes_in_by_two_steps_and_gives_the_same_figures(
    client: Client, operator: Member, at: datetime
) -> None:
    url = upload(client, ROWS)
    assert client.post(f"{url}/import", {}).status_code == 302
    assert "取り込み中です" in told(client, url)
    work(at)
    assert "契約を取り込む" in told(client, url) and not Subscription.objects.exists()
    client.post(f"{url}/import", {})
    work(at)
    page = told(client, url)
    assert "取り込みました" in page and 'href="/executive"' in page
    assert Subscription.objects.count() == 40
    assert list(Import.objects.order_by("pk").values_list("kind", "rejected")) == [
        ("accounts", 0),
        ("subscriptions", 1),
    ]
    ledger = books.ledger(at.date())
    figures = kpis.figures_of(ledger, books.period(at.date(), "month"), "month", wanted=("mrr", "logo_churn_year"))
    assert figures["mrr"].value == 360_000 and figures["logo_churn_year"].value == pytest.approx(0.1)


def test_a_list_of_terms_without_keys_goes_in_too(client: Client, operator: Member, at: datetime) -> None:
    rows = ["会社名,契約開始日,契約満了日,月額"]
    rows += [f"残る社,{year}-04-01,{year + 1}-03-31,10000" for year in (2024, 2025, 2026)]
    rows += ["去る社,2024-04-01,2025-03-31,10000"]
    url = upload(client, rows)
    client.post(f"{url}/import", {})
    work(at)
    client.post(f"{url}/import", {})
    work(at)
    assert Subscription.objects.count() == 4 and not Subscription.objects.filter(auto_renews=True).exists()
    ledger = books.ledger(at.date())
    period = books.period(at.date(), "month")
    assert kpis.figures_of(ledger, period, "month", wanted=("mrr",))["mrr"].value == 10_000


def test_what_is_no_table_is_refused_beside_the_field(client: Client, operator: Member) -> None:
    answer = client.post("/first-look", {"file": SimpleUploadedFile("a.csv", b"%PDF-1.7 not a table")})
    assert answer.status_code == 422 and not Import.objects.exists()
    assert client.post("/first-look", {}).status_code == 422


def test_a_new_installation_is_led_here(client: Client, operator: Member) -> None:
    assert 'href="/first-look"' in told(client, "/")


def test_another_import_is_looked_at_and_never_taken_in_from_here(
    client: Client, operator: Member, at: datetime
) -> None:
    row = Import.objects.create(kind="events", source="x", name="x", path="x", size=1, digest="x", created_at=at)
    assert client.get(f"/first-look/{row.pk}").status_code == 404
    other = Import.objects.create(
        kind="subscriptions", source="x", name="x", path="none", size=1, digest="y", created_at=at
    )
    assert "ファイルがありません" in told(client, f"/first-look/{other.pk}")
    assert client.post(f"/first-look/{other.pk}/import", {})["Location"] == f"/imports/{other.pk}"
    assert Import.objects.count() == 2
