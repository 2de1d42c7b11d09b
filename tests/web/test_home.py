"""Home: whom it greets empty, and what it shows of a portfolio."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.policies import Policy
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import sources
from nenrin.ingest.models import EventName
from nenrin.insight.models import DailyScore, Health
from nenrin.values import Money
from nenrin.web.home import first_run, freshness, portfolio
from tests import cast
from tests.web import portfolio_world
from tests.web.portfolio_world import TODAY

AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


@pytest.fixture
def world(org: Organisation, at: datetime) -> dict[str, Account]:
    return portfolio_world.build(at)


def read(client: Client, address: str = "/") -> str:
    with time_machine.travel(AT, tick=False):
        return client.get(address).content.decode()


def test_an_empty_installation_greets_its_first_user_with_what_to_do(client: Client, org: Organisation) -> None:
    client.force_login(cast.member())
    page = read(client)
    assert "ここから始める" in page and "顧客と契約を取り込む" in page and 'aria-current="step"' in page


def test_someone_without_duties_is_told_who_sets_it_up(client: Client, org: Organisation) -> None:
    client.force_login(cast.member(Role.EXECUTIVE))
    page = read(client)
    assert "取り込む" not in page or "管理者が準備中" in page


def test_first_steps_vanish_one_by_one(org: Organisation, world: dict[str, Account], at: datetime) -> None:
    me = cast.member()
    *states, own = [step.state for step in first_run.look(me).steps]
    assert states == ["done", "current", "open", "done", "open"] and own == "open", "the own second step is the last"
    cast.member(Role.CSM, "小林 由美")
    sources.open("Product", by=SYSTEM, at=at, kind="server", namespace="product")
    waiting = [step.state for step in first_run.look(me).steps]
    assert waiting == ["done", "current", "open", "done", "done", "open"], "a source alone sends nothing"
    EventName.objects.create(namespace="product", name="Opened", events=1, first_seen_at=at, last_seen_at=at)
    assert [step.state for step in first_run.look(me).steps] == ["done", "done", "current", "done", "done", "open"]


def test_arr_is_twelve_times_mrr_and_divides_by_health(org: Organisation, world: dict[str, Account]) -> None:
    """12 * (480 + 270 + 240 + 10) thousand = 12 million; at risk 12 * 240 thousand = 2.88 million, 24 %."""
    found = portfolio.figures(portfolio.customers(cast.member()), TODAY, Exchange(Policy()))
    assert found.arr == Money(12_000_000)
    assert found.of("risk") == portfolio.Slice("risk", 1, Money(2_880_000))
    assert found.share("risk") == pytest.approx(0.24)
    assert found.notices == (1, date(2026, 12, 3))
    assert portfolio.ahead(portfolio.customers(cast.member()), TODAY, Exchange(Policy()))[1].accounts == 2


def test_what_changed_tells_bands_and_moves_of_ten_points_alone(
    org: Organisation, world: dict[str, Account], at: datetime
) -> None:
    rows = portfolio.customers(cast.member())
    since = portfolio.last_day_before(TODAY)
    assert since is not None
    found = portfolio.moves(rows, since, at)
    assert [(move.account.name, move.before, move.score) for move in found] == [
        ("白樺メディカル株式会社", 49, 31),
        (cast.STARTING, 63, 76),
    ]


def test_on_a_quiet_day_the_week_before_is_told(client: Client, world: dict[str, Account]) -> None:
    quiet = DailyScore.objects.all()
    for row in list(quiet):
        row.pk, row.day = None, TODAY - timedelta(8)
        row.save()
    for row in quiet.filter(day=TODAY - timedelta(1)).select_related("account__health"):
        DailyScore.objects.filter(pk=row.pk).update(score=row.account.health.score, band=row.account.health.band)
    client.force_login(cast.member())
    page = read(client)
    assert "前日からの変化はなし" in page and "49 → 31" in page


def test_the_accounts_at_risk_are_named_with_what_costs_them(org: Organisation, world: dict[str, Account]) -> None:
    Health.objects.filter(band="at_risk").update(losses=[["usage_trend", 12.0], ["limit:x", 3.0], ["nps", 2.0]])
    found = portfolio.at_risk(portfolio.customers(cast.member()))
    assert [(risk.account.name, len(risk.reasons)) for risk in found] == [("白樺メディカル株式会社", 2)]


def test_home_shows_the_portfolio_with_its_dates_and_definitions(client: Client, world: dict[str, Account]) -> None:
    client.force_login(cast.member())
    page = read(client)
    assert "1,200万円" in page and "24.0%" in page
    assert "あと9日" in page and "49 → 31" in page
    assert "2026/11/24 09:00 時点" in page
    assert page.count('popovertarget="def-') >= 5


def test_home_stays_within_its_queries(
    client: Client, world: dict[str, Account], django_assert_max_num_queries: object
) -> None:
    client.force_login(cast.member())
    with time_machine.travel(AT, tick=False):
        client.get("/profile")  # the session's own note that somebody is here, once in five minutes
    # One of them counts the notices beside the bell; on PostgreSQL the spool has its counters there too.
    at_most = 16 if connection.vendor == "sqlite" else 17
    with time_machine.travel(AT, tick=False), django_assert_max_num_queries(at_most):
        client.get("/")


def test_a_csm_begins_with_their_own_accounts_and_can_see_all(client: Client, org: Organisation, at: datetime) -> None:
    me = cast.member(Role.CSM)
    portfolio_world.build(at, owner=me)
    client.force_login(me)
    own = read(client)
    assert cast.DRIFTING in own and "白樺メディカル" not in own
    assert "白樺メディカル" in read(client, "/?whose=all")


def test_a_csm_without_accounts_is_shown_everyones(client: Client, world: dict[str, Account]) -> None:
    client.force_login(cast.member(Role.CSM))
    assert "白樺メディカル" in read(client)
    assert "担当の顧客がありません" in read(client, "/?whose=mine")


def test_a_team_sees_what_its_people_look_after(client: Client, org: Organisation, at: datetime) -> None:
    colleague = cast.member(Role.CSM, "小林 由美", team="東日本")
    portfolio_world.build(at, owner=colleague)
    client.force_login(cast.member(Role.CSM, team="東日本"))
    page = read(client, "/?whose=team")
    assert cast.DRIFTING in page and "白樺メディカル" not in page


def test_a_source_that_never_sent_or_fell_silent_is_called_silent(org: Organisation, at: datetime) -> None:
    sources.open("Product", by=SYSTEM, at=at, kind="server", namespace="product")
    row = freshness.sources(at)[0]
    assert row.is_stale and row.last_at is None


def test_home_reads_in_english_too(client: Client, world: dict[str, Account]) -> None:
    client.force_login(cast.member(language="en"))
    page = read(client)
    assert "What changed" in page and "9 days left" in page and "¥12M" in page
