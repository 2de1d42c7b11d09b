"""Contracts and contacts on pages: lists, the account's two tabs, forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts, contacts, products, subscriptions
from nenrin.customers.models import Account, Contact, Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.revenue import policies
from tests.cast import DRIFTING, member


@pytest.fixture
def head(client: Client, org: Organisation) -> Member:
    person = member(Role.HEAD)
    client.force_login(person)
    return person


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(DRIFTING, by=SYSTEM, at=at)


def contract(**changes: str) -> dict[str, str]:
    given = {
        "starts_on": "2026-02-01",
        "term_months": "12",
        "auto_renews": "on",
        "notice_months": "1",
        "notice_days": "0",
    }
    return {**given, "mrr": "480000", "seats": "120", "currency": "JPY", **changes}


def test_a_contract_is_signed_on_the_page_and_shows_its_deadline(
    client: Client, head: Member, account: Account, at: datetime
) -> None:
    plan = products.save_plan(
        "b",
        product=products.save("p", name="P", by=SYSTEM, at=at),
        name="ビジネス",
        limits={"seats": 200},
        by=SYSTEM,
        at=at,
    )
    client.post(reverse("subscription-new", args=[account.pk]), contract(plan=str(plan.pk)))
    page = client.get(reverse("account-contracts", args=[account.pk])).content.decode()
    assert "ビジネス" in page and "2026年12月31日" in page and "¥480,000" in page
    listed = client.get(reverse("subscriptions")).content.decode()
    assert DRIFTING in listed and "2026/12/31" in listed


def test_dollars_are_entered_in_dollars(client: Client, head: Member, account: Account) -> None:
    client.post(reverse("subscription-new", args=[account.pk]), contract(mrr="1250.50", currency="USD"))
    row = Subscription.objects.get()
    assert (row.mrr_minor, row.currency) == (125_050, "USD")
    page = client.get(reverse("account-contracts", args=[account.pk])).content.decode()
    assert "$1,250.50" in page and "JPY の合計に含まれない通貨" in page


def test_discounts_usage_and_credits_are_entered_on_the_page(client: Client, head: Member, account: Account) -> None:
    new, tab = (reverse(name, args=[account.pk]) for name in ("subscription-new", "account-contracts"))
    told = {"list_minor": "600000", "discount_until": "2027-01-31", "committed_minor": "20000", "is_ramp": "on"}
    client.post(new, contract(**told, metered="2026-09 1200\n2026-10 3,400"))
    row = Subscription.objects.get()
    assert (row.mrr_minor, row.list_minor, row.discount_until) == (480_000, 600_000, date(2027, 1, 31))
    assert (row.metered, row.committed_minor, row.is_ramp) == ({"2026-09": 1200, "2026-10": 3400}, 20_000, True)
    page = client.get(tab).content.decode()
    for text in (
        "割引最終日",
        "2027/01/31",
        "¥600,000",
        "従量課金の最低利用額",
        "¥20,000",
        "¥3,400",
        "2026年10月",
        "段階契約",
    ):
        assert text in page, text
    edit = reverse("subscription", args=[row.pk])
    assert "2026-09 1200" in client.get(edit).content.decode()
    client.post(edit, contract(**told, metered="2026-10 3400", version="1"))
    row.refresh_from_db()
    assert (row.metered, row.mrr_minor) == ({"2026-10": 3400}, 480_000)
    assert (
        "月と金額になっていません" in client.post(edit, contract(metered="October 3400", version="2")).content.decode()
    )
    assert "クレジット" in client.post(new, contract(mrr="-30000")).content.decode()
    assert Subscription.objects.count() == 1
    client.post(new, contract(mrr="-30000", is_credit="on"))
    assert "クレジット（減額）" in client.get(tab).content.decode() and Subscription.objects.count() == 2


def test_an_impossible_contract_is_explained_at_its_field(client: Client, head: Member, account: Account) -> None:
    page = client.post(reverse("subscription-new", args=[account.pk]), contract(ends_on="2026-01-01")).content.decode()
    assert "開始日より前" in page and not Subscription.objects.exists()


def test_notice_end_and_withdrawal_are_three_buttons(
    client: Client, head: Member, account: Account, at: datetime
) -> None:
    row = subscriptions.sign(account, by=SYSTEM, at=at, starts_on=date(2026, 2, 1))
    url = reverse("subscription-deed", args=[row.pk])
    for do, status in (("notice", "noticed"), ("withdraw", "active"), ("end", "ended")):
        client.post(url, {"do": do, "on": "2026-11-01", "reason": "価格"})
        row.refresh_from_db()
        assert row.status == status
    assert "終了した契約" in client.get(reverse("account-contracts", args=[account.pk])).content.decode()


def test_an_edit_on_an_old_version_shows_both_sides(
    client: Client, head: Member, account: Account, at: datetime
) -> None:
    row = subscriptions.sign(account, by=SYSTEM, at=at, starts_on=date(2026, 2, 1), seats=10)
    subscriptions.change(row, by=SYSTEM, at=at, seats=20)
    page = client.post(reverse("subscription", args=[row.pk]), contract(seats="30", version="1")).content.decode()
    assert 'class="conflict"' in page
    row.refresh_from_db()
    assert row.seats == 20


def test_a_person_is_added_listed_changed_and_archived(client: Client, head: Member, account: Account) -> None:
    given = {"name": "田中 隆志", "role": "decision_maker", "emails": "t@example.jp, t2@example.jp", "language": "ja"}
    client.post(reverse("contact-new", args=[account.pk]), given)
    row = Contact.objects.get()
    tab = client.get(reverse("account-people", args=[account.pk])).content.decode()
    assert "田中 隆志" in tab and "t2@example.jp" in tab and "推進者" in tab
    assert "田中 隆志" in client.get(reverse("contacts"), {"q": "田中"}).content.decode()
    client.post(reverse("contact", args=[row.pk]), {**given, "left_on": "2026-11-01", "version": "1"})
    assert "田中" not in client.get(reverse("contacts")).content.decode()
    assert "田中" in client.get(reverse("contacts"), {"left": "yes"}).content.decode()
    client.post(reverse("contact-archive", args=[row.pk]))
    assert "関係者" in client.get(reverse("account-people", args=[account.pk])).content.decode()
    assert not Contact.objects.standing().exists()


def test_roles_without_contacts_see_no_person(client: Client, account: Account, at: datetime) -> None:
    contacts.add(account, "田中 隆志", by=SYSTEM, at=at)
    client.force_login(member(Role.EXECUTIVE))
    assert client.get(reverse("contacts")).status_code == 403
    assert client.get(reverse("account-people", args=[account.pk])).status_code == 403


def test_an_outsider_gets_a_404_behind_every_address(client: Client, account: Account, at: datetime) -> None:
    row = subscriptions.sign(account, by=SYSTEM, at=at, starts_on=date(2026, 2, 1))
    person = contacts.add(account, "田中", by=SYSTEM, at=at)
    client.force_login(member(Role.SALES))
    for name, key in (
        ("account-people", account.pk),
        ("account-contracts", account.pk),
        ("contact", person.pk),
        ("contact-new", account.pk),
    ):
        assert client.get(reverse(name, args=[key])).status_code == 404, name
    client.force_login(member(Role.ONBOARDING))
    assert client.get(reverse("subscription", args=[row.pk])).status_code == 404
    assert "田中" not in client.get(reverse("contacts")).content.decode()


def test_lists_take_a_constant_number_of_queries(
    client: Client, head: Member, account: Account, at: datetime, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        contacts.add(account, f"人{number}", by=SYSTEM, at=at, emails=[f"a{number}@example.jp"])
        subscriptions.sign(account, by=SYSTEM, at=at, starts_on=date(2026, 2, 1))
    for name in ("contacts", "subscriptions"):
        client.get(reverse(name))
        with django_assert_max_num_queries(10):
            client.get(reverse(name))
    with django_assert_max_num_queries(30):
        client.get(reverse("account-contracts", args=[account.pk]))


def test_both_lists_export(client: Client, head: Member, account: Account, at: datetime) -> None:
    contacts.add(account, "田中", by=SYSTEM, at=at, emails=["t@example.jp"])
    subscriptions.sign(account, by=SYSTEM, at=at, starts_on=date(2026, 2, 1), mrr_minor=5)
    people = b"".join(client.get(reverse("contacts-export", args=["csv"])).streaming_content).decode()
    assert "t@example.jp" in people and DRIFTING in people
    signed = b"".join(client.get(reverse("subscriptions-export", args=["csv"])).streaming_content).decode()
    assert "notice_deadline" in signed and DRIFTING in signed
    assert client.get(reverse("subscriptions-export", args=["pdf"])).status_code == 404


@pytest.fixture
def now(at: datetime) -> Iterator[datetime]:
    """The clock of pages stands where the verbs' does."""
    with time_machine.travel(at, tick=False):
        yield at


