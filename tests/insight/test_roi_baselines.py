"""The baseline of the return: kept at first use, never moved by what comes later, begun anew with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.lifetimes import baselines
from nenrin.insight.lifetimes.baselines import NothingToFreeze
from nenrin.insight.lifetimes.starts import Elsewhere
from nenrin.insight.models import RoiBaseline
from tests import cast
from tests.cast import DRIFTING, LOST, THRIVING
from tests.insight.test_economics import sign, spend
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 6)


@pytest.fixture
def world(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setitem(KPIS, "cac", replace(KPIS["cac"], minimum_n=1))
    world = World(today=TODAY)
    sign(world, THRIVING, 100_000, "2025-06-01")
    sign(world, LOST, 300_00, "2025-06-01", currency="USD")
    spend(world, "a", 360_000, "2026-03-01", "sales")
    world.carry()
    return world


def begun(**asked: Any) -> baselines.Beginning:
    return baselines.beginning(TODAY, "JPY", **{"accounts": None, "sees_costs": True, **asked})


def test_the_first_use_freezes_and_later_contracts_do_not_move_it(world: World) -> None:
    for _ in range(2):
        baselines.freeze(TODAY, "JPY", at=world.now)
    sign(world, DRIFTING, 50_000, "2026-04-01")
    world.carry()
    found = begun()
    assert found.then is not None and (found.then.mrr, found.today.mrr) == (100_000, 150_000)
    assert found.start() is found.then and found.start(from_today=True) is found.today
    assert RoiBaseline.objects.get().taken_on == TODAY
    assert Entry.objects.filter(action="insight.roi.baseline_taken").count() == 1


def test_a_new_baseline_follows_with_its_reason_and_the_old_one_stays(world: World) -> None:
    baselines.freeze(TODAY, "JPY", at=world.now)
    sign(world, DRIFTING, 50_000, "2026-04-01")
    world.carry()
    row = baselines.take(TODAY, "JPY", note="期初の見直し", by=SYSTEM, at=world.now)
    assert (row.number, baselines.figures(row).mrr, row.note) == (2, 150_000, "期初の見直し")
    assert [baselines.figures(each).mrr for each in RoiBaseline.objects.order_by("number")] == [100_000, 150_000]


def test_who_pays_in_another_currency_is_counted_and_left_out(world: World) -> None:
    baselines.freeze(TODAY, "JPY", at=world.now)
    assert begun().today.elsewhere == (Elsewhere("USD", 1, 300_00),) == begun().start().elsewhere


def test_costs_and_the_whole_are_for_who_may_see_them(world: World) -> None:
    baselines.freeze(TODAY, "JPY", at=world.now)
    assert baselines.figures(RoiBaseline.objects.get()).cac is not None
    assert begun(sees_costs=False).start().cac is None
    assert begun(accounts=[]).row is None


def test_without_a_contract_nothing_is_frozen(org: Organisation) -> None:
    world = World(today=TODAY)
    world.carry()
    baselines.freeze(TODAY, "JPY", at=world.now)
    assert not RoiBaseline.objects.exists()
    with pytest.raises(NothingToFreeze):
        baselines.take(TODAY, "JPY", note="x", by=SYSTEM, at=world.now)


def test_the_page_freezes_shows_the_day_and_begins_anew(world: World, client: Client, time_machine: Any) -> None:
    time_machine.move_to(world.now, tick=False)
    client.force_login(cast.member(Role.HEAD, language="en"))
    assert "At first use" in client.get("/roi").content.decode() and not RoiBaseline.objects.exists()
    assert client.post("/roi/baseline/first").status_code == 302 and RoiBaseline.objects.get().taken_on == TODAY
    page = client.get("/roi").content.decode()
    assert "Left out: one account that pays in currencies without an exchange rate (MRR" in page
    file: Any = client.get("/roi/export.csv")
    assert "Left out: one account that pays in currencies without an exchange rate" in b"".join(
        file.streaming_content
    ).decode("utf-8-sig")
    assert "roi/baseline/first" not in page and "begins with the baseline, frozen on" in page and "6 Apr 2026" in page
    assert "begins with today" in client.get("/roi?from=today").content.decode()
    assert client.post("/roi/baseline", {"note": " "}).status_code == 302 and RoiBaseline.objects.count() == 1
    client.post("/roi/baseline", {"note": "期初の見直し"})
    assert RoiBaseline.objects.count() == 2 and "期初の見直し" in client.get("/roi").content.decode()


def test_who_may_not_configure_begins_no_baseline(world: World, client: Client, time_machine: Any) -> None:
    time_machine.move_to(world.now, tick=False)
    client.force_login(cast.member(Role.EXECUTIVE, language="en"))
    assert "Start a new baseline" not in client.get("/roi").content.decode()
    assert client.post("/roi/baseline", {"note": "x"}).status_code == 403
