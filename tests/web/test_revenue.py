"""Revenue on pages, in files, by REST and on the command line: the same figures everywhere, within the viewer's reach."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.cohorts import Cohort
from nenrin.analytics.revenue.figures import Figure
from nenrin.cli.kpis import command
from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation, Team
from nenrin.foundation.roles import Role
from nenrin.ingest import answers, lakes, mirror
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.insight.models import KpiTarget, MetricPolicy, PeriodLock
from nenrin.insight.revenue import benchmarks, locks, policies
from nenrin.insight.revenue.words import reach
from nenrin.values import Text
from nenrin.web.charts import heat
from nenrin.web.charts.heat import Cell, Heat, Line
from nenrin.web.revenue.cohorts import grey
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


def reader(role: Role) -> Member:
    """A member who reads English."""
    person = member(role)
    Member.objects.filter(pk=person.pk).update(language="en")
    return person


def carry() -> None:
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())


@pytest.fixture
def companies(org: Organisation) -> dict[str, Account]:
    """One that stays, one that came in March, one that left in March."""
    found = {THRIVING: sign(THRIVING, 100_000, "2025-02-01"), DRIFTING: sign(DRIFTING, 40_000, "2026-03-10")}
    found[LOST] = sign(LOST, 30_000, "2025-02-01", ended_on=date(2026, 3, 20))
    carry()
    return found


@pytest.fixture
def head(client: Client, companies: dict[str, Account]) -> Member:
    person = reader(Role.HEAD)
    client.force_login(person)
    return person


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def rows(client: Client, url: str) -> list[list[str]]:
    answer = client.get(url)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


def test_the_movements_page_tells_begin_what_moved_and_end(client: Client, head: Member) -> None:
    told = page(client, f"/revenue?{MARCH}")
    for figure in ("¥130,000", "+¥40,000", "−¥30,000", "¥140,000"):
        assert figure in told
    assert "churn counts when the paid service ends" in told.lower()


def test_every_figure_opens_the_accounts_behind_it(client: Client, head: Member, companies: dict[str, Account]) -> None:
    told = page(client, f"/revenue/accounts?{MARCH}&kind=churn")
    assert LOST in told and THRIVING not in told and "−¥30,000" in told
    assert reverse("account-contracts", args=[companies[LOST].pk]) in told
    assert "No account stands behind this line" in page(client, f"/revenue/accounts?{MARCH}&kind=reactivation")
    assert client.get(f"/revenue/accounts?{MARCH}&kind=nonsense").status_code == 404


def test_the_file_says_what_the_page_says(client: Client, head: Member) -> None:
    lines = rows(client, f"/revenue/export.csv?{MARCH}")
    march = dict(zip(lines[0], lines[-1], strict=True))
    assert (march["From"], march["Begin"], march["New"], march["Churn"], march["End"]) == (
        "2026-03-01", "130000", "40000", "-30000", "140000",
    )  # fmt: skip
    behind = rows(client, f"/revenue/accounts/export.csv?{MARCH}&kind=new")
    assert [line[1] for line in behind] == ["Account", DRIFTING]
    assert client.get(f"/revenue/export.xlsx?{MARCH}")["Content-Type"].endswith("sheet")
    assert Entry.objects.filter(action="customers.subscription.exported").count() == 3


def test_a_seller_sees_the_revenue_of_own_accounts_alone(client: Client, companies: dict[str, Account]) -> None:
    seller = reader(Role.SALES)
    ownership.assign(companies[DRIFTING], seller, by=SYSTEM, at=SIGNED_AT)
    client.force_login(seller)
    told = page(client, f"/revenue?{MARCH}")
    assert "+¥40,000" in told and "¥130,000" not in told and "¥140,000" not in told
    assert THRIVING not in page(client, f"/revenue/accounts?{MARCH}&kind=end")
    assert client.get(f"/revenue/export.csv?{MARCH}").status_code == 403


def test_an_empty_organisation_is_told_where_movements_come_from(client: Client, org: Organisation) -> None:
    client.force_login(reader(Role.HEAD))
    assert "No contract is known yet" in page(client, "/revenue")
    assert "No contract is known yet" in page(client, "/kpis")


def test_the_list_of_kpis_says_not_enough_data_rather_than_a_number(client: Client, head: Member) -> None:
    told = page(client, f"/kpis?{MARCH}&by=tier")
    assert "¥140,000" in told and "Not enough data" in told
    for kpi in KPIS.values():
        assert escape(kpi.name.en) in told


@pytest.mark.parametrize("key", KPIS)
def test_every_kpi_has_a_page_with_its_meaning_in_both_languages(client: Client, head: Member, key: str) -> None:
    for language in ("en", "ja"):
        Member.objects.update(language=language)
        assert escape(KPIS[key].meaning.in_(language)) in page(client, f"/kpis/{key}?{MARCH}")


@pytest.mark.parametrize(("language", "name"), [("en", "95% interval"), ("ja", "95%区間")])
def test_each_part_of_a_kpi_stands_with_its_interval(
    client: Client, head: Member, companies: dict[str, Account], language: str, name: str
) -> None:
    Member.objects.update(language=language)
    told = [dict(zip(lines[0], line, strict=True)) for lines in [rows(client, f"/kpis/arpa/export.csv?{MARCH}&table=slices&by=owner")]
            for line in lines[1:]]  # fmt: skip
    [(low, high)] = [(float(row["low"]), float(row["high"])) for row in told]
    assert low < 70_000 < high
    found = Figure("arpa", 70_000, 2, Interval(low, high))
    words = f'<small class="muted reach"><span class="visually-hidden">{name} </span>{reach(KPIS["arpa"], found, "JPY", language)}</small>'
    assert page(client, f"/kpis/arpa?{MARCH}&by=owner").count(words) == 1
    for _ in range(2):  # worked out, and kept
        assert [page(client, f"/kpis?{MARCH}&by={by}").count(words) for by in ("plan", "owner")] == [1, 1]
    ownership.assign(companies[THRIVING], head, by=SYSTEM, at=SIGNED_AT)
    assert words not in page(client, f"/kpis?{MARCH}&by=owner"), "the parts are others now"


def test_the_page_of_a_kpi_names_the_accounts_behind_it(client: Client, head: Member) -> None:
    told = page(client, f"/kpis/logo_churn?{MARCH}")
    assert told.index(LOST) < told.index(THRIVING)
    assert rows(client, f"/kpis/logo_churn/export.csv?{MARCH}")[1][1:] == [LOST, "1", "1"]
    assert client.get("/kpis/happiness").status_code == 404


def test_the_file_of_a_kpi_divides_money_alone_by_the_cents(client: Client, head: Member) -> None:
    policies.reorganise(by=SYSTEM, at=SIGNED_AT, currency="USD")
    sign("Nordsee GmbH", 900_00, "2026-02-01", currency="USD")
    carry()
    assert rows(client, f"/kpis/ltv/export.csv?{MARCH}")[1][1:] == ["Nordsee GmbH", "900.00", "1"]


@pytest.mark.parametrize(("language", "words"), [("en", "Add the rate to the metric policy first."),
                                                 ("ja", "先に指標ポリシーでレートを登録してください。")])  # fmt: skip
def test_a_currency_without_a_rate_is_refused_where_contracts_would_be_left_out(
    client: Client, companies: dict[str, Account], language: str, words: str
) -> None:
    person = member(Role.ADMINISTRATOR)
    Member.objects.filter(pk=person.pk).update(language=language)
    client.force_login(person)
    form = client.get("/organisation").context["form"]
    typed = {name: form.initial[name] for name in form.fields} | {"currency": "USD"}
    answer = client.post("/organisation", typed)
    assert answer.status_code == 422 and words in answer.content.decode() and not MetricPolicy.objects.exists()
    policies.publish({"rates": {"USD": "150"}}, by=SYSTEM, at=SIGNED_AT)
    assert client.post("/organisation", typed).status_code == 302
    assert policies.live(date(2026, 12, 1)).rates == {"JPY": "1/150"}


def test_nps_stands_beside_how_many_answered_and_names_the_silent(
    client: Client, head: Member, companies: dict[str, Account]
) -> None:
    told = [
        answers.Told(f"N{n}", companies[THRIVING].pk, "nps", 9, SIGNED_AT, sent_on=date(2026, 4, 1)) for n in range(9)
    ]
    told += [answers.Told(f"S{n}", companies[DRIFTING].pk, "nps", sent_on=date(2026, 4, 2)) for n in range(3)]
    zone, knowing = ZoneInfo("Asia/Tokyo"), on_arrival(date(2026, 4, 6))
    answers.put(told, namespace="surveys", by=SYSTEM, at=SIGNED_AT, zone=zone, knowing=knowing)
    carry()
    april = "grain=month&start=2026-04-01"
    assert "NPS response rate" in page(client, f"/kpis/nps?{april}") and "75.0%" in page(client, f"/kpis/nps?{april}")
    assert ">NPS</a>" not in page(client, f"/kpis/csat?{april}")
    found = rows(client, f"/kpis/nps_response_rate/export.csv?{april}")
    assert [line[1:] for line in found[1:]] == [[DRIFTING, "0", "3"], [THRIVING, "9", "9"]]


@pytest.mark.parametrize(
    "query", ["grain=week", "start=x", "start=0001-01-01", "start=2999-01-01", "known=9999-12-31", "known=1900-01-01",
              "by=colour&slice=1", "by=tier&slice=none", "view=x", "grain=year&start=2025-04-01&by=plan"],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_answered_all_the_same(client: Client, head: Member, query: str) -> None:
    for address in ("/revenue", "/kpis", "/kpis/nrr", "/revenue/accounts"):
        page(client, f"{address}?{query}")


def test_figures_as_known_on_a_past_day_say_so(client: Client, head: Member) -> None:
    told = page(client, f"/revenue?{MARCH}&known=2026-04-05")
    assert "as they were known at the end of" in told and "5 Apr 2026" in told and "No contract is known yet" in told


def test_operations_publishes_a_policy_and_closes_the_books(client: Client, head: Member) -> None:
    given = {"churn_recognition": "request", "gap_merge_days": "14", "dunning": "invoices", "dunning_days": "30", "coupons": "ignore",
             "usage": "trailing", "ramp": "average", "logos": "parent", "gross_margin": "75", "yearly_discount": "8",
             "sales_cycle_months": "2", "cost_sharing": "accounts", "currency": "constant", "rates": "usd 150.5\n\nEUR 160", "note": "監査法人と合意"}  # fmt: skip
    assert client.post("/revenue/settings", given).status_code == 302
    document = MetricPolicy.objects.get().document
    shown = page(client, "/revenue/settings")
    assert all(f'value="{choice}" selected' in shown for choice in ("ignore", "trailing", "average", "parent"))
    assert (document["coupons"], document["usage"], document["ramp"], document["logos"]) == (
        "ignore", "trailing", "average", "parent")  # fmt: skip
    assert (document["churn_recognition"], document["rates"]) == ("request", {"USD": "150.5", "EUR": "160"})
    assert (document["sales_cycle_months"], document["cost_sharing"]) == (2, "accounts")
    assert client.post("/revenue/lock", {"through": "2026-03-31"}).status_code == 302
    assert PeriodLock.objects.get().through == date(2026, 3, 31)
    assert "as closed" in page(client, "/revenue") and "監査法人と合意" in page(client, "/revenue/settings")
    client.post("/revenue/lock", {"do": "unlock"})
    assert not PeriodLock.objects.exists()


@pytest.mark.parametrize("rates", ["USD", "USD minus", "dollars 150", "USD -3", "USD 0", "USD 1/0"])
def test_a_rate_that_is_none_is_refused_in_its_field(client: Client, head: Member, rates: str) -> None:
    given = {"churn_recognition": "service", "gap_merge_days": "14", "dunning": "off", "dunning_days": "30", "coupons": "reduce",
             "usage": "committed", "ramp": "step", "logos": "account", "gross_margin": "75", "yearly_discount": "8",
             "sales_cycle_months": "2", "cost_sharing": "accounts", "currency": "constant", "note": "x"}  # fmt: skip
    answer = client.post("/revenue/settings", {**given, "rates": rates})
    assert answer.status_code == 200 and list(answer.context["form"].errors) == ["rates"]
    assert not MetricPolicy.objects.exists()
    assert client.post("/revenue/settings", {**given, "rates": "USD 150.5"}).status_code == 302


def test_whoever_only_looks_may_not_change_how_revenue_is_counted(client: Client, companies: object) -> None:
    client.force_login(reader(Role.EXECUTIVE))
    assert 'name="gap_merge_days"' not in page(client, "/revenue/settings")
    assert client.post("/revenue/settings", {}).status_code == 403
    assert client.post("/revenue/lock", {"through": "2026-03-31"}).status_code == 403


# --- REST and command line ------------------------------------------------------------------------------------------


def test_rest_tells_movements_that_add_up(companies: object) -> None:
    rest = Rest(member(Role.EXECUTIVE), can_write=False)
    found = rest.get("/revenue/movements?as_of=2026-03-31&periods=3&by=tier&view=gross&known=2026-04-06").data
    assert found["currency"] == "JPY" and len(found["items"]) == 6
    for line in found["items"]:
        kinds = ("begin", "new", "reactivation", "expansion", "contraction", "churn", "fx", "transfer")
        assert line["end"] == sum(line[kind] for kind in kinds)
    assert [found["items"][-2][kind] for kind in ("start", "to", "end")] == ["2026-03-01", "2026-04-01", 140_000]


def test_rest_tells_kpis_and_what_they_mean(companies: object) -> None:
    rest = Rest(member(Role.EXECUTIVE), can_write=False)
    found = rest.get("/kpis?as_of=2026-03-31&known=2026-04-06").data
    values = {item["kpi"]: item["value"] for item in found["items"]}
    assert values["mrr"] == 140_000 and values["nrr"] is None
    assert {each["kpi"] for each in rest.get("/kpis/definitions").data} == set(KPIS)


@pytest.mark.parametrize("query", ["by=colour", "as_of=2999-01-01", "as_of=0001-01-01", "grain=week", "periods=0"])
def test_rest_refuses_what_it_cannot_answer_by_name(companies: object, query: str) -> None:
    rest = Rest(member(Role.EXECUTIVE), can_write=False)
    answer = rest.get(f"/kpis?{query}")
    assert answer.status_code == 422


def test_the_command_prints_the_same_figures(companies: object) -> None:
    told = CliRunner().invoke(command, ["--as-of", "2026-03-31", "--by", "tier", "--json", "--known-at", "2026-04-06"])
    found = {(row["kpi"], row["slice"]): row["value"] for row in json.loads(told.output)}
    assert told.exit_code == 0 and found["mrr", None] == 140_000
    lines = CliRunner().invoke(command, ["--as-of", "2026-03-31", "--format", "csv"]).output.splitlines()
    assert lines[0].startswith("kpi,slice,value") and len(lines) == 1 + len(KPIS)
    ahead = CliRunner().invoke(command, ["--as-of", "2999-01-01"])
    assert ahead.exit_code == 1 and "2999-01-01" in ahead.output


def test_the_command_prints_several_periods_in_a_row_as_rest_tells_them(companies: object) -> None:
    def ran(*given: str) -> list[dict[str, Any]]:
        told = CliRunner().invoke(command, ["--as-of", "2026-03-31", "--known-at", "2026-04-06", "--json", *given])
        assert told.exit_code == 0, told.output
        found: list[dict[str, Any]] = json.loads(told.output)
        return found

    found = ran("--periods", "3", "--by", "plan")
    assert [row["from"] for row in found if (row["kpi"], row["slice"]) == ("mrr", None)] == [
        "2026-01-01", "2026-02-01", "2026-03-01",
    ]  # fmt: skip
    assert [row["value"] for row in found if (row["kpi"], row["slice"]) == ("mrr", None)] == [130_000, 130_000, 140_000]
    assert [row for row in found if row["from"] == "2026-03-01"] == ran("--by", "plan")
    rest = Rest(member(Role.EXECUTIVE), can_write=False)
    told = rest.get("/kpis?as_of=2026-03-31&periods=3&known=2026-04-06&by=plan").data["items"]
    costs = set(rest.get("/kpis?as_of=2026-03-31").data["left_out"])
    same = ("kpi", "slice", "value", "n", "low", "high", "to")
    assert [[row[key] for key in same] for row in told] == [
        [row[key] for key in same] for row in found if row["kpi"] not in costs
    ]
    for wrong in ("0", "61", "x"):
        refused = CliRunner().invoke(command, ["--periods", wrong])
        assert refused.exit_code == 2 and "--periods" in refused.output


def test_the_command_tells_each_of_several_periods_as_its_books_were_closed(companies: object, head: Member) -> None:
    locks.lock(date(2026, 2, 28), by=SYSTEM, at=SIGNED_AT)
    late = datetime(2026, 4, 20, tzinfo=UTC)
    with time_machine.travel(late):
        account = accounts.open("Late GmbH", by=SYSTEM, at=late)
        subscriptions.sign(account, by=SYSTEM, at=late, starts_on=date(2026, 1, 15), term_months=12, mrr_minor=5_000)
        carry()
        told = CliRunner().invoke(command, ["--as-of", "2026-04-20", "--periods", "4", "--json"])
        found = [row for row in json.loads(told.output) if row["kpi"] == "mrr"]
    assert [(row["known"], row["value"]) for row in found] == [
        ("2026-04-06", 130_000), ("2026-04-06", 130_000), ("2026-04-20", 145_000), ("2026-04-20", 145_000),
    ]  # fmt: skip


def test_a_target_is_set_on_the_page_of_its_kpi_and_shown_beside_the_figure(client: Client, head: Member) -> None:
    address = f"/kpis/mrr/target?{MARCH}"
    assert client.post(address, {"value": "150000"}).status_code == 302
    told = page(client, f"/kpis/mrr?{MARCH}")
    assert "¥150,000" in told and "not reached" in told and 'value="150000"' in told
    assert "not reached" in page(client, f"/kpis?{MARCH}")
    client.post(address, {"value": ""})
    assert not KpiTarget.objects.exists()


def test_the_trend_shows_the_target_and_the_nearest_benchmarks_as_dotted_lines(client: Client, head: Member) -> None:
    assert 'class="edge"' not in page(client, f"/kpis/mrr?{MARCH}")
    client.post(f"/kpis/mrr/target?{MARCH}", {"value": "150000"})
    told = page(client, f"/kpis/mrr?{MARCH}")
    assert told.count('class="edge"') == 1 and "Dotted: target ¥150,000" in told
    assert benchmarks.nearest({0.82, 0.91, 0.95}, [0.92, 0.93]) == [0.91, 0.95] and not benchmarks.nearest({0.82}, [])


def test_the_trend_and_the_slices_of_a_kpi_are_files_too(client: Client, head: Member) -> None:
    trend = rows(client, f"/kpis/mrr/export.csv?{MARCH}&table=trend")
    assert len(trend) == 14 and trend[-1][:2] == ["2026-03-01", "2026-04-01"]
    assert dict(zip(trend[0], trend[-1], strict=True))["value"] == "140000.0"
    parts = rows(client, f"/kpis/mrr/export.csv?{MARCH}&table=slices&by=owner")
    assert [(line[2], line[3], line[4], line[5]) for line in parts[1:]] == [("Owner", "not given", "none", "140000.0")]
    assert client.get(f"/kpis/mrr/export.xlsx?{MARCH}&table=trend")["Content-Type"].endswith("sheet")


def test_the_file_of_movements_has_the_slices_that_the_page_shows(client: Client, head: Member) -> None:
    lines = rows(client, f"/revenue/export.csv?{MARCH}&by=owner")
    ends = [(line[0], line[-1], dict(zip(lines[0], line, strict=True))["End"]) for line in lines[-2:]]
    assert ends == [("2026-03-01", "", "140000"), ("2026-03-01", "none", "140000")]


def test_an_outcomes_target_needs_a_leading_kpi_and_shares_are_percentages(client: Client, head: Member) -> None:
    client.post(f"/kpis/logo_churn/target?{MARCH}", {"value": "2.5", "leading_kpi": "upsell_rate"})
    assert not KpiTarget.objects.exists()
    client.post(f"/kpis/upsell_rate/target?{MARCH}", {"value": "4"})
    client.post(f"/kpis/logo_churn/target?{MARCH}", {"value": "2.5", "leading_kpi": "upsell_rate"})
    assert not KpiTarget.objects.filter(kpi="logo_churn").exists()
    assert "Name the team that answers for this outcome." in page(client, f"/kpis/logo_churn?{MARCH}")
    team = Team.objects.create(name="East")
    client.post(f"/kpis/logo_churn/target?{MARCH}", {"value": "2.5", "leading_kpi": "upsell_rate", "team": team.pk})
    assert dict(KpiTarget.objects.values_list("kpi", "value")) == {"upsell_rate": 0.04, "logo_churn": 0.025}
    assert client.post(f"/kpis/logo_churn/target?{MARCH}", {"value": "x"}).status_code == 302


def test_cohorts_show_how_many_there_were_and_what_is_left(client: Client, head: Member) -> None:
    told = page(client, "/revenue/cohorts?start=2026-03-01")
    assert '<th scope="row">Mar 2026' in told and '<th scope="row">Feb 2025' not in told
    assert 'class="is-few' in told and not re.search(r'<td class="q\d', told)  # one account is no level
    assert "Grey: a cohort of fewer than 10 accounts" in told
    lines = rows(client, "/revenue/cohorts/export.csv?start=2026-03-01")
    assert lines[-1] == ["2026-03-01", "0", "1", "1", "40000", "JPY", "0"]


@pytest.mark.parametrize(("accounts", "look"), [(9, "is-few"), (10, "q5")])
def test_a_percentage_of_fewer_than_ten_accounts_is_grey(accounts: int, look: str) -> None:
    cohort = Cohort(date(2026, 1, 1), accounts, (accounts, accounts), (100_000, 100_000), is_partial=True)
    cells = [Cell(1.0 * 100, "100", is_partial, is_few=cohort.is_few) for is_partial in (False, True)]
    drawn = heat.draw(Heat("", "", ("0", "1"), (Line("", tuple(cells)),), (80, 90, 95, 98, 100.5, 105, 110)))
    assert [shade.look for shade in drawn[0].shades] == [
        look,
        "is-few is-partial" if look == "is-few" else "is-partial",
    ]
    note = grey([cohort])
    assert ("10社未満" in note.ja if isinstance(note, Text) else note == "") and bool(note) == (accounts < 10)


def linked(told: str, address: str) -> list[str]:
    """The links of a page that lead to an address."""
    return [unescape(each) for each in re.findall(r'href="([^"]+)"', told) if each.startswith(address)]


def test_every_cell_of_a_cohort_opens_the_accounts_behind_it(
    client: Client, head: Member, companies: dict[str, Account]
) -> None:
    told = client.get("/revenue/cohorts").content.decode()
    found = linked(told, "/revenue/cohorts/accounts?")
    assert len(found) > 2 and 'aria-label="Mar 2026, 1: ' in told
    assert DRIFTING in client.get(found[-1]).content.decode()
    shown = client.get("/revenue/cohorts/accounts?start=2026-03-01&cohort=2025-02&age=13").content.decode()
    assert THRIVING in shown and LOST in shown and "¥130,000 → ¥100,000" in shown
    left = client.get("/revenue/cohorts/accounts?start=2026-03-01&cohort=2025-02&age=13&fate=left").content.decode()
    assert LOST in left and THRIVING not in left
    nobody = client.get("/revenue/cohorts/accounts?start=2026-03-01&cohort=2025-02&age=13&fate=more").content.decode()
    assert "None of the cohort" in nobody
    answer = client.get("/revenue/cohorts/accounts/export.csv?start=2026-03-01&cohort=2025-02&age=13&fate=left")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [row[1] for row in rows[1:]] == [LOST] and rows[1][4:6] == ["30000", "0"]


@pytest.mark.parametrize(
    "query", ["cohort=2030-01", "cohort=x&age=-1", "age=9999999999&cohort=2025-02", "cohort=%00&fate=x"]
)
def test_a_cohort_that_makes_no_sense_is_answered_all_the_same(client: Client, head: Member, query: str) -> None:
    assert client.get(f"/revenue/cohorts/accounts?{query}").status_code == 200


def test_the_trend_says_the_interval_of_each_period_where_the_kpi_has_one(client: Client, head: Member) -> None:
    for n in range(29):
        sign(f"顧客{n}", 10_000, "2025-02-01", ended_on=date(2026, 3, 10) if n < 5 else None)
    carry()
    lines = rows(client, f"/kpis/logo_churn/export.csv?{MARCH}&table=trend")
    told = dict(zip(lines[0], lines[-1], strict=True))
    assert 0 < float(told["low"]) < float(told["value"]) < float(told["high"]) < 1
    assert f"% (95%: {100 * float(told['low']):.2f}% to " in page(client, f"/kpis/logo_churn?{MARCH}")
