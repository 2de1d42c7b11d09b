"""An end user can be handed over and forgotten: nothing of them is left on the disk, and no count changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import conservation, lakes, privacy
from nenrin.ingest.models import EndUser, LiveEvent, Quarantined
from tests.ingest.drain_cast import NOON, drained, send, source, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]
CANARY = "sato-canary"


def spoken_of(folder: Path) -> list[str]:
    """Files of the lake in which the canary can be read, uncompressed columns included."""
    lake = lakes.current()
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix == ".parquet":
            with lake.connection() as db:
                text = str(
                    db.execute(
                        f"select columns(*)::varchar from read_parquet('{path}', hive_partitioning = false)"
                    ).fetchall()
                )
        else:
            text = path.read_bytes().decode(errors="replace") if path.is_file() else ""
        if CANARY in text:
            found.append(str(path))
    return found


def history() -> None:
    web = source()
    send(web, {"type": "page", "name": "Home", "anonymousId": f"{CANARY}-device"}, track(user="kato"))
    send(
        web, track(user=CANARY, properties={"by": CANARY}, messageId="m1"),
        {"type": "identify", "userId": CANARY, "anonymousId": f"{CANARY}-device", "traits": {"email": f"{CANARY}@x.example"}},
        {"type": "group", "userId": CANARY, "groupId": "acme"}, {"type": "track", "userId": CANARY},
    )  # fmt: skip
    drained()
    lakes.current().roll()


def test_what_is_known_of_an_end_user_is_handed_over() -> None:
    history()

    found = privacy.exported(lakes.current(), "product", CANARY)

    assert found["traits"] == {"email": f"{CANARY}@x.example"}
    assert found["anonymous"] == [f"{CANARY}-device"]
    assert len(found["events"]) == 3
    assert len(found["quarantined"]) == 1


def test_an_erased_end_user_is_nowhere_and_every_count_stays() -> None:
    history()
    lake = lakes.current()
    with lake.session() as db:
        before = db.execute("select event, sum(n)::int from raw_counts group by 1 order by 1").fetchall()
    stored = lake.stored()

    assert privacy.erase(lake, "product", CANARY, by=SYSTEM, at=NOON) == 4

    assert spoken_of(lake.path) == []
    with lake.session() as db:
        assert db.execute("select event, sum(n)::int from raw_counts group by 1 order by 1").fetchall() == before
    assert lake.stored() == stored
    assert conservation.holds(conservation.law(lake)["total"])
    assert not EndUser.objects.filter(user__contains=CANARY).exists()
    for model in (LiveEvent, Quarantined):
        assert not model.objects.filter(body__contains=CANARY).exists()
