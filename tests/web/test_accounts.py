"""The account list and the account's forms, as people use them without JavaScript."""

from __future__ import annotations

import io
import re
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from nenrin.customers import accounts, days, merges, ownership, subscriptions, tags
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation, SavedView
from nenrin.foundation.roles import Role
from tests.cast import DRIFTING, LOST, STARTING, THRIVING, member


@pytest.fixture
def head(client: Client, org: Organisation) -> Member:
    """The head of CS, signed in."""
    person = member(Role.HEAD, "佐藤 美咲")
    client.force_login(person)
    return person


@pytest.fixture
def portfolio(org: Organisation, at: datetime) -> dict[str, Account]:
    days.install(by=SYSTEM, at=at)
    made = {name: accounts.open(name, by=SYSTEM, at=at, industry="製造") for name in (THRIVING, DRIFTING, STARTING)}
    made[LOST] = accounts.open(LOST, by=SYSTEM, at=at, status="lost")
    start = date(2026, 2, 1)
    subscriptions.sign(made[DRIFTING], by=SYSTEM, at=at, starts_on=start, mrr_minor=480_000, seats=120)
    subscriptions.sign(made[THRIVING], by=SYSTEM, at=at, starts_on=date(2026, 8, 1), mrr_minor=270_000)
    return made


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><span class="who">.*?<a href="[^"]+">([^<]+)</a>', page, re.S)


def listed(client: Client, query: str = "") -> list[str]:
    return names(client.get(f"{reverse('accounts')}?{query}").content.decode())


def test_the_nearest_notice_deadline_stands_first_and_lost_ones_apart(
    client: Client, head: Member, portfolio: dict[str, Account]
) -> None:
    assert listed(client) == [DRIFTING, THRIVING, STARTING]
    assert listed(client, "status=lost") == [LOST]
    assert len(listed(client, "status=all")) == 4


def test_filters_search_and_order_live_in_the_address(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime
) -> None:
    ownership.assign(portfolio[THRIVING], head, by=SYSTEM, at=at)
    tags.change([portfolio[STARTING]], add=["重点"], by=SYSTEM, at=at)
    assert listed(client, "q=しののめ") == [] and listed(client, "q=東雲") == [DRIFTING]
    assert listed(client, "owner=me") == [THRIVING] and THRIVING not in listed(client, "owner=none")
    assert listed(client, "tag=重点") == [STARTING]
    assert listed(client, "sort=-mrr")[:2] == [DRIFTING, THRIVING]
    assert listed(client, "industry=製造&band=at_risk") == []
    page = client.get(reverse("accounts"), {"tag": "重点"}).content.decode()
    assert "重点" in page and 'class="chip__off"' in page


@pytest.mark.parametrize(
    "query", ["owner=abc", "notice=soon", "segment=99999999999999", "q=%00", "page=zzz", "sort=password", "columns=x"]
)
def test_an_address_that_makes_no_sense_is_a_page_all_the_same(
    client: Client, head: Member, portfolio: dict[str, Account], query: str
) -> None:
    assert client.get(f"{reverse('accounts')}?{query}").status_code == 200


def test_a_thousand_accounts_take_no_more_queries_than_ten(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime, django_assert_max_num_queries: object
) -> None:
    rows = [accounts.Row(fields={"name": f"会社{n}", "tags": ["a"]}) for n in range(60)]
    accounts.open_many(rows, by=SYSTEM, at=at)
    client.get(reverse("accounts"))
    with django_assert_max_num_queries(15):
        page = client.get(reverse("accounts"), {"columns": "tags,tier,touch_model,owner,nps"}).content.decode()
    assert len(names(page)) == 50 and "63" in page


def test_no_accounts_and_no_match_are_two_different_pages(client: Client, head: Member, at: datetime) -> None:
    assert "顧客の登録なし" in client.get(reverse("accounts")).content.decode()
    accounts.open(DRIFTING, by=SYSTEM, at=at)
    assert "該当する顧客なし" in client.get(reverse("accounts"), {"q": "zzz"}).content.decode()


