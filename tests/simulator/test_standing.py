"""Where the demo's customers stand, and what was foretold of them, agrees with what its other pages say."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.insight.models import Health, HealthModelVersion
from nenrin.simulator.writer import renewing, walking
from nenrin.work.journeys import designs
from nenrin.work.models import RenewalOutcome, StageStay
from tests import cast
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db


def _advocate(name: str, band: str, at: datetime) -> Account:
    found = world.customer(name, "advocacy", at=at)
    version = HealthModelVersion.objects.filter(state="published").order_by("pk").first()
    today = organisation.today(at)
    Health.objects.create(
        account=found, as_of=today, at=at, today=30, score=30, band=band, since=today, coverage=1, version=version
    )
    return found


def test_nobody_at_risk_is_asked_to_speak_for_us(org: Organisation, at: datetime) -> None:
    health_models.install(at=at)
    designs.install(by=SYSTEM, at=at)
    red, fresh = _advocate(cast.DRIFTING, "at_risk", at), _advocate(cast.STARTING, "at_risk", at + timedelta(days=29))
    green = _advocate(cast.THRIVING, "healthy", at)
    assert walking._fallen(at + timedelta(days=29, hours=2)) == 2
    stands = {row.account_id: (row.stage, row.reason) for row in StageStay.objects.open()}
    assert stands[red.pk] == stands[fresh.pk] == ("adoption", walking.FALLEN)
    assert stands[green.pk][0] == "advocacy"
    assert walking._fallen(at + timedelta(days=29, hours=3)) == 0


def test_no_model_is_said_to_have_spoken_before_it_was_there(org: Organisation, at: datetime) -> None:
    author = cast.member(Role.CSM, "佐藤 美咲")
    account = Account(name=cast.THRIVING, owner=author, customer_since=date(2020, 1, 1))
    outcomes = [
        RenewalOutcome(
            account=account, term_end=date(2026, month, 1), decision_on=date(2026, month, 1), currency="JPY",
            due_minor=100_000, kept_minor=kept,
        )
        for month in range(1, 10) for kept in (0, 100_000)
    ]  # fmt: skip
    said = [renewing._said(row, days, {author.pk: author}, at) for row in outcomes for days in (90, 180)]
    assert len(said) == 36 and all(one and one.call and one.p is None for one in said)
