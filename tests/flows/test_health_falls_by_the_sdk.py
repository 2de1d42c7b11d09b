"""The same story with nothing in between: a published client sends, server and worker run, people look at their pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import requests
from segment.analytics.client import Client as Segment

from tests.flows.running import Installation, install, rest, wait_for

pytestmark = pytest.mark.clients

ACCOUNT, LIST, GROUP = "東雲精機株式会社", "利用低下・リテンション施策", "drifting"
PASSWORD = "a-long-walk-by-the-river"
LOGIN, EXPORT = "Signed In", "Report Exported"
WAIT = 240  # seconds, of a busy machine
#: The product's events are mapped, how deeply it is used decides alone and at once, and a fall is acted upon.
EVENTS = {"namespace": "product", "events": {LOGIN: "login", EXPORT: {"use": "key_feature", "feature": "reports"}}}
MODEL = {
    "key": "depth", "name": {"en": "Depth of use", "ja": "利用の深さ"}, "position": 1, "half_life_days": 0,
    "min_coverage": 0, "grace_days": 0, "bands": {"healthy": 70, "caution": 40, "hysteresis": 0, "dwell_days": 0},
    "groups": [{"key": "usage", "name": {"en": "Usage", "ja": "利用"}, "measures": [
        {"measure": "feature_depth", "weight": 100, "curve": [[0, 0], [2, 30], [5, 100]]}]}],
}  # fmt: skip
PLAYBOOK = {
    "playbook": "retention", "name": {"en": "Retention", "ja": "リテンション"},
    "when": [{"trigger": "band_change", "to": ["at_risk"]}], "who": {"field": "status", "op": "=", "value": "customer"},
    "steps": [{"do": "open_task", "id": "call", "title": {"en": "Call {{account}}", "ja": "{{account}}に電話"}},
              {"do": "share_list", "id": "list", "list": LIST}],
    "hypothesis": {"measure": "churn", "expected": -0.05, "review_on": f"{date.today().year + 1}-04-01"},  # noqa: DTZ011
    "limits": {"hours": {"from": 0, "to": 24, "business_days": False}, "approval_above": 0},
}  # fmt: skip


@dataclass(frozen=True)
class Company:
    """A new installation that is served, with a worker, and somebody in front of it."""

    installation: Installation
    base: str

    def arrives(self, name: str, role: str) -> requests.Session:
        """A colleague follows their invitation and chooses a password."""
        link = self.installation.run("users", "invite", f"{role}@nenrin.example", "--name", name, "--role", role)
        session, address = requests.Session(), self.base + link[link.index("/invitations/") :].strip()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', session.get(address, timeout=60).text)
        assert token, "the invitation shows its form"
        form = {"csrfmiddlewaretoken": token[1], "password": PASSWORD}
        answer = session.post(address, form, headers={"Referer": address}, timeout=60)
        assert answer.status_code == 200 and "/invitations/" not in answer.url
        return session

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        found: dict[str, object] = rest(self.base, self.installation.keys["api_token"], method, path, body)
        return found

    def page(self, session: requests.Session, address: str) -> str:
        answer = session.get(self.base + address, timeout=60)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer.text

    def client(self) -> tuple[Segment, list[object]]:
        """The published client, told nothing but key and host; and what it could not send."""
        trouble: list[object] = []
        key = self.installation.keys["write_key"]
        return Segment(key, host=self.base, on_error=lambda error, items: trouble.append(error)), trouble


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    installation = install(tmp_path / "home", "--name", "年輪テスト")
    for folder, name, document in (
        ("events", "product", EVENTS), ("health-models", "depth", MODEL), ("playbooks", "retention", PLAYBOOK),
    ):  # fmt: skip
        file = tmp_path / "configuration" / folder / f"{name}.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document, ensure_ascii=False))  # JSON is YAML
    installation.run("config", "apply", str(tmp_path / "configuration"))
    with installation.serving("--with-worker") as base:
        yield Company(installation, base)


def test_use_becomes_shallow_and_the_owner_has_a_task_and_marketing_the_account(company: Company) -> None:
    owner, marketer = company.arrives("佐藤 美咲", "csm"), company.arrives("近藤 彩", "marketer")
    account = _customer(company, "佐藤 美咲")

    client, trouble = company.client()
    client.group("u-0", GROUP, {"name": ACCOUNT})
    _uses(client, "u-0", LOGIN, 1)
    _uses(client, "u-0", EXPORT, 60)
    client.flush()
    wait_for(lambda: _band(company, account) == "healthy", WAIT, "the account to be healthy")
    assert f"{ACCOUNT}に電話" not in company.page(owner, "/tasks")

    for colleague in range(1, 30):  # many come, none of them exports anything
        _uses(client, f"u-{colleague}", LOGIN, 1)
    client.flush()
    client.join()
    assert trouble == [], "everything was sent"
    wait_for(lambda: f"{ACCOUNT}に電話" in company.page(owner, "/tasks"), WAIT, "the task on the owner's page")
    assert _band(company, account) == "at_risk"
    listed = f"/accounts?tag={LIST}"
    wait_for(
        lambda: f"/accounts/{account}" in company.page(marketer, listed), WAIT, "the account on the retention list"
    )
    wait_for(lambda: LIST in company.page(marketer, "/notices"), WAIT, "word of it in the marketer's inbox")
    assert company.page(owner, "/tasks").count(f">{ACCOUNT}に電話<") == 1, "one task, not two"
    assert "リテンション" in company.page(owner, f"/accounts/{account}/timeline")


def _customer(company: Company, owner: str) -> int:
    """An account of three years with a contract and an owner, as other systems tell it by REST."""
    told: dict[str, object] = {
        "name": ACCOUNT, "status": "customer", "keys": [{"namespace": "product", "key": GROUP}]
    }  # fmt: skip
    account = int(str(company.ask("POST", "/accounts", told)["id"]))
    starts = (datetime.now(UTC) - timedelta(days=200)).date().isoformat()
    company.ask("POST", "/subscriptions", {"account_id": account, "starts_on": starts, "term_months": 12})
    administrator = requests.Session()
    _sign_in(company, administrator)
    member = re.search(rf'href="/members/(\d+)">{owner}<', company.page(administrator, "/members"))
    assert member, "the colleague stands among the members"
    company.ask("PUT", f"/accounts/{account}/owners/primary", {"member_id": int(member[1])})
    return account


def _sign_in(company: Company, session: requests.Session) -> None:
    address, admin = f"{company.base}/sign-in/login/", company.installation.keys["admin"]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', session.get(address, timeout=60).text)
    assert token
    form = {"csrfmiddlewaretoken": token[1], "login": admin["email"], "password": admin["password"]}
    assert session.post(address, form, headers={"Referer": address}, timeout=60).status_code == 200


def _uses(client: Segment, user: str, event: str, times: int) -> None:
    for _ in range(times):
        client.track(user, event, context={"groupId": GROUP})


def _band(company: Company, account: int) -> str:
    try:
        return str(company.ask("GET", f"/accounts/{account}/health")["band"])
    except OSError:  # not judged yet: 404
        return ""
