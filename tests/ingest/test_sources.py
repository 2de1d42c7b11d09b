"""Sources: who may send, with which key, how fast, and what the journal says of it."""

from __future__ import annotations

import pytest

from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry
from nenrin.ingest import sources
from nenrin.ingest.limits import LONGEST_WAIT, Limiter
from nenrin.ingest.models import Source
from tests.conftest import AT

pytestmark = pytest.mark.django_db


def test_a_new_source_has_a_public_key_and_a_secret_that_is_kept_as_a_digest_only() -> None:
    keys = sources.open("Web app", by=SYSTEM, at=AT, namespace="app")
    stored = Source.objects.values().get()
    assert stored["write_key"] == keys.write_key
    assert keys.secret_key not in map(str, stored.values())
    assert sources.sender(keys.write_key) == sources.Sender(keys.source.pk, "Web app", "app", False, 0, frozenset())
    assert sources.sender(keys.secret_key).trusted


def test_each_change_is_one_sentence_in_both_languages() -> None:
    source = sources.open("Web app", by=SYSTEM, at=AT).source
    sources.limit(source, 500, by=SYSTEM, at=AT)
    sources.limit(source, 500, by=SYSTEM, at=AT)
    sources.rotate(source, by=SYSTEM, at=AT)
    sources.close(source, by=SYSTEM, at=AT)
    sources.close(source, by=SYSTEM, at=AT)
    told = [journal.sentence(entry) for entry in Entry.objects.order_by("id")]
    assert [text.en for text in told] == [
        "Source “Web app” opened",
        "Source “Web app” changed: limit",
        "New keys made for source “Web app”",
        "Source “Web app” closed",
    ]
    assert told[0].ja == "接続元「Web app」を追加"


def test_two_sources_cannot_share_a_name() -> None:
    sources.open("Web app", by=SYSTEM, at=AT)
    other = sources.open("Batch", by=SYSTEM, at=AT).source
    with pytest.raises(sources.SourceInUse):
        sources.open("Web app", by=SYSTEM, at=AT)
    with pytest.raises(sources.SourceInUse):
        sources.change(other, by=SYSTEM, at=AT, name="Web app")


@pytest.mark.parametrize("fields", [{"kind": "fax"}, {"known_at": "sometime"}])
def test_what_a_source_can_be_is_a_closed_list(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        sources.open("Web app", by=SYSTEM, at=AT, **fields)


@pytest.mark.parametrize("key", ["", "wk_of_nobody", "a\0b", "x" * 10_000, "' OR 1=1 --"])
def test_a_strangers_key_opens_nothing(key: str) -> None:
    sources.open("Web app", by=SYSTEM, at=AT)
    assert sources.sender(key) is None


def test_a_source_gets_its_limit_on_average_however_large_its_batches() -> None:
    limiter = Limiter()
    taken, now = 0, 0.0
    while now < 100:
        wait = limiter.wait(1, 100, 1_000, now)
        taken += 0 if wait else 1_000
        now += wait or 0.01
    assert 100 * 100 <= taken <= 100 * 100 + 1_100


def test_nobody_is_sent_away_for_more_than_five_minutes() -> None:
    limiter = Limiter()
    assert limiter.wait(1, 1, 1_000_000, 0.0) == 0
    assert limiter.wait(1, 1, 1, 0.0) == LONGEST_WAIT
    assert limiter.wait(2, 1, 1, 0.0) == 0
