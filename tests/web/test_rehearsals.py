"""Segments and health models on the past, as pages and by the API."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models, segments
from nenrin.insight.days import number
from nenrin.playbooks.models import Rehearsal
from tests.api.rest import Rest
from tests.cast import member
from tests.playbooks import stage
from tests.web.test_value_pages import body, signed_in

pytestmark = pytest.mark.django_db
CUSTOMERS = {"field": "status", "op": "=", "value": "customer"}
SIDE = {"accounts": 2, "account_years": 2.0, "changes": 3, "changes_a_year": 1.5, "at_risk_share": 0.25,
        "bands": {"unknown": 0, "at_risk": 1, "caution": 1, "healthy": 0}}  # fmt: skip


@pytest.fixture
def client(org: Organisation) -> Client:
    return signed_in(Role.HEAD)


def _segment(at: datetime) -> tuple[int, Account]:
    account = stage.account("東雲精機株式会社", at=at)
    saved = segments.save("全顧客", CUSTOMERS, by=SYSTEM, at=at)
    day = number(at.date()) - 3
    report = {
        "entered": 1, "left": 0, "accounts": 1, "on_first": 0, "on_last": 1, "days_a_stay": 12.5, "unknown_share": 0.1,
        "months": [["2026-09", 0, 0], ["2026-10", 1, 0]], "outcomes": {"left": 0, "stayed": 1, "open": 0},
        "caught": {"leavers": 0, "caught": 0, "median_days": None}, "moves": [[account.pk, day, 1]],
        "overlaps": [], "left_out": ["担当別"],
    }  # fmt: skip
    _kept("segment", str(saved.pk), saved.condition, report, at)
    return saved.pk, account


def _kept(noun: str, key: str, document: object, report: dict[str, object], at: datetime) -> None:
    today = at.date()
    Rehearsal.objects.create(noun=noun, key=key, document=document, first=today - timedelta(30), last=today,
                             state="done", report=report, asked_at=at, done_at=at)  # fmt: skip


def test_a_segment_shows_its_past_and_gives_it_away_as_a_file(client: Client, at: datetime) -> None:
    key, account = _segment(at)
    text = body(client, f"/segments/{key}/replay")
    assert "Entered 1 time; 1 account" in text and account.name in text and "担当別" in text
    assert account.name not in body(client, f"/segments/{key}/replay?what=left")
    lines = b"".join(client.get(f"/segments/{key}/replay/export.csv").streaming_content).decode("utf-8-sig")
    assert account.name in lines and len(lines.splitlines()) == 2
    assert "新たな該当は1回" in body(signed_in(Role.HEAD, language="ja"), f"/segments/{key}/replay")
    assert account.name not in body(signed_in(Role.SALES), f"/segments/{key}/replay")


def test_a_segment_is_tried_from_its_page_and_by_the_api(client: Client, at: datetime) -> None:
    stage.account("東雲精機株式会社", at=at)
    saved = segments.save("全顧客", CUSTOMERS, by=SYSTEM, at=at)
    assert "Not tried on the past yet" in body(client, f"/segments/{saved.pk}/replay")
    assert client.post(f"/segments/{saved.pk}/replay/ask", {"months": "6"}).status_code == 302
    assert "Being computed" in body(client, f"/segments/{saved.pk}/replay")
    head = Rest(member(Role.HEAD, "責任者"))
    assert head.get(f"/segments/{saved.pk}/replay").data["state"] == "asked"
    assert head.post(f"/segments/{saved.pk}/replay", {"months": 3}).status_code == 202
    assert head.post(f"/segments/{saved.pk}/replay", {"months": 25}).status_code == 422
    assert head.get("/segments/9999/replay").status_code == 404


def test_a_condition_is_tried_on_the_past_before_it_is_saved(client: Client, at: datetime) -> None:
    for name, industry in (("東雲精機株式会社", "製造"), ("若葉商事株式会社", "卸売")):
        Account.objects.filter(pk=stage.account(name, at=at).pk).update(industry=industry)
    condition = {"field": "industry", "op": "=", "value": "製造"}
    saved = segments.save("製造業", condition, by=SYSTEM, at=at)
    stage.published(stage.document(when=[{"trigger": "segment", "segment": str(saved.pk)}]), at=at)
    form = {"name": "製造業", "version": saved.version, "match": "all", "field": ["industry"], "op": ["="],
            "value": ["卸売"], "do": "replay"}  # fmt: skip
    where = client.post(f"/segments/{saved.pk}", form)["Location"]
    assert "?draft=" in where
    text = body(client, where)
    assert "This draft on the past" in text and "Being computed" in text and "卸売" in text
    assert "1 would come in and 1 go out" in text.replace("<b>", "") and "Rescue" in text
    saved.refresh_from_db()
    assert saved.condition == condition, "nothing is saved"
    report = {
        "entered": 71, "left": 0, "accounts": 1, "on_first": 0, "on_last": 1, "days_a_stay": 12.5, "unknown_share": 0.1,
        "months": [], "outcomes": {"left": 0, "stayed": 1, "open": 0}, "moves": [],
        "caught": {"leavers": 3, "caught": 2, "median_days": 7}, "overlaps": [], "left_out": [],
    }  # fmt: skip
    Rehearsal.objects.filter(key=f"{saved.pk}/draft").update(state="done", report=report)
    assert "The segment as it is is being computed" in body(client, where)
    Rehearsal.objects.filter(key=str(saved.pk)).update(state="done", report={**report, "entered": 83})
    text = body(client, where)
    assert "71" in text and "83" in text and "2 / 3" in text
    assert "下書きの過去シミュレーション" in body(signed_in(Role.HEAD, language="ja"), where)
    head = Rest(member(Role.HEAD, "責任者"))
    told = head.get(f"/segments/{saved.pk}/replay/draft").data
    assert (told["report"]["entered"], told["live"]["report"]["entered"]) == (71, 83)
    wrong = head.post(f"/segments/{saved.pk}/replay", {"condition": {"field": "no_such", "op": "=", "value": 1}})
    assert wrong.status_code == 422
    asked = head.post(f"/segments/{saved.pk}/replay", {"condition": {"field": "tags", "op": "missing"}, "months": 3})
    assert asked.status_code == 202 and asked.data["state"] == "asked"
    client.post(f"/segments/{saved.pk}", {**form, "do": "save"})
    assert Rehearsal.objects.get(report__entered=71).key == str(saved.pk), "it stays with the segment"


def test_a_new_segment_is_tried_by_whoever_drafts_it_and_seen_by_nobody_else(client: Client, at: datetime) -> None:
    form = {"name": "", "match": "all", "field": ["status"], "op": ["="], "value": ["customer"], "do": "replay"}
    where = client.post("/segments/new", form)["Location"]
    assert "This draft on the past" in body(client, where)
    assert "This draft on the past" not in body(signed_in(Role.ADMINISTRATOR), where)
    assert client.post("/segments/new", {**form, "field": ["no_such"]}).status_code == 422
    assert signed_in(Role.SALES).post("/segments/new", form).status_code == 403


def test_a_health_model_shows_what_a_draft_would_have_changed(client: Client, at: datetime) -> None:
    health_models.install(at=at)
    account = stage.account("東雲精機株式会社", at=at)
    assert "Not tried on the past yet" in body(client, "/health-models/standard/replay")
    report = {
        "apart": 7, "live": SIDE, "draft": {**SIDE, "changes": 5, "changes_a_year": 2.5},
        "months": [["2026-09", 1, 2], ["2026-10", 2, 3]], "moved": [[account.pk, "healthy", "at_risk"]],
        "playbooks": [{"en": "Rescue", "ja": "立て直し", "playbook": "rescue", "live": 4, "draft": 9}],
        "left_out": [{"en": "Other", "ja": "別", "why": "owner"}],
    }  # fmt: skip
    live = health_models.HealthModelVersion.objects.get(key="standard", state="published")
    _kept("health_model", f"standard/{live.number}", live.document, report, at)
    text = body(client, "/health-models/standard/replay")
    assert "2.50 times per account and year" in text and account.name in text and "Rescue" in text
    assert "every seventh day" in text and "owner" in text
    lines = b"".join(client.get("/health-models/standard/replay/export.csv").streaming_content).decode("utf-8-sig")
    assert account.name in lines
    told = Rest(member(Role.HEAD, "責任者")).get("/health-models/standard/replay").data
    assert told["report"]["draft"]["changes"] == 5 and "moved" not in told["report"]


def test_only_who_may_change_a_model_tries_it(client: Client, at: datetime) -> None:
    health_models.install(at=at)
    assert client.post("/health-models/standard/replay/ask", {"months": "3"}).status_code == 302
    assert Rehearsal.objects.get().key.startswith("standard/")
    assert signed_in(Role.CSM).post("/health-models/standard/replay/ask", {"months": "3"}).status_code == 403
