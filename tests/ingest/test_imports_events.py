"""Product events from a file take the same way as live ones, once each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nenrin.customers import accounts
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import imports, spool
from nenrin.ingest.models import Source
from tests.ingest.drain_cast import NOON, drained, stored
from tests.ingest.files_kit import counts, imported, run, uploaded

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = "イベント名,利用者ID,顧客ID,日時,画面\nログイン,u1,A1,2026-04-01 09:00,トップ\nレポート表示,u1,A1,2026/4/1 9:05,レポート\nログイン,,,2026-04-01,\n,u2,A1,2026-04-01,\n"


@pytest.fixture
def org() -> Organisation:
    return organisation.found("年輪テスト", at=NOON)


def test_events_of_a_file_are_in_the_lake_once_however_often_it_comes(org: Organisation) -> None:
    accounts.open("東雲精機株式会社", keys=[("product", "A1")], by=SYSTEM, at=NOON)
    mapping = """
kind: events
source: logs
known: {policy: lag, days: 1}
columns: {event: イベント名, user_id: 利用者ID, group_id: 顧客ID, timestamp: 日時}
attributes: {page: 画面}
"""
    first = imported("events", ROWS, NOON, mapping=mapping, source="logs")
    assert counts(first) == (2, 0, 0, 2)
    assert drained().stored == 2
    rows = stored('name, "user", "group", known_on, properties')
    assert sorted(row[0] for row in rows) == ["レポート表示", "ログイン"]
    assert {(row[1], row[2], row[3]) for row in rows} == {("u1", "A1", date(2026, 4, 2))}
    assert '{"page":"レポート"}' in {row[4].replace(" ", "") for row in rows}
    imported("events", ROWS + "後から,u1,A1,2026-04-02,\n", NOON, mapping=mapping, source="logs")
    again = drained(NOON + timedelta(seconds=9))
    assert (again.stored, again.duplicate) == (1, 2)
    assert Source.objects.get().name == "file: logs"


def test_a_dry_run_of_events_spools_nothing_and_events_are_not_taken_back(org: Organisation) -> None:
    row = run(uploaded("events", ROWS, NOON), NOON, dry=True)
    assert counts(row) == (2, 0, 0, 2)
    assert spool.read() == []
    imports.start(row, by=SYSTEM, at=NOON)
    while imports.work(NOON, holder="test"):
        pass
    with pytest.raises(imports.NotUndoable):
        imports.undo(row, by=SYSTEM, at=NOON)


def test_a_files_own_day_of_knowledge_is_believed_behind_closed_days_and_kept_from_being_sent_twice(
    org: Organisation,
) -> None:
    organisation.change(by=SYSTEM, at=NOON, closed_through=date(2026, 11, 20))
    mapping = """
kind: events
source: logs
known: {policy: column, column: 記録日}
columns: {event: イベント名, user_id: 利用者ID, group_id: 顧客ID, timestamp: 日時}
"""
    rows = "イベント名,利用者ID,顧客ID,日時,記録日\nログイン,u1,A1,2026-04-01 21:00,2026-04-01\nログイン,u1,A1,2026-04-02 09:00,\n"
    for _ in range(2):
        imported("events", rows, NOON, mapping=mapping, source="logs")
        drained()
    assert sorted(stored("valid_at::varchar, known_on, flags")) == [
        ("2026-04-01 12:00:00+00", date(2026, 4, 1), ""), ("2026-04-02 00:00:00+00", date(2026, 11, 24), ""),
    ]  # fmt: skip