def test_a_view_is_saved_and_shown_to_its_owner_only(
    client: Client, head: Member, portfolio: dict[str, Account]
) -> None:
    client.post(reverse("accounts-save-view"), {"name": "製造の大口", "back": "industry=製造&sort=-mrr"})
    assert "製造の大口" in client.get(reverse("accounts")).content.decode()
    other = Client()
    other.force_login(member(Role.CSM))
    assert "製造の大口" not in other.get(reverse("accounts")).content.decode()
    client.post(reverse("accounts-drop-view"), {"back": "sort=-mrr&industry=製造"})
    assert not SavedView.objects.exists()


def test_columns_are_chosen_and_stay_in_the_address(
    client: Client, head: Member, portfolio: dict[str, Account]
) -> None:
    answer = client.post(reverse("accounts-columns"), {"back": "q=東雲", "column": ["industry", "mrr"]})
    page = client.get(answer["Location"]).content.decode()
    assert (
        names(page) == [DRIFTING]
        and ">製造<" in page
        and "¥480,000" in page
        and "12週" not in page.split("<thead>")[1].split("</thead>")[0]
    )


def test_chosen_accounts_are_tagged_and_assigned_at_once(
    client: Client, head: Member, portfolio: dict[str, Account]
) -> None:
    owner = member(Role.CSM, "渡辺")
    ids = [portfolio[DRIFTING].pk, portfolio[THRIVING].pk]
    client.post(reverse("accounts-bulk"), {"do": "tag", "tag": "重点", "id": ids, "back": ""})
    assert sorted(listed(client, "tag=重点")) == sorted([DRIFTING, THRIVING])
    client.post(reverse("accounts-bulk"), {"do": "assign", "member": owner.pk, "all": "1", "back": "tag=重点"})
    assert Account.objects.filter(owner=owner).count() == 2
    client.post(reverse("accounts-bulk"), {"do": "untag", "tag": "重点", "id": ids[:1], "back": ""})
    assert listed(client, "tag=重点") == [THRIVING]


def test_a_csm_changes_the_teams_accounts_only(client: Client, portfolio: dict[str, Account], at: datetime) -> None:
    csm = member(Role.CSM, team="東日本")
    client.force_login(csm)
    ownership.assign(portfolio[DRIFTING], csm, by=SYSTEM, at=at)
    client.post(reverse("accounts-bulk"), {"do": "tag", "tag": "私", "all": "1", "back": ""})
    assert listed(client, "tag=私") == [DRIFTING]
    assert client.get(reverse("account-edit", args=[portfolio[THRIVING].pk])).status_code == 404
    client.post(reverse("accounts-bulk"), {"do": "assign", "member": csm.pk, "all": "1", "back": ""})
    assert Account.objects.filter(owner=csm).count() == 1


def test_the_file_is_the_screen_and_no_cell_is_a_formula(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime
) -> None:
    accounts.open('=HYPERLINK("http://evil")', by=SYSTEM, at=at, industry="製造")
    answer = client.get(reverse("accounts-export", args=["csv"]), {"industry": "製造", "columns": "mrr,countdown"})
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeffid,顧客,MRR,期限まで") and "'=HYPERLINK" in text
    assert re.search(rf"{DRIFTING},480000,-?\d+\r", text)
    noted = Entry.objects.get(action="customers.account.exported").particulars
    assert (noted["rows"], noted["filters"]["industry"], noted["by"]) == (4, "製造", "佐藤 美咲")
    book = client.get(reverse("accounts-export", args=["xlsx"]), {"columns": "mrr"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(book.streaming_content))).get_sheet_by_index(0)
    assert sheet.to_python()[0] == ["id", "顧客", "MRR"] and sheet.to_python()[1][2] == 480_000


def test_who_may_not_export_gets_no_file(client: Client, portfolio: dict[str, Account]) -> None:
    client.force_login(member(Role.SUPPORT))
    assert client.get(reverse("accounts-export", args=["csv"])).status_code == 403
    assert "書き出す" not in client.get(reverse("accounts")).content.decode()


def form(**changes: str) -> dict[str, str]:
    return {"name": "新会社", "status": "prospect", "language": "ja", "currency": "JPY", **changes}


