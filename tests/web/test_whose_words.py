"""What a viewer may take along, and whose words they read: exports within their right, personal words hidden."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from nenrin.customers import ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import outbox
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Mail, Member, Organisation
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.roles import Role
from nenrin.playbooks.models import Playbook, PlaybookReplay, PlaybookVersion, Run
from nenrin.web.playbooks import outcomes
from nenrin.work import meetings, tasks
from tests import cast
from tests.playbooks import stage
from tests.work import onboarding_cast

pytestmark = [pytest.mark.django_db, pytest.mark.words]
MINE, THEIRS = cast.DRIFTING, "汐見フーズ株式会社"


@pytest.fixture
def sato(org: Organisation) -> Member:
    return cast.member(Role.CSM, team="東日本")


@pytest.fixture
def far(sato: Member) -> Member:
    """A colleague of another team."""
    return cast.member(Role.CSM, "他部門 花子", team="西日本")


def as_member(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def text(client: Client, address: str) -> str:
    answer: Any = client.get(address)
    assert answer.status_code == 200, address
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8-sig")


@pytest.fixture
def both(sato: Member, far: Member, at: datetime) -> list[Account]:
    return [stage.account(MINE, at=at, owner=sato), stage.account(THEIRS, at=at, owner=far)]


def ran(account: Account, at: datetime) -> Run:
    return Run.objects.create(
        playbook=Playbook.objects.get(), version=PlaybookVersion.objects.get(), account=account, occasion="x",
        state="done", why={"en": "Done", "ja": "完了"}, entered_at=at, changed_at=at,
    )  # fmt: skip


def test_an_export_of_runs_holds_only_accounts_within_the_right_to_export(
    sato: Member, both: list[Account], at: datetime
) -> None:
    stage.published(stage.document(), at=at)
    for account in both:
        ran(account, at)
    client = as_member(sato)
    assert THEIRS in text(client, "/runs")
    exported = text(client, "/runs/export.csv")
    assert MINE in exported and THEIRS not in exported


def test_an_export_of_a_replay_names_only_accounts_within_the_right_to_export(
    sato: Member, both: list[Account], at: datetime
) -> None:
    version = stage.published(stage.document(), at=at)
    report = {
        "firings": [[account.pk, 20_000, "stayed"] for account in both], "effort": {"minutes": 40, "owners": 1},
        "months": [], "overlaps": [], "fired": 2, "caught": {"leavers": 0, "caught": 0, "median_days": None},
    }  # fmt: skip
    PlaybookReplay.objects.create(
        version=version, document=version.document, first=at.date() - timedelta(90), last=at.date(), state="done",
        report=report, asked_at=at,
    )  # fmt: skip
    exported = text(as_member(sato), "/playbooks/rescue/replay/export.csv")
    assert MINE in exported and THEIRS not in exported


def test_exports_of_onboarding_hold_only_projects_within_the_right_to_export(
    sato: Member, far: Member, at: datetime
) -> None:
    for name, owner in ((MINE, sato), (THEIRS, far)):
        onboarding_cast.project(onboarding_cast.company(name, owner), owner=owner)
    client = as_member(sato)
    assert THEIRS in text(client, "/onboarding")
    exported = text(client, "/onboarding/export.csv")
    assert MINE in exported and THEIRS not in exported
    cohorts = text(client, "/onboarding/completion/export.csv?by=all").splitlines()
    assert cohorts[1].split(",")[1] == "1"


def test_words_of_steps_are_hidden_from_whoever_may_not_read_personal_fields(
    sato: Member, both: list[Account], at: datetime
) -> None:
    step = {**stage.CALL, "title": {"en": "Call Ms Kimura", "ja": "木村様に電話"}}
    stage.published(stage.document(steps=[step]), at=at)
    stage.falls(both[0], at=at)
    stage.goes_on(at)
    key = stage.only_run().pk
    assert "木村様に電話" in text(as_member(sato), f"/runs/{key}")
    hidden = text(as_member(cast.member(Role.EXECUTIVE, "役員 太郎")), f"/runs/{key}")
    assert "木村様に電話" not in hidden and "●●●" in hidden


def test_mails_of_unknown_outcome_are_told_only_to_whoever_may_see_mails(
    sato: Member, both: list[Account], at: datetime
) -> None:
    stage.published(stage.document(), at=at)
    run = ran(both[0], at)
    mail = outbox.put(to=Address("a@b.example"), subject="木村様へ", text="本文", kind=Kind.ACCOUNT, key="k", language="ja",
                      account_id=both[0].pk, by=SYSTEM, at=at, origin=("playbook", str(run.pk)))  # fmt: skip
    Mail.objects.filter(pk=mail.pk).update(state="unknown")
    assert [subject for _, subject in outcomes.unknown(sato)] == ["木村様へ"]
    assert outcomes.unknown(cast.member(Role.EXECUTIVE, "役員 太郎")) == []
    assert outcomes.unknown(cast.member(Role.SUPPORT, "支援 一郎")) == []


def test_a_colleagues_private_meeting_only_says_that_its_time_is_taken(
    sato: Member, both: list[Account], at: datetime
) -> None:
    with time_machine.travel(at, tick=False):
        meetings.plan(None, "歯科の予約", starts_at=at, ends_at=at + timedelta(hours=1), place="駅前", owner=sato,
                      by=SYSTEM, at=at)  # fmt: skip
        meetings.plan(both[0], "定例会", starts_at=at, ends_at=at + timedelta(hours=1), owner=sato, by=SYSTEM, at=at)
        own = text(as_member(sato), "/my-day")
        seen = text(as_member(cast.member(Role.HEAD, "髙木 直美")), f"/team-day/members/{sato.pk}")
    assert "歯科の予約" in own and "駅前" in own
    assert "定例会" in seen and "予定あり" in seen
    assert "歯科の予約" not in seen and "駅前" not in seen


def test_own_meetings_and_tasks_keep_their_words_from_whoever_reads_no_personal_fields(
    both: list[Account], at: datetime
) -> None:
    boss = cast.member(Role.EXECUTIVE, "役員 太郎")
    ownership.assign(both[0], boss, by=SYSTEM, at=at)
    with time_machine.travel(at, tick=False):
        meetings.plan(
            both[0], "木村様と面談", starts_at=at, ends_at=at + timedelta(hours=1), owner=boss, by=SYSTEM, at=at
        )
        tasks.open(both[1], "木村様に返信", assignee=boss, due_on=at.date(), by=SYSTEM, at=at)
        shown = text(as_member(boss), "/my-day")
    assert "木村様" not in shown and "●●●" in shown
