"""Sources, limits, the law and what is set aside, by REST and on the command line: an installation without a page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from nenrin.cli.sources import command
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import drain, intake, lakes, sources
from nenrin.ingest.models import Quarantined, Source
from tests.api.rest import Rest
from tests.cast import member


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(member(Role.OPERATIONS))


@pytest.fixture
def sent(org: Organisation) -> Source:
    """One good event, one of them twice, and two that cannot be stored, all drained."""
    now = datetime.now(UTC)
    source = sources.open("Web app", by=SYSTEM, at=now).source
    good = {"type": "track", "event": "Paid", "userId": "sato", "messageId": "m-1"}
    bad = [{"type": "track", "userId": "sato", "messageId": "b-1"}, {"type": "track", "event": "x", "messageId": "b-2"}]
    intake.accept_many(source, [(json.dumps({"batch": [good, good, *bad]}).encode(), now)])
    drain.prepare(lakes.current())
    drain.drain_all(lakes.current(), at=now + timedelta(seconds=1))
    return source


def test_a_source_is_opened_limited_and_given_new_keys(rest: Rest) -> None:
    made = rest.post("/sources", {"name": "Web app", "kind": "browser", "origins": ["https://app.example.com/"]})
    assert made.status_code == 201 and made["Cache-Control"] == "no-store"
    first = made.data
    assert first["origins"] == ["https://app.example.com"] and first["limit"] == 0 and first["is_stale"]
    assert sources.sender(first["write_key"]) and sources.sender(first["secret_key"])
    path = f"/sources/{first['id']}"
    assert rest.patch(path, {"limit": 50}).data["limit"] == 50
    found = sources.sender(first["write_key"])
    assert found and found.limit == 50
    second = rest.post(f"{path}/keys/rotate").data
    assert second["write_key"] != first["write_key"] and second["has_previous_keys"]
    assert sources.sender(first["write_key"]), "the old ones go on"
    assert not rest.post(f"{path}/keys/end-previous").data["has_previous_keys"]
    assert sources.sender(first["write_key"]) is None and sources.sender(second["write_key"])
    assert not rest.post(f"{path}/close").data["is_active"] and sources.sender(second["write_key"]) is None
    assert rest.post(f"{path}/reopen").data["is_active"]
    told = [
        entry.action.rpartition(".")[2]
        for entry in Entry.objects.filter(action__startswith="ingest.source.").order_by("id")
    ]
    assert told == ["opened", "changed", "rotated", "previous_ended", "closed", "reopened"]


def test_the_secret_key_is_told_once(rest: Rest) -> None:
    made = rest.post("/sources", {"name": "Web app"}).data
    for path in ("/sources", f"/sources/{made['id']}"):
        answer = rest.get(path)
        assert made["write_key"] in answer.content.decode() and made["secret_key"] not in answer.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": " "}, {"kind": "fax"}, {"limit": -1}, {"origins": ["app.example.com"]},
        {"origins": ["https://app.example.com/path"]}, {"quiet_hours": 0}, {"known_at": "never"}, {"namespace": "a b"},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(rest: Rest, wrong: dict[str, object]) -> None:
    assert rest.post("/sources", {"name": "Web app", **wrong}).status_code == 422
    assert not Source.objects.exists()


def test_a_name_is_given_once(rest: Rest) -> None:
    made = rest.post("/sources", {"name": "Web app"}).data
    other = rest.post("/sources", {"name": "Server"}).data
    for answer in (
        rest.post("/sources", {"name": "Web app"}),
        rest.patch(f"/sources/{other['id']}", {"name": "Web app"}),
    ):
        assert answer.status_code == 422 and answer.data["errors"][0]["pointer"] == "/name"
    assert rest.patch(f"/sources/{made['id']}", {"name": "Web app"}).status_code == 200
    assert rest.get("/sources/999").status_code == 404


def test_the_law_is_told_in_total_and_by_source(rest: Rest, sent: Source) -> None:
    law = {"received": 4, "stored": 1, "duplicate": 1, "quarantined": 2, "pending": 0, "limited": 0, "holds": True}
    assert rest.get("/intake").data == {"total": law, "sources": {"Web app": law}}
    (row,) = rest.get("/sources").data
    assert (row["received"], row["limited"], row["is_stale"]) == (4, 0, False) and row["last_event_at"]


def test_what_is_set_aside_is_read_tried_again_and_given_up(rest: Rest, sent: Source) -> None:
    told = rest.get("/quarantine").data["items"]
    assert {row["reason"] for row in told} == {"no_event", "no_user_anon_id"} and told[0]["source"] == "Web app"
    (row,) = rest.get("/quarantine?reason=no_event").data["items"]
    assert row["body"]["messageId"] == "b-1"
    assert rest.post("/quarantine/retry", {"reason": "no_user_anon_id"}).data["settled"] == 1
    assert rest.post("/quarantine/discard", {"ids": [row["id"]]}).data["settled"] == 1
    drain.drain_all(lakes.current(), at=datetime.now(UTC))
    states = dict(Quarantined.objects.values_list("reason", "state"))
    assert states == {"no_event": "dropped", "no_user_anon_id": "waiting"}
    assert rest.get("/intake").data["total"]["holds"]
    assert rest.post("/quarantine/discard", {}).status_code == 422, "which ones must be said"
    assert [row["state"] for row in rest.get("/quarantine?state=dropped").data["items"]] == ["dropped"]


def test_bodies_are_for_those_who_read_personal_data(sent: Source) -> None:
    product = Rest(member(Role.PRODUCT))
    assert all(row["body"] is None and row["detail"] is None for row in product.get("/quarantine").data["items"])
    assert product.post("/quarantine/retry", {"all": True}).status_code == 403
    assert product.get("/sources").status_code == 403


def test_sources_are_listed_opened_and_limited_on_the_command_line(org: Organisation) -> None:
    run = CliRunner().invoke
    keys = json.loads(run(command, ["add", "Web app", "--kind", "browser", "--json"]).stdout)
    assert sources.sender(keys["write_key"]) and sources.sender(keys["secret_key"])
    assert run(command, ["limit", "Web app", "50"]).stdout == "Web app: at most 50 events a second\n"
    (row,) = json.loads(run(command, ["list", "--json"]).stdout)
    assert (row["name"], row["limit"], row["write_key"]) == ("Web app", 50, keys["write_key"])
    assert "secret" not in row and "Web app" in run(command, ["list"]).stdout
    assert json.loads(run(command, ["rotate", "Web app", "--json"]).stdout)["write_key"] != keys["write_key"]
    again = run(command, ["add", "Web app"])
    assert again.exit_code == 1 and "choose another" in again.stderr
    nobody = run(command, ["limit", "Fax", "1"])
    assert nobody.exit_code == 1 and "`nenrin sources list`" in nobody.stderr
