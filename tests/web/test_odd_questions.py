"""Addresses and forms with values that make no sense: a page all the same, never an error of ours."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.web.settings.journal import defused
from tests import cast

CURSORS = (
    "2026-13-45T00:00:00~1",
    "2026-01-01T00:00:00~²",
    "2026-01-01T00:00:00~99999999999999999999999",
    "0001-01-01T00:00:00+14:00~1",
    "9999-12-31T23:59:59-14:00~1",
    "~",
)


@pytest.fixture
def within(client: Client, org: Organisation) -> Client:
    client.force_login(cast.member())
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_timeline_is_read_from_any_cursor(within: Client, at: datetime, cursor: str) -> None:
    account = accounts.open(cast.THRIVING, by=SYSTEM, at=at)
    assert within.get(f"/accounts/{account.pk}/timeline", {"before": cursor}).status_code == 200


@pytest.mark.parametrize("asked", ["first=0001-01-01", "last=9999-12-31", "first=9999-12-31&last=0001-01-01"])
def test_the_journal_is_narrowed_to_any_day(within: Client, asked: str) -> None:
    assert within.get(f"/journal?{asked}").status_code == 200


@pytest.mark.parametrize("wall", ["0001-01-01T00:00", "9999-12-31T23:59", "1066-10-14"])
def test_a_touch_of_an_impossible_time_is_refused_by_its_field(within: Client, at: datetime, wall: str) -> None:
    account = accounts.open(cast.THRIVING, by=SYSTEM, at=at)
    form = {"channel": "note", "title": "x", "happened_at": wall}
    answer = within.post(f"/accounts/{account.pk}/timeline/write", form)
    assert answer.status_code == 422 and "happened_at" in answer.context["form"].errors


@pytest.mark.parametrize("cell", ["=1+1", " @SUM(A1)", "＝cmd", "\tx", "－1", "\nx", "\0=1"])
def test_no_cell_of_the_journals_file_is_a_formula(cell: str) -> None:
    assert defused(cell) == f"'{cell}" and defused(f"x{cell}") == f"x{cell}"
