"""Links resolved piece by piece, as statements arrive, are those resolved all at once."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.analytics.lake import Lake, cache, facts, links
from tests.analytics.lake_histories import EVER, FIRST, Happened, Said, histories, versions


def resolved(lake: Lake) -> dict[str, list[tuple[Any, ...]]]:
    """Every table that the cache keeps, sorted."""
    with lake.links() as db:
        said = cache.sources(lake.facts.snapshot().files, facts.LINKING, lake.zone.key)
        place = cache.folder(lake.path / "cache", said)
        return {
            table: sorted(db.execute(f"from read_parquet('{place}/{table}.parquet')").fetchall(), key=repr)
            for table in cache.TABLES
        }


def resolved_at_once(lake: Lake) -> dict[str, list[tuple[Any, ...]]]:
    """The same without anything that was resolved before."""
    aside = (lake.path / "cache").rename(lake.path / "aside")
    found = resolved(lake)
    shutil.rmtree(lake.path / "cache")
    aside.rename(lake.path / "cache")
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories, st.lists(st.integers(1, 4), min_size=1, max_size=6))
def test_links_brought_up_to_date_are_those_resolved_anew(
    history: tuple[list[Happened], list[Said]], steps: list[int]
) -> None:
    said, told = history[1], 0
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder), zone="Asia/Tokyo")
        for version, step in enumerate([*steps, len(said)]):
            part = said[told : told + step]
            if part:
                lake.append_facts(versions(part, told), app="test", version=version)
            told += len(part)
            assert resolved(lake) == resolved_at_once(lake)


def test_a_new_membership_resolves_nobody_elses_links(tmp_path: Path) -> None:
    beginning = [
        Said("key", "g1", "1", FIRST, EVER, False), Said("key", "g2", "2", FIRST, EVER, False),
        *(Said("membership", f"u{n}", group, FIRST, EVER, False) for n in range(50) for group in ("g1", "g2")),
    ]  # fmt: skip
    lake = Lake(tmp_path, zone="Asia/Tokyo")
    lake.append_facts(versions(beginning), app="test", version=0)
    before = resolved(lake)["links"]
    assert {key for _, key, *_ in before} == {"g:g1", "g:g2"}, "members of two groups are nobody's"
    lake.append_facts(versions([Said("membership", "fresh", "g1", FIRST, EVER, False)], 999), app="test", version=1)
    with mock.patch.object(links, "only", wraps=links.only) as painted, mock.patch.object(links, "resolve") as whole:
        after = resolved(lake)["links"]
    assert not whole.called and not painted.called, "those with a history are not looked at again"
    assert {key for _, key, *_ in after} == {"g:g1", "g:g2", "u:fresh"}


def test_a_user_whose_name_looks_like_two_keys_is_still_one(tmp_path: Path) -> None:
    odd = "u1|g:g1"
    lake = Lake(tmp_path, zone="Asia/Tokyo")
    first = [Said("key", group, str(n), FIRST, EVER, False) for n, group in enumerate(("g1", "g2"), 1)]
    lake.append_facts(versions([*first, Said("membership", odd, "g1", FIRST, EVER, False)]), app="test", version=0)
    resolved(lake)
    lake.append_facts(versions([Said("membership", odd, "g2", FIRST, EVER, False)], 9), app="test", version=1)
    found = resolved(lake)
    assert found == resolved_at_once(lake)
    assert f"u:{odd}" not in {key for _, key, *_ in found["links"]}