def test_an_account_is_added_by_hand_and_mistakes_are_named(client: Client, head: Member) -> None:
    page = client.post(reverse("account-new"), form(corporate_number="123", employees="many", parent="無い会社"))
    text = page.content.decode()
    assert page.status_code == 200 and 'value="123"' in text
    assert not Account.objects.exists() and "この名称の顧客がない" in text
    page = client.post(reverse("account-new"), form(corporate_number="123", employees="many"))
    assert "検査数字" in page.content.decode() and "整数" in page.content.decode()
    answer = client.post(reverse("account-new"), form(tags="重点, 展示会"))
    account = Account.objects.get()
    assert answer["Location"] == reverse("account", args=[account.pk])
    assert set(account.tags.values_list("name", flat=True)) == {"重点", "展示会"}


def test_who_sees_only_their_own_owns_what_they_add(client: Client, org: Organisation) -> None:
    person = member(Role.ONBOARDING, "森")
    client.force_login(person)
    client.post(reverse("account-new"), form())
    assert Account.objects.get().owner == person


def test_two_people_who_edit_at_once_see_both_sides(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime
) -> None:
    account = portfolio[STARTING]
    url = reverse("account-edit", args=[account.pk])
    accounts.change(account, by=SYSTEM, at=at, industry="介護")
    mine = form(name=STARTING, industry="福祉", version=str(account.version))
    page = client.post(url, mine).content.decode()
    assert "介護" in page and 'value="福祉"' in page and 'class="conflict"' in page
    account.refresh_from_db()
    assert account.industry == "介護"
    newer = re.search(r'name="version" value="(\d+)"', page)
    assert newer
    client.post(url, {**mine, "version": newer[1]})
    account.refresh_from_db()
    assert account.industry == "福祉"


def test_owners_and_touch_model_are_set_by_hand(client: Client, head: Member, portfolio: dict[str, Account]) -> None:
    account, owner = portfolio[STARTING], member(Role.CSM, "渡辺")
    client.post(
        reverse("account-owners", args=[account.pk]), {"primary": owner.pk, "onboarding": owner.pk, "sales": ""}
    )
    given = {"do": "override", "touch_model": "high", "reason": "戦略顧客", "until": "2199-01-01"}
    client.post(reverse("account-touch", args=[account.pk]), given)
    account.refresh_from_db()
    assert (account.owner, account.touch_model, account.touch_reason) == (owner, "high", "戦略顧客")
    client.post(reverse("account-touch", args=[account.pk]), {"do": "release"})
    account.refresh_from_db()
    assert account.touch_model == "tech"


def test_archiving_can_be_taken_back(client: Client, head: Member, portfolio: dict[str, Account]) -> None:
    account = portfolio[STARTING]
    client.post(reverse("account-archive", args=[account.pk]))
    assert STARTING not in listed(client, "status=all")
    client.post(reverse("account-restore", args=[account.pk]))
    assert STARTING in listed(client)


def test_duplicates_are_compared_merged_and_parted(
    client: Client, head: Member, org: Organisation, at: datetime
) -> None:
    one = accounts.open("㈱東雲精機", by=SYSTEM, at=at)
    two = accounts.open("東雲精機株式会社", by=SYSTEM, at=at, domain="shinonome.example")
    assert "名称が一致" in client.get(reverse("merges")).content.decode()
    page = client.get(reverse("account-merge", args=[one.pk]), {"with": two.pk}).content.decode()
    assert "shinonome.example" in page
    client.post(reverse("account-merge", args=[one.pk]), {"with": two.pk})
    assert listed(client, "status=all") == ["㈱東雲精機"]
    client.post(reverse("merge-undo", args=[merges.Merge.objects.get().pk]))
    assert len(listed(client, "status=all")) == 2


def test_the_list_speaks_english(client: Client, head: Member, portfolio: dict[str, Account]) -> None:
    Member.objects.filter(pk=head.pk).update(language="en")
    page = client.get(reverse("accounts")).content.decode()
    assert (
        "Account list" in page
        and "Days to notice" in page
        and not re.search("[ぁ-ん]", page.split("<thead>")[1].split("</thead>")[0])
    )
