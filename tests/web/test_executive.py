"""The executive dashboard as page, print, file and answer: the same figures everywhere, within the viewer's reach."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from django.test import Client

from nenrin.cli import report
from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.insight import health_models
from nenrin.insight.models import Health, HealthModelVersion
from nenrin.web.executive import trends
from tests.api.rest import Rest
from tests.cast import DRIFTING, LOST, THRIVING, member

pytestmark = pytest.mark.django_db
SIGNED_AT = datetime(2026, 4, 6, tzinfo=UTC)
MARCH = "grain=month&start=2026-03-01"


def sign(name: str, minor: int, start: str, **fields: Any) -> Account:
    account = accounts.open(name, by=SYSTEM, at=SIGNED_AT)
    words = {"starts_on": date.fromisoformat(start), "term_months": 12, "mrr_minor": minor, "seats": 5, **fields}
    subscriptions.sign(account, by=SYSTEM, at=SIGNED_AT, **words)
    return account


def reader(role: Role, language: str = "en") -> Member:
    person = member(role)
    Member.objects.filter(pk=person.pk).update(language=language)
    return person


@pytest.fixture
def companies(org: Organisation) -> dict[str, Account]:
    """One that stays, one that came in March, one that left in March."""
    found = {THRIVING: sign(THRIVING, 100_000, "2025-02-01"), DRIFTING: sign(DRIFTING, 40_000, "2026-03-10")}
    found[LOST] = sign(LOST, 30_000, "2025-02-01", ended_on=date(2026, 3, 20))
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    return found


@pytest.fixture
def executive(client: Client, companies: dict[str, Account]) -> Member:
    person = reader(Role.EXECUTIVE)
    client.force_login(person)
    return person


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_dashboard_tells_what_moved_and_who_moved_it(client: Client, executive: Member) -> None:
    told = page(client, f"/executive?{MARCH}")
    assert "MRR +¥10K, to ¥140K" in told and "From ¥130K: new +¥40K, churn −¥30K." in told
    assert f"Largest loss: {LOST} (−¥30K)." in told
    assert "Metric policy, version 1" in told
    assert "/executive/dashboard.pdf?grain=month&amp;start=2026-03-01" in told


def test_every_figure_opens_its_page_for_the_same_period(client: Client, executive: Member) -> None:
    told = page(client, f"/executive?{MARCH}")
    assert "/kpis/mrr?grain=month&amp;start=2026-03-01" in told and "/revenue?grain=month&amp;start=2026-03-01" in told


def test_too_few_accounts_are_not_enough_data_and_never_zero(client: Client, executive: Member) -> None:
    told = page(client, f"/executive?{MARCH}")
    assert "Not enough data" in told
    tiles = told.split('id="kpis"')[1].split("</dl>")[0]
    assert "0.0%" not in tiles
    assert re.search(r">\d, shown from 30<", tiles) and "no account was active at the start" not in tiles
    assert re.search(r">\d, shown from 30<", page(client, f"/kpis/logo_churn?{MARCH}"))


def test_it_can_be_seen_as_it_was_known_before(client: Client, executive: Member) -> None:
    before = page(client, "/executive?known=2026-04-01")
    assert "No contract is known yet" in before  # all of them were entered on 6 April
    later = page(client, "/executive?known=2026-04-07&grain=year")
    assert 'as they were known at the end of <time datetime="2026-04-07"' in later and "as known on" in later


def test_a_quarter_and_a_part_have_their_own(client: Client, executive: Member) -> None:
    assert "FY2025 Q4" in page(client, "/executive?grain=quarter&start=2026-01-01")
    parts = page(client, f"/executive?{MARCH}&by=plan")
    assert "slice=" in parts


def test_an_empty_installation_leads_to_the_first_look(client: Client, org: Organisation) -> None:
    client.force_login(reader(Role.ADMINISTRATOR))
    told = page(client, "/executive")
    assert "No contract is known yet" in told and 'href="/first-look"' in told


def test_a_seller_sees_own_accounts_alone(client: Client, companies: dict[str, Account]) -> None:
    seller = reader(Role.SALES)
    ownership.assign(companies[DRIFTING], seller, by=SYSTEM, at=SIGNED_AT)
    client.force_login(seller)
    told = page(client, f"/executive?{MARCH}")
    assert DRIFTING in told and LOST not in told and "to ¥40K" in told


def test_the_print_is_in_the_reader_s_language(client: Client, executive: Member) -> None:
    answer = client.get(f"/executive/dashboard.pdf?{MARCH}")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == 'attachment; filename="nenrin-executive-20260301-en.pdf"'
    assert b"/Lang(en-GB)" in answer.content
    Member.objects.filter(pk=executive.pk).update(language="ja")
    assert b"/Lang(ja-JP)" in client.get(f"/executive/dashboard.pdf?{MARCH}").content


def test_the_file_says_what_the_page_says(client: Client, companies: dict[str, Account]) -> None:
    client.force_login(reader(Role.HEAD))
    answer = client.get(f"/executive/export.csv?{MARCH}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = {(line["Section"], line["Key"]): line for line in csv.DictReader(io.StringIO(text))}
    assert lines["movements", "end"]["Value"] == lines["kpis", "mrr"]["Value"].removesuffix(".0") == "140000"
    assert lines["kpis", "nrr"]["Value"] == ""
    assert client.get(f"/executive/export.xlsx?{MARCH}")["Content-Type"].endswith("sheet")
    assert Entry.objects.filter(action="customers.subscription.exported").count() == 2


def test_programs_read_the_same_figures_and_the_same_print(companies: dict[str, Account]) -> None:
    rest = Rest(member(Role.EXECUTIVE))
    told = rest.get("/executive?as_of=2026-03-31&known=2026-04-30").data
    figures = {(each["section"], each["key"]): each["value"] for each in told["figures"]}
    assert figures["movements", "end"] == figures["kpis", "mrr"] == 140_000
    assert told["explained"][0]["title_en"] == "MRR +¥10K, to ¥140K" and told["accounts"] == 2
    answer = Client().get("/api/v1/executive/pdf?as_of=2026-03-31&lang=ja", headers=rest.headers)
    assert answer.content.startswith(b"%PDF-") and b"/Lang(ja-JP)" in answer.content
    assert rest.get("/executive?by=tier").status_code == 422
    assert rest.get("/executive?by=tier&slice=zodiac").status_code == 422
    assert rest.get("/executive?as_of=2999-01-01").status_code == 422


def test_the_command_writes_a_file(companies: dict[str, Account], tmp_path: Path) -> None:
    out = tmp_path / "board.pdf"
    with time_machine.travel(datetime(2026, 4, 7, tzinfo=UTC)):
        done = CliRunner().invoke(report.command, ["executive", "--out", str(out), "--lang", "en"])
        assert done.exit_code == 0 and out.read_bytes().startswith(b"%PDF-")
        late = CliRunner().invoke(report.command, ["executive", "--out", str(out), "--as-of", "2030-01-01"])
        assert late.exit_code == 1 and "lies ahead" in late.stderr
        odd = CliRunner().invoke(report.command, ["executive", "--out", str(out), "--by", "tier", "--slice", "x"])
        assert odd.exit_code == 1 and "no part 'x'" in odd.stderr


def test_a_small_line_keeps_its_gaps_and_knows_its_target() -> None:
    found = trends.draw([1.0, None, 2.0, 3.0], 3.0)
    assert found is not None and found.runs == ("105.7,14 157,3",) and found.target == "3" and found.tip == ("157", "3")
    assert trends.draw([None, 1.0]) is None


def test_health_and_cohorts_open_the_accounts_behind_each_figure(
    client: Client, executive: Member, companies: dict[str, Account]
) -> None:
    health_models.install(at=SIGNED_AT)
    version = HealthModelVersion.objects.first()
    with time_machine.travel(SIGNED_AT, tick=False):
        Health.objects.create(
            account=companies[THRIVING], as_of=SIGNED_AT.date(), at=SIGNED_AT, today=30, score=30, band="at_risk",
            since=SIGNED_AT.date(), coverage=1, version=version, losses=[],
        )  # fmt: skip
        told = page(client, "/executive")
        links = [unescape(each) for each in re.findall(r'href="([^"]+)"', told)]
        risky, *_ = [each for each in links if each.startswith("/executive/accounts?") and each.endswith("now=at_risk")]
        shown = page(client, risky)
        assert THRIVING in shown and DRIFTING not in shown
        assert "No paying account moved so" in page(client, f"{risky}&was=new")
        assert any(each.startswith("/revenue/cohorts/accounts?") for each in links)
        assert client.get("/executive/accounts/export.csv").status_code in (200, 403)


def test_a_seller_sees_the_health_of_own_accounts_alone(client: Client, companies: dict[str, Account]) -> None:
    seller = reader(Role.SALES)
    ownership.assign(companies[THRIVING], seller, by=SYSTEM, at=SIGNED_AT)
    health_models.install(at=SIGNED_AT)
    version = HealthModelVersion.objects.first()
    with time_machine.travel(SIGNED_AT, tick=False):
        for account in companies.values():
            Health.objects.create(
                account=account, as_of=SIGNED_AT.date(), at=SIGNED_AT, today=30, score=30, band="at_risk",
                since=SIGNED_AT.date(), coverage=1, version=version, losses=[],
            )  # fmt: skip
        client.force_login(seller)
        told = page(client, "/executive/accounts")
    assert THRIVING in told and DRIFTING not in told
