"""Facts in the journal become rows of the lake, each exactly once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from nenrin.analytics.lake import Lake
from nenrin.customers import accounts
from nenrin.foundation import journal, organisation
from nenrin.foundation.actions import register
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import catalogue, lakes, mirror
from nenrin.values import Text
from tests.ingest.drain_cast import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]
TOLD = register("tests.fact.told", Text("told", "記録")).code


def tell(fact: dict[str, Any], at: datetime = NOON, **more: Any) -> None:
    journal.record(TOLD, actor=SYSTEM, at=at, particulars={"fact": fact}, **more)


def mirrored() -> list[tuple[Any, ...]]:
    """(kind, key, account, valid_at, known_on, gone, assumed, body), in order of sequence."""
    while journal.seal():
        pass
    lake = lakes.current()
    mirror.mirror_all(lake)
    with lake.connection() as db:
        files = lake.facts.files()
        rows = db.sql(
            "select kind, key, account, valid_at, known_on, gone, assumed, body"
            f" from read_parquet({files}, hive_partitioning = true) order by seq"
        ).to_arrow_table()
    return [tuple(row.values()) for row in rows.to_pylist()]


def test_a_fact_of_a_verb_is_in_the_lake_with_when_it_was_true_and_when_it_was_known() -> None:
    tell({"kind": "ticket", "key": "T-1", "body": {"priority": "urgent"}}, account=7, valid_at=NOON - timedelta(days=2))

    assert mirrored() == [
        ("ticket", "T-1", 7, NOON - timedelta(days=2), date(2026, 11, 24), False, False, '{"priority":"urgent"}')
    ]


def test_a_fact_is_mirrored_once_however_often_the_mirror_dies_between_lake_and_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell({"kind": "ticket", "key": "T-1"})
    journal.seal()
    with monkeypatch.context() as patched:
        patched.setattr(journal, "advance", lambda *_: 1 / 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                mirror.mirror(lakes.current())
    tell({"kind": "ticket", "key": "T-2"})

    assert [row[1] for row in mirrored()] == ["T-1", "T-2"]


def test_what_is_recorded_on_a_closed_day_is_known_on_the_first_open_one() -> None:
    organisation.change(by=SYSTEM, at=NOON, closed_through=date(2026, 11, 30))
    tell({"kind": "ticket", "key": "T-1"})

    assert [row[4] for row in mirrored() if row[0] == "ticket"] == [date(2026, 12, 1)]


def test_imported_history_states_when_it_was_known_and_that_this_is_assumed() -> None:
    tell({"kind": "ticket", "key": "T-1", "valid_at": "2026-03-01", "known_on": "2026-03-02", "assumed": True})

    [row] = mirrored()
    assert row[3:7] == (datetime(2026, 2, 28, 15, 0, tzinfo=UTC), date(2026, 3, 2), False, True)


def test_links_and_retractions_are_true_since_ever_unless_they_say_since_when() -> None:
    tell({"kind": "key", "key": "product|g:acme"}, account=7)
    tell({"kind": "key", "key": "product|g:beta", "valid_at": "2026-04-01"}, account=8)
    tell({"kind": "ticket", "key": "T-1", "gone": True})

    years = [row[3].year for row in mirrored()]
    assert years == [1900, 2026, 1900]


def test_an_entry_with_a_broken_fact_does_not_stop_the_others() -> None:
    tell({"kind": "Not a kind", "key": "x"})
    tell({"kind": "ticket"})
    tell({"kind": "ticket", "key": "T-1", "valid_at": "soon", "known_on": "later"})

    assert [row[1] for row in mirrored()] == ["T-1"]


def test_an_opened_account_and_its_key_reach_a_session() -> None:
    account = accounts.open("Acme", keys=[("product", "acme")], by=SYSTEM, at=NOON)
    catalogue.map_many([("product", "Report opened", "key_feature", "reports")], by=SYSTEM, at=NOON)
    mirrored()
    lake: Lake = lakes.current()

    with lake.session() as db:
        assert db.sql("select account, status from accounts").fetchall() == [(account.pk, account.status)]
        assert db.sql("select account, namespace, key from links").fetchall() == [(account.pk, "product", "g:acme")]
        last = db.sql("select use, feature from mappings where believed_to = '9999-12-31'").fetchall()
        assert last == [("key_feature", "reports")]
