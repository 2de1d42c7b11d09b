"""The month before by mail: to whom it is due, once a month each, within what each may see."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.errors import Refused
from nenrin.foundation import members
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import sending
from nenrin.foundation.models import Entry, Mail, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.executive import mails
from nenrin.insight.models import ReportReader
from tests.cast import DRIFTING, THRIVING, member
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")
#: An evening on which somebody asks for it; the month told first is November, in December.
ASKED = datetime(2026, 11, 24, 18, tzinfo=TOKYO)


def on(day: int, hour: int = 9, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=TOKYO)


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A mail server, which a test may take away by emptying the list."""
    there: list[object] = [object()]
    monkeypatch.setattr(sending, "line", lambda: there[0] if there else None)
    return there


@pytest.fixture
def company(org: Organisation) -> dict[str, Any]:
    """One that stays, one of a seller's that came in November."""
    world = World(today=date(2026, 11, 24))
    found: dict[str, Any] = {"world": world}
    for name, minor, start in ((THRIVING, 100_000, "2025-01-15"), (DRIFTING, 40_000, "2026-11-10")):
        account = accounts.open(name, by=SYSTEM, at=world.now)
        words = {"starts_on": date.fromisoformat(start), "term_months": 12, "mrr_minor": minor, "seats": 5}
        subscriptions.sign(account, by=SYSTEM, at=world.now, **words)
        found[name] = account
    world.carry()
    return found


def reader(role: Role = Role.EXECUTIVE, *, language: str = "ja", on_day: int = 1) -> Member:
    person = member(role, language=language)
    mails.name(person, on_day=on_day, by=SYSTEM, at=ASKED)
    return person


def test_the_month_before_arrives_once_a_month(company: dict[str, Any]) -> None:
    person = reader()
    assert mails.step(ASKED) == 0, "nothing in arrears for who asks in the middle of a month"
    assert mails.step(on(1, 7)) == 0 and mails.step(on(1, 8)) == 1
    assert mails.step(on(1, 9)) == 0 and mails.step(on(20)) == 0
    mail = Mail.objects.get()
    assert (mail.kind, mail.member, mail.to_address) == ("transactional", person.pk, person.email)
    assert mail.key == f"executive:2026-11:{person.pk}" and "2026年11月" in mail.subject
    assert "MRRは+4万円、14万円に" in mail.text and "/executive?grain=month&start=2026-11-01" in mail.text
    assert mails.step(datetime(2027, 1, 1, 8, tzinfo=TOKYO)) == 1 and Mail.objects.count() == 2


def test_a_worker_that_was_away_tells_it_late_and_once(company: dict[str, Any]) -> None:
    reader(on_day=5)
    assert mails.step(on(4)) == 0 and mails.step(on(19)) == 1 and mails.step(on(20)) == 0


def test_killed_between_the_mail_and_the_mark_it_is_one_mail(company: dict[str, Any]) -> None:
    """Both stand or neither; and were the mark lost, the mail's key still holds."""
    reader()
    assert mails.step(on(1)) == 1
    ReportReader.objects.update(told=None)
    mails.step(on(2))
    assert Mail.objects.count() == 1


def test_each_is_told_what_they_may_see(company: dict[str, Any]) -> None:
    seller, head = reader(Role.SALES, language="en"), reader(Role.HEAD, language="en")
    ownership.assign(company[DRIFTING], seller, by=SYSTEM, at=company["world"].now)
    company["world"].carry()
    assert mails.step(on(1)) == 2
    own, all_ = (Mail.objects.get(member=each.pk).text for each in (seller, head))
    assert THRIVING not in own and "to ¥40K" in own and "CAC" not in own
    assert "to ¥140K" in all_ and "CAC payback" in all_ and "/executive/mail" in all_


def test_who_left_or_stopped_it_gets_none(company: dict[str, Any]) -> None:
    leaver, other = reader(), reader(Role.HEAD)
    members.deactivate(leaver, by=SYSTEM, at=ASKED)
    assert mails.drop(other, by=SYSTEM, at=ASKED) and not mails.drop(other, by=SYSTEM, at=ASKED)
    assert mails.step(on(1)) == 0 and mails.readers() == [] and not Mail.objects.exists()
    actions = Entry.objects.filter(action__startswith="insight.report.").values_list("action", flat=True)
    assert sorted(actions) == ["insight.report.dropped", *["insight.report.named"] * 2]


def test_without_a_mail_server_it_waits_for_one(company: dict[str, Any], server: list[object]) -> None:
    reader()
    server.clear()
    assert mails.step(on(1)) == 0
    server.append(object())
    assert mails.step(on(2)) == 1


def test_without_contracts_there_is_nothing_to_tell(org: Organisation) -> None:
    World(today=date(2026, 11, 24)).carry()
    reader()
    assert mails.step(on(1)) == 0 and not Mail.objects.exists()


def test_another_day_replaces_the_first_and_the_same_changes_nothing(company: dict[str, Any]) -> None:
    person = reader()
    mails.name(person, on_day=1, by=SYSTEM, at=ASKED + timedelta(hours=1))
    assert Entry.objects.filter(action="insight.report.named").count() == 1
    mails.name(person, on_day=25, by=SYSTEM, at=ASKED)
    assert ReportReader.objects.get().on_day == 25
    assert mails.step(on(25, month=11)) == 1, "October is told tomorrow: its day was still to come"


@pytest.mark.parametrize("day", [0, 29, 31])
def test_a_day_that_not_every_month_has_is_refused(org: Organisation, day: int) -> None:
    with pytest.raises(Refused, match="on_day"):
        mails.name(member(Role.HEAD), on_day=day, by=SYSTEM, at=ASKED)
