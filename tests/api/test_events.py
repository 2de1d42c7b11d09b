"""The event catalogue by REST: what was seen, what it stands for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import catalogue
from nenrin.ingest.catalogue import Seen
from nenrin.ingest.models import EventName
from tests.api.rest import Rest
from tests.cast import member

SIGNED_IN = "/events/product/Signed%20In"


@pytest.fixture
def rest(org: Organisation, at: datetime) -> Rest:
    catalogue.count([Seen("product", "Signed In", 480, at - timedelta(20), at), Seen("product", "a/b 帳票", 3, at, at)])
    return Rest(member())


def test_every_name_is_listed_with_its_count_and_when_it_was_seen(rest: Rest, at: datetime) -> None:
    told = rest.get("/events?sort=-events").data["items"]
    assert [(one["name"], one["events"], one["use"]) for one in told] == [
        ("Signed In", 480, "unmapped"), ("a/b 帳票", 3, "unmapped")
    ]  # fmt: skip
    first = datetime.fromisoformat(told[0]["first_seen_at"])
    assert (first, datetime.fromisoformat(told[0]["last_seen_at"])) == (at - timedelta(20), at)


def test_names_are_found_by_use_namespace_and_part(rest: Rest) -> None:
    rest.put(SIGNED_IN, {"use": "login"})
    names = {
        query: [one["name"] for one in rest.get(f"/events?{query}").data["items"]]
        for query in ("use=login", "use=unmapped", "q=signed", "namespace=crm")
    }
    assert names == {
        "use=login": ["Signed In"], "use=unmapped": ["a/b 帳票"], "q=signed": ["Signed In"], "namespace=crm": []
    }  # fmt: skip


def test_a_mapping_is_a_fact_in_the_journal_and_safe_to_repeat(rest: Rest) -> None:
    answer = rest.put(SIGNED_IN, {"use": "login"})
    assert answer.status_code == 200 and answer.data["use"] == "login" and answer["ETag"] == '"2"'
    assert rest.put(SIGNED_IN, {"use": "login"})["ETag"] == '"2"'
    entry = Entry.objects.get(action="ingest.event.mapped")
    assert entry.particulars["fact"]["body"]["use"] == "login" and entry.actor_kind == "member"


def test_a_key_feature_is_named_as_its_event_unless_told(rest: Rest) -> None:
    path = "/events/product/a/b%20帳票"
    assert rest.put(path, {"use": "key_feature"}).data["feature"] == "a/b 帳票"
    assert rest.put(path, {"use": "key_feature", "feature": "reports"}).data["feature"] == "reports"
    assert EventName.objects.get(name="a/b 帳票").feature == "reports"


def test_a_name_can_be_mapped_before_it_was_ever_sent(rest: Rest) -> None:
    told = rest.put("/events/product/Paid", {"use": "first_value"}).data
    assert (told["use"], told["events"], told["first_seen_at"]) == ("first_value", 0, None)
    sent = datetime(2020, 1, 5, tzinfo=UTC)
    catalogue.count([Seen("product", "Paid", 2, sent, sent)])
    (row,) = rest.get("/events?q=Paid").data["items"]
    assert (row["use"], row["events"]) == ("first_value", 2)
    assert datetime.fromisoformat(row["first_seen_at"]) == datetime.fromisoformat(row["last_seen_at"]) == sent


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (SIGNED_IN, {}, 422),
        (SIGNED_IN, {"use": "signing in"}, 422),
        (SIGNED_IN, {"use": "login", "feature": "reports"}, 422),
        (SIGNED_IN, {"use": "login", "version": 7}, 409),
        (f"/events/product/{'x' * 201}", {"use": "login"}, 422),
        ("/events/product/%09", {"use": "login"}, 422),
    ],
)
def test_what_is_no_mapping_changes_nothing(rest: Rest, path: str, body: dict[str, object], status: int) -> None:
    before = Entry.objects.count()
    assert rest.put(path, body).status_code == status
    assert Entry.objects.count() == before and not EventName.objects.exclude(use="unmapped").exists()


def test_a_csm_reads_the_catalogue_and_may_not_change_it(rest: Rest) -> None:
    csm = Rest(member(Role.CSM))
    assert csm.get("/events").status_code == 200
    assert csm.put(SIGNED_IN, {"use": "login"}).status_code == 403
