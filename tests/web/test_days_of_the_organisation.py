"""Half past eight in the morning in Tokyo is the day before in UTC: what a reader gets goes by the organisation's day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from nenrin.customers import accounts
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.web import exports
from nenrin.web.losses import writing
from nenrin.work import journeys, losses, touches
from nenrin.work.losses import Leaving
from tests import cast
from tests.web.test_value_pages import signed_in
from tests.work import journeys_world

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # 1 July, 08:30 in Tokyo


def test_a_file_is_named_by_the_organisations_day(org: Organisation) -> None:
    assert "runs-20260701.csv" in exports.answer("csv", "runs", ["x"], [], MORNING)["Content-Disposition"]


def test_a_moment_in_a_workbook_stands_by_the_organisations_clock(org: Organisation) -> None:
    answer = exports.answer("xlsx", "runs", ["Arrived", "Day"], [[MORNING, date(2026, 6, 30)]], MORNING)
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer)))  # type: ignore[arg-type]  # streamed
    clock = MORNING.astimezone(organisation.zone()).replace(tzinfo=None)
    assert book.get_sheet_by_index(0).to_python()[1] == [clock, date(2026, 6, 30)]


def test_what_was_done_before_a_loss_ends_with_its_day_here(org: Organisation, at: datetime) -> None:
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    [loss] = losses.open_many([Leaving(account, None, date(2026, 6, 30), None, 0)], by=SYSTEM, at=at)
    for told in (datetime(2026, 6, 30, 1, tzinfo=UTC), MORNING):  # on the day of the decision, and the morning after
        touches.write(account, "meeting", title="面談", happened_at=told, by=SYSTEM, at=at)
    assert {name.en: count for name, count in writing._done(loss)}["Meeting"] == 1


def test_the_file_of_a_journey_tells_the_day_here_on_which_a_stage_was_entered(org: Organisation, at: datetime) -> None:
    journeys_world.in_use(at)
    account = accounts.open(cast.STARTING, by=SYSTEM, at=MORNING)
    assert journeys.move(account, "onboarding", reason="導入開始", by=SYSTEM, at=MORNING)
    told = b"".join(signed_in().get("/journey/export.csv")).decode()  # type: ignore[arg-type]  # streamed
    assert cast.STARTING in told and "2026-07-01" in told and "2026-06-30" not in told
