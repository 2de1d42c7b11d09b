"""Stages in the designer: what either team does, and how the KPI stands by which a stage is measured."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nenrin.customers import accounts, subscriptions
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.work.models import JourneyVersion
from tests import cast
from tests.api.rest import Rest
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db
SIGNED_AT = datetime(2026, 4, 6, tzinfo=UTC)
INVITE = {"en": "Invite to the webinar", "ja": "セミナーへの招待"}
PLAN = {"en": "Agree the plan", "ja": "計画の合意"}
STAGES = [
    {"stage": "onboarding", "ours": [PLAN], "marketing": [INVITE], "kpi": {"key": "paying_accounts", "target": "2"}},
    {"stage": "adoption", "kpi": {"name": {"en": "Teams", "ja": "チーム数"}, "target": "many"}},
    {"stage": "expansion", "kpi": {"key": "cac", "target": "100000"}},
]
ONE = "/journey/designs/small"


@pytest.fixture
def book(org: Organisation) -> None:
    """A customer who pays, and a journey of which two stages are measured."""
    account = accounts.open(cast.THRIVING, by=SYSTEM, at=SIGNED_AT)
    subscriptions.sign(
        account, starts_on=date(2026, 4, 1), term_months=12, mrr_minor=40_000, auto_renews=True, by=SYSTEM, at=SIGNED_AT
    )
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    world.in_use(timezone.now() - timedelta(days=9), document=world.DOCUMENT | {"stages": STAGES})


def signed_in(role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.member(role))
    return client


def words(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def part(answer: Any, stage: str) -> str:
    """What the designer shows of one stage."""
    found = re.search(rf'<li data-step="{stage}">(.*?)</li>', answer.content.decode(), re.S)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_the_designer_shows_the_actions_of_both_teams_apart(book: None) -> None:
    shown = part(signed_in(Role.HEAD).get(ONE), "onboarding")
    assert "カスタマーサクセスの行動 計画の合意 マーケティングの行動 セミナーへの招待" in shown


def test_a_kpi_of_the_catalogue_shows_its_figure_its_sense_and_the_way_to_it(book: None) -> None:
    client = signed_in(Role.HEAD)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(ONE)
    shown = part(answer, "onboarding")
    assert "課金中の顧客数" in shown and "目標 2" in shown and "現在 1 " in shown and "未達" in shown, shown
    assert "時点" in shown, "what it counts, as of when"
    assert 'href="/kpis/paying_accounts?grain=month' in answer.content.decode()
    told = part(answer, "adoption")
    assert "チーム数" in told and "目標 many" in told and "現在" not in told, "in words there is no figure"
    assert len(asked) <= 20, len(asked)
    assert "現在 1 " in words(client.get(f"{ONE}/stages/onboarding"))


def test_who_may_not_see_costs_gets_no_figure_made_of_them(book: None) -> None:
    assert "費用を閲覧する権限がない" in part(signed_in(Role.CSM).get(ONE), "expansion")
    assert "費用を閲覧する権限がない" not in part(signed_in(Role.ADMINISTRATOR).get(ONE), "expansion")


def test_programs_read_the_figures_of_the_stages_with_period_interval_and_sense(book: None) -> None:
    told = Rest(cast.member(Role.HEAD)).get("/journeys/small/kpis").data
    one, cost = told["stages"]
    month = timezone.localdate().replace(day=1).isoformat()
    assert (told["grain"], told["start"], told["is_partial"]) == ("month", month, True) and told["known"] >= month
    assert (one["stage"], one["kpi"], one["value"], one["n"], one["target"], one["aim"]) == (
        "onboarding", "paying_accounts", 1.0, 1, "2", 2.0,
    )  # fmt: skip
    assert one["is_reached"] is False and one["why_none"] is None and one["name"]["ja"] == "課金中の顧客数"
    assert one["meaning"]["en"] and one["formula"], "what it counts"
    assert cost["kpi"] == "cac" and cost["aim"] == 100_000
    before = Rest(cast.member(Role.HEAD, "後任")).get("/journeys/small/kpis?as_of=2026-04-30").data
    assert (before["start"], before["to"], before["known"]) == ("2026-04-01", "2026-05-01", "2026-04-30")
    assert before["is_partial"] is False and before["stages"][0]["value"] == 1.0
    assert Rest(cast.member(Role.HEAD, "三人目")).get("/journeys/small/kpis?month=2026-04").status_code == 422


def test_programs_of_who_may_not_see_costs_are_told_that_instead_of_a_figure(book: None) -> None:
    kept = Rest(cast.member(Role.CSM)).get("/journeys/small/kpis").data["stages"][1]
    assert (kept["kpi"], kept["value"], kept["n"]) == ("cac", None, None) and "costs" in kept["why_none"]["en"]


def test_a_stage_is_written_by_the_form_with_both_teams_and_a_kpi(book: None) -> None:
    client, url = signed_in(Role.OPERATIONS), f"{ONE}/stages/adoption"
    page = client.get(url).content.decode()
    assert '<option value="upsell_rate"' in page and 'name="marketing"' in page
    assert '<option value="case_studies"' not in page, "nothing tells it yet"
    told = {
        "version": "1", "in_time": "90", "ours": "計画の合意 | Agree the plan", "kpi_key": "upsell_rate",
        "marketing": "セミナーへの招待 | Invite to the webinar", "kpi_target": "15 %",
    }  # fmt: skip
    assert client.post(url, told | {"kpi_target": "多め"}).status_code == 422
    assert client.post(url, told).status_code == 302
    made = JourneyVersion.objects.get(published_at__isnull=True).document["stages"][1]
    assert made == {
        "stage": "adoption", "ours": [PLAN], "marketing": [INVITE], "kpi": {"key": "upsell_rate", "target": "15 %"},
    }  # fmt: skip
    again = client.get(url).content.decode()
    assert '<option value="upsell_rate" selected' in again and "セミナーへの招待 | Invite" in again


def test_a_journey_without_a_kpi_of_the_catalogue_reads_no_book(org: Organisation) -> None:
    world.in_use(timezone.now() - timedelta(days=9))
    client = signed_in(Role.HEAD)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("journey-one", args=["small"])).status_code == 200
    assert not [one for one in asked if "metricpolicy" in one["sql"]]
