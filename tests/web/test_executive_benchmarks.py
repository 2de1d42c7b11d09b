"""Where a tier is chosen, the dashboard's small lines stand beside the tier's benchmarks, as on the KPI's own page."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.executive import questions
from nenrin.insight.executive.dashboard import Dashboard, dashboard
from nenrin.insight.prints import executive as printed
from nenrin.insight.revenue import benchmarks
from tests.cast import member
from tests.insight.world import World

pytestmark = pytest.mark.django_db
MARCH = "grain=month&start=2026-03-01"
SMALL = "by=tier&slice=smb"


@pytest.fixture
def world(org: Organisation) -> World:
    """Thirty-three small customers, one of which left in February and one in March."""
    made = World()
    for n in range(33):
        account = made.open(f"顧客{n}")
        made.say("account", str(account.pk), account.pk, {"status": "customer", "tier": "smb"}, valid=date(2025, 1, 6))
        ended = {0: "2026-02-15", 1: "2026-03-20"}.get(n)
        steps = [{"from_on": "2025-01-06", "mrr_minor": 100_000, "seats": 10}]
        made.subscribe(account, steps=steps, ended_on=ended)
    made.carry()
    return made


def board(world: World, **asked: Any) -> Dashboard:
    return dashboard(questions.ask(date(2026, 3, 31), world.today, known=world.today, **asked))


def tile(told: str, name: str) -> str:
    """One tile of the page."""
    [found] = [one for one in re.findall(r'<div class="tile">.*?</div>', told, re.DOTALL) if name in one]
    return found


def page(client: Client, world: World, url: str) -> str:
    with time_machine.travel(world.now, tick=True):
        answer = client.get(url)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


def test_the_tile_of_a_tier_draws_what_the_kpi_s_page_draws_and_says_where(client: Client, world: World) -> None:
    client.force_login(member(Role.HEAD, language="en"))
    told = tile(page(client, world, f"/executive?{MARCH}&{SMALL}"), ">Logo churn<")
    own = page(client, world, f"/kpis/logo_churn?{MARCH}&{SMALL}")
    assert "Dotted: benchmark 3.00% · 7.00%" in own and own.count('class="edge"') == 2
    assert told.count('<path class="edge"') == 2 and "benchmark 3.00% · 7.00%" in told
    heights = [float(y) for y in re.findall(r'class="edge" d="M0 ([\d.]+)H160"', told)]
    assert 3.0 <= heights[1] < heights[0] <= 25.0, "the higher bound stands higher, and both inside"
    whole = tile(page(client, world, f"/executive?{MARCH}"), ">Logo churn<")
    assert 'class="edge"' not in whole and "benchmark" not in whole


def test_the_tile_says_the_benchmark_in_japanese_and_none_for_longer_periods(client: Client, world: World) -> None:
    client.force_login(member(Role.HEAD, language="ja"))
    told = page(client, world, f"/executive?{MARCH}&{SMALL}")
    assert "ベンチマーク 3.00% · 7.00%" in told and "細かい点線は選んだ企業規模のベンチマーク" in told
    quarter = page(client, world, f"/executive?grain=quarter&start=2026-01-01&{SMALL}")
    assert "ベンチマーク 3.00%" not in quarter


def test_the_print_draws_and_says_it_too(world: World) -> None:
    of = board(world, by="tier", key="smb")
    told = {one["name"]: one for one in printed.document(of, "en", world.now)["tiles"]}
    assert (told["Logo churn"]["marks"], told["Logo churn"]["benchmark"]) == ([0.03, 0.07], "benchmark 3.00% · 7.00%")
    assert (told["MRR"]["marks"], told["MRR"]["benchmark"]) == ([], "")
    assert printed.pdf(of, "ja", world.now).startswith(b"%PDF-")
    plain = printed.document(board(world), "en", world.now)["tiles"]
    assert not any(one["marks"] or one["benchmark"] for one in plain)


def test_a_part_that_is_no_tier_has_the_benchmarks_of_all(world: World) -> None:
    of = board(world, by="tier", key="smb").ask
    assert benchmarks.tier("tier", of.within) == "smb" and benchmarks.tier("plan", of.within) == ""
