"""A company's first day: install, point the product at the door, import the customer list, see health with reasons."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.running import Installation, install, rest, send, wait_for

pytestmark = pytest.mark.faults

ACCOUNTS = """key,name,industry,employees,status
acme,株式会社アクメ,製造,320,customer
beta,ベータ商事㈱,卸売,45,customer
"""
SUBSCRIPTIONS = """key,account_key,starts_on,term_months,mrr,seats
S-1,acme,{start},12,"200,000",10
S-2,beta,{start},12,80000,5
"""
EVENTS = """namespace: product
events:
  Signed In: login
  Report Exported: {use: key_feature, feature: reports}
"""


@pytest.fixture(scope="module")
def nenrin(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("home"), "--name", "年輪テスト")


def _usage(users: int, days: int) -> list[dict[str, object]]:
    """Each user of acme signs in and exports a report on each of the last days."""
    now = datetime.now(UTC)
    return [
        {
            "type": "track", "event": event, "userId": f"u{user}", "context": {"groupId": "acme"},
            "timestamp": (now - timedelta(days=day, minutes=user)).isoformat(), "messageId": f"{event}-{user}-{day}",
        }
        for day in range(days) for user in range(users) for event in ("Signed In", "Report Exported")
    ]  # fmt: skip


def test_init_prints_keys_once(nenrin: Installation) -> None:
    assert set(nenrin.keys) == {"admin", "write_key", "secret_key", "api_token"}
    assert set(nenrin.keys["admin"]) == {"email", "password"}
    nenrin.run("init", "--json", status=1)


def test_from_files_and_events_to_health_with_reasons(nenrin: Installation, tmp_path: Path) -> None:
    start = (date.today() - timedelta(days=200)).isoformat()  # noqa: DTZ011  (a day of the file, any zone)
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    (tmp_path / "subscriptions.csv").write_text(SUBSCRIPTIONS.format(start=start))
    nenrin.run("import", "accounts", str(tmp_path / "accounts.csv"))
    nenrin.run("import", "subscriptions", str(tmp_path / "subscriptions.csv"))
    batch = _usage(users=8, days=20)
    with nenrin.serving("--with-worker") as base:
        for begin in range(0, len(batch), 100):
            status, answer = send(base, nenrin.keys["write_key"], "/v1/batch", {"batch": batch[begin : begin + 100]})
            assert (status, answer["success"]) == (200, True)
        send(base, nenrin.keys["write_key"], "/v1/batch", {"batch": batch[:100]})  # again: a client that got no answer
        send(
            base, nenrin.keys["write_key"], "/v1/track", {"event": "No one", "messageId": "x"}
        )  # neither user nor visitor
        wait_for(lambda: nenrin.json("intake", "--json")["total"]["pending"] == 0, 60, "the drain")
        names = {row["name"]: row["events"] for row in rest(base, nenrin.keys["api_token"], "GET", "/events")["items"]}
        assert names == {"Signed In": 160, "Report Exported": 160}
        mapped = rest(base, nenrin.keys["api_token"], "PUT", "/events/product/Signed%20In", {"use": "login"})
        assert mapped["use"] == "login"
        assert rest(base, nenrin.keys["api_token"], "GET", "/intake")["total"]["quarantined"] == 1
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "product.yaml").write_text(EVENTS)
    nenrin.run("config", "apply", str(tmp_path / "events" / "product.yaml"))
    total = nenrin.json("intake", "--json")["total"]
    assert total == {
        "received": len(batch) + 101, "stored": len(batch), "duplicate": 100, "quarantined": 1, "pending": 0, "limited": 0,
    }  # fmt: skip
    nenrin.run("worker", "--once")
    rows = {row["name"]: row for row in nenrin.json("health", "--format", "json")}
    assert set(rows) == {"株式会社アクメ", "ベータ商事㈱"}
    acme = rows["株式会社アクメ"]
    assert 0 <= acme["score"] <= 100 and 0 < acme["coverage"] <= 1
    assert acme["band"] in {"healthy", "caution", "at_risk"} and acme["coverage"] >= 0.5, "mapped, it is judged"
    assert rows["ベータ商事㈱"]["band"] == "unknown", "nothing was heard of its use"
    day = acme["as_of"]
    told = list(csv.DictReader(io.StringIO(nenrin.run("health", "--as-of", day, "--format", "csv"))))
    assert {row["name"]: (row["band"], float(row["score"]), row["as_of"]) for row in told} == {
        name: (row["band"], row["score"], day) for name, row in rows.items()
    }
    before = (date.fromisoformat(day) - timedelta(days=30)).isoformat()
    header = nenrin.run("health", "--as-of", before, "--format", "csv")
    assert header == "account,name,as_of,band,score,today,coverage,since,model,basis\n", "files are news of their day"


def test_the_doctor_finds_nothing_broken(nenrin: Installation) -> None:
    findings = nenrin.json("doctor", "--json")["findings"]
    assert [finding for finding in findings if finding["state"] == "fail"] == []


def test_a_backup_restores_into_an_empty_home(nenrin: Installation, tmp_path: Path) -> None:
    nenrin.run("backup", str(tmp_path / "copy"))
    other = Installation(tmp_path / "home", nenrin.keys)
    other.run("restore", str(tmp_path / "copy"))
    assert other.json("intake", "--json") == nenrin.json("intake", "--json")
    assert other.json("health", "--format", "json") == nenrin.json("health", "--format", "json")
    other.run("restore", str(tmp_path / "copy"), status=1)


def test_a_member_is_invited_without_a_mail_server(nenrin: Installation) -> None:
    link = nenrin.run("users", "invite", "ken@nenrin.example", "--name", "山口 健", "--role", "csm").strip()
    assert "/invitations/" in link
    assert "ken@nenrin.example" in {row["email"] for row in nenrin.json("users", "list", "--json")}
    nenrin.run("users", "invite", "ken@nenrin.example", "--name", "山口 健", "--role", "csm", status=1)


def test_a_home_that_is_not_installed_says_what_to_do(tmp_path: Path) -> None:
    bare = Installation(tmp_path, {})
    bare.run("serve", status=1)
