"""The journey's pages: board, table, moves with and without scripts, suggestions, stalls, designer, the account's bar."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nenrin.customers import accounts, merges, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import journeys, tasks
from nenrin.work.journeys import checks
from nenrin.work.models import Journey, JourneyVersion, StageStay
from tests import cast
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(org: Organisation) -> Member:
    return cast.member(Role.OPERATIONS, "佐藤 美咲")


@pytest.fixture
def client(me: Member) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(me)
    return found


@pytest.fixture
def account(me: Member) -> Account:
    """In its first stage for 15 days, five more than expected; not done."""
    began = timezone.now() - timedelta(days=14)
    world.in_use(began)
    found = world.customer(cast.DRIFTING, "onboarding", at=began, tags=["well"])
    ownership.assign(found, me, by=SYSTEM, at=began)
    return found


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_board_says_where_everybody_stands(client: Client, account: Account, me: Member) -> None:
    late = timezone.now().date() - timedelta(days=3)
    tasks.open(account, "電話", assignee=me, due_on=late, by=SYSTEM, at=timezone.now())
    world.customer("新しい顧客", "onboarding", at=timezone.now())
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("journey"))
    shown = words(answer)
    assert answer.status_code == 200 and cast.DRIFTING in shown
    assert "15日目 / 10日" in shown and "遅れ" in shown and "期限切れタスク 1件" in shown and "はじめる" in shown
    assert "はじめる 2" in shown and "遅れ 1" in shown, "counted together, whatever their standing"
    assert "データ不足（n=2）" in shown, "two accounts are not enough for a median"
    assert len(asked) <= 20, len(asked)


def test_filters_stand_in_the_address_and_reach_table_and_file(client: Client, account: Account) -> None:
    assert cast.DRIFTING in words(client.get(reverse("journey-table"), {"standing": "behind", "owner": "mine"}))
    for asked in ({"standing": "stuck"}, {"stage": "adoption"}, {"q": "いない"}, {"signal": "ready"}):
        shown = words(client.get(reverse("journey-table"), asked))
        assert cast.DRIFTING not in shown and "該当" in shown, asked
    told = b"".join(client.get(reverse("journey-export", args=["csv"]), {"standing": "behind"})).decode()
    assert cast.DRIFTING in told and "15" in told
    assert client.get(reverse("journey-export", args=["xlsx"])).status_code == 200
    assert Entry.objects.filter(action="work.journey.exported").count() == 2
    for sort in ("-since", "account", "-health", "owner", "renewal", "-arr", "stage"):
        assert client.get(reverse("journey-table"), {"sort": sort}).status_code == 200


def test_a_move_without_scripts_asks_for_a_reason_on_a_page(client: Client, account: Account) -> None:
    url = reverse("journey-move", args=[account.pk])
    asked = client.post(url, {"stage": "adoption", "expected": "onboarding", "next": "/journey?owner=mine"})
    assert (
        asked.status_code == 422
        and "完了条件を満たしていない" in words(asked)
        and 'name="reason"' in asked.content.decode()
    )
    told = {"stage": "adoption", "expected": "onboarding", "next": "/journey?owner=mine", "reason": "本番稼働を優先"}
    answer = client.post(url, told)
    assert answer.status_code == 302 and answer.url == f"/journey?owner=mine&moved={account.pk}"  # type: ignore[attr-defined]
    board = client.get(answer.url)  # type: ignore[attr-defined]
    assert "はじめる → 活用" in words(board) and "autofocus" in board.content.decode()
    stay = StageStay.objects.open().get(account=account)
    assert (stay.stage, stay.reason) == ("adoption", "本番稼働を優先")
    undone = client.post(reverse("journey-undo", args=[stay.pk]) + "?next=/journey/table")
    assert undone.status_code == 302 and Account.objects.get(pk=account.pk).stage == "onboarding"


def test_a_move_by_script_gets_the_question_as_a_fragment_and_then_the_way_on(client: Client, account: Account) -> None:
    url, htmx = reverse("journey-move", args=[account.pk]), {"hx-request": "true"}
    asked = client.post(url, {"stage": "adoption", "expected": "onboarding"}, headers=htmx)
    assert asked.status_code == 200 and "<html" not in asked.content.decode() and "<textarea" in asked.content.decode()
    done = client.post(url, {"stage": "adoption", "expected": "onboarding", "reason": "x"}, headers=htmx)
    assert done["HX-Redirect"] == f"/journey?moved={account.pk}"


def test_who_comes_too_late_is_told_where_the_account_stands(client: Client, account: Account) -> None:
    journeys.move(account, "expansion", reason="x", by=SYSTEM, at=timezone.now())
    answer = client.post(
        reverse("journey-move", args=[account.pk]), {"stage": "adoption", "expected": "onboarding", "reason": "y"}
    )
    assert "別の人が移動済みです（現在: 拡大）" in words(client.get(answer.url))  # type: ignore[attr-defined]
    assert Account.objects.get(pk=account.pk).stage == "expansion"


def test_no_move_leads_out_of_the_house(client: Client, account: Account) -> None:
    told = {"stage": "adoption", "reason": "x", "next": "https://elsewhere.example/"}
    answer = client.post(reverse("journey-move", args=[account.pk]), told)
    assert answer.url.startswith("/journey?")  # type: ignore[attr-defined]


def test_many_are_moved_from_the_table(client: Client, account: Account) -> None:
    ready = world.customer("準備済み", "onboarding", at=timezone.now() - timedelta(days=1), tags=["done", "well"])
    told = {"row": [account.pk, ready.pk], "stage": "adoption", "next": "/journey/table"}
    said = words(client.get(client.post(reverse("journey-move-many"), told).url))  # type: ignore[attr-defined]
    assert "1件を移動しました。1件は条件を満たさないため" in said
    assert Account.objects.get(pk=ready.pk).stage == "adoption"


def test_a_csm_moves_only_the_accounts_of_the_own_team(org: Organisation, at: Any) -> None:
    world.in_use(at)
    me, other = cast.member(Role.CSM, team="東日本"), cast.member(Role.CSM, "他", team="西日本")
    mine, theirs = world.customer("自社担当", "onboarding", at=at), world.customer("他社担当", "onboarding", at=at)
    ownership.assign(mine, me, by=SYSTEM, at=at)
    ownership.assign(theirs, other, by=SYSTEM, at=at)
    client = Client(raise_request_exception=False)
    client.force_login(me)
    page = client.get(reverse("journey")).content.decode()
    assert reverse("journey-move", args=[mine.pk]) in page and reverse("journey-move", args=[theirs.pk]) not in page
    assert "他社担当" in page, "seen, but not moved"
    for account, may in ((mine, True), (theirs, False)):
        shown = client.get(reverse("account-journey", args=[account.pk])).content.decode()
        assert (reverse("journey-move", args=[account.pk]) in shown) is may
    assert (
        client.post(reverse("journey-move", args=[theirs.pk]), {"stage": "adoption", "reason": "x"}).status_code == 404
    )


def test_suggestions_name_who_is_ready_and_who_no_longer_fits(client: Client, account: Account) -> None:
    now = timezone.now()
    world.customer("準備済み", "onboarding", at=now - timedelta(days=1), tags=["done"])
    world.customer("条件割れ", "adoption", at=now - timedelta(days=1))
    checks.refresh(now)
    shown = words(client.get(reverse("journey-suggestions")))
    assert "準備済み" in shown and "条件割れ" in shown and cast.DRIFTING not in shown


def test_where_accounts_stall_is_shown_with_its_counts(client: Client, account: Account) -> None:
    now = timezone.now()
    for n in range(6):
        began = now - timedelta(days=30)
        row = world.customer(f"卒業{n}", "onboarding", at=began, tags=["done", "well"])
        journeys.move(row, "adoption", by=SYSTEM, at=began + timedelta(days=n + 1))
    shown = words(client.get(reverse("journey-stalls"), {"by": "all"}))
    assert "7件中6件" in shown and "全体 7 6 1 0 5" in shown, shown
    assert "次に進む先はありません" in shown
    accounts.change(account, status="lost", by=SYSTEM, at=now)
    shown = words(client.get(reverse("journey-stalls"), {"by": "all"}))
    assert "全体 7 6 0 1 5" in shown, "who left counts as never moving on"
    assert client.get(reverse("journey-stalls-export", args=["csv"])).status_code == 200


def test_without_a_journey_the_pages_say_what_to_do(client: Client) -> None:
    for name in ("journey", "journey-table", "journey-suggestions", "journey-stalls"):
        assert "使用中のジャーニーはありません" in words(client.get(reverse(name)))
    client.post(reverse("journey-install"))
    assert Journey.objects.get().key == "standard"
    assert "標準ジャーニー" in words(client.get(reverse("journey-design")))


def test_a_journey_is_designed_by_forms(client: Client, account: Account) -> None:
    one = reverse("journey-one", args=["small"])
    shown = words(client.get(one + "?preview=1"))
    assert "滞在中1件のうち0件が満たす" in shown and "想定10日、20日超で停滞" in shown
    stage = reverse("journey-stage", args=["small", "onboarding"])
    page = client.get(stage).content.decode()
    assert 'value="はじめる"' in page and 'name="exits_field"' in page
    told = {
        "version": "1", "name_ja": "立ち上げ", "name_en": "Start", "goal_ja": "最初の成果", "touchpoints": "訪問 | Visit",
        "content": "手引き | Guide | https://guide.example/", "kpi_ja": "完了率", "kpi_target": "90%", "days": "12", "in_time": "80",
        "exits_match": "all", "exits_field": ["tags"], "exits_op": ["contains"], "exits_value": ["done"],
    }  # fmt: skip
    assert client.post(stage, told).status_code == 302
    draft = JourneyVersion.objects.get(published_at__isnull=True)
    made = draft.document["stages"][0]
    assert made["name"] == {"en": "Start", "ja": "立ち上げ"} and made["days"] == 12 and "enters" not in made
    assert made["exits"] == world.DOCUMENT["stages"][0]["exits"] and made["kpi"]["target"] == "90%"  # type: ignore[index]
    assert client.post(stage, told | {"days": "30", "stuck_after": "5"}).status_code == 422
    stale = client.post(stage, told | {"version": "7"})
    assert stale.status_code == 422 and "別の人が変更" in words(stale)
    moved = {"version": str(draft.version), "move": "down:onboarding"}
    assert client.post(reverse("journey-draft", args=["small"]), moved).url.endswith("?moved=onboarding")  # type: ignore[attr-defined]
    draft.refresh_from_db()
    assert [one["stage"] for one in draft.document["stages"]] == ["adoption", "onboarding", "expansion"]
    assert client.post(reverse("journey-use", args=["small"]), {"do": "publish"}).status_code == 302
    assert "立ち上げ" in words(client.get(reverse("journey")))
    new = client.get(reverse("journey-stage", args=["small", "new"])).content.decode()
    assert '<option value="advocacy"' in new and '<option value="adoption"' not in new


def test_a_new_journey_needs_a_key_and_a_name(client: Client, account: Account) -> None:
    wrong = client.post(reverse("journey-new"), {"key": "Gr oß", "name_ja": "x"})
    assert wrong.status_code == 422 and "半角英小文字" in words(wrong)
    made = client.post(reverse("journey-new"), {"key": "second", "name_ja": "二つ目"})
    assert made.status_code == 302
    use = client.post(reverse("journey-use", args=["second"]), {"do": "publish"})
    assert use.status_code == 422 and "既定のため" in words(use)
    yaml = client.post(reverse("journey-draft", args=["second"]), {"version": "1", "yaml": "name: [\n"})
    assert yaml.status_code == 422
    client.post(reverse("journey-order"), {"move": "up:second"})
    assert list(Journey.objects.order_by("position").values_list("key", flat=True)) == ["second", "small"]
    client.post(reverse("journey-use", args=["second"]), {"do": "discard"})
    assert not Journey.objects.filter(key="second").exists()


def test_the_account_shows_its_bar_and_its_history(client: Client, account: Account) -> None:
    accounts.change(account, stage="adoption", by=SYSTEM, at=timezone.now() - timedelta(days=1))
    world.settled(timezone.now())
    bar = words(client.get(reverse("account-journey-bar", args=[account.pk])))
    assert "はじめる 活用 拡大" in bar and "2日目 / 30日" in bar
    shown = words(client.get(reverse("account-journey", args=[account.pk])))
    assert shown.count("はじめる") >= 2 and "Nenrin" in shown
    english = Client()
    english.force_login(cast.member(Role.CSM, "Ann", language="en"))
    for name in ("journey", "journey-table", "journey-suggestions", "journey-stalls", "journey-design"):
        text = words(english.get(reverse(name)))
        assert not re.search("[ぁ-ん]", text.replace("ジャーニー", "")), name


def test_who_left_is_on_no_journey_and_an_absorbed_account_is_not_moved(client: Client, account: Account) -> None:
    url, bar = reverse("journey-move", args=[account.pk]), reverse("account-journey-bar", args=[account.pk])
    assert "はじめる 活用 拡大" in words(client.get(bar))
    accounts.change(account, status="lost", by=SYSTEM, at=timezone.now())
    assert "はじめる 活用 拡大" not in words(client.get(bar))
    other = world.customer("残る顧客", "onboarding", at=timezone.now())
    merges.merge(other, account, by=SYSTEM, at=timezone.now())
    assert client.post(url, {"stage": "adoption", "reason": "x"}).status_code == 404
    assert url not in client.get(reverse("account-journey", args=[account.pk])).content.decode()


def test_names_that_came_too_late_are_kept_on_the_page(client: Client, account: Account) -> None:
    url, told = reverse("journey-draft", args=["small"]), {"name_ja": "先の名前", "name_en": "First", "version": "1"}
    assert client.post(url, told).status_code == 302
    late = client.post(url, told | {"name_ja": "後の名前", "note_ja": "覚え書き"})
    assert late.status_code == 422 and "別の人が変更" in words(late)
    assert 'value="後の名前"' in late.content.decode() and 'value="覚え書き"' in late.content.decode()
    assert JourneyVersion.objects.get(published_at__isnull=True).document["name"]["ja"] == "先の名前"


def test_what_is_put_into_use_is_what_the_editor_saw(client: Client, account: Account) -> None:
    draft, use = reverse("journey-draft", args=["small"]), reverse("journey-use", args=["small"])
    client.post(draft, {"name_ja": "先の名前", "name_en": "First", "version": "1"})
    seen = JourneyVersion.objects.get(published_at__isnull=True).version
    assert f'name="version" value="{seen}"' in client.get(reverse("journey-one", args=["small"])).content.decode()
    client.post(draft, {"name_ja": "後の名前", "name_en": "Second", "version": str(seen)})
    for do in ("publish", "discard"):
        late = client.post(use, {"do": do, "version": str(seen)})
        assert late.status_code == 422 and "下書きが変更されました" in words(late)
        assert 'value="後の名前"' in late.content.decode(), "the page shows what it says now"
    stands = JourneyVersion.objects.get(published_at__isnull=True)
    assert client.post(use, {"do": "publish", "version": str(stands.version)}).status_code == 302
    assert not JourneyVersion.objects.filter(published_at__isnull=True).exists()


def test_a_stage_that_was_typed_while_the_draft_changed_is_kept_and_saved_on_the_second_press(
    client: Client, account: Account
) -> None:
    client.post(
        reverse("journey-draft", args=["small"]), {"name_ja": "別の人の名前", "name_en": "Theirs", "version": "1"}
    )
    url = reverse("journey-stage", args=["small", "onboarding"])
    typed = {"name_ja": "わたしの段階", "name_en": "Mine", "days": "8", "in_time": "90"}
    late = client.post(url, typed | {"version": "1"})
    page, stands = late.content.decode(), JourneyVersion.objects.get(published_at__isnull=True)
    assert (
        late.status_code == 422
        and 'value="わたしの段階"' in page
        and f'name="version" value="{stands.version}"' in page
    )
    assert client.post(url, typed | {"version": str(stands.version)}).status_code == 302
    stands.refresh_from_db()
    assert (
        stands.document["name"]["ja"] == "別の人の名前" and stands.document["stages"][0]["name"]["ja"] == "わたしの段階"
    )


def test_a_large_board_draws_some_and_counts_all(client: Client, account: Account, at: Any) -> None:
    accounts.open_many(
        [accounts.Row(fields={"name": f"多数{n}", "status": "customer", "stage": "adoption"}) for n in range(60)],
        by=SYSTEM, at=timezone.now(),
    )  # fmt: skip
    world.settled(timezone.now())
    page = client.get(reverse("journey")).content.decode()
    assert page.count("data-card") == 21 and ">60<" in page and "さらに表示（40）" in page
    assert client.get(reverse("journey"), {"wide": "adoption"}).content.decode().count("data-card") == 61
