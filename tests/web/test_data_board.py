"""The data board and the event catalogue."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Lease, Organisation
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.foundation.roles import Role
from nenrin.ingest import catalogue, drain, intake, lakes, quarantine, sources
from nenrin.ingest.models import EventName, Exclusion, LiveEvent, Quarantined, Source, Verdict
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.data_urls")]


@pytest.fixture
def source(org: Organisation) -> Source:
    """Three good events, one of them twice, and two that cannot be stored, all drained."""
    now = datetime.now(UTC)
    source = sources.open("Web app", by=SYSTEM, at=now).source
    good = [{"type": "track", "event": f"Report {n}", "userId": "sato", "messageId": f"m-{n}"} for n in range(3)]
    bad = [
        {"type": "track", "userId": "sato", "messageId": "b-1"},
        {"type": "track", "event": "Nobody", "messageId": "b-2"},
    ]
    intake.accept_many(source, [(json.dumps({"batch": [*good, good[0], *bad]}).encode(), now)])
    lake = lakes.current()
    drain.prepare(lake)
    drain.drain_all(lake, at=now + timedelta(seconds=1))
    lake.roll()
    return source


@pytest.fixture
def operations(client: Client, org: Organisation) -> Client:
    client.force_login(cast.member(Role.OPERATIONS, "井上 徹", language="en"))
    return client


def test_the_board_shows_where_every_event_went(operations: Client, source: Source) -> None:
    Lease.objects.create(
        name="worker.drain", holder="w", until=datetime.now(UTC), beat_at=datetime.now(UTC) - timedelta(hours=1)
    )
    answer = operations.get(reverse("data-board"))
    page = answer.content.decode()
    (line,) = answer.context["lines"]
    assert dict(line.law) == {"received": 6, "stored": 3, "duplicate": 1, "quarantined": 2, "pending": 0, "limited": 0}
    assert "The sum holds: received 6 = stored 3 + duplicate 1 + set aside 2 + waiting 0" in page
    assert line.gap == 0 and ">holds<" in page
    assert "Track call without a name" in page and "Neither user nor anonymous id" in page
    assert "late: 1 h" in page
    assert answer.context["volume"].columns[-1].value == 3


def test_the_board_tells_how_long_each_source_is_silent(operations: Client, source: Source, org: Organisation) -> None:
    sources.open("Never sent", by=SYSTEM, at=datetime.now(UTC))
    closed = sources.open("Gone", by=SYSTEM, at=datetime.now(UTC)).source
    sources.close(closed, by=SYSTEM, at=datetime.now(UTC))
    fresh = {line.source.name: line.fresh for line in operations.get(reverse("data-board")).context["lines"]}
    assert not fresh["Web app"].is_stale and fresh["Web app"].seconds < 120
    assert fresh["Never sent"].is_stale and fresh["Never sent"].last_at is None and fresh["Gone"] is None
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=30)):
        operations.force_login(cast.member(Role.OPERATIONS, "中村 蓮", language="en"))
        page = operations.get(reverse("data-board")).content.decode()
    assert "silent for 30 h" in page or "silent for 1 d" in page
    assert "nothing yet" in page and ">closed<" in page


def test_the_board_shows_refused_links_between_ids_and_names_nobody_to_those_who_may_not_read_it(
    operations: Client, source: Source
) -> None:
    now = datetime.now(UTC)
    alias = {"type": "alias", "previousId": "sato", "userId": "suzuki"}
    for user in ("sato", "suzuki"):
        alias_before = {"type": "identify", "userId": user, "anonymousId": f"a-{user}", "messageId": f"i-{user}"}
        intake.accept_many(source, [(json.dumps({"batch": [alias_before]}).encode(), now)])
    intake.accept_many(
        source, [(json.dumps({"batch": [alias | {"messageId": f"x-{n}"} for n in (1, 2)]}).encode(), now)]
    )
    drain.drain_all(lakes.current(), at=now + timedelta(seconds=2))
    page = operations.get(reverse("data-board")).content.decode()
    ((words, row),) = operations.get(reverse("data-board")).context["conflicts"]
    assert (row.kind, {row.left, row.right}) == ("two_users", {"sato", "suzuki"})
    assert "Two known users would merge" in page and "suzuki" in page and words.en in page
    others = Client()
    others.force_login(cast.member(Role.PRODUCT, "高橋 陸", language="en"))
    page = others.get(reverse("data-board")).content.decode()
    assert "Two known users would merge" in page and "suzuki" not in page


def test_an_empty_installation_is_told_what_to_do(operations: Client) -> None:
    assert "No source yet" in operations.get(reverse("data-board")).content.decode()
    assert "No event has arrived yet" in operations.get(reverse("event-catalogue")).content.decode()
    assert "No event has arrived yet" in operations.get(reverse("live-events")).content.decode()
    assert "Nothing waits" in operations.get(reverse("quarantined")).content.decode()


def test_events_set_aside_are_tried_again_or_given_up_without_being_counted_twice(
    operations: Client, source: Source
) -> None:
    row = Quarantined.objects.get(reason="no_event")
    page = operations.get(reverse("quarantined"), {"reason": "no_event"})
    assert [shown.pk for shown, *_ in page.context["rows"]] == [row.pk]
    operations.post(reverse("quarantined-settle"), {"id": row.pk, "do": "drop"})
    operations.post(reverse("quarantined-settle"), {"all": "1", "reason": "no_user_anon_id", "do": "retry"})
    drain.drain_all(lakes.current(), at=datetime.now(UTC))
    states = dict(Quarantined.objects.values_list("reason", "state"))
    assert states == {"no_event": "dropped", "no_user_anon_id": "waiting"}
    assert "The sum holds" in operations.get(reverse("data-board")).content.decode()


def test_giving_all_up_tells_how_many_are_done_and_goes_on_by_a_press(
    operations: Client, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "AT_ONCE", 1)
    monkeypatch.setattr(quarantine, "SECONDS", 0.0)
    assert "all 2 of this list" in operations.get(reverse("quarantined")).content.decode()
    first = operations.post(reverse("quarantined-settle"), {"all": "1", "do": "drop"})
    page = operations.get(first["Location"])
    text, going_on = page.content.decode(), page.context["going_on"]
    assert "1 of 2 given up" in text and "Go on with the other 1" in text and '<progress value="1" max="2"' in text
    told = {name: getattr(going_on, name) for name in ("do", "after", "through", "done")}
    last = operations.post(reverse("quarantined-settle"), {"all": "1", **told}, follow=True)
    assert "Given up: 2" in last.content.decode() and last.context["going_on"] is None
    assert set(Quarantined.objects.values_list("state", flat=True)) == {"dropped"}
    assert operations.get(reverse("quarantined"), {"do": "dance", "after": "x"}).context["going_on"] is None


def test_an_event_is_classified_in_its_row_and_a_stale_form_changes_nothing(operations: Client, source: Source) -> None:
    row = EventName.objects.get(name="Report 1")
    address = reverse("event-map", args=[row.pk])
    operations.post(address, {"use": "key_feature", "feature": "reports", "version": row.version})
    operations.post(address, {"use": "ignore", "version": row.version})
    row.refresh_from_db()
    assert (row.use, row.feature) == ("key_feature", "reports")
    operations.post(address, {"use": "dance", "version": row.version})
    assert EventName.objects.get(pk=row.pk).use == "key_feature"
    page = operations.get(reverse("event-catalogue"), {"use": "unmapped"}).content.decode()
    assert "Report 2" in page and "Report 1" not in page


def test_the_last_events_are_shown_as_received_with_their_outcome(operations: Client, source: Source) -> None:
    page = operations.get(reverse("live-events")).content.decode()
    assert LiveEvent.objects.exists()
    assert "Report 2" in page and "duplicate" in page and "Track call without a name" in page


def test_a_role_without_personal_data_sees_counts_and_no_bodies(client: Client, source: Source) -> None:
    client.force_login(cast.member(Role.PRODUCT, "高橋 陸", language="en"))
    for name in ("live-events", "quarantined"):
        page = client.get(reverse(name)).content.decode()
        assert "sato" not in page
    assert client.post(reverse("quarantined-settle"), {"all": "1"}).status_code == 403


def test_our_own_staff_is_left_out_by_a_rule_and_counted_again_when_it_ends(operations: Client) -> None:
    operations.post(
        reverse("exclusions"), {"kind": "email_domain", "pattern": "nenrin.example", "why": "our own staff"}
    )
    rule = Exclusion.objects.get()
    assert "nenrin.example" in operations.get(reverse("exclusions")).content.decode()
    operations.post(reverse("exclusion-end", args=[rule.pk]))
    assert not Exclusion.objects.exists()


def test_odd_addresses_are_no_errors(operations: Client, source: Source) -> None:
    for query in ("?page=x", "?source=abc&reason=%00", "?use=dance&sort=hash&q=%27%22%3E"):
        for name in ("quarantined", "event-catalogue", "data-board", "live-events"):
            assert operations.get(reverse(name) + query).status_code == 200


def test_map_many_is_seen_on_the_page(operations: Client) -> None:
    catalogue.map_many([("product", "Signed In", "login", "")], by=SYSTEM, at=datetime.now(UTC))
    assert "Signed In" in operations.get(reverse("event-catalogue"), {"use": "login"}).content.decode()


def test_what_is_in_motion_is_told_with_its_difference(operations: Client, source: Source) -> None:
    Verdict.objects.filter(what="duplicate").update(n=0)
    answer = operations.get(reverse("data-board"))
    assert [line.gap for line in answer.context["lines"]] == [1]
    assert "1 in motion" in answer.content.decode() and "nenrin doctor" in answer.content.decode()


def test_the_latest_events_say_for_which_account_they_count(operations: Client, source: Source) -> None:
    now = datetime.now(UTC)
    said = [
        {"type": "group", "userId": "sato", "groupId": "acme", "traits": {"name": "Acme Inc."}, "messageId": "g"},
        {"type": "track", "event": "Own", "userId": "sato", "messageId": "o", "properties": {"n": None}},
        {"type": "track", "event": "Stranger", "userId": "kato", "messageId": "s"},
    ]
    intake.accept_many(source, [(json.dumps({"batch": said}).encode(), now)])
    drain.drain_all(lakes.current(), at=now)
    answer = operations.get(reverse("live-events"), {"outcome": "stored"})
    behind = {one.row.name or one.row.type: one.account and one.account.name for one in answer.context["rows"]}
    assert (behind["group"], behind["Own"], behind["Stranger"]) == ("Acme Inc.", "Acme Inc.", None)
    other = operations.get(reverse("live-events"), {"outcome": "other", "source": source.pk})
    assert len(other.context["rows"]) == 3
    assert "No event matches" in operations.get(reverse("live-events"), {"source": "99"}).content.decode()


def test_what_is_listed_is_exported_whole_and_noted(operations: Client, source: Source) -> None:
    taken = {
        name: b"".join(operations.get(reverse(name, args=["csv"]), asked)).decode("utf-8-sig").splitlines()
        for name, asked in (
            ("quarantined-export", {"reason": "no_event"}),
            ("live-events-export", {"outcome": "other"}),
            ("event-catalogue-export", {"q": "Report 1"}),
        )
    }
    (aside,) = taken["quarantined-export"][1:]
    assert aside.startswith("Track call without a name") and "b-1" in aside
    assert len(taken["live-events-export"]) == 1 + 3, "two set aside and one that came twice"
    assert taken["event-catalogue-export"][1].startswith("Report 1,product,1,")
    codes = list(
        Entry.objects.filter(action__endswith=".exported").order_by("pk").values_list("action", "particulars__rows")
    )
    assert codes == [("ingest.quarantine.exported", 1), ("ingest.live.exported", 3), ("ingest.event.exported", 1)]


def test_who_may_not_read_personal_data_gets_no_body(client: Client, source: Source) -> None:
    client.force_login(cast.member(Role.MARKETER, "森 彩", language="en"))
    may_read = visible(cast.member(Role.MARKETER, "森 彩二", language="en"), FieldClass.PERSONAL)
    page = b"".join(client.get(reverse("quarantined-export", args=["csv"]))).decode("utf-8-sig")
    assert ("b-1" in page) == may_read


def test_events_set_aside_are_narrowed_by_source_and_sorted(operations: Client, source: Source) -> None:
    every = operations.get(reverse("quarantined"), {"sort": "reason", "source": str(source.pk)})
    assert [row.reason for row, *_ in every.context["rows"]] == ["no_event", "no_user_anon_id"]
    none = operations.get(reverse("quarantined"), {"source": "99"})
    assert "No event matches" in none.content.decode()
