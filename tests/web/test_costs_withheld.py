"""Whoever may not see costs gets no figure from which they could be worked out, on no page, in no file, by no program."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.customers import accounts, subscriptions
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import costs, lakes, mirror
from nenrin.ingest.facts import knowing
from nenrin.insight.executive import questions, tiles
from nenrin.insight.revenue import kpis
from nenrin.values import Money
from tests.api.rest import Rest
from tests.cast import DRIFTING, THRIVING, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spent")]
AT = datetime(2026, 4, 6, tzinfo=UTC)
MARCH, DAY = "grain=month&start=2026-03-01", "as_of=2026-03-31&known=2026-04-30"
CAC = 240_000
TELLING = {"cac", "ltv_to_cac", "payback_months", "new_cac_ratio", "blended_cac_ratio"}


@pytest.fixture
def spent(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """240,000 to win one customer in March, and one is enough to tell it."""
    monkeypatch.setitem(KPIS, "cac", replace(KPIS["cac"], minimum_n=1))
    for name, start in ((THRIVING, "2025-02-01"), (DRIFTING, "2026-03-10")):
        account = accounts.open(name, by=SYSTEM, at=AT)
        fields = {"starts_on": date.fromisoformat(start), "term_months": 12, "mrr_minor": 40_000}
        subscriptions.sign(account, by=SYSTEM, at=AT, **fields)
    known = knowing.on_arrival(organisation.today(AT))
    told = [costs.Told("a", date(2026, 3, 1), "sales", Money(CAC))]
    costs.put(told, namespace="crm", by=SYSTEM, at=AT, zone=ZoneInfo("Asia/Tokyo"), knowing=known)
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())


def reader(role: Role) -> Member:
    person = member(role, team="第一")
    Member.objects.filter(pk=person.pk).update(language="en")
    return person


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(reader(role))
    return client


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return str(content.decode("utf-8-sig"))


def test_the_kpis_that_tell_what_was_spent_are_these() -> None:
    assert kpis.COSTED == TELLING


@pytest.mark.parametrize(
    ("url", "figure"),
    [(f"/kpis?{MARCH}", "¥240,000"), (f"/executive?{MARCH}", "¥240K"), (f"/kpis/cac?{MARCH}", "¥240,000")],
)
def test_pages_leave_out_what_tells_the_costs_and_say_why(url: str, figure: str) -> None:
    executive, csm = page(signed_in(Role.EXECUTIVE), url), page(signed_in(Role.CSM), url)
    assert figure in executive and "your role does not show costs" not in executive
    assert figure not in csm and "your role does not show costs" in csm


@pytest.mark.parametrize("key", sorted(TELLING))
def test_no_page_of_such_a_kpi_has_a_figure_or_a_trend(key: str) -> None:
    client = signed_in(Role.CSM)
    client.get(f"/kpis?{MARCH}")
    answer = client.get(f"/kpis/{key}?{MARCH}")
    context = {name: value for part in answer.context for name, value in part.flatten().items()}
    assert context["figure"].value is None and context["line"].change is None
    assert set(context["trend"].series[0].values) == {None}


def test_files_leave_it_out() -> None:
    for url in (f"/kpis/export.csv?{MARCH}", f"/executive/export.csv?{MARCH}"):
        rows = list(csv.reader(io.StringIO(page(signed_in(Role.CSM), url))))
        assert rows and not {cell for row in rows for cell in row} & TELLING
        assert "cac" in page(signed_in(Role.HEAD), url)


def test_programs_get_the_others_and_the_reason() -> None:
    executive, csm = Rest(reader(Role.EXECUTIVE)), Rest(reader(Role.CSM))
    told = {one["kpi"]: one["value"] for one in executive.get(f"/kpis?{DAY}").data["items"]}
    assert told["cac"] == CAC
    withheld = csm.get(f"/kpis?{DAY}").data
    assert not {one["kpi"] for one in withheld["items"]} & TELLING and set(withheld["left_out"]) == TELLING
    assert "costs" in withheld["left_out_because"]
    assert executive.get(f"/kpis?{DAY}").data["left_out"] == []
    board = csm.get(f"/executive?{DAY}").data
    assert not {one["key"] for one in board["figures"]} & TELLING
    assert any(one["name_en"].startswith("Left out: ") for one in board["notes"])
    assert "cac" in {one["key"] for one in executive.get(f"/executive?{DAY}").data["figures"]}


def test_the_print_has_no_tile_of_it() -> None:
    day = date(2026, 3, 31)
    for sees in (True, False):
        ask = questions.ask(day, date(2026, 11, 1), known=date(2026, 11, 1), sees_costs=sees)
        assert ("cac" in {tile.kpi.key for tile in tiles.tiles(ask)}) == sees
    assert signed_in(Role.CSM).get(f"/executive/dashboard.pdf?{MARCH}").content.startswith(b"%PDF")


def test_the_simulator_assumes_what_a_new_customer_costs() -> None:
    executive, csm = Rest(reader(Role.EXECUTIVE)).get("/roi").data, Rest(reader(Role.CSM)).get("/roi").data
    assert executive["inputs"]["cac"] == CAC and "cac" in executive["own"]
    assert csm["inputs"]["cac"] != CAC and "cac" not in csm["own"]
    assert "CAC is an assumption here" in page(signed_in(Role.CSM), "/roi")
    assert "CAC is an assumption here" not in page(signed_in(Role.EXECUTIVE), "/roi")
    assert "240000" not in page(signed_in(Role.CSM), "/roi/export.csv")
