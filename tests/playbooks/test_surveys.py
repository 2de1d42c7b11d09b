"""Surveys by a playbook: one mail to one person, one answer to one mail, kept as a fact with its channel."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from nenrin.customers import contacts
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.engage.models import SurveyAsk
from nenrin.engage.surveys import fates, links, surveys
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.logs import masked
from nenrin.foundation.mail import suppressions
from nenrin.foundation.models import Entry, Mail, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest.models import Answer
from nenrin.playbooks import loops
from nenrin.playbooks.models import RunStep
from tests.api.rest import Rest
from tests.cast import member
from tests.playbooks import stage
from tests.web.test_value_pages import body, signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _nobody_tried_before() -> None:
    cache.clear()


def _step(**changes: Any) -> dict[str, Any]:
    words = {"subject": {"en": "One question, {{contact}}", "ja": "{{contact}} 様へのお願い"}}
    return {
        "do": "survey",
        "id": "ask",
        "survey": "nps",
        "approval": "automatic",
        "to": ["champion"],
        **words,
        **changes,
    }


def _asked(at: datetime, language: str = "ja", **changes: Any) -> tuple[Account, SurveyAsk]:
    account = stage.account(at=at, owner=stage.csm())
    contacts.add(account, "山田 花子", by=SYSTEM, at=at, role="champion", language=language, emails=["y@x.example"])
    stage.published(stage.document(steps=[_step(**changes)], limits={"again_after_days": 0}), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    return account, SurveyAsk.objects.get()


def _sent(at: datetime, state: str = "handed_over") -> None:
    Mail.objects.update(state=state, handed_over_at=at, attempts=1, changed_at=at)


def test_one_person_is_asked_once_in_their_language_with_a_link_for_each_score(org: Organisation, at: datetime) -> None:
    account, row = _asked(at, language="en")
    mail = Mail.objects.get()
    assert (mail.to_address, mail.language, mail.kind, mail.account) == ("y@x.example", "en", "account", account.pk)
    assert mail.subject == "One question, 山田 花子" and "How likely are you to recommend" in mail.text
    assert all(f"score={score}" in mail.text and f">{score}</a>" in mail.html for score in range(11))
    assert RunStep.objects.get().note["mail"] == mail.pk == row.mail
    assert not Answer.objects.exists(), "nothing was sent yet"
    assert Entry.objects.get(action="engage.survey.asked").particulars["channel"] == "mail"


def test_who_was_asked_lately_or_wants_no_mail_is_left_in_peace(org: Organisation, at: datetime) -> None:
    account, _ = _asked(at)
    later = at + 10 * DAY
    stage.falls(account, at=later)
    stage.goes_on(later)
    assert SurveyAsk.objects.count() == 1 and RunStep.objects.last().note["ja"] == "10日前に同じアンケートを送信済み"
    suppressions.add("y@x.example", by=SYSTEM, at=later, reason="unsubscribed", kind="account")
    last = at + 120 * DAY
    stage.falls(account, at=last)
    stage.goes_on(last)
    assert SurveyAsk.objects.count() == 1 and RunStep.objects.last().outcome == "skipped"


def test_a_survey_counts_as_asked_when_its_mail_went_out(org: Organisation, at: datetime) -> None:
    _, row = _asked(at)
    assert fates.follow(at) == 0
    _sent(at + DAY)
    assert fates.follow(at + DAY) == 2 and fates.follow(at + DAY) == 0
    asked = Answer.objects.get()
    assert asked.score is None and asked.sent_on and asked.respondent == "山田 花子" and asked.role == "champion"
    surveys.answer(row, 9, at=at + 2 * DAY)
    answered = Answer.objects.get()
    assert (answered.pk, answered.score, answered.sent_on) == (asked.pk, 9, asked.sent_on)


def test_an_answer_is_a_fact_of_the_account_with_its_channel_and_begins_playbooks(
    org: Organisation, at: datetime
) -> None:
    account, row = _asked(at)
    low = {"trigger": "answer", "survey": "nps", "low": 0, "high": 6}
    stage.published(stage.document(playbook="detractor", when=[low]), at=at)
    surveys.answer(row, 3, "サポートの返事が遅い", at=at + DAY)
    stage.goes_on(at + DAY)
    told = Answer.objects.get()
    assert (told.account_id, told.survey, told.score, told.comment) == (account.pk, "nps", 3, "サポートの返事が遅い")
    given = Entry.objects.get(action="ingest.answer.given").particulars
    assert given["fact"]["body"]["score"] == 3 and given["fact"]["kind"] == "answer"
    assert Entry.objects.get(action="engage.survey.answered").particulars["channel"] == "mail"
    assert account.playbook_runs.filter(playbook__key="detractor").count() == 1


def test_the_first_answer_stays_and_a_double_click_is_one(org: Organisation, at: datetime) -> None:
    _, row = _asked(at)
    for _ in range(2):
        surveys.answer(row, 8, at=at)
    with pytest.raises(surveys.AnsweredAlready):
        surveys.answer(row, 2, at=at)
    for score in (-1, 11):
        with pytest.raises(Refused):
            surveys.answer(row, score, at=at)
    assert Answer.objects.get().score == 8 and Entry.objects.filter(action="engage.survey.answered").count() == 1


def test_the_answer_of_a_merged_account_goes_to_the_survivor(org: Organisation, at: datetime) -> None:
    account, row = _asked(at)
    survivor = stage.account("存続会社", at=at)
    Account.objects.filter(pk=account.pk).update(merged_into=survivor, archived_at=at)
    surveys.answer(SurveyAsk.objects.get(pk=row.pk), 10, at=at)
    assert Answer.objects.get().account_id == survivor.pk


def test_looking_at_the_page_answers_nothing_and_sending_it_answers_once(org: Organisation, at: datetime) -> None:
    _, row = _asked(at)
    _sent(at)
    SurveyAsk.objects.update(expires_at=datetime.max.replace(year=2199, tzinfo=at.tzinfo))
    client, page = Client(), f"/survey/{links.token(row.pk)}"
    shown = client.get(f"{page}?score=7")
    assert shown.status_code == 200 and 'value="7" required checked' in shown.content.decode()
    assert shown["Referrer-Policy"] == "no-referrer" and shown["Cache-Control"] == "private, no-store"
    assert shown["Content-Language"] == "ja" and "勧めたい" in shown.content.decode() and not Answer.objects.exists()
    assert client.head(page).status_code == 200 and not Answer.objects.exists()
    assert client.post(page, {"score": "12"}).status_code == 422
    assert "回答を受け付けました" in client.post(page, {"score": "7", "comment": "x\x00y"}).content.decode()
    assert client.post(page, {"score": "1"}).status_code == 409
    assert (Answer.objects.get().score, Answer.objects.get().comment) == (7, "xy")


def test_a_link_that_was_tampered_with_opens_nothing(org: Organisation, at: datetime) -> None:
    _, row = _asked(at)
    _sent(at)
    good = links.token(row.pk)
    other = links.token(row.pk + 1)
    assert links.find(good) == row and links.find(other) is None, "no such survey"
    for bad in (good[:-1], good + "A", other[:11] + good[11:], good[::-1], "あ" * len(good), good.swapcase()):
        assert links.find(bad) is None
        assert Client().get(f"/survey/{bad}").status_code == 404
    assert masked(f"GET /survey/{good}?score=3") == "GET /survey/…?score=3"


def test_guessing_is_slowed_down_and_an_old_link_says_that_it_is_over(org: Organisation, at: datetime) -> None:
    _, row = _asked(at)
    _sent(at - 430 * DAY)
    SurveyAsk.objects.update(expires_at=at - 400 * DAY)
    page = f"/survey/{links.token(row.pk)}"
    assert Client().get(page).status_code == 410
    assert Client().post(page, {"score": "5"}).status_code == 410 and not Answer.objects.exists()
    answers = [Client().get(f"/survey/{'x' * 32}").status_code for _ in range(22)]
    assert answers[0] == 404 and answers[-1] == 429


def test_what_was_asked_is_listed_with_the_share_of_answers(org: Organisation, at: datetime) -> None:
    account, row = _asked(at)
    surveys.answer(row, 9, at=at)
    client = signed_in(Role.HEAD)
    text = body(client, "/surveys")
    assert account.name in text and "山田 花子" in text and "100%" in text
    assert "No survey matches" in body(client, "/surveys?state=waiting")
    assert account.name in body(client, "/surveys?state=answered&survey=nps&sort=-score")
    lines = b"".join(client.get("/surveys/export.csv").streaming_content).decode("utf-8-sig")
    assert account.name in lines and Entry.objects.filter(action="engage.survey.exported").exists()
    [told] = Rest(member(Role.HEAD, "責任者")).get("/surveys").data["items"]
    assert (told["account"], told["score"], told["survey"]) == (account.pk, 9, "nps")
    assert "No survey was asked yet" in body(signed_in(Role.CSM), "/surveys"), "another team's account"


def test_who_answers_while_their_mail_is_being_counted_keeps_the_answer(org: Organisation, at: datetime) -> None:
    _, row = _asked(at)
    assert row.mail is not None
    surveys.answer(row, 9, at=at)
    assert fates._went_out(row.pk, {row.mail: at}, at) == 0
    assert Answer.objects.get().score == 9


def test_words_may_follow_the_score(org: Organisation, at: datetime) -> None:
    _, row = _asked(at)
    surveys.answer(row, 9, at=at)
    surveys.answer(row, 9, "担当者の説明", at=at)
    told = Answer.objects.get()
    assert (told.score, told.comment) == (9, "担当者の説明")


def test_nobody_answers_from_a_draft_nor_from_the_outbox_afterwards(org: Organisation, at: datetime) -> None:
    _, row = _asked(at, approval="draft")
    link = links.token(row.pk)
    assert link in Mail.objects.get().text and links.find(link) is None, "the mail did not go out yet"
    assert fates.follow(at) == 0 and link in Mail.objects.get().text, "it still has to go out"
    _sent(at)
    assert links.find(link) == row and fates.follow(at) == 2
    kept = Mail.objects.get()
    assert "/survey/" not in kept.text + kept.html and "●●●" in kept.text and "勧めたい" in kept.text
    assert "/survey/" not in body(signed_in(Role.HEAD), f"/mails/{kept.pk}")
    assert links.find(link) == row and fates.follow(at) == 0, "whoever got it may still answer"


def test_a_mail_whose_fate_goes_on_meanwhile_loses_its_links_in_the_next_round(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asked(at)
    _sent(at)
    monkeypatch.setattr(fates.secrets_out, "take_out", lambda mails, pattern: 0)
    fates.follow(at)
    assert SurveyAsk.objects.get().has_links
    monkeypatch.undo()
    assert fates.follow(at) == 1 and "/survey/" not in Mail.objects.get().text


@pytest.mark.parametrize("state", ["cancelled", "suppressed", "failed", "bounced"])
def test_a_mail_that_reached_nobody_asked_nobody(org: Organisation, at: datetime, state: str) -> None:
    account, row = _asked(at)
    Mail.objects.update(state=state, changed_at=at)
    assert row.contact_id and surveys.last_asked(row.contact_id, "nps", since=at - DAY) is None, "at once"
    assert fates.follow(at) == 2 and fates.follow(at) == 0
    row.refresh_from_db()
    assert row.unsent_at == at and row.sent_on is None and not Answer.objects.exists()
    assert "Reached nobody" in body(signed_in(Role.HEAD), "/surveys?state=unsent") and not Mail.objects.filter(
        text__contains="/survey/"
    )
    later = at + 2 * DAY
    stage.falls(account, at=later)
    stage.goes_on(later)
    assert SurveyAsk.objects.count() == 2, "the rest of 90 days is for those who were asked"


def test_a_bounce_that_is_told_days_later_takes_the_asking_back(org: Organisation, at: datetime) -> None:
    _, row = _asked(at)
    _sent(at)
    fates.follow(at)
    assert Answer.objects.get().retracted_at is None
    _sent(at, "bounced")
    assert fates.follow(at + 3 * DAY) == 1
    assert Answer.objects.get().retracted_at and Entry.objects.filter(action="ingest.answer.retracted").exists()
    text = body(signed_in(Role.HEAD), "/surveys")
    assert "Reached nobody" in text and "100%" not in text
    surveys.answer(row, 9, at=at + 4 * DAY)
    row.refresh_from_db()
    assert row.unsent_at is None and Answer.objects.get().retracted_at is None, "whoever answers was reached"


def test_a_mail_that_was_approved_late_takes_answers_as_long_as_any_other(org: Organisation, at: datetime) -> None:
    _, row = _asked(at, approval="draft")
    late = at + 40 * DAY
    _sent(late)
    row.refresh_from_db()
    assert not surveys.is_over(row, late), "also before its fate is followed"
    assert fates.follow(late) == 2
    row.refresh_from_db()
    assert row.expires_at == late + surveys.LASTS
    assert surveys.is_over(row, late + 30 * DAY) and not surveys.is_over(row, late + 29 * DAY)
    surveys.answer(row, 9, at=late + 29 * DAY)
    assert Answer.objects.get().score == 9


def test_a_draft_that_is_rejected_late_asked_nobody(org: Organisation, at: datetime) -> None:
    _, row = _asked(at, approval="draft")
    late = at + 40 * DAY
    Mail.objects.update(state="cancelled", changed_at=late)
    assert fates.follow(late, with_lost=False) == 1, "its links are taken out at once"
    assert fates.follow(late) == 1
    row.refresh_from_db()
    assert row.unsent_at == late


def test_mails_that_reached_nobody_are_looked_for_once_a_minute(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []
    monkeypatch.setattr(fates, "follow", lambda at, with_lost: looks.append(with_lost) or 0)
    for seconds in (0, 1, 59, 60, 61):
        loops.play(at + timedelta(days=4000, seconds=seconds))
    assert looks == [True, False, False, True, False]
