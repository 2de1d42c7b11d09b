"""Playbooks on their pages: made, edited, tried, published, watched."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nenrin.customers.models import Account
from nenrin.foundation import members, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks import masks, passing, runs
from nenrin.playbooks.effects import beforehand
from nenrin.playbooks.effects.beforehand import Ground
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run
from nenrin.work.models import Task
from tests import cast
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client, org: Organisation) -> Member:
    member = cast.member(Role.ADMINISTRATOR)
    client.force_login(member)
    return member


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def save(client: Client, key: str, part: str, **typed: object) -> object:
    version = PlaybookVersion.objects.filter(playbook__key=key, state__in=["draft", "asked"]).first()
    seen = version.changed_at.isoformat() if version else ""
    return client.post(f"/playbooks/{key}?part={part}", {"seen": seen, **typed})


def test_a_ready_made_playbook_becomes_a_draft_with_its_picture(client: Client, viewer: Member) -> None:
    assert "利用低下の立て直し" in page(client, "/playbooks/new")
    client.post("/playbooks/new", {"like": "low-usage"})
    shown = page(client, "/playbooks/low-usage")
    assert "分岐" in shown and '<path class="wire"' in shown and "v1" in shown
    assert "利用低下の立て直し" in page(client, "/playbooks")


def test_steps_are_added_moved_changed_and_taken_out(client: Client, viewer: Member) -> None:
    client.post("/playbooks/new", {"name.en": "Calls", "name.ja": "電話"})
    save(client, "calls", "new:wait", time="2", unit="days", place="after:open_task")
    save(client, "calls", "x", move="up:wait")
    save(
        client,
        "calls",
        "step:open_task",
        **{"title.ja": "電話する", "title.en": "Call", "who": "owner", "due_days": "3", "minutes": "25"},
    )
    draft = PlaybookVersion.objects.get(playbook__key="calls")
    assert [one["id"] for one in draft.document["steps"]] == ["wait", "open_task"]
    assert draft.document["steps"][1]["minutes"] == 25
    save(client, "calls", "x", move="drop:wait")
    draft.refresh_from_db()
    assert [one["id"] for one in draft.document["steps"]] == ["open_task"]


def test_a_mistake_is_named_and_what_was_typed_stays(client: Client, viewer: Member) -> None:
    client.post("/playbooks/new", {"name.en": "Calls", "name.ja": "電話"})
    answer = save(
        client,
        "calls",
        "step:open_task",
        **{"title.ja": "電話する", "who": "owner", "due_days": "soon", "minutes": "25"},
    )
    shown = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422 and "手順2（タスク）の期限（営業日）" in shown and "soon" in shown  # type: ignore[attr-defined]
    assert PlaybookVersion.objects.get().document["steps"][0].get("due_days") == 1


def test_every_part_has_its_form(client: Client, viewer: Member) -> None:
    client.post("/playbooks/new", {"like": "low-usage"})
    for part in ("about", "who", "except", "exit", "goal", "limits", "holdout", "trigger:0", "trigger:1", "step:review",
                 "step:urgent", "new:send_mail", "newtrigger:deadline"):  # fmt: skip
        assert 'id="detail"' in page(client, f"/playbooks/low-usage?part={part}"), part
    page(client, "/playbooks/low-usage?part=step:gone", 404)
    page(client, "/playbooks/low-usage?part=nonsense", 404)


def counted(shown: str) -> dict[str, str]:
    """The figure of each line of the audience."""
    told = re.findall(r'<th scope="row">(?:<details><summary>)?([^<]+)<.*?<td class="num">(.*?)</td>', shown)
    return {name: re.sub("<[^>]+>", "", figure) for name, figure in told}


def test_the_form_counts_whom_its_condition_would_reach_and_whom_which_rule_keeps_out(
    client: Client, viewer: Member, at: datetime
) -> None:
    for name in ("朝日製作所", "東西商事", "南北運輸"):
        stage.account(name, at=at)
    stage.account("去った会社", at=at, status="lost", lost_on=organisation.today(at))
    stage.published(stage.document(who={"all": []}, when=[{"trigger": "by_hand"}]), at=at)
    page_with_form = page(client, "/playbooks/rescue?part=who")
    assert (
        'hx-get="/playbooks/rescue/audience"' in page_with_form
        and "/playbooks/rescue/audience?part=who" in page_with_form
    )
    assert "audience" not in page(client, "/playbooks/rescue?part=limits")
    shown = page(client, "/playbooks/rescue/audience")
    assert counted(shown) == {"対象になり得る顧客": "3", "解約済みの顧客": "1"} and "去った会社" in shown
    runs.start(PlaybookVersion.objects.get(), Account.objects.get(name="東西商事"), by=SYSTEM, at=at)
    typed = {"part": "except", "match": "all", "field": "status", "op": "=", "value": "解約"}
    typed_in_english = typed | {"value": "lost"}
    told = client.get("/playbooks/rescue/audience", typed_in_english, headers={"HX-Request": "true"}).content.decode()
    assert counted(told) == {"対象になり得る顧客": "2", "解約済みの顧客": "1", "すでに実行中": "1"}
    asked = {"part": "who", "match": "all", "field": "status", "op": "=", "value": "lost"}
    told = client.get("/playbooks/rescue/audience", asked, headers={"HX-Request": "true"}).content.decode()
    assert counted(told) == {"対象になり得る顧客": "0", "解約済みの顧客": "1"} and "<html" not in told
    wrong = client.get("/playbooks/rescue/audience", asked | {"field": "nonsense"}).content.decode()
    assert "nonsense" in wrong and counted(wrong) == {}


def test_the_audience_is_counted_in_as_many_queries_for_many_as_for_few_and_of_whom_one_may_see(
    client: Client, viewer: Member, at: datetime, monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:  # fmt: skip
    stage.published(stage.document(holdout={"share": 0.1, "metric": "churn"}), at=at)
    for n in range(12):
        stage.account(f"会社{n}", at=at, owner=viewer if n < 4 else None)
    page(client, "/playbooks/rescue/audience")
    with django_assert_max_num_queries(18):
        page(client, "/playbooks/rescue/audience")
    assert counted(page(client, "/playbooks/rescue/audience")) == {"対象になり得る顧客": "12"}, "nobody is drawn yet"
    assert "うち12社は、対象になった時点の抽選で10%の確率で未実施グループ" in page(client, "/playbooks/rescue/audience")
    monkeypatch.setattr(Account.objects, "for_member", lambda *args: Account.objects.filter(owner=viewer))
    assert sum(int(figure) for figure in counted(page(client, "/playbooks/rescue/audience")).values()) == 4


def test_what_a_holdout_could_show_is_told_in_the_unit_of_the_hypothesis_before_any_replay(
    client: Client, viewer: Member, at: datetime, monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:  # fmt: skip
    monkeypatch.setattr(beforehand, "ground", lambda *args, **known: Ground(1_200_000.0, 300_000.0, 40))
    for n in range(6):
        stage.account(f"会社{n}", at=at)
    told = stage.document(holdout={"share": 0.5, "metric": "mrr"}, hypothesis={"measure": "mrr", "expected": 50_000})
    stage.published(told, at=at)
    assert 'hx-get="/playbooks/rescue/beforehand"' in page(client, "/playbooks/rescue?part=holdout")
    with django_assert_max_num_queries(21):
        shown = page(client, "/playbooks/rescue/beforehand")
    assert "1,200,000円" in shown and "686,245円" in shown and "50,000円" in shown
    assert "検出できない" in shown, "six families are too few for the effect hoped for"
    monkeypatch.setattr(beforehand, "ground", lambda *args, **known: Ground(0.07, 0.25, 40))
    asked = {"percent": "0", "metric": "churn"}
    answer = client.get("/playbooks/rescue/beforehand", asked, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer and "50,000円" not in answer and "仮説に同じ指標" in answer
    notice = client.get("/playbooks/rescue/beforehand", asked | {"contractual": "on"}).content.decode()
    assert "全顧客に実施" in notice
    monkeypatch.setattr(beforehand, "ground", lambda *args, **known: None)
    assert "データがないため" in page(client, "/playbooks/rescue/beforehand")


def test_a_try_says_what_would_happen_and_keeps_nothing(client: Client, viewer: Member, at: datetime) -> None:
    account = stage.account(at=at, owner=viewer)
    client.post("/playbooks/new", {"like": "detractor"})
    shown = page(client, f"/playbooks/detractor/try?account={account.pk}")
    assert "東雲精機株式会社に回答のお礼と理由の確認" in shown and "期限切れ" in shown
    assert not Task.objects.exists() and not Run.objects.exists()


def test_a_try_hides_personal_words_from_who_may_not_read_them(client: Client, org: Organisation, at: datetime) -> None:
    account = stage.account(at=at, owner=stage.csm())
    words = {"en": "{{owner}} meets them", "ja": "{{owner}}さんが面談"}
    stage.published(stage.document(steps=[{"do": "notify", "id": "tell", "words": words}]), at=at)
    for role, is_shown in ((Role.OPERATIONS, True), (Role.PRODUCT, False)):
        client.force_login(cast.member(role))
        page = client.get(f"/playbooks/rescue/try?account={account.pk}").content.decode()
        assert ("岡田 亮さんが面談" in page) is is_shown and (masks.HIDDEN in page) is not is_shown


def test_publishing_makes_it_live_and_its_runs_show(client: Client, viewer: Member, at: datetime) -> None:
    account = stage.account(at=at, owner=viewer)
    stage.published(stage.document(), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert "東雲精機株式会社" in page(client, "/runs")
    run = Run.objects.get()
    shown = page(client, f"/runs/{run.pk}")
    assert "すべての手順を実施" in shown and f"/tasks/{Task.objects.get().pk}" in shown
    assert "すべての手順を実施" in page(client, f"/accounts/{account.pk}/playbooks")
    assert "実行中" not in page(client, f"/playbooks/rescue/why?account={account.pk}").split("<main")[0]


def test_why_asks_little_however_much_a_playbook_asks(
    client: Client, viewer: Member, at: datetime, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    account = stage.account(at=at, owner=viewer)
    condition = {
        "all": [{"field": "usage_trend", "op": "<=", "value": 0.5}, {"field": "tags", "op": "contains", "value": "x"}]
    }
    never = {"field": "health.band", "op": "=", "value": "at_risk"}
    told = stage.document(
        when=[stage.AT_RISK, {"trigger": "condition", "is": condition}, {"trigger": "limit", "percent": 80}],
        holdout={"share": 0.1, "never": never}, limits={"cool_down_days": 7},
        **{"except": {"field": "nps", "op": "<=", "value": 6}},
    )  # fmt: skip
    stage.published(told, at=at)
    page(client, f"/playbooks/rescue/why?account={account.pk}")
    with django_assert_max_num_queries(25):  # four tables of values, an entry, the cool-down, the holdouts, the place
        shown = page(client, f"/playbooks/rescue/why?account={account.pk}")
    assert "データなし" in shown
    stage.published(stage.document(playbook="plain"), at=at)
    with django_assert_max_num_queries(17):
        page(client, f"/playbooks/plain/why?account={account.pk}")


def test_a_failed_run_is_tried_again_from_the_list(client: Client, viewer: Member, at: datetime) -> None:
    account = stage.account(at=at)
    stage.published(stage.document(), at=at)
    Run.objects.create(playbook=Playbook.objects.get(), version=PlaybookVersion.objects.get(), account=account, occasion="x",
                       state="failed", why={"en": "Broken", "ja": "壊れた"}, entered_at=at, changed_at=at)  # fmt: skip
    assert "再試行する" in page(client, "/runs?state=failed")
    client.post(f"/runs/{Run.objects.get().pk}/retry")
    assert Run.objects.get().state == "ready"


def test_versions_show_what_differs_and_the_list_is_exported(client: Client, viewer: Member, at: datetime) -> None:
    stage.published(stage.document(), at=at)
    save(client, "rescue", "limits", again="never", per_hour="10", hours_from="9", hours_to="18", approval_above="5")
    shown = page(client, "/playbooks/rescue/versions")
    assert "is-new" in shown and "per_hour: 10" in shown
    assert client.get("/playbooks/export.csv").status_code == 200
    assert client.get("/runs/export.xlsx").status_code == 200
    assert "per_hour: 10" in page(client, "/playbooks/rescue/yaml")


def test_the_page_and_the_list_say_what_a_live_playbook_names_that_is_gone(
    client: Client, viewer: Member, at: datetime
) -> None:
    named = stage.csm("退職 予定")
    stage.published(stage.document(steps=[{**stage.CALL, "member": str(named.pk)}]), at=at)
    assert "利用できません" not in page(client, "/playbooks/rescue") + page(client, "/playbooks")
    members.deactivate(named, by=SYSTEM, at=at)
    shown = page(client, "/playbooks/rescue")
    assert "公開中の版に、利用できなくなったものが含まれています" in shown
    assert f"「{named.pk}」は利用できません" in shown and f"「{named.pk}」は利用できません" in page(
        client, "/playbooks"
    )
    assert "プレイブックを読み取れない" not in shown and 'id="detail"' in shown


def test_the_page_of_a_live_playbook_that_cannot_be_read_says_that_nobody_moves(
    client: Client, viewer: Member, at: datetime
) -> None:
    version = stage.published(stage.document(), at=at)
    version.document = {**version.document, "who": {"field": "attribute.gone", "op": "=", "value": "x"}}
    version.save(update_fields=["document"])
    assert "公開中の版を読み取れません" in page(client, "/playbooks/rescue/versions")
    assert "attribute.gone" in page(client, "/playbooks")


@pytest.mark.parametrize(("days", "is_due"), [(-1, True), (0, True), (1, False)])
def test_what_is_due_for_review_stands_above_the_list(
    client: Client, viewer: Member, at: datetime, days: int, is_due: bool
) -> None:
    on = (organisation.today(timezone.now()) + timedelta(days)).isoformat()
    stage.published(stage.document(hypothesis={"review_on": on}), at=at)
    shown = page(client, "/playbooks")
    assert ("見直しの時期:" in shown) == is_due
    assert ("/playbooks/rescue?part=about" in shown) == is_due
    assert ("立て直し" in page(client, "/playbooks?state=due").split("<main")[1]) == is_due


def test_a_draft_without_a_hypothesis_is_sent_back_to_where_it_is_stated(client: Client, viewer: Member) -> None:
    client.post("/playbooks/new", {"name.ja": "新規", "name.en": "New one"})
    sent = client.post("/playbooks/new-one/publish")
    assert sent.status_code == 302 and sent["Location"].endswith("/playbooks/new-one?part=about#detail")
    shown = page(client, sent["Location"])
    assert "仮説の改善する指標" in shown and PlaybookVersion.objects.get().state == "draft"
    on = organisation.today(timezone.now()) + timedelta(90)
    assert f'name="review_on" value="{on.isoformat()}"' in shown, "the day of review is filled in already"


def test_the_runs_page_says_where_every_enrolment_is_and_where_that_does_not_add_up(
    client: Client, viewer: Member, at: datetime
) -> None:
    for key in ("rescue", "other"):
        stage.published(stage.document(playbook=key), at=at)
    for n in range(3):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    told = page(client, "/runs")
    assert "対象になった件数" in told and "合計が一致しません" not in told
    response = client.get("/runs?playbook=rescue")
    assert [row.figures for row in response.context["law"]] == [(3, 0, 0, 0, 3, 0, 0, 0)]
    assert client.get("/runs?playbook=none such").context["law"] == []
    Run.objects.filter(playbook__key="other").order_by("pk")[0].delete()
    assert [row.key for row in client.get("/runs").context["broken"]] == ["other"]
    assert "バックアップと比較" in page(client, "/runs")


def test_after_a_pause_the_page_says_how_many_signs_began_nothing(client: Client, viewer: Member) -> None:
    now = timezone.now()
    stage.published(stage.document(), at=now - timedelta(days=2))
    Playbook.objects.update(paused_at=now - timedelta(days=1))
    stage.falls(stage.account(at=now - timedelta(days=3)), at=now - timedelta(hours=1))
    stage.goes_on(now)
    answer = client.post("/playbooks/rescue/resume", follow=True)
    assert "集計しています" in answer.content.decode()
    assert "その間のきっかけを集計中です" in page(client, "/playbooks/rescue/versions")
    passing.step(now)
    assert "その間のきっかけ1件（1社）は見送り済み" in page(client, "/playbooks/rescue/versions")
