"""The account list as a tool: groups, cells edited in place, undo, views of teams, two days compared."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts, attributes, days, ownership, subscriptions, tags
from nenrin.customers.models import Account
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.permissions import FieldClass
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.insight.models import CurrentMeasure, Health, HealthModelVersion
from nenrin.values import Text
from tests.cast import DRIFTING, STARTING, THRIVING, member

LIST = "/accounts"


@pytest.fixture
def head(client: Client, org: Organisation) -> Member:
    """The head of CS, signed in."""
    person = member(Role.HEAD, "佐藤 美咲", team="東日本")
    client.force_login(person)
    return person


@pytest.fixture
def portfolio(org: Organisation, at: datetime) -> dict[str, Account]:
    days.install(by=SYSTEM, at=at)
    health_models.install(at=at)
    made = {name: accounts.open(name, by=SYSTEM, at=at, industry="製造") for name in (THRIVING, DRIFTING, STARTING)}
    accounts.change(made[STARTING], by=SYSTEM, at=at, industry="介護")
    for name, mrr in ((THRIVING, 270_000), (DRIFTING, 480_000)):
        subscriptions.sign(made[name], by=SYSTEM, at=at, starts_on=date(2026, 2, 1), mrr_minor=mrr)
    tags.change([made[DRIFTING]], add=["重点", "展示会"], by=SYSTEM, at=at)
    version = HealthModelVersion.objects.filter(state="published").first()
    for name, score, band in ((THRIVING, 88, "healthy"), (DRIFTING, 31, "at_risk")):
        day = organisation.today(datetime.now(UTC))
        Health.objects.create(
            account=made[name], as_of=day, at=at, today=score, score=score, band=band, since=day, coverage=1,
            version=version,
        )  # fmt: skip
        CurrentMeasure.objects.create(account=made[name], measure="nps", value=score / 10, as_of=day)
    return made


def page(client: Client, query: str = "") -> str:
    return client.get(f"{LIST}?{query}").content.decode()


def names(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><span class="who">.*?<a href="[^"]+">([^<]+)</a>', text, re.S)


def undo_url(text: str) -> str:
    found = re.search(r'action="(/accounts/undo/[^"]+)"', text)
    assert found, "no way back is offered"
    return found[1]


def test_groups_tell_count_arr_and_health_and_open_by_the_address(
    client: Client, head: Member, portfolio: dict[str, Account]
) -> None:
    text = page(client, "group=industry")
    assert names(text) == [] and text.count('class="group__head"') == 2
    assert "2社" in text and "900万円" in text  # (270,000 + 480,000) x 12
    opened = page(client, "group=industry&open=製造")
    assert names(opened) == [THRIVING, DRIFTING] and 'aria-expanded="true"' in opened
    assert names(page(client, "group=industry&open=製造&open=介護&sort=name"))[-1] == STARTING


def test_groups_follow_the_filters_and_an_account_stands_under_each_of_its_tags(
    client: Client, head: Member, portfolio: dict[str, Account]
) -> None:
    assert page(client, "group=tag&tag=重点").count('class="group__head"') == 2
    assert names(page(client, "group=tag&open=重点&open=展示会")) == [DRIFTING, DRIFTING]
    assert "自分" not in page(client, "group=owner").split("<table")[1].split("</table")[0]


@pytest.mark.parametrize("way", ["owner", "tier", "touch", "band", "stage", "industry", "tag"])
def test_every_way_of_grouping_counts_every_account(
    client: Client, head: Member, portfolio: dict[str, Account], way: str, django_assert_max_num_queries: object
) -> None:
    text = page(client, f"group={way}")
    counts = [int(n) for n in re.findall(r"<span>(\d+)社</span>", text)]
    assert sum(counts) == (4 if way == "tag" else 3)
    opened = "&".join(f"open={key}" for key in re.findall(r"open=([^#&\"]+)#", text))
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        assert len(names(page(client, f"group={way}&{opened}"))) == sum(counts)


def test_rows_are_ordered_by_any_measure_shown_or_not_and_by_attributes(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime
) -> None:
    attributes.declare("sites", name=Text("Sites", "拠点数"), kind=AttributeKind.NUMBER, by=SYSTEM, at=at)
    for name, sites in ((THRIVING, 2), (DRIFTING, 10)):
        accounts.change(portfolio[name], by=SYSTEM, at=at, attributes={"sites": sites})
    assert names(page(client, "columns=nps&sort=nps")) == [DRIFTING, THRIVING, STARTING]
    assert names(page(client, "sort=-nps")) == [THRIVING, DRIFTING, STARTING]
    text = page(client, "columns=attr.sites&sort=-attr.sites")
    assert names(text) == [DRIFTING, THRIVING, STARTING] and "拠点数" in text and ">10<" in text
    exported = client.get("/accounts/export.csv?columns=attr.sites,nps&sort=attr.sites")
    lines = b"".join(exported.streaming_content).decode().splitlines()
    assert "拠点数" in lines[0] and lines[1].endswith(",2,8.8") and len(lines) == 4


def test_a_personal_attribute_is_no_column_for_who_may_not_read_it(
    client: Client, portfolio: dict[str, Account], at: datetime
) -> None:
    name = Text("Phone", "電話")
    attributes.declare("phone", name=name, kind=AttributeKind.TEXT, by=SYSTEM, at=at, field_class=FieldClass.PERSONAL)
    accounts.change(portfolio[DRIFTING], by=SYSTEM, at=at, attributes={"phone": "03-1234"})
    client.force_login(member(Role.EXECUTIVE))
    assert "03-1234" not in page(client, "columns=attr.phone&sort=attr.phone")


def test_a_cell_is_changed_in_place_and_changed_back(
    client: Client, head: Member, portfolio: dict[str, Account]
) -> None:
    url = reverse("account-cell", args=[portfolio[DRIFTING].pk, "stage"])
    assert url in page(client)
    form = client.get(url, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in form and 'name="was_value"' in form
    saved = client.post(url, {"value": "expansion", "was_value": ""}, headers={"hx-request": "true"}).content.decode()
    assert "拡大" in saved and "保存しました" in saved
    assert Account.objects.get(pk=portfolio[DRIFTING].pk).stage == "expansion"
    client.post(undo_url(saved))
    assert Account.objects.get(pk=portfolio[DRIFTING].pk).stage == ""
    told = Entry.objects.filter(action="customers.account.changed", account=portfolio[DRIFTING].pk, actor_kind="member")
    assert told.count() == 2


@pytest.mark.parametrize(
    ("field", "given", "wrong"),
    [
        ("tags", {"value": "大口、 展示会"}, {"value": "x" * 61}),
        (
            "touch_model",
            {"value": "high", "reason": "戦略顧客", "until": "2199-01-01"},
            {"value": "high", "reason": "x"},
        ),
        ("attr.plan_b", {"value": "2026-12-24"}, {"value": "いつか"}),
        ("owner", {}, {"value": "999999"}),
    ],
)
def test_every_field_is_written_by_its_verb_refused_in_words_and_put_back(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime, field: str, given: dict[str, str],
    wrong: dict[str, str],
) -> None:  # fmt: skip
    attributes.declare("plan_b", name=Text("Plan B", "予備日"), kind=AttributeKind.DATE, by=SYSTEM, at=at)
    account, url = portfolio[DRIFTING], reverse("account-cell", args=[portfolio[DRIFTING].pk, field])
    before = client.get(url).content.decode()
    refused = client.post(url, wrong, headers={"hx-request": "true"})
    assert refused.status_code == 422 and "field__error" in refused.content.decode()
    answer = client.post(url, given or {"value": str(head.pk)}, headers={"hx-request": "true"})
    assert answer.status_code == 200 and client.get(url).content != before
    client.post(undo_url(answer.content.decode()))
    again = client.get(url).content.decode()
    assert re.findall(r'name="was_\w+" value="([^"]*)"', again) == re.findall(r'name="was_\w+" value="([^"]*)"', before)
    account.refresh_from_db()
    assert account.owner is None and set(account.tags.values_list("name", flat=True)) == {"重点", "展示会"}


def test_two_people_in_one_cell_see_both_sides_and_nothing_is_lost(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime
) -> None:
    account = portfolio[DRIFTING]
    url = reverse("account-cell", args=[account.pk, "stage"])
    accounts.change(account, by=SYSTEM, at=at, stage="adoption")
    mine = {"value": "expansion", "was_value": ""}
    clash = client.post(url, mine, headers={"hx-request": "true"})
    text = clash.content.decode()
    assert clash.status_code == 409 and "活用" in text.split("<dl>")[1] and "拡大" in text.split("<dl>")[1]
    assert Account.objects.get(pk=account.pk).stage == "adoption"
    seen = re.search(r'name="was_value" value="(\w+)"', text)
    assert seen and seen[1] == "adoption"
    assert client.post(url, {**mine, "was_value": seen[1]}).status_code == 302
    assert Account.objects.get(pk=account.pk).stage == "expansion"


def test_an_undo_leaves_what_somebody_changed_since(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime
) -> None:
    account = portfolio[DRIFTING]
    url = reverse("account-cell", args=[account.pk, "stage"])
    answer = client.post(url, {"value": "expansion", "was_value": ""}, headers={"hx-request": "true"})
    accounts.change(account, by=SYSTEM, at=at, stage="onboarding")
    back = client.post(undo_url(answer.content.decode()), follow=True).content.decode()
    assert Account.objects.get(pk=account.pk).stage == "onboarding" and "その後に変更" in back


def test_a_deed_on_many_is_undone_for_those_it_changed(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime
) -> None:
    ids = [portfolio[DRIFTING].pk, portfolio[THRIVING].pk]
    tagged = client.post(reverse("accounts-bulk"), {"do": "tag", "tag": "重点", "id": ids, "back": ""}, follow=True)
    client.post(undo_url(tagged.content.decode()))
    assert names(page(client, "tag=重点")) == [DRIFTING], "it wore the tag before"
    ownership.assign(portfolio[DRIFTING], head, by=SYSTEM, at=at)
    owner = member(Role.CSM, "渡辺")
    given = client.post(
        reverse("accounts-bulk"), {"do": "assign", "member": owner.pk, "all": "1", "back": ""}, follow=True
    )
    assert Account.objects.filter(owner=owner).count() == 3
    client.post(undo_url(given.content.decode()))
    assert Account.objects.filter(owner=owner).count() == 0
    assert Account.objects.get(pk=portfolio[DRIFTING].pk).owner == head


def test_nobody_undoes_what_another_did(client: Client, head: Member, portfolio: dict[str, Account]) -> None:
    url = reverse("account-cell", args=[portfolio[DRIFTING].pk, "stage"])
    answer = client.post(url, {"value": "expansion", "was_value": ""}, headers={"hx-request": "true"})
    other = Client()
    other.force_login(member(Role.HEAD))
    other.post(undo_url(answer.content.decode()))
    assert Account.objects.get(pk=portfolio[DRIFTING].pk).stage == "expansion"


def test_who_may_only_look_gets_no_forms(client: Client, portfolio: dict[str, Account]) -> None:
    client.force_login(member(Role.EXECUTIVE))
    url = reverse("account-cell", args=[portfolio[DRIFTING].pk, "stage"])
    assert url not in page(client) and client.get(url).status_code == 403
    client.force_login(member(Role.CSM, team="東日本"))
    assert url not in page(client) and client.get(url).status_code == 404


def test_a_view_of_the_team_is_seen_by_the_team(client: Client, head: Member, portfolio: dict[str, Account]) -> None:
    client.post(reverse("accounts-save-view"), {"name": "東の危険", "back": "band=at_risk&sort=-mrr", "for": "team"})
    mate, stranger = Client(), Client()
    mate.force_login(member(Role.CSM, "同僚", team="東日本"))
    stranger.force_login(member(Role.CSM, "他部門", team="西日本"))
    assert "東の危険" in page(mate) and "東の危険" not in page(stranger)


def test_a_view_may_be_what_the_list_opens_with_and_need_not_be_a_tab(
    client: Client, head: Member, portfolio: dict[str, Account]
) -> None:
    client.post(reverse("accounts-save-view"), {"name": "危険のみ", "back": "band=at_risk&sort=-mrr"})
    key = re.search(r'name="view" value="(\d+)"', page(client))
    assert key
    mark = reverse("accounts-mark-view")
    client.post(mark, {"view": key[1], "do": "default", "back": ""})
    assert client.get(LIST)["Location"] == f"{LIST}?band=at_risk&sort=-mrr"
    assert len(names(page(client, "status=current"))) == 3
    client.post(mark, {"view": key[1], "do": "unpin", "back": ""})
    assert "危険のみ" not in page(client, "status=current").split('class="tabs')[1].split("</nav>")[0]
    client.post(mark, {"view": key[1], "do": "no_default", "back": ""})
    assert client.get(LIST).status_code == 200


def test_an_empty_list_says_whether_there_is_nothing_nothing_matches_or_nothing_is_yours(
    client: Client, org: Organisation, at: datetime
) -> None:
    person = member(Role.ONBOARDING, "森")
    client.force_login(person)
    assert "顧客の登録なし" in page(client)
    account = accounts.open(DRIFTING, by=SYSTEM, at=at)
    assert "表示できる顧客なし" in page(client)
    ownership.assign(account, person, by=SYSTEM, at=at)
    assert "該当する顧客なし" in page(client, "q=zzz")


def test_two_days_are_compared_with_what_was_shown_then(
    client: Client, head: Member, portfolio: dict[str, Account], at: datetime
) -> None:
    today = organisation.today(datetime.now(UTC))
    text = client.get("/accounts/compare", {"measure": "nps"}).content.decode()
    before = today - timedelta(days=30)
    assert f'value="{before}"' in text and f'value="{today}"' in text
    assert "記録がありません" in text and ">31<" in text.replace("<b>", ">").replace("</b>", "<")
    exported = client.get("/accounts/compare/export.csv", {"measure": "nps", "b": today.isoformat()})
    lines = b"".join(exported.streaming_content).decode().splitlines()
    assert len(lines) == 4 and f"ヘルス {today}" in lines[0]
