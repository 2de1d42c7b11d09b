"""The event catalogue: names counted and mapped, staff and bots left out, the last hundred as they came."""

from __future__ import annotations

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry
from nenrin.ingest import catalogue, lakes
from nenrin.ingest.models import EventName, Exclusion, LiveEvent
from tests.ingest.drain_cast import NOON, drained, send, source, stored, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]


def test_every_name_is_counted_and_unmapped_until_somebody_says_what_it_stands_for() -> None:
    web = source()
    send(web, track("Opened"), track("Opened"), {"type": "page", "userId": "sato", "name": "Home"})
    drained()
    send(web, track("Opened"))
    drained()

    rows = EventName.objects.order_by("name").values_list("name", "events", "use")
    assert list(rows) == [("$page", 1, "unmapped"), ("Opened", 3, "unmapped")]


def test_a_mapping_is_told_to_the_lake_with_its_feature() -> None:
    send(source(), track("Opened"))
    drained()

    catalogue.map_event("product", "Opened", use="key_feature", feature="reports", by=SYSTEM, at=NOON)

    entry = Entry.objects.get(action="ingest.event.mapped")
    assert entry.particulars["fact"] == {
        "kind": "mapping", "key": "product|Opened", "body": {"use": "key_feature", "feature": "reports"}, "gone": False,
    }  # fmt: skip


@pytest.mark.parametrize(("use", "feature"), [("key_feature", ""), ("login", "reports"), ("nonsense", "")])
def test_a_mapping_that_says_nothing_is_refused(use: str, feature: str) -> None:
    with pytest.raises(catalogue.UnknownUse):
        catalogue.map_event("product", "Opened", use=use, feature=feature, by=SYSTEM, at=NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "pattern", "excluded"),
    [
        ("user", "test-*", "test-1"), ("group", "sandbox", "sato"), ("agent", "HeadlessChrome", "bot"),
        ("email_domain", "nenrin.example", "staff"),
    ],
)  # fmt: skip
def test_our_own_staff_tests_and_bots_are_stored_but_not_counted(kind: str, pattern: str, excluded: str) -> None:
    catalogue.exclude(kind, pattern, by=SYSTEM, at=NOON)
    web = source()
    send(web, {"type": "identify", "userId": "staff", "traits": {"email": "staff@NENRIN.example"}})
    drained()
    send(
        web, track(user="test-1"), track(user="sato", context={"groupId": "sandbox"}), track(user="kato"),
        track(user="bot", context={"userAgent": "Mozilla/5.0 HeadlessChrome/140"}), track(user="staff"),
    )  # fmt: skip
    drained()

    flagged = {user for user, flags, kind in stored('"user", flags, type') if flags == "excluded" and kind == "track"}
    assert flagged == {excluded}
    lake = lakes.current()
    lake.roll()
    with lake.session() as db:
        assert db.execute("select sum(n)::int from raw_counts where event = 'Report opened'").fetchall() == [(4,)]


def test_an_exclusion_ends_for_what_arrives_afterwards() -> None:
    web, rule = source(), catalogue.exclude("user", "sato", by=SYSTEM, at=NOON)
    send(web, track())
    drained()
    catalogue.include(rule, by=SYSTEM, at=NOON)
    send(web, track())
    drained()

    assert [flags for (flags,) in stored("flags")] == ["excluded", ""]
    assert not Exclusion.objects.exists()


def test_a_program_that_invents_names_does_not_fill_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST_NAMES", 3)
    send(source(), *[track(f"Name {n}") for n in range(10)])

    assert drained().stored == 10
    rows = dict(EventName.objects.values_list("name", "events"))
    assert len(rows) == 4
    assert rows["…"] == 7


def test_the_live_viewer_shows_the_last_hundred_with_what_became_of_them() -> None:
    web, event = source(), track("Opened")
    send(web, *[track(f"Name {n}") for n in range(150)])
    drained()
    send(web, event, event, {"type": "track", "userId": "sato"})
    drained()

    rows = list(LiveEvent.objects.order_by("-id"))
    assert len(rows) == 100
    assert [row.verdict for row in rows[:3]] == ["no_event", "duplicate", "stored"]
    assert '"event":"Opened"' in rows[1].body
