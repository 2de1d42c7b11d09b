"""Drafts, outbox, settings, suppressions, templates and readers' own pages, as people use them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client

from nenrin.customers import accounts, merges
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import deliver, drafts, outbox, sending, suppressions, unsubscribes
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Entry, Mail, MailConsent, MailSettings, MailTemplate, Organisation, Suppression
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.roles import Role
from nenrin.values import Text
from tests import cast, smtp_sink
from tests.conftest import AT
from tests.web.form_kit import form_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    client = Client()
    client.force_login(cast.member(Role.ADMINISTRATOR))
    return client


def put(to: str = "tanaka@hinata.example", **more: object) -> Mail:
    told: dict[str, object] = {
        "subject": "ご利用状況のご確認",
        "text": "お世話になっております。",
        "kind": Kind.ACCOUNT,
        "key": f"k:{to}",
    }
    return outbox.put(to=Address(to, "田中 由美"), by=SYSTEM, at=AT, **(told | more))  # type: ignore[arg-type]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_draft_is_read_changed_and_approved_on_its_page(client: Client) -> None:
    row = put(draft=True, why=Text("usage fell by a third", "利用が3割減少"))
    assert "利用が3割減少" in text(client, "/drafts") and "ご利用状況" in text(client, "/drafts")
    form = form_with(text(client, f"/drafts/{row.pk}"), "subject", "text")
    answer = client.post(f"/drafts/{row.pk}", form | {"subject": ["新しい件名"], "approve": ["1"]}, follow=True)
    assert "確認待ちの下書きはありません" in answer.content.decode()
    row.refresh_from_db()
    assert (row.state, row.subject, row.approved_by) == ("queued", "新しい件名", "佐藤 美咲")
    assert client.get(f"/drafts/{row.pk}")["Location"] == f"/mails/{row.pk}"


def test_a_form_opened_before_somebody_elses_change_overwrites_nothing(client: Client) -> None:
    row = put(draft=True)
    form = form_with(text(client, f"/drafts/{row.pk}"), "subject", "text")
    drafts.edit(row, text="他の人の変更", by=SYSTEM, at=AT)
    answer = client.post(f"/drafts/{row.pk}", form | {"text": ["古い"], "approve": ["1"]})
    assert "他のメンバーがこの下書きを変更しました" in answer.content.decode()
    row.refresh_from_db()
    assert (row.state, row.text) == ("draft", "他の人の変更")


def test_many_are_approved_or_rejected_at_once_with_a_reason(client: Client) -> None:
    rows = [put(f"p{n}@x.example", draft=True) for n in range(3)]
    client.post("/drafts/approve", {"id": [rows[0].pk, rows[1].pk, "x", "99999"]})
    assert [Mail.objects.get(pk=row.pk).state for row in rows] == ["queued", "queued", "draft"]
    assert (
        "却下の理由を入力してください"
        in client.post("/drafts/reject", {"id": rows[2].pk}, follow=True).content.decode()
    )
    client.post("/drafts/reject", {"id": rows[2].pk, "why": "内容が古い"})
    page = text(client, f"/mails/{rows[2].pk}")
    assert "却下" in page and "内容が古い" in page


def test_the_outbox_says_why_each_was_not_sent_and_adds_up(client: Client) -> None:
    put("left@x.example", withheld="left")
    lost = put("lost@x.example")
    Mail.objects.filter(pk=lost.pk).update(state="unknown", reason="worker_lost", attempted_at=AT)
    page = text(client, "/mails")
    assert "退職・異動済み" in page and "送信処理の途中で停止" in page and "送信を保留しています" in page
    assert "lost@x.example" in text(client, "/mails?state=unknown") and "left@x.example" not in text(
        client, "/mails?state=unknown"
    )
    assert "left@x.example" in text(client, "/mails?reason=left&sort=-to") and "left@x" not in text(
        client, "/mails?q=nobody"
    )
    file = b"".join(client.get("/mails/export.csv?reason=left").streaming_content).decode()  # type: ignore[attr-defined]
    assert "left@x.example" in file and "lost@" not in file
    assert Entry.objects.filter(action="foundation.mail.exported").count() == 1


@pytest.mark.parametrize(("do", "ends"), [("arrived", "delivered"), ("again", "queued"), ("give-up", "failed")])
def test_a_person_says_what_became_of_an_unknown_one(client: Client, do: str, ends: str) -> None:
    row = put()
    Mail.objects.update(state="unknown", reason="worker_lost", attempted_at=AT)
    assert "到着していた" in text(client, f"/mails/{row.pk}")
    client.post(f"/mails/{row.pk}/deed", {"do": do})
    client.post(f"/mails/{row.pk}/deed", {"do": "give-up"})  # from a page that was open before
    row.refresh_from_db()
    assert row.state == ends


def test_the_mail_is_on_the_accounts_timeline_and_follows_a_merge(client: Client) -> None:
    account, other = (accounts.open(name, by=SYSTEM, at=AT) for name in ("ひなた", "ひなた介護"))
    put(account_id=account.pk)
    assert "ご利用状況のご確認" in text(client, f"/accounts/{account.pk}/timeline?kind=mail")
    merges.merge(other, account, by=SYSTEM, at=AT)
    assert f"/accounts/{other.pk}" in text(client, "/mails")


def test_a_csm_sees_the_team_s_mails_alone(org: Organisation) -> None:
    csm = cast.member(Role.CSM, team="東日本")
    foreign = put(account_id=accounts.open("他", by=SYSTEM, at=AT).pk)
    client = Client()
    client.force_login(csm)
    assert client.get(f"/mails/{foreign.pk}").status_code == 404
    assert client.post(f"/mails/{foreign.pk}/deed", {"do": "stop"}).status_code == 404
    assert "tanaka@hinata.example" not in text(client, "/mails")
    own = put("me@x.example", member_id=csm.pk, kind=Kind.TRANSACTIONAL)
    assert client.get(f"/mails/{own.pk}").status_code == 200


def test_a_server_is_set_up_tried_paused_and_resumed_on_the_page(client: Client) -> None:
    assert "メールサーバーが未設定です" in text(client, "/mail/settings")
    with smtp_sink.sinking() as (sink, port):
        form = form_with(text(client, "/mail/settings"), "host", "secret")
        told = form | {"host": ["127.0.0.1"], "port": [str(port)], "security": ["none"], "secret": ["geheim"], "user": [""],
                       "from_address": ["cs@tsumugi.example"], "from_name": ["つむぎ"]}  # fmt: skip
        assert client.post("/mail/settings", told, follow=True).status_code == 200
        MailSettings.objects.update(secret="")  # the sink knows no passwords
        page = text(client, "/mail/settings")
        assert "送信できる状態です" in page and "geheim" not in page and "_dmarc.tsumugi.example" in page
        client.post("/mail/settings/test")
        assert len(sink.mails) == 1 and sink.mails[0]["Subject"] == "Nenrinからのテストメール"
    answer = client.post("/mail/settings/test", follow=True).content.decode()
    assert "テストメールを送信できませんでした" in answer
    client.post("/mail/settings/pause")
    assert deliver.waits(AT) == "paused" and "送信を再開" in text(client, "/mail/settings")
    client.post("/mail/settings/resume")
    assert deliver.waits(AT) == ""


def test_an_empty_password_field_keeps_the_password(client: Client) -> None:
    sending.configure(by=SYSTEM, at=AT, host="smtp.example.com", secret="geheim", user="u", from_address="a@b.example")
    form = form_with(text(client, "/mail/settings"), "host", "secret")
    assert "geheim" not in str(form)
    client.post("/mail/settings", form | {"per_hour": ["500"]})
    line = sending.line()
    assert line and (line.secret, line.per_hour) == ("geheim", 500)


def test_the_suppression_list_is_added_to_lifted_imported_and_exported(client: Client) -> None:
    client.post("/mail/suppressions", {"address": "A@x.example", "kind": "marketing", "note": "電話"})
    assert "a@x.example" in text(client, "/mail/suppressions?q=A@X.example") and "電話" in text(
        client, "/mail/suppressions"
    )
    bad = client.post("/mail/suppressions", {"address": "no address", "kind": "", "note": ""})
    assert "メールアドレスではありません" in bad.content.decode()
    file = BytesIO("\ufeffaddress\nb@x.example\n@firma.example\nnot one\n".encode())
    file.name = "list.csv"
    answer = client.post("/mail/suppressions/import", {"file": file}, follow=True).content.decode()
    assert "2件のアドレスを登録しました" in answer and "4: not one" in answer
    exported = b"".join(client.get("/mail/suppressions/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert all(one in exported for one in ("a@x.example", "b@x.example", "@firma.example"))
    row = Suppression.objects.get(address="a@x.example")
    client.post(f"/mail/suppressions/{row.pk}/lift", {"note": " "})
    assert Suppression.objects.filter(pk=row.pk).exists()
    client.post(f"/mail/suppressions/{row.pk}/lift", {"note": "本人の申し出"})
    assert not Suppression.objects.filter(pk=row.pk).exists()
    client.post(
        "/mail/suppressions/consent", {"address": "c@x.example", "basis": "card", "place": "展示会", "words": ""}
    )
    assert MailConsent.objects.get().basis == "card"


def test_a_template_is_written_seen_and_archived(client: Client) -> None:
    told = {
        "name": "更新のご案内",
        "kind": "account",
        "subject_ja": "{{ account.name }}様",
        "body_ja": "{{ nobody }}",
        "subject_en": "",
        "body_en": "",
    }
    answer = client.post("/mail/templates/new", told)
    assert "値のない項目: nobody" in answer.content.decode()
    client.post("/mail/templates/new", told | {"body_ja": "{{ contact.name }}様"})
    row = MailTemplate.objects.get()
    assert "田中 由美様" in text(client, f"/mail/templates/{row.pk}") and "更新のご案内" in text(
        client, "/mail/templates"
    )
    client.post(f"/mail/templates/{row.pk}/archive")
    assert "更新のご案内" not in text(client, "/mail/templates")


def test_looking_at_the_link_changes_nothing_and_one_click_does(org: Organisation) -> None:
    mail, reader = put(), Client(enforce_csrf_checks=True)
    page, click = (url.partition("/mail/")[2] for url in unsubscribes.urls(mail))
    for path in (page, click):
        for method in ("get", "head"):
            assert getattr(reader, method)(f"/mail/{path}", follow=True).status_code == 200
    assert not Suppression.objects.exists()
    one_click = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}
    for told in (one_click, one_click, {"data": "nonsense", "content_type": "text/plain"}):
        assert reader.post(f"/mail/{click}", **told).status_code == 200  # type: ignore[arg-type]
    assert set(Suppression.objects.values_list("kind", flat=True)) == {"account", "marketing"}
    assert "hinata" not in page and reader.post("/mail/unsubscribe/none").status_code == 404


def test_a_reader_chooses_on_the_page_without_sign_in(org: Organisation) -> None:
    page = "/mail/" + unsubscribes.urls(put())[0].partition("/mail/")[2]
    reader = Client(enforce_csrf_checks=True)
    shown = reader.get(page).content.decode()
    assert "メールの受信設定" in shown and "tanaka" not in shown
    reader.post(page, {"kind": ["account"]})
    assert list(Suppression.objects.values_list("kind", flat=True)) == ["marketing"]
    reader.post(page, {"kind": ["account", "marketing"]})
    assert not Suppression.objects.exists()
    assert reader.get("/mail/preferences/none").status_code == 404


def test_who_unsubscribes_gets_no_mail_that_waited(org: Organisation) -> None:
    mail = put()
    Client().post("/mail/" + unsubscribes.urls(mail)[1].partition("/mail/")[2])
    assert suppressions.reasons([mail]) == {mail.pk: "unsubscribed"}
    assert deliver.step(AT + timedelta(minutes=6)) == 0


def test_marketing_that_waits_for_its_footer_says_so(client: Client) -> None:
    sending.configure(by=SYSTEM, at=AT, host="127.0.0.1", from_address="cs@tsumugi.example")
    mail = put(kind=Kind.MARKETING)
    for path in ("/mails", f"/mails/{mail.pk}"):
        assert "差出人名・住所・問い合わせ先のいずれかが未設定" in text(client, path)
    Mail.objects.update(kind=Kind.ACCOUNT)
    assert "問い合わせ先のいずれかが未設定" not in text(client, "/mails")
