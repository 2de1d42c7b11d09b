"""Templates and settings on their pages: taken, drafted by form and YAML, put into use, flagged; cohorts counted."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import OnboardingProject, OnboardingTemplateVersion
from nenrin.work.onboarding import policies, templates
from tests import cast
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import BEGAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(cast.member(Role.HEAD))
    return found


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_ready_made_templates_are_taken_by_a_button(client: Client) -> None:
    assert "標準テンプレートを取り込む" in words(client.get(reverse("onboarding-templates")))
    client.post(reverse("onboarding-templates-install"))
    shown = words(client.get(reverse("onboarding-templates")))
    assert "標準オンボーディング" in shown and "標準テンプレートを取り込む" not in shown
    page = words(client.get(reverse("onboarding-template", args=["standard"])))
    assert "最初の成功体験には不要" in page and "情報システム部門の運用基準" in page


def _step_form(**changed: Any) -> dict[str, Any]:
    return {
        "key": "list", "phase": "begin", "title_ja": "名簿", "title_en": "Roster", "kind": "files", "party": "customer",
        "days": "6", "minutes": "", "after": ["kickoff"], "wants": "名簿 | Roster", "needed": "on",
    } | changed  # fmt: skip


def test_a_step_is_changed_by_a_form_and_published(client: Client) -> None:
    world.template()
    url = reverse("onboarding-template-step", args=["small", "list"])
    assert client.get(url).status_code == 200
    assert client.post(url, _step_form()).status_code == 302
    draft = OnboardingTemplateVersion.objects.get(published_at__isnull=True)
    step = draft.document["phases"][0]["steps"][1]
    assert (step["title"]["ja"], step["days"], step["wants"]) == ("名簿", 6, [{"en": "Roster", "ja": "名簿"}])
    assert draft.document["first_value"] == templates.in_use("small").document["first_value"]
    assert templates.in_use("small").number == 1
    client.post(reverse("onboarding-template-use", args=["small"]), {"do": "publish"})
    assert templates.in_use("small").number == 2


def test_a_circle_typed_into_the_form_is_named_and_not_saved(client: Client) -> None:
    world.template()
    url = reverse("onboarding-template-step", args=["small", "kickoff"])
    answer = client.post(url, _step_form(key="kickoff", kind="task", after=["import"]))
    assert answer.status_code == 422 and "→" in words(answer) and "循環" in words(answer)
    assert not OnboardingTemplateVersion.objects.filter(published_at__isnull=True).exists()


def test_a_step_is_added_and_taken_out(client: Client) -> None:
    world.template()
    new = reverse("onboarding-template-step", args=["small", "new"])
    assert client.post(new, _step_form(key="extra", phase="use", after=["list"])).status_code == 302
    assert client.post(new, _step_form(key="list")).status_code == 422
    out = reverse("onboarding-template-step", args=["small", "list"])
    assert client.post(out, {"do": "remove", "version": "1"}).status_code in (302, 422)
    draft = OnboardingTemplateVersion.objects.get(published_at__isnull=True)
    assert client.post(out, {"do": "remove", "version": str(draft.version)}).status_code in (302, 404)
    draft.refresh_from_db()
    steps = {step["key"]: step for phase in draft.document["phases"] for step in phase["steps"]}
    assert "list" not in steps and steps["extra"]["after"] == ["kickoff"] == steps["import"]["after"]


def test_yaml_that_is_wrong_says_every_place_and_keeps_what_was_typed(client: Client) -> None:
    world.template()
    url = reverse("onboarding-template-draft", args=["small"])
    answer = client.post(
        url, {"yaml": "name: x\nphases:\n  - {key: a, name: b, steps: [{key: c, title: d, days: 0}]}\n"}
    )
    assert (
        answer.status_code == 422
        and "phases[0].steps[0].days" in words(answer)
        and "days: 0" in answer.content.decode()
    )
    assert "line" in words(client.post(url, {"yaml": "a: ["})) or "行" in words(client.post(url, {"yaml": "a: ["}))
    assert client.post(url, {"yaml": "!!python/object/apply:os.system ['true']"}).status_code == 422


def test_a_new_template_needs_a_key_of_its_own(client: Client) -> None:
    world.template()
    text = templates.as_yaml(templates.ready()["light"])
    assert client.post(reverse("onboarding-template-new"), {"key": "small", "yaml": text}).status_code == 422
    assert client.post(reverse("onboarding-template-new"), {"key": "A B", "yaml": text}).status_code == 422
    assert client.post(reverse("onboarding-template-new"), {"key": "ours", "yaml": text}).status_code == 302
    client.post(reverse("onboarding-template-use", args=["ours"]), {"do": "discard"})
    assert client.get(reverse("onboarding-template", args=["ours"])).status_code == 404


def test_a_template_that_is_put_away_starts_nothing(client: Client) -> None:
    world.template()
    client.post(reverse("onboarding-template-use", args=["small"]), {"do": "archive"})
    assert templates.all_in_use() == []


def test_settings_are_changed_and_say_what_they_refuse(client: Client) -> None:
    url = reverse("onboarding-settings")
    form = {
        "completion": "setup",
        "stuck_days": "7",
        "overdue_days": "2",
        "link_days": "30",
        "followups": "7、14",
        "hour": "5000",
    }
    assert client.get(url).status_code == 200
    assert client.post(url, form).status_code == 302
    now = policies.current()
    assert (now.completion, now.stuck_days, now.followups, now.hour_minor) == ("setup", 7, [7, 14], 5000)
    assert client.post(url, form | {"followups": "x"}).status_code == 422
    assert client.post(url, form | {"stuck_days": "0"}).status_code == 422


def test_who_only_looks_sees_templates_and_changes_none(client: Client) -> None:
    world.template()
    Member.objects.update(role=Role.CSM)
    page = client.get(reverse("onboarding-template", args=["small"]))
    assert page.status_code == 200 and "textarea" not in page.content.decode()
    assert client.post(reverse("onboarding-template-use", args=["small"]), {"do": "archive"}).status_code == 403


def test_cohorts_say_n_and_interval_and_not_enough_data(client: Client) -> None:
    account, version = world.company(), None
    world.template()
    version = templates.in_use("small")
    start = date(2026, 4, 1)
    fields = {"account": account, "template_version": version, "name": "x", "created_at": BEGAN, "changed_at": BEGAN}
    for n in range(6):
        day = start + timedelta(n)
        ended = (
            {"completed_on": day + timedelta(20), "state": "closed", "ended_on": day + timedelta(20)} if n < 4 else {}
        )
        OnboardingProject.objects.create(
            **fields, starts_on=day, due_on=day + timedelta(30), first_due_on=day + timedelta(30),
            standing_since=day, standing_on=day, moved_on=day, forecast_on=day, **ended,
        )  # fmt: skip
    page = client.get(reverse("onboarding-cohorts"))
    shown = words(page)
    assert "2026-Q2" in shown and "67%" in shown and "n=6" in shown and "polyline" in page.content.decode()
    few = words(client.get(reverse("onboarding-cohorts"), {"goal": "first_value", "by": "month"}))
    assert "2026-04" in few
    csv: Any = client.get(reverse("onboarding-cohorts-export", args=["csv"]))
    assert "0.6667" in b"".join(csv.streaming_content).decode()
    OnboardingProject.objects.filter(starts_on__gt=start).delete()
    assert "データ不足" in words(client.get(reverse("onboarding-cohorts")))


def test_templates_are_installed_for_a_first_run_without_anybody(org: Organisation) -> None:
    assert templates.install(by=SYSTEM, at=BEGAN) == 3
