"""Mails leave by a real mail server that drops, delays and refuses; each ends where it should, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from nenrin.foundation.mail import (
    claims,
    deliver,
    drafts,
    durability,
    gate,
    law,
    outbox,
    sending,
    suppressions,
    transport,
    unsubscribes,
)
from nenrin.foundation.models import Entry, Mail, MailGate, Organisation, Suppression
from nenrin.foundation.models.mail import Kind
from tests import smtp_sink
from tests.foundation.mail.kit import AT, LATER, MISAKI, line, put, state
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(org: Organisation) -> Iterator[Sink]:
    with smtp_sink.sinking() as (sink, port):
        line(port)
        yield sink


def test_a_mail_arrives_with_a_message_id_that_follows_from_its_key(sink: Sink) -> None:
    mail = put()
    assert deliver.step(AT) == 0  # a mail that no person wrote can be stopped for five minutes
    assert deliver.step(LATER) == 1
    assert state(mail) == "handed_over" and sink.taken == [f"<{mail.message_id}>"]
    arrived = sink.mails[0]
    assert arrived["Subject"] == "更新のご案内" and arrived["To"] == "田中 由美 <tanaka@hinata.example>"
    assert "配信停止" in arrived.get_content() and arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert Entry.objects.filter(action="foundation.mail.sent").count() == 1


def test_what_a_person_writes_goes_at_once_and_a_notice_has_no_way_to_stop_it(sink: Sink) -> None:
    put(by=MISAKI)
    put("sato@tsumugi.example", kind=Kind.TRANSACTIONAL)
    assert deliver.step(AT) == 2
    assert [mail["List-Unsubscribe"] is None for mail in sink.mails] == [False, True]


@pytest.mark.parametrize(
    ("mood", "ends", "reason"),
    [
        ("nobody", "bounced", "hard_bounce"),
        ("unwanted", "failed", "refused"),
        ("drop", "unknown", "line_lost"),
        ("lose", "unknown", "line_lost"),
        ("full", "queued", "temporary"),
        ("grey", "queued", "temporary"),
        ("later", "queued", "temporary"),
        ("slow", "handed_over", ""),
    ],
)
def test_each_trouble_ends_where_it_should(sink: Sink, mood: str, ends: str, reason: str) -> None:
    mail, other = put(f"{mood}@hinata.example", by=MISAKI), put("good@hinata.example", by=MISAKI)
    deliver.step(AT)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (ends, reason)
    assert state(other) == "handed_over", "one mail's trouble is not the next one's"


def test_a_line_reset_after_its_250_is_known_or_unknown_and_never_sent_again(sink: Sink) -> None:
    mails = [put(f"reset{n}@hinata.example", by=MISAKI) for n in range(5)]
    for minutes in range(0, 90, 15):
        deliver.step(AT + timedelta(minutes=minutes))
    assert {state(mail) for mail in mails} <= {"handed_over", "unknown"}
    assert len(sink.taken) == len(set(sink.taken)) == 5


def test_a_busy_server_is_asked_again_and_every_mail_arrives_once(sink: Sink) -> None:
    mails = [put(f"{mood}{n}@hinata.example", by=MISAKI) for n in range(3) for mood in ("busy", "grey", "later", "ok")]
    for minutes in range(0, 20, 2):
        deliver.step(AT + timedelta(minutes=minutes))
    assert {state(mail) for mail in mails} == {"handed_over"}
    assert len(sink.taken) == len(set(sink.taken)) == len(mails)


def test_refused_for_the_moment_it_waits_longer_each_time_and_fails_in_the_end(sink: Sink) -> None:
    mail, waits, at = put("full@hinata.example", by=MISAKI, expires_at=AT + timedelta(days=90)), [], AT
    for _ in range(12):
        at = claims.opens_at(at)
        deliver.step(at)
        mail.refresh_from_db()
        if mail.state != "queued":
            break
        waits.append(round((mail.send_after - at).total_seconds() / 60))
        at = mail.send_after
    assert (mail.state, mail.reason, mail.attempts) == ("failed", "exhausted", 8)
    assert waits == [1, 5, 30, 120, 360, 720, 1440], "minutes"


def test_a_dead_worker_leaves_at_most_one_unknown_and_the_rest_goes_back(sink: Sink) -> None:
    mails = [put(f"p{n}@hinata.example", by=MISAKI) for n in range(3)]
    claimed = claims.take(deliver.ready(AT), AT, holder="gone").mails
    assert claims.begin(claimed[0], AT)
    later = AT + timedelta(minutes=10)
    assert deliver.step(later) == 3 + 2
    assert [state(mail) for mail in mails] == ["unknown", "handed_over", "handed_over"]
    assert deliver.step(later + timedelta(days=1)) == 0, "an unknown one is never sent again by itself"


def test_a_worker_that_only_slept_says_how_it_ended(sink: Sink) -> None:
    mail = put(by=MISAKI)
    [claimed] = claims.take(deliver.ready(AT), AT, holder="sleeper").mails
    claims.begin(claimed, AT)
    later = AT + timedelta(minutes=10)
    claims.recover(later)
    assert state(mail) == "unknown"
    deliver.outcomes.settle(claimed, transport.Outcome("taken"), at=later)
    assert state(mail) == "handed_over"


def test_a_claim_that_went_to_another_worker_is_not_begun(sink: Sink) -> None:
    put(by=MISAKI)
    [old] = claims.take(deliver.ready(AT), AT, holder="sleeper").mails
    later = AT + timedelta(minutes=10)
    claims.recover(later)
    [new] = claims.take(deliver.ready(later), later, holder="other").mails
    assert not claims.begin(old, later) and claims.begin(new, later)


def test_two_claims_never_share_a_mail(sink: Sink) -> None:
    for n in range(5):
        put(f"p{n}@hinata.example", by=MISAKI)
    terms = claims.Terms(batch=3)
    first = claims.take(deliver.ready(AT), AT, holder="a", terms=terms).mails
    second = claims.take(deliver.ready(AT), AT, holder="b", terms=terms).mails
    assert len(first) == 3 and len(second) == 2 and not {m.pk for m in first} & {m.pk for m in second}


def test_who_unsubscribes_between_claim_and_hand_over_gets_nothing(sink: Sink) -> None:
    mail = put(by=MISAKI)
    [claimed] = claims.take(deliver.ready(AT), AT, holder="w").mails
    unsubscribes.stop(unsubscribes.Ticket(mail.address_key, Kind.ACCOUNT), at=AT)
    assert not claims.begin(claimed, AT)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("suppressed", "unsubscribed") and sink.taken == []


def test_suppression_is_looked_at_in_the_transaction_that_claims(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is withheld and what is claimed commit together: where the one fails nothing is claimed either."""
    unwanted, wanted = put(by=MISAKI), put("sato@hinata.example", by=MISAKI)
    unsubscribes.stop(unsubscribes.Ticket(unwanted.address_key, Kind.ACCOUNT), at=AT)
    monkeypatch.setattr(outbox, "noted", _breaks)
    with pytest.raises(RuntimeError):
        claims.take(deliver.ready(AT), AT, holder="w")
    assert (state(unwanted), state(wanted)) == ("queued", "queued")
    monkeypatch.undo()
    taken = claims.take(deliver.ready(AT), AT, holder="w")
    assert [mail.pk for mail in taken.mails] == [wanted.pk] and taken.withheld == 1
    assert (state(unwanted), state(wanted)) == ("suppressed", "claimed") and sink.taken == []


