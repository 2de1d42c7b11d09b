"""What people and programs do with mails before and after they go out."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from nenrin.foundation import sealed
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import (
    addresses,
    composing,
    drafts,
    events,
    html,
    law,
    outbox,
    privacy,
    sending,
    suppressions,
    templates,
    unsubscribes,
)
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.mail.events import Report
from nenrin.foundation.models import Entry, Mail, MailSettings, Organisation, PersonalPart, Suppression
from nenrin.foundation.models.mail import Kind
from tests.foundation.mail.kit import AT, MISAKI, line, put, state

pytestmark = pytest.mark.django_db
LINE = sending.Line("smtp", "h", 25, "none", "", "", "cs@tsumugi.example", from_name="つむぎ")


def test_asked_for_twice_it_is_one_mail(org: Organisation) -> None:
    assert put(key="k").pk == put(key="k", subject="other").pk
    assert Mail.objects.count() == 1 == Entry.objects.filter(action="foundation.mail.queued").count()
    assert law.law().holds


def test_many_are_put_in_at_once_and_counted_where_they_belong(org: Organisation) -> None:
    letters = [
        outbox.Letter(
            to=Address(f"p{n}@x.example"), subject="s", text="t", key=f"k{n % 700}", kind=Kind.ACCOUNT, batch="b"
        )
        for n in range(900)
    ]
    rows = outbox.put_many(letters, by=SYSTEM, at=AT)
    assert len(rows) == 900 and Mail.objects.count() == 700 == law.law("b").audience
    assert rows[0].pk == rows[700].pk


@pytest.mark.parametrize("bad", ["", "tanaka", "a@b", "a@b.example\nBcc: c@d.example", "@b.example"])
def test_what_is_no_address_is_refused_before_anything_is_written(org: Organisation, bad: str) -> None:
    with pytest.raises(Refused) as refused:
        put(bad)
    assert set(refused.value.faults) == {"to"} and not Mail.objects.exists()
    assert put(bad, withheld="no_address").state == "suppressed"


@given(words=st.text(min_size=1, max_size=80))
def test_no_subject_smuggles_in_a_header(words: str) -> None:
    """Whatever is typed: one header of that name, no other, or a refusal."""
    subject = outbox.one_line(words)
    mail = Mail(subject=subject, text="t", to_address="a@b.example", to_name=words, kind="transactional", message_id="m@x",
                changed_at=AT, by_kind="member")  # fmt: skip
    try:
        built = composing.message(mail, LINE).message()
    except composing.NotComposable:
        return
    assert built.get_all("Subject") is not None and len(built.get_all("Subject")) == 1
    assert not {name.lower() for name in built} - {
        *("subject", "from", "to", "date", "message-id", "content-type", "mime-version", "content-transfer-encoding")
    }


def test_a_draft_that_waited_long_goes_out_once_it_is_approved(org: Organisation) -> None:
    draft, late = put("a@x.example", draft=True), AT + 2 * outbox.LASTS
    assert draft.expires_at < late
    (approved,) = drafts.approve([draft.pk], by=MISAKI, at=late)
    assert approved.expires_at == late + outbox.LASTS


def test_a_draft_is_changed_approved_and_rejected_once(org: Organisation) -> None:
    one, other = put("a@x.example", draft=True), put("b@x.example", draft=True)
    changed = drafts.edit(one, by=MISAKI, at=AT, version=1, text="書き直し")
    with pytest.raises(Conflict):
        drafts.edit(one, by=MISAKI, at=AT, version=1, text="古い画面から")
    assert changed.text == "書き直し"
    assert [row.pk for row in drafts.approve([one.pk, other.pk, 999], by=MISAKI, at=AT)] == [one.pk, other.pk]
    assert drafts.approve([one.pk], by=MISAKI, at=AT) == [] == drafts.reject([one.pk], why="x", by=MISAKI, at=AT)
    with pytest.raises(Conflict):
        drafts.edit(one, by=MISAKI, at=AT, text="遅い")
    with pytest.raises(Refused):
        drafts.reject([one.pk], why=" ", by=MISAKI, at=AT)
    assert [row.pk for row in drafts.stop([one.pk], by=MISAKI, at=AT)] == [one.pk] and state(one) == "cancelled"


def test_what_a_provider_reports_settles_and_suppresses_in_any_order(org: Organisation) -> None:
    mail = put()
    Mail.objects.update(state="unknown", attempted_at=AT)
    delivered, complained = (
        Report("delivered", message_id=f"<{mail.message_id}>"),
        Report("complained", message_id=mail.message_id),
    )
    assert events.take(delivered, at=AT) and not events.take(delivered, at=AT)
    assert events.take(complained, at=AT) and not events.take(delivered, at=AT)
    assert state(mail) == "complained" and Suppression.objects.get().reason == "complaint"
    assert not events.take(Report("bounced", provider_id="none of ours"), at=AT)


def test_a_report_that_comes_before_the_worker_s_own_word_still_tells_of_the_touch(org: Organisation) -> None:
    mails = [put(key=key, account_id=1) for key in ("a", "b", "c")]
    Mail.objects.update(state="unknown", attempted_at=AT)
    events.take(Report("delivered", message_id=mails[0].message_id), at=AT)
    events.take(Report("bounced", message_id=mails[1].message_id), at=AT)
    drafts.arrived([mails[2].pk], by=MISAKI, at=AT)
    told = {one.particulars["mail"]: one.particulars for one in Entry.objects.filter(action="foundation.mail.sent")}
    assert {pk: "fact" in one for pk, one in told.items()} == {
        mails[0].pk: True, mails[1].pk: False, mails[2].pk: True,
    }  # fmt: skip


def test_a_report_of_what_was_never_handed_over_changes_nothing(org: Organisation) -> None:
    mail = put()
    assert not events.take(Report("delivered", message_id=mail.message_id), at=AT) and state(mail) == "queued"


def test_a_link_to_stop_works_for_ever_and_whatever_happens_to_the_signing_key(
    org: Organisation, settings: object
) -> None:
    mail = put()
    told = unsubscribes.token(unsubscribes.Ticket(mail.address_key, Kind.ACCOUNT))
    settings.SECRET_KEY = "quite another one, rotated in the meantime"  # type: ignore[attr-defined]
    ticket = unsubscribes.read(told)
    assert ticket is not None and "hinata" not in told
    unsubscribes.stop(ticket, at=AT)
    unsubscribes.stop(ticket, at=AT)
    assert sorted(Suppression.objects.values_list("kind", "reason")) == [
        ("account", "unsubscribed"),
        ("marketing", "unsubscribed"),
    ]
    flipped = ("B" if told[0] != "B" else "C") + told[1:]
    assert [unsubscribes.read(bad) for bad in ("", "x", told[:-2], flipped, told + "A" * 90, "日本")] == [None] * 6


def test_a_database_that_is_away_loses_no_wish(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = unsubscribes.Ticket(put().address_key, Kind.MARKETING)
    with monkeypatch.context() as patch:
        patch.setattr(unsubscribes, "choose", _away)
        unsubscribes.stop(ticket, at=AT)
    assert not Suppression.objects.exists()
    assert unsubscribes.collect() == 1 and unsubscribes.collect() == 0
    assert Suppression.objects.get().kind == "marketing"


def _away(*args: object, **more: object) -> None:
    raise DatabaseError("attempt to write a readonly database")


def test_a_reader_takes_back_what_a_reader_asked_for_and_no_bounce(org: Organisation) -> None:
    mail = put()
    ticket = unsubscribes.Ticket(mail.address_key, Kind.ACCOUNT)
    suppressions.add_key(mail.address_key, mail.to_address, "hard_bounce", by=SYSTEM, at=AT)
    unsubscribes.stop(ticket, at=AT)
    unsubscribes.choose(ticket, on=["account", "marketing"], off=[], at=AT)
    assert Suppression.objects.get().reason == "hard_bounce"


def test_erasing_forgets_the_words_and_keeps_the_suppression(org: Organisation) -> None:
    sent, waiting = put(key="a"), put(key="b", subject="田中様へ", text="田中様")
    Mail.objects.filter(pk=sent.pk).update(state="handed_over")
    suppressions.add("tanaka@hinata.example", by=MISAKI, at=AT, note="本人から電話")
    assert len(privacy.exported(["Tanaka@hinata.example"])["mails"]) == 2
    assert privacy.erase(["tanaka@hinata.example"], at=AT) == 2
    assert state(waiting) == "cancelled"
    kept = json.dumps([*Mail.objects.values(), *Suppression.objects.values(), *PersonalPart.objects.values("payload")], default=str, ensure_ascii=False)  # fmt: skip
    assert "tanaka" not in kept and "田中" not in kept and "電話" not in kept
    again = put(key="c")
    assert suppressions.reasons([again]) == {again.pk: "manual"}
    assert law.law().holds


BOMBS = (
    "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}",
    "{% assign a = 'x' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
    "{% for i in (1..1999) %}" + "y" * 400 + "{% endfor %}",
    "{% include 'secret' %}",
    "{% render 'secret' %}",
    "{{ contact.name | nosuch }}",
    "{% if %}",
    "{{ " * 50,
    "{% for i in (1..10000000000) %}{% endfor %}",
)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_template_that_would_never_end_is_refused_when_it_is_saved(org: Organisation, bomb: str) -> None:
    with pytest.raises(Refused):
        templates.save("t", name="t", subject_ja="s", body_ja=bomb, by=MISAKI, at=AT)


def test_a_template_reaches_no_object_and_shows_what_is_missing(org: Organisation) -> None:
    row = templates.save(
        "t", name="t", kind="account", subject_ja="{{ account.name }}様", by=MISAKI, at=AT,
        body_ja="{{ contact.name | default: 'ご担当者' }}様{% if contact.title %}（{{ contact.title }}）{% endif %} {{ owner.name }}",
    )  # fmt: skip
    filled = templates.fill(row, {"account": {"name": "ひなた"}, "contact": {"name": ""}, "owner": {}}, "ja")
    assert (filled.subject, filled.text, filled.blanks) == ("ひなた様", "ご担当者様 ", ("owner.name",))
    class_ = templates.filled("s", "{{ account.name.__class__ }}{{ account.__class__ }}", {"account": {"name": "x"}})
    assert class_.text == "" and templates.fill(row, templates.example("ja"), "en").subject, (
        "the other language stands in"
    )
    with pytest.raises(Refused) as refused:
        templates.save("u", name="u", subject_en="s", body_en="{{ contact.salary }}", by=MISAKI, at=AT)
    assert "contact.salary" in refused.value.faults["body_en"].en


@pytest.mark.parametrize(
    "payload",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
        "<iframe src=//x></iframe>", "<p style='position:fixed'>x</p>", "<math><mi//xlink:href='data:x,<script>'>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<form action=//x><input></form>", "<base href=//x>",
    ],
)  # fmt: skip
def test_markup_loses_what_runs_or_loads(payload: str) -> None:
    clean = html.clean(f"<p>before</p>{payload}<p>after</p>").lower()
    assert "before" in clean and not any(
        bad in clean
        for bad in (
            "<script",
            "onerror=",
            "onload=",
            "javascript:",
            "<iframe",
            "style=",
            "<form",
            "<img",
            "<base",
            "<svg",
        )
    )


def test_secrets_are_sealed_and_told_lost_with_their_key(org: Organisation, home: Path) -> None:
    line(25, secret="correct horse", user="u")
    kept = MailSettings.objects.get().secret
    assert "correct" not in kept and sending.line().secret == "correct horse"  # type: ignore[union-attr]
    assert "correct horse" not in repr(sending.line())
    assert oct((home / sealed.FILE).stat().st_mode & 0o777) == "0o600"
    sealed.renew()
    assert not sealed.is_current(kept) and sending.line().secret == "correct horse"  # type: ignore[union-attr]
    assert sending.reseal(by=SYSTEM, at=AT) == 1 and sealed.is_current(MailSettings.objects.get().secret)
    (home / sealed.FILE).unlink()
    with pytest.raises(sending.SecretLost):
        sending.line()
    line(25, secret="entered again")
    assert sending.line().secret == "entered again"  # type: ignore[union-attr]


def test_settings_say_what_is_wrong_and_keep_what_they_had(org: Organisation) -> None:
    line(25)
    with pytest.raises(Refused) as refused:
        sending.configure(by=MISAKI, at=AT, host="a b", port=0, from_address="nobody", window_from=20, window_until=8)
    assert set(refused.value.faults) == {"host", "port", "from_address", "window_until"}
    with pytest.raises(Conflict):
        sending.configure(by=MISAKI, at=AT, version=9, host="x.example")
    assert sending.line().host == "127.0.0.1"  # type: ignore[union-attr]


def test_one_mailbox_has_one_key_however_it_is_written() -> None:
    assert (
        addresses.key("Tanaka@Hinata.example ")
        == addresses.key("ｔanaka@hinata.example")
        != addresses.key("tanaka@hinata.jp")
    )


def test_marketing_says_who_sends_it_and_where_to_ask(org: Organisation) -> None:
    mail = put(kind=Kind.MARKETING, html="<p>本文</p>")
    assert composing.lacks(LINE) == ["postal_address", "enquiries"]
    told = sending.Line("smtp", "h", 25, "none", "", "", "a@b.example", from_name="つむぎ", postal_address="東京都", enquiries="03-0000-0000")  # fmt: skip
    built = composing.message(mail, told)
    page, click = unsubscribes.urls(mail)
    for part in (built.body, built.alternatives[0][0]):  # type: ignore[attr-defined]
        assert all(words in part for words in ("つむぎ", "東京都", "03-0000-0000", page))
    assert built.extra_headers["List-Unsubscribe"] == f"<{click}>"


def test_a_hold_is_time_to_stop_a_mail_that_no_person_wrote(org: Organisation) -> None:
    automatic, own, notice = put(key="1"), put(key="2", by=MISAKI), put(key="3", kind=Kind.TRANSACTIONAL)
    assert [row.send_after - AT for row in (automatic, own, notice)] == [timedelta(minutes=5), timedelta(), timedelta()]
    drafts.stop([automatic.pk], by=MISAKI, at=AT)
    assert state(automatic) == "cancelled"


def test_a_wish_that_was_half_written_holds_no_mail_up_and_is_set_aside(org: Organisation, home: Path) -> None:
    whole = {"address_key": put().address_key, "kind": "marketing", "at": AT.isoformat()}
    kept = home / "unsubscribes.0123456789ab"
    kept.write_bytes(json.dumps(whole).encode() + b'\n{"address_key": "12\n\xff\n[]\n')
    assert unsubscribes.collect() == 1 and unsubscribes.collect() == 0
    assert Suppression.objects.get().kind == "marketing"
    assert not kept.exists() and kept.with_name(f"{kept.name}.bad").read_bytes().count(b"\n") == 3


def test_a_wish_that_is_being_written_is_not_taken_before_it_is_whole(
    org: Organisation, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = unsubscribes.Ticket(put().address_key, Kind.MARKETING)
    sync, seen = os.fsync, []

    def slow(descriptor: int) -> None:  # another worker collects in the very moment of writing
        seen.append(unsubscribes.collect())
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(unsubscribes, "choose", _away)
        patch.setattr(unsubscribes, "_keep_names", lambda: None)
        patch.setattr(os, "fsync", slow)
        unsubscribes.stop(ticket, at=AT)
    assert seen == [0] and unsubscribes.collect() == 1 and Suppression.objects.get().kind == "marketing"


def test_a_complaint_outweighs_what_a_reader_may_take_back(org: Organisation) -> None:
    mail = put()
    reasons = [
        suppressions.add_key(mail.address_key, mail.to_address, reason, by=SYSTEM, at=AT)
        for reason in ("unsubscribed", "complaint", "hard_bounce", "complaint")
    ]
    assert reasons == [True, True, False, False] and Suppression.objects.get().reason == "complaint"


def test_who_sends_a_mail_ahead_of_its_time_stands_in_the_journal_once(org: Organisation) -> None:
    mail = put()
    assert mail.send_after > AT
    assert [len(drafts.hurry([mail.pk], by=MISAKI, at=AT)) for _ in range(2)] == [1, 0]
    mail.refresh_from_db()
    assert (mail.send_after, mail.version) == (AT, 2)
    assert Entry.objects.get(action="foundation.mail.hurried").actor_key == MISAKI.key


def test_a_sender_s_name_has_one_line(org: Organisation) -> None:
    row = sending.configure(by=SYSTEM, at=AT, from_name="つむぎ\r\nBcc: all@x.example")
    assert row.from_name == "つむぎ Bcc: all@x.example"
