"""The backtest of a risk model's version as a page: asked for, watched, read, refused, and what comes first of an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Risk, RiskBacktest, RiskModelVersion
from tests import cast
from tests.insight import risk_backtests_world

pytestmark = pytest.mark.django_db


def signed_in(role: Role = Role.HEAD, language: str = "en") -> Client:
    client = Client()
    client.force_login(cast.member(role, language=language))
    return client


def body(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def version(org: Organisation, at: datetime) -> RiskModelVersion:
    return made(at)


def made(at: datetime, event: str = "churn", **more: Any) -> RiskModelVersion:
    card = {"events": 60, "rows": 900, "shows_probability": True, "step": "hazard"}
    plain: dict[str, Any] = {"state": "trusted", "document": {"kind": "made up"}, "card": card, "used_from": at}
    return RiskModelVersion.objects.create(
        event=event, number=1, known_on=at.date(), learned_at=at, **plain | more
    )  # fmt: skip


def test_who_may_configure_asks_and_the_page_says_how_far_it_is(version: RiskModelVersion, at: datetime) -> None:
    page = f"/risk/models/{version.pk}/backtest"
    assert page in body(signed_in(), f"/risk/models/{version.pk}")
    for role, may in ((Role.CSM, False), (Role.HEAD, True)):
        client = signed_in(role)
        empty = body(client, page)
        assert "Not tested yet" in empty and ("Test on the past" in empty) == may
        assert client.post(f"{page}/ask", {"capacity": "12"}).status_code == (302 if may else 403)
        assert RiskBacktest.objects.count() == may
    row = RiskBacktest.objects.get()
    assert row.capacity == 12 and "Learning and telling month by month" in body(client, page)
    assert "HX-Refresh" not in client.get(f"{page}/progress").headers
    RiskBacktest.objects.update(state="failed")
    assert "HX-Refresh" in client.get(f"{page}/progress").headers and "could not be computed" in body(client, page)


def test_the_card_is_read_in_both_languages(version: RiskModelVersion, at: datetime) -> None:
    risk_backtests_world.finished(version, at)
    page = f"/risk/models/{version.pk}/backtest"
    english, japanese = body(signed_in(), page), body(signed_in(language="ja"), page)
    assert "v1 told accounts to which it happened within 90 days" in english and "Highest tenth" in english
    for word in ("Health score", "Base rate of the tier", "What became of each band", "left out by lot"):
        assert word in english, word
    for word in ("上位10%", "ヘルススコア", "順位帯ごとの結果", "先行日数", "解約・更新"):
        assert word in japanese, word
    assert english.count("<figure>") >= 3 and "Left / stayed" in english


def test_other_events_are_not_called_leaving(org: Organisation, at: datetime) -> None:
    growth = made(at, "expansion")
    risk_backtests_world.finished(growth, at)
    page = body(signed_in(), f"/risk/models/{growth.pk}/backtest")
    assert "Happened / not" in page and "Left / stayed" not in page and "before the notice" not in page


def test_nothing_to_test_and_too_few_months_are_said(org: Organisation, at: datetime) -> None:
    row = made(at, state="not_enough", document={}, used_from=None)
    page, client = f"/risk/models/{row.pk}/backtest", signed_in()
    assert "Nothing to test" in body(client, page) and "Test on the past" not in body(client, page)
    assert client.post(f"{page}/ask").status_code == 422
    other = made(at, "expansion")
    risk_backtests_world.finished(other, at)
    RiskBacktest.objects.update(card={})
    assert "Not enough months yet" in body(client, f"/risk/models/{other.pk}/backtest")
    assert client.get("/risk/models/999999/backtest").status_code == 404


def test_an_account_is_told_what_comes_first(org: Organisation, at: datetime) -> None:
    account = accounts.open("会社", by=SYSTEM, at=at, status="customer")
    months = [0.1, *[0.0] * 11]
    for event in ("churn", "expansion"):
        row = made(at, event)
        Risk.objects.create(
            account=account, event=event, version=row, as_of=at.date(), at=at, p=0.1, low=0.05, high=0.2, minor=1,
            horizons=[[30, 0.1, 0.05, 0.2], [90, 0.1, 0.05, 0.2]], months=months,
        )  # fmt: skip
    page = body(signed_in(), f"/accounts/{account.pk}/health")
    assert "What comes first" in page and "<b>81%</b>" in page and page.count(">9.5%<") + page.count(">10%<") >= 4
    assert "Not counted, as no probability is told of it: Involuntary churn, Contraction." in page
    assert "最初に起こること" in body(signed_in(language="ja"), f"/accounts/{account.pk}/health")
    Risk.objects.filter(event="expansion").delete()
    assert "What comes first" not in body(signed_in(), f"/accounts/{account.pk}/health")