def _breaks(*told: object) -> None:
    raise RuntimeError("the database is away")


def test_who_has_no_mailbox_is_written_to_once_and_never_again(sink: Sink) -> None:
    put("nobody@hinata.example", by=MISAKI)
    deliver.step(AT)
    again = put("Nobody@Hinata.example", key="another", by=MISAKI, kind=Kind.TRANSACTIONAL)
    deliver.step(AT)
    assert state(again) == "suppressed" and sink.seen["nobody@hinata.example"] == 1


def test_limits_hold_over_two_workers(sink: Sink) -> None:
    line(_port(), per_second=3, per_hour=5)
    for n in range(9):
        put(f"p{n}@hinata.example", by=MISAKI)
    took = [len(claims.take(deliver.ready(AT), AT, holder=who).mails) for who in "ab"]
    second = AT + timedelta(seconds=1)
    took += [len(claims.take(deliver.ready(second), second, holder=who).mails) for who in "ab"]
    hour = AT + timedelta(hours=1)
    took += [len(claims.take(deliver.ready(hour), hour, holder="a").mails)]
    assert took == [3, 0, 2, 0, 3]


def _port() -> int:
    rules = deliver.sending.current()
    assert rules
    return rules.port


def test_letters_wait_for_the_window_and_notices_do_not(sink: Sink) -> None:
    night = AT.replace(hour=13)  # 22:00 in Tokyo
    letter, notice = put(by=MISAKI, at=night), put("a@b.example", by=MISAKI, at=night, kind=Kind.TRANSACTIONAL)
    deliver.step(night)
    assert [state(letter), state(notice)] == ["queued", "handed_over"]
    opens = claims.opens_at(night)
    assert opens == AT.replace(day=25, hour=0) - timedelta(hours=1)  # 08:00 in Tokyo
    deliver.step(opens)
    assert state(letter) == "handed_over"


def test_what_comes_too_late_is_not_sent(sink: Sink) -> None:
    mail = put(by=MISAKI)
    deliver.step(AT + timedelta(days=7))
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("suppressed", "expired")


def test_marketing_goes_to_who_agreed(sink: Sink) -> None:
    sending.configure(by=MISAKI, at=AT, postal_address="東京都", enquiries="03-0000-0000")
    put("yes@hinata.example", kind=Kind.MARKETING, by=MISAKI)
    no = put("no@hinata.example", kind=Kind.MARKETING, by=MISAKI)
    suppressions.consent("yes@hinata.example", "opt_in", by=MISAKI, at=AT, words="2026-04", place="展示会")
    deliver.step(AT)
    no.refresh_from_db()
    assert (no.state, no.reason) == ("suppressed", "no_consent") and len(sink.taken) == 1