def test_what_mrr_counts_beside_the_agreed_price_is_said_with_its_reason(
    now: datetime, client: Client, head: Member, account: Account
) -> None:
    at = now
    signed = {"starts_on": date(2026, 2, 1), "term_months": 12, "mrr_minor": 480_000, "by": SYSTEM, "at": at}
    row = subscriptions.sign(account, **signed)
    page = client.get(reverse("account-contracts", args=[account.pk])).content.decode()
    assert "計上するMRR" not in page  # the price says it all
    subscriptions.change(row, committed_minor=40_000, by=SYSTEM, at=at)
    page = client.get(reverse("account-contracts", args=[account.pk])).content.decode()
    assert "¥520,000 = 月額料金 ¥480,000 + 従量課金 ¥40,000（指標ポリシー第1版）。従量課金は最低利用額のみ。" in page
    assert "計上するMRR ¥520,000" in page and "契約中の月額料金の合計" in page
    assert "計上額は「契約」を参照" in client.get(reverse("account", args=[account.pk])).content.decode()
    policies.publish({"usage": "none"}, by=SYSTEM, at=at)
    page = client.get(reverse("account-contracts", args=[account.pk])).content.decode()
    assert "¥480,000 = 月額料金 ¥480,000（指標ポリシー第2版）。従量課金は含めない。" in page
    assert "計上するMRR ¥" not in page
