"""What people say about health by hand: with a reason, with an end, one override at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight import overrides, pulses
from nenrin.insight.judgements import EndsBeforeItBegins, NoReason
from nenrin.insight.models import Override, Pulse
from tests.cast import DRIFTING


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(DRIFTING, by=SYSTEM, at=at)


@pytest.fixture
def today(account: Account, at: datetime) -> date:
    return organisation.today(at)


def said() -> int:
    return Entry.objects.filter(action__startswith="insight.").count()


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_an_override_without_a_reason_is_refused(account: Account, at: datetime, today: date, reason: str) -> None:
    with pytest.raises(NoReason):
        overrides.set_(account.pk, band="caution", reason=reason, expires_on=today + timedelta(30), by=SYSTEM, at=at)
    assert not Override.objects.exists() and said() == 0


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_an_override_ends_on_a_later_day_within_a_year(account: Account, at: datetime, today: date, days: int) -> None:
    with pytest.raises(EndsBeforeItBegins):
        overrides.set_(account.pk, band="caution", reason="x", expires_on=today + timedelta(days), by=SYSTEM, at=at)
    with pytest.raises(EndsBeforeItBegins):
        pulses.give(account.pk, 3, expires_on=today + timedelta(days), by=SYSTEM, at=at)
    assert not Override.objects.exists() and not Pulse.objects.exists() and said() == 0


def test_an_override_without_an_end_is_refused(account: Account, at: datetime) -> None:
    with pytest.raises(EndsBeforeItBegins):
        overrides.set_(
            account.pk, band="caution", reason="x", expires_on=None, by=SYSTEM, at=at  # type: ignore[arg-type]
        )  # fmt: skip
    assert not Override.objects.exists()


@pytest.mark.parametrize(
    "said_", [{}, {"band": "caution", "score": 40.0}, {"band": "unknown"}, {"score": 101.0}, {"score": -0.1}]
)
def test_an_override_is_one_band_or_one_score(
    account: Account, at: datetime, today: date, said_: dict[str, object]
) -> None:
    with pytest.raises(overrides.InvalidOverride):
        overrides.set_(account.pk, reason="x", expires_on=today + timedelta(1), by=SYSTEM, at=at, **said_)  # type: ignore[arg-type]
    assert not Override.objects.exists()


def test_a_new_override_ends_the_earlier_one(account: Account, at: datetime, today: date) -> None:
    until = today + timedelta(30)
    first = overrides.set_(account.pk, band="caution", reason="x", expires_on=until, by=SYSTEM, at=at)
    second = overrides.set_(account.pk, score=80.0, reason="y", expires_on=until, by=SYSTEM, at=at)
    first.refresh_from_db()
    assert first.lifted_at == at and Override.objects.get(lifted_at__isnull=True) == second
    lifted = overrides.lift(second, by=SYSTEM, at=at)
    assert overrides.lift(lifted, by=SYSTEM, at=at).lifted_at == at
    assert Entry.objects.filter(action="insight.override.lifted").count() == 2, "told once each"


@pytest.mark.parametrize(
    ("grade", "reasons"), [(0, []), (7, []), (3, ["weather"]), (3, ["value", "budget", "support", "growth"])]
)
def test_a_pulse_is_a_grade_with_at_most_three_known_reasons(
    account: Account, at: datetime, grade: int, reasons: list[str]
) -> None:
    with pytest.raises(pulses.InvalidPulse):
        pulses.give(account.pk, grade, reasons=reasons, by=SYSTEM, at=at)
    assert not Pulse.objects.exists() and said() == 0


def test_a_pulse_without_an_end_counts_for_45_days(account: Account, at: datetime, today: date) -> None:
    assert pulses.give(account.pk, 3, by=SYSTEM, at=at).expires_on == today + timedelta(45)