def test_without_a_server_everything_waits_and_says_so(org: Organisation) -> None:
    mail = put(by=MISAKI)
    assert deliver.step(AT) == 0 and state(mail) == "queued" and deliver.waits(AT) == "no_server"


def test_a_server_that_is_away_is_left_alone_after_three_failures(org: Organisation) -> None:
    line(smtp_sink.free_port())
    mail = put(by=MISAKI)
    for second in range(5):
        deliver.step(AT + timedelta(seconds=second))
    gate_row = MailGate.objects.get()
    assert (gate_row.failures, state(mail), deliver.waits(AT + timedelta(seconds=5))) == (3, "queued", "line")
    assert Entry.objects.filter(action="foundation.sending.paused").count() == 1
    with smtp_sink.sinking() as (sink, port):
        line(port)
        deliver.step(AT + timedelta(minutes=2))
        assert len(sink.taken) == 1 and MailGate.objects.get().failures == 0


def test_too_many_bounces_stop_everything_until_a_person_resumes(sink: Sink) -> None:
    for n in range(60):
        put(f"{'nobody' if n % 15 == 14 else 'p'}{n}@hinata.example", by=MISAKI)  # 4 of 60 are 6.7 %
    deliver.step(AT)
    assert deliver.waits(AT) == "bounces"
    late = put("late@hinata.example", by=MISAKI)
    deliver.step(AT)
    assert state(late) == "queued"
    gate.resume(by=MISAKI, at=AT)
    deliver.step(AT)
    assert state(late) == "handed_over"


def test_a_copy_of_the_installation_elsewhere_sends_nothing(sink: Sink, settings: object) -> None:
    put("first@hinata.example", by=MISAKI)
    deliver.step(AT)
    settings.BASE_URL = "https://staging.example"  # type: ignore[attr-defined]
    mail = put(by=MISAKI)
    deliver.step(AT)
    assert (state(mail), deliver.waits(AT)) == ("queued", "moved")
    gate.resume(by=MISAKI, at=AT)
    deliver.step(AT)
    assert state(mail) == "handed_over"


def test_a_restored_home_sends_nothing_until_it_is_resumed(sink: Sink) -> None:
    Organisation.objects.update(is_sending_paused=True)
    mail = put(by=MISAKI)
    deliver.step(AT)
    assert (state(mail), deliver.waits(AT)) == ("queued", "paused")


def test_the_law_holds_whatever_happened(sink: Sink) -> None:
    for mood in (*smtp_sink.MOODS, "ok"):
        put(f"{mood}@hinata.example", by=MISAKI, batch="b")
    put("later@x.example", draft=True, batch="b")
    put("left@x.example", withheld="left", batch="b")
    deliver.step(AT)
    found = law.law("b")
    assert found.holds and found.audience == len(smtp_sink.MOODS) + 3
    assert (found.failed, found.suppressed, found.unknown >= 2) == (1, 1, True)
    Mail.objects.filter(state="failed").delete()
    assert not law.law("b").holds, "a row that went missing is seen"


def test_a_person_settles_an_unknown_one(sink: Sink) -> None:
    lost = [put(f"drop{n}@hinata.example", by=MISAKI) for n in range(3)]
    deliver.step(AT)
    assert {state(mail) for mail in lost} == {"unknown"}
    drafts.arrived([lost[0].pk], by=MISAKI, at=AT)
    drafts.give_up([lost[1].pk], by=MISAKI, at=AT)
    drafts.send_again([lost[2].pk], by=MISAKI, at=AT)
    assert [state(mail) for mail in lost] == ["delivered", "failed", "queued"]
    deliver.step(AT + timedelta(minutes=2))  # three without an answer: the server was left alone for a minute
    assert sink.taken.count(f"<{lost[2].message_id}>") == 2, "a person chose to send it twice, and it can be recognised"


def test_a_domain_on_the_list_gets_nothing(sink: Sink) -> None:
    suppressions.add("@hinata.example", by=MISAKI, at=AT)
    mail = put(by=MISAKI)
    deliver.step(AT)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("suppressed", "domain")
    suppressions.lift(Suppression.objects.get(), note="取引再開", by=MISAKI, at=AT)
    other = put(key="again", by=MISAKI)
    deliver.step(AT)
    assert state(other) == "handed_over"


def test_after_the_machine_lost_its_power_nothing_of_a_batch_is_relied_upon(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = put(by=MISAKI)
    monkeypatch.setattr(durability, "mark", lambda: "before")
    [claimed] = claims.take(deliver.ready(AT), AT, holder="w").mails
    assert claimed.claimed_by.startswith("before|")
    claims.recover(AT + timedelta(minutes=10))
    assert state(mail) == "unknown", "that it was never begun may not have reached the disk"


def test_a_pause_stops_the_next_batch(sink: Sink) -> None:
    line_ready = deliver.ready(AT)
    put(by=MISAKI)
    gate.pause(why="確認", by=MISAKI, at=AT)
    assert claims.take(line_ready, AT, holder="w").mails == []
