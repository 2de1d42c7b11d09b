"""The task list and one task: what is shown, done, undone, taken out; files; the inbox."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.foundation.webhooks import endpoints
from nenrin.values import Text
from nenrin.work import attachments, notice_trials, notices, task_templates, tasks
from nenrin.work.models import Attachment, Notice, Task
from nenrin.work.models.notice import Channel
from tests import cast


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def account(org: Organisation, mika: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(made, mika, by=SYSTEM, at=at)
    return made


@pytest.fixture
def client(mika: Member) -> Client:
    browser = Client()
    browser.force_login(mika)
    return browser


def opened(
    account: Account | None, member: Member | None, at: datetime, title: str = "電話する", **more: object
) -> Task:
    given = {"assignee": member, "due_on": date(2026, 11, 20), "by": SYSTEM, "at": at, **more}
    return tasks.open(account, title, **given)  # type: ignore[arg-type]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_the_list_opens_with_ones_own_open_tasks_and_says_why(
    client: Client, account: Account, mika: Member, at: datetime
) -> None:
    opened(account, mika, at, why=Text("9 days to the notice deadline", "更新拒絶期限日まで9日"))
    opened(account, cast.member(Role.CSM, "山口 健", team="東日本"), at, "資料を送る")
    shown = page(client, "/tasks")
    assert "電話する" in shown and "更新拒絶期限日まで9日" in shown and "資料を送る" not in shown
    assert "資料を送る" in page(client, "/tasks?whose=team")
    assert "資料を送る" in page(client, "/tasks?whose=all&group=assignee&sort=-account")
    assert "電話する" in page(client, "/tasks?q=東雲&state=all")


@pytest.mark.parametrize("query", ["due=late", "due=today", "due=week", "state=open", "account={account}"])
def test_filters_find_what_they_say(client: Client, account: Account, mika: Member, at: datetime, query: str) -> None:
    opened(account, mika, at)
    assert "電話する" in page(client, f"/tasks?{query.format(account=account.pk)}")
    assert "条件に合うタスクはありません" in page(client, "/tasks?due=none")
    assert "条件に合うタスクはありません" in page(client, "/tasks?account=x&whose=nobody&state=what")


def test_an_empty_list_says_why(client: Client) -> None:
    assert "未完了のタスクはありません" in page(client, "/tasks")


def test_a_task_is_added_with_a_template_and_changed(
    client: Client, account: Account, mika: Member, at: datetime
) -> None:
    task_templates.save("qbr", name="QBR準備", title="四半期レビュー", due_in=3, checklist=["資料"], by=SYSTEM, at=at)
    assert 'value="四半期レビュー"' in page(client, f"/tasks/new?template=qbr&account={account.pk}")
    words = {
        "title": "四半期レビュー",
        "account": "東雲",
        "assignee": mika.pk,
        "due_on": "2026-11-27",
        "steps": "資料\n日程",
    }
    answer = client.post("/tasks/new", words)
    made = Task.objects.get()
    assert answer["Location"] == f"/tasks/{made.pk}"
    assert (made.account, made.assignee, [step["words"] for step in made.checklist]) == (
        account,
        mika,
        ["資料", "日程"],
    )
    assert client.post("/tasks/new", {**words, "account": "いない会社"}).status_code == 422
    answer = client.post(f"/tasks/{made.pk}/edit", {**words, "title": "QBR", "version": 1})
    assert answer.status_code == 302 and Task.objects.get().title == "QBR"
    clash = client.post(f"/tasks/{made.pk}/edit", {**words, "title": "別", "version": 1}).content.decode()
    assert "QBR" in clash and Task.objects.get().title == "QBR"


def test_each_deed_has_its_way_back(client: Client, account: Account, mika: Member, at: datetime) -> None:
    task = opened(account, mika, at, checklist=["資料"])
    url = f"/tasks/{task.pk}/do"
    client.post(f"{url}/tick", {"step": 1, "done": "1"})
    answer = client.post(f"{url}/finish", {"outcome": "面談へ", "minutes": "30", "next": "/tasks?due=late"})
    assert answer["Location"] == "/tasks?due=late"
    done = Task.objects.get()
    assert (done.state, done.outcome, done.minutes_spent, done.ticked) == ("done", "面談へ", 30, 1)
    assert f'action="{url}/reopen"' in page(client, "/tasks")
    client.post(f"{url}/reopen")
    tomorrow = (datetime.now() + timedelta(days=3)).date()  # noqa: DTZ005
    client.post(f"{url}/snooze", {"until": str(tomorrow), "reason": "先方が出張"})
    assert Task.objects.get().snoozed_until is not None
    assert "電話する" not in page(client, "/tasks?whose=mine") and "電話する" in page(client, "/tasks?state=snoozed")
    client.post(f"{url}/wake")
    client.post(f"{url}/dismiss", {"reason": ""})
    assert Task.objects.get().state == "open"
    client.post(f"{url}/dismiss", {"reason": "重複"})
    assert Task.objects.get().reason == "重複"


def test_many_are_done_at_once_and_undone(client: Client, account: Account, mika: Member, at: datetime) -> None:
    keys = [opened(account, mika, at, f"電話 {n}").pk for n in range(3)]
    client.post("/tasks/bulk", {"do": "finish", "id": keys, "back": "whose=mine"})
    assert Task.objects.open().count() == 0
    shown = page(client, "/tasks")
    undo = shown.split('action="/tasks/undo?at=')[1].split('"')[0]
    client.post(f"/tasks/undo?at={undo}")
    assert Task.objects.open().count() == 3
    ken = cast.member(Role.CSM, "山口 健", team="東日本")
    client.post("/tasks/bulk", {"do": "assign", "member": ken.pk, "all": "1", "back": "whose=mine"})
    assert Task.objects.filter(assignee=ken).count() == 3


def test_a_day_that_nobody_works_on_is_told_with_the_one_that_follows_and_taken_all_the_same(client: Client) -> None:
    words = {"title": "資料を送る", "assignee": "", "minutes": "", "every": "", "body": "", "steps": "", "account": ""}
    told = re.sub(r"</?time[^>]*>", "", client.get("/tasks/due?due_on=2199-01-05").content.decode())
    assert (
        "2199年1月5日(土)は休業日です。次の営業日は2199年1月7日(月)です。" in told and "2199年1月7日(月)にする" in told
    )
    taken = client.get("/tasks/due?due_on=2199-01-05&take=1").content.decode()
    assert 'value="2199-01-07"' in taken and 'hx-swap-oob="true"' in taken
    for fine in ("", "2199-01-07", "never", "0001-01-01x"):
        assert "休業日" not in client.get(f"/tasks/due?due_on={fine}").content.decode(), fine
    kept = client.post("/tasks/new", {**words, "due_on": "2199-01-05"}, follow=True).content.decode()
    assert "タスクを追加しました。2199年1月5日(土)は休業日です。" in kept
    task = Task.objects.get()
    assert (
        task.due_on == date(2199, 1, 5)
        and "2199年1月5日(土)は休業日です" in client.get(f"/tasks/{task.pk}/edit").content.decode()
    )
    past = client.post(
        f"/tasks/{task.pk}/edit", {**words, "due_on": "2020-01-06", "version": 1}, follow=True
    ).content.decode()
    assert "2020年1月6日(月)は過ぎています。" in past and Task.objects.get().due_on == date(2020, 1, 6)
    client.post("/preferences", {"language": "en", "next": "/"})
    assert "Sat 5 Jan 2199 is no business day." in client.get("/tasks/due?due_on=2199-01-05").content.decode()


def test_tasks_of_other_teams_are_read_but_not_changed(client: Client, at: datetime) -> None:
    other = cast.member(Role.CSM, "他部門", team="西日本")
    foreign = accounts.open("他社", by=SYSTEM, at=at)
    ownership.assign(foreign, other, by=SYSTEM, at=at)
    task = opened(foreign, other, at)
    assert "電話する" in page(client, f"/tasks/{task.pk}")
    assert client.post(f"/tasks/{task.pk}/do/finish").status_code == 404
    client.post("/tasks/bulk", {"do": "finish", "id": [task.pk]})
    assert Task.objects.open().count() == 1


def test_whoever_reads_no_personal_data_sees_that_there_is_a_task_and_not_its_words(
    account: Account, mika: Member, at: datetime
) -> None:
    task = opened(account, mika, at, "田中様へ電話", body="携帯へ", why=Text("Tanaka", "田中様"))
    browser = Client()
    browser.force_login(cast.member(Role.EXECUTIVE, "役員"))
    for address in ("/tasks?whose=all", f"/tasks/{task.pk}", "/tasks?q=田中&whose=all", f"/accounts/{account.pk}"):
        shown = browser.get(address)
        assert shown.status_code == 200 and "田中様" not in shown.content.decode(), address


def test_the_list_is_taken_out_as_it_stands(client: Client, account: Account, mika: Member, at: datetime) -> None:
    opened(account, mika, at, "=cmd|' /C calc'!A0")
    answer = client.get("/tasks/export.csv?whose=mine")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("id,タスク,顧客,担当,期日,状態")
    assert "'=cmd" in text and cast.DRIFTING in text
    assert client.get("/tasks/export.xlsx").status_code == 200


def test_views_of_the_list_are_kept_and_open_it(client: Client, account: Account, mika: Member, at: datetime) -> None:
    client.post("/tasks/views", {"name": "遅れ", "back": "due=late&whose=all"})
    assert "遅れ" in page(client, "/tasks")
    [view] = mika.views.all()
    client.post("/tasks/views/mark", {"view": view.pk, "do": "default", "back": ""})
    assert client.get("/tasks")["Location"] == "/tasks?due=late&whose=all"
    client.post("/tasks/views/mark", {"view": view.pk, "do": "drop", "back": ""})
    assert not mika.views.exists()


def test_a_file_comes_back_to_be_saved_and_only_to_those_who_see_its_task(
    client: Client, account: Account, mika: Member, at: datetime
) -> None:
    task = opened(account, mika, at)
    url = f"/tasks/{task.pk}/files"
    svg = SimpleUploadedFile("a.png", b"<svg onload=alert(1)>", content_type="image/png")
    client.post(url, {"file": [SimpleUploadedFile("../議事録.pdf", b"%PDF-1.7 x"), svg]})
    row = Attachment.objects.get()
    assert row.name == "議事録.pdf" and "a.png" in page(client, f"/tasks/{task.pk}")
    answer = client.get(f"/attachments/{row.pk}")
    assert answer["Content-Disposition"].startswith("attachment;") and answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x" and "sandbox" in answer["Content-Security-Policy"]
    stranger, executive = Client(), Client()
    stranger.force_login(cast.member(Role.SALES, "営業"))
    executive.force_login(cast.member(Role.EXECUTIVE, "役員"))
    assert stranger.get(f"/attachments/{row.pk}").status_code == 404
    assert executive.get(f"/attachments/{row.pk}").status_code == 403
    assert stranger.post(url, {"file": SimpleUploadedFile("b.pdf", b"%PDF-")}).status_code == 404
    client.post(f"{url}/{row.pk}/remove")
    assert client.get(f"/attachments/{row.pk}").status_code == 404
    client.post(f"{url}/{row.pk}/restore")
    attachments.path_of(row).unlink()
    assert client.get(f"/attachments/{row.pk}").status_code == 404


def test_the_inbox_counts_shows_and_forgets_what_is_read(
    client: Client, account: Account, mika: Member, at: datetime
) -> None:
    task = opened(account, mika, at)
    told = {"member": mika, "text": Text("x", "y"), "key": "outside", "by": SYSTEM, "at": at}
    outside = notices.tell(code="mention.x", url="//evil.example", **told)  # type: ignore[arg-type]
    assert notices.tell(code="mention.x", url="/", **told) == outside  # type: ignore[arg-type]
    shown = page(client, "/notices")
    assert "タスクの割り当て: 電話する" in shown and '<span class="count">2' in shown
    first = Notice.objects.get(code="task.assigned")
    assert client.post(f"/notices/{first.pk}/open")["Location"] == f"/tasks/{task.pk}"
    assert client.post(f"/notices/{outside.pk}/open")["Location"] == "/notices"
    assert "未読の通知はありません" in page(client, "/notices")
    client.post("/notices/read", {"id": [first.pk]})
    other = Client()
    other.force_login(cast.member(Role.CSM, "山口 健"))
    assert other.post(f"/notices/{first.pk}/open").status_code == 404


def test_a_member_says_how_they_hear_of_each_kind(client: Client, mika: Member, at: datetime) -> None:
    page(client, "/notices/settings")
    client.post(
        "/notices/settings",
        {
            "mail-task": "once",
            "slack-task": "digest",
            "mail-mention": "off",
            "mail-weather": "once",
            "mail-health": "dove",
        },
    )
    ways = notices.ways_of(mika)
    assert (ways["task"], ways["mention"], ways["health"]) == (("once", "digest"), ("off", "off"), ("digest", "off"))
    evening = datetime.fromisoformat("2026-11-20T21:00:00+09:00")
    told = notices.tell(mika, "task.assigned", text=Text("x", "y"), url="", key="1", by=Actor.of(mika), at=evening)
    assert told.mail_at == datetime.fromisoformat("2026-11-24T08:00:00+09:00")  # a Friday evening, a holiday on Monday


def test_a_member_tries_out_how_notices_reach_them(client: Client, mika: Member, at: datetime) -> None:
    client.post("/notices/settings/test")
    assert "送信手段が未設定です" in page(client, "/notices/settings")
    row = endpoints.open("CS", "https://hooks.slack.example/x", kind="slack", by=Actor.of(mika), at=at)[0]
    client.post("/notices/settings", {"channel": row.pk})
    client.post("/notices/settings/test")
    shown = page(client, "/notices/settings")
    assert "Slackにテスト送信しました" in shown and "Slack: 送信待ち" in shown
    assert row.deliveries.count() == 1
    with pytest.MonkeyPatch.context() as within:  # a minute that does not end meanwhile
        within.setattr(notice_trials, "send", lambda *args, **named: notice_trials.Sent(before=[Channel.SLACK]))
        client.post("/notices/settings/test")
    assert "Slackへのテスト送信は受付済みです" in page(client, "/notices/settings")


def test_templates_are_kept_changed_and_archived(client: Client, at: datetime) -> None:
    client.post(
        "/templates/tasks/new", {"name": "QBR", "title": "四半期レビュー", "due_in": "3", "steps": "資料\n日程"}
    )
    assert "四半期レビュー" in page(client, "/templates")
    key = Task and task_templates.TaskTemplate.objects.get().key
    client.post(f"/templates/tasks/{key}", {"name": "QBR", "title": "レビュー", "version": 1})
    client.post("/templates/agendas/new", {"name": "定例", "agenda": "1. 利用状況", "minutes": "30"})
    shown = page(client, "/templates")
    assert "レビュー" in shown and "1. 利用状況" in shown
    client.post(f"/templates/tasks/{key}/archive")
    assert "QBR" not in page(client, "/templates").split("タスクのテンプレートはまだありません")[1]
    client.post(f"/templates/tasks/{key}/restore")
    assert "QBR" in page(client, "/templates")
