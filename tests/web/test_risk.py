"""Pages of risk: who, why, how much and how sure; where little is known the page says so instead of a figure."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Risk, RiskLearning, RiskModelVersion, RiskSaid
from nenrin.insight.risk import learning, runs, step, telling
from nenrin.insight.risk.expected import Expected
from nenrin.insight.risk.past_months import Held
from nenrin.web.risk import counts, words
from tests import cast
from tests.insight import risk_world
from tests.insight.risk_world import KNOWN

pytestmark = pytest.mark.django_db


def signed_in(role: Role = Role.HEAD, language: str = "en") -> Client:
    client = Client()
    client.force_login(cast.member(role, language=language))
    return client


def body(client: Client, path: str, status: int = 200) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == status, path
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8-sig")


@pytest.fixture
def told(org: Organisation, at: datetime) -> dict[int, Any]:
    made = risk_world.build(at)
    learning.learn(KNOWN, by=SYSTEM, at=at, events=("churn",))
    telling.tell(KNOWN, at=at)
    return made


def test_the_list_leads_from_the_most_probable_to_the_account_and_into_files(told: dict[int, Any]) -> None:
    client = signed_in()
    first = Risk.objects.order_by("-p").select_related("account").first()
    assert first is not None
    text = body(client, "/risk")
    assert text.index(first.account.name) < text.index(Risk.objects.order_by("p").first().account.name)  # type: ignore[union-attr]
    assert f"/accounts/{first.account_id}/health#risk" in text and "as known at the end of" in text
    rows = list(csv.DictReader(io.StringIO(body(client, "/risk/export.csv"))))
    assert len(rows) == Risk.objects.count() and rows[0]["id"] == str(first.account_id)
    assert client.get("/risk/export.xlsx").status_code == 200
    assert Entry.objects.filter(action="customers.account.exported").count() == 2
    assert client.get("/risk/export.pdf").status_code == 404
    found = body(client, f"/risk?q={first.account.name}&sort=-expected")
    assert found.count("#risk") == 1
    assert "No account matches" in body(client, "/risk?q=nobody-of-that-name")


def test_with_few_events_no_probability_is_printed_anywhere(told: dict[int, Any]) -> None:
    client, row = signed_in(), Risk.objects.order_by("-p").first()
    assert row is not None
    RiskModelVersion.objects.update(card={"events": 24, "shows_probability": False}, state="ranking")
    point = f"{100 * row.p:.0f}%"
    ranked = body(client, "/risk")
    assert "So far only 24 events" in ranked and f"<b>{point}</b>" not in ranked
    rows = list(csv.DictReader(io.StringIO(body(client, "/risk/export.csv"))))
    assert (
        {one["probability within 90 days"] for one in rows} == {""} == {one["Expected within 90 days"] for one in rows}
    )
    block = body(client, f"/accounts/{row.account_id}/health")
    assert "the range is what can be said" in block and f"<b>{point}</b>" not in block
    RiskModelVersion.objects.update(card={"events": 80, "shows_probability": True}, state="trusted")
    assert f"<b>{point}</b>" in body(client, "/risk") and f"<b>{point}</b>" in body(
        client, f"/accounts/{row.account_id}/health"
    )


def test_months_are_held_against_what_came_and_lead_to_their_accounts(told: dict[int, Any]) -> None:
    client = signed_in()
    text = body(client, "/risk/forecast")
    assert "Earlier forecasts against what came" in text and "replayed" in text and "Twelve months ahead" in text
    said = RiskSaid.objects.filter(is_replayed=True).order_by("-as_of").first()
    assert said is not None
    left = [account for account, (notice, _) in told.items() if notice and notice.strftime("%Y-%m") == "2025-12"]
    month = body(client, "/risk/forecast/2025-12-01")
    assert month.count("<b>") >= len(left) and said.account.name in month
    assert "Nothing was said" in body(client, "/risk/forecast/1999-01-01")
    for odd in ("soon", "0001-01-01", "9999-12-31"):
        body(client, f"/risk/forecast/{odd}", 404)
    assert body(client, "/risk/forecast/export.csv").count("replayed") >= 8
    assert "Customers in all:" in text and "of difference: the difference is" in text


def test_a_card_says_what_a_model_rests_on_and_learning_is_for_those_who_configure(told: dict[int, Any]) -> None:
    model = RiskModelVersion.objects.get()
    for role, may in ((Role.HEAD, True), (Role.CSM, False)):
        client = signed_in(role)
        card = body(client, f"/risk/models/{model.pk}")
        assert "What the leak linter found" in card and (">Withdraw<" in card) == may
        assert client.post("/risk/models/learn").status_code == (302 if may else 403)
        assert client.post(f"/risk/models/{model.pk}/deed", {"do": "burn"}).status_code == (422 if may else 403)
    client = signed_in()
    client.post(f"/risk/models/{RiskModelVersion.objects.filter(event='churn').first().pk}/deed", {"do": "withdraw"})  # type: ignore[union-attr]
    assert "No probability can be told" in body(client, "/risk")
    body(client, "/risk/models/999999", 404)


def test_learning_is_asked_for_and_the_page_says_how_far_it_is(
    told: dict[int, Any], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, page = signed_in(), "/risk/models"
    assert client.post("/risk/models/learn").status_code == 302
    assert RiskModelVersion.objects.count() == 1, "nothing is learned while somebody waits for the page"
    text = body(client, page)
    assert "waits for the worker" in text and "Learn now" not in text and 'http-equiv="refresh"' in text
    assert "HX-Refresh" not in client.get("/risk/models/learning").headers
    RiskLearning.objects.update(state="running", begun_at=at)
    assert "Models are being learned since" in body(client, page)
    runs.step(at)
    assert "Last asked for at" in body(client, page) and RiskModelVersion.objects.count() == 5
    assert client.get("/risk/models/learning").headers["HX-Refresh"] == "true"
    client.post("/risk/models/learn")
    monkeypatch.setattr(learning, "learn", lambda *args, **more: 1 / 0)
    runs.step(at)
    failed = body(signed_in(language="ja"), page)
    assert "ZeroDivisionError" in failed and "学習は失敗しました" in failed and "今すぐ学習" in failed


def test_a_version_is_put_to_use_at_once_and_told_by_the_worker(
    told: dict[int, Any], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, client = RiskModelVersion.objects.get(), signed_in()
    monkeypatch.setattr(telling, "tell", lambda *args, **more: 1 / 0)
    client.post(f"/risk/models/{model.pk}/deed", {"do": "withdraw"})
    assert not Risk.objects.exists()
    client.post(f"/risk/models/{model.pk}/deed", {"do": "use"})
    monkeypatch.undo()
    assert learning.in_use("churn") == model and not Risk.objects.exists()
    assert step.step(at) > 0 and Risk.objects.exists()


def test_every_event_has_its_pages_and_says_of_its_own_that_data_is_missing(told: dict[int, Any], at: datetime) -> None:
    learning.learn(KNOWN, by=SYSTEM, at=at, events=("involuntary", "contraction"))
    client, row = signed_in(), Risk.objects.filter(event="churn").first()
    assert row is not None
    for event, title in (("involuntary", "Risk of involuntary churn"), ("contraction", "Risk of contraction")):
        assert title in body(client, f"/risk?event={event}") and "No probability" in body(
            client, f"/risk?event={event}"
        )
        assert "not enough data" in body(client, f"/risk/models?event={event}")
        assert "Nothing can be forecast yet" in body(client, f"/risk/forecast?event={event}")
        card = RiskModelVersion.objects.get(event=event)
        assert "nothing can be learned that would hold" in body(client, f"/risk/models/{card.pk}")
    block = body(client, f"/accounts/{row.account_id}/health")
    assert block.count("not enough data: 0 events so far, 10 needed") == 2
    assert "Expansion" in block and "no model has been learned yet" in block


def test_the_overview_of_an_account_shows_its_risk_to_those_who_may_see_it(told: dict[int, Any]) -> None:
    row = Risk.objects.filter(event="churn").first()
    assert row is not None
    text = body(signed_in(), f"/accounts/{row.account_id}")
    assert "Risk and next step" in text and f"/accounts/{row.account_id}/health#risk" in text
    assert "リスクと次の一手" in body(signed_in(language="ja"), f"/accounts/{row.account_id}")


def test_a_card_draws_whether_probabilities_came_true_and_tells_what_moved(told: dict[int, Any]) -> None:
    model = RiskModelVersion.objects.get(event="churn")
    client, page = signed_in(), f"/risk/models/{model.pk}"
    model.card["verdicts"] = [_verdict(90), _verdict(365)]
    model.card |= {"drift": [["nps", 0.31], ["logins_per_seat_week", 0.02]], "accounts": 50, "accounts_of": 90}
    model.save()
    text = body(client, page)
    assert text.count("<svg") >= 2 and "12.0% → 10.0%" in text and "14 days" in text
    assert "of 50 accounts, taken by lot from 90" in text and "moved far" in text and "as before" in text
    for raw in ("gap_days", "accounts_of"):
        assert raw not in text
    model.card["verdicts"] = [{key: value for key, value in _verdict(90).items() if key != "bins"}]
    model.save()
    assert "learn anew" in body(client, page)


def _verdict(days: int) -> dict[str, Any]:
    names = ("slope", "slope_low", "slope_high", "ece", "lift", "expected")
    plain: dict[str, Any] = dict.fromkeys(names, 1.0)
    bins = [{"said": 0.12, "came": 0.1, "low": 0.05, "high": 0.2, "rows": 100, "events": 10}]
    figures: dict[str, Any] = dict.fromkeys(("auc", "auc_due", "skill"), None)
    return {**plain, **figures, "horizon_days": days, "events": 10, "origins": 3, "tiers": [], "bins": bins}


def test_an_empty_installation_says_what_is_missing(org: Organisation) -> None:
    client = signed_in(language="ja")
    assert "予測モデルはまだ学習されていません" in body(client, "/risk")
    assert "まだ予測できません" in body(client, "/risk/forecast") and "まだ学習されていません" in body(
        client, "/risk/models"
    )
    assert client.post("/risk/models/learn").status_code == 422


def test_the_account_list_shows_and_sorts_by_the_probability_of_leaving(told: dict[int, Any]) -> None:
    client = signed_in()
    first = Risk.objects.filter(event="churn").order_by("-p").select_related("account", "version").first()
    assert first is not None
    text = body(client, "/accounts?columns=churn_risk,mrr&sort=-churn_risk&status=customer")
    assert "Churn within 90 days" in text
    rows = list(csv.DictReader(io.StringIO(body(client, "/accounts/export.csv?columns=churn_risk&sort=-churn_risk"))))
    assert rows[0]["id"] == str(first.account_id)
    figure = rows[0]["Churn within 90 days"]
    shows = first.version.card["shows_probability"]
    assert figure == str(first.p) if shows else "–" in figure and figure.endswith("%")
    told_now = [row["Churn within 90 days"] for row in rows]
    assert "" not in told_now[: Risk.objects.filter(event="churn").count()], "those without a figure come last"


def test_an_order_that_later_months_do_not_bear_out_is_not_called_one() -> None:
    def card(mean: float, error: float | None) -> dict[str, Any]:
        return {"verdicts": [{"auc_due": None}, {"auc_due": {"mean": mean, "error": error}}]}

    assert words.orders(card(0.70, 0.05)) and not words.orders(card(0.47, 0.05))
    assert not words.orders(card(0.55, 0.05)) and not words.orders(card(0.74, None)) and not words.orders({})


@pytest.mark.parametrize(("came", "verdict"), [(1, "within it"), (3, "within it"), (5, "beyond it")])
def test_the_sum_of_all_months_is_held_against_chance(came: int, verdict: str) -> None:
    quiet = Held(date(2026, 1, 1), date(2026, 2, 1), "said", Expected(0, 0, 0), 0, 0, 40, 0.5, 0.7, 0, True)
    told = counts.against_chance([quiet, quiet, replace(quiet, happened=came)])
    assert told is not None and told.en.startswith(f"Customers in all: {came} came, 1.5 were expected.")
    assert "up to 2.4 of difference" in told.en and told.en.endswith(f"{verdict}.")
    assert counts.against_chance([]) is None
