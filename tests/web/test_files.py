"""Files beside a handoff, a success plan, an opportunity and an account: on the page of each, for whoever may."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nenrin.customers import accounts, merges, ownership
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation, PersonalPart
from nenrin.foundation.roles import Role
from nenrin.work import attachments, following, handoffs, opportunities, plans, tasks
from nenrin.work.models import Attachment
from nenrin.work.privacy import meetings as privacy
from tests import cast

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def account(mika: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(made, mika, by=SYSTEM, at=at)
    return made


@pytest.fixture(params=["handoffs", "success-plans", "opportunities", "accounts"])
def page(request: pytest.FixtureRequest, account: Account, at: datetime) -> str:
    if request.param == "handoffs":
        return f"/handoffs/{handoffs.open(account, by=SYSTEM, at=at).pk}"
    if request.param == "success-plans":
        return f"/success-plans/{plans.open(account, '計画', by=SYSTEM, at=at).pk}"
    if request.param == "opportunities":
        return f"/opportunities/{opportunities.open(account, 'upsell', reason='合意', by=SYSTEM, at=at).pk}"
    return f"/accounts/{account.pk}"


def seen(client: Client, page: str) -> str:
    answer = client.get(f"{page}/timeline" if page.startswith("/accounts") else page)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, page: str, name: str = "議事録.pdf", content: bytes = PDF) -> int:
    file = SimpleUploadedFile(name, content)
    return client.post(f"{page}/files", {"file": file}).status_code


def test_a_file_is_added_shown_removed_and_brought_back(client: Client, mika: Member, page: str) -> None:
    client.force_login(mika)
    assert "議事録.pdf" not in seen(client, page)
    assert send(client, page) == 302 and "議事録.pdf" in seen(client, page)
    [row] = Attachment.objects.all()
    assert b"".join(client.get(f"/attachments/{row.pk}").streaming_content) == PDF  # type: ignore[attr-defined]
    assert client.post(f"{page}/files/{row.pk}/remove").status_code == 302
    assert f"/attachments/{row.pk}" not in seen(client, page)
    assert client.get(f"/attachments/{row.pk}").status_code == 404
    assert client.post(f"{page}/files/{row.pk}/restore").status_code == 302
    assert f"/attachments/{row.pk}" in seen(client, page)
    assert send(client, page, "a.pdf", b"<script>") == 302 and Attachment.objects.count() == 1


def test_who_only_looks_adds_nothing_and_who_reads_no_names_sees_no_file(
    client: Client, mika: Member, page: str
) -> None:
    client.force_login(mika)
    send(client, page)
    row = Attachment.objects.get()
    client.force_login(cast.member(Role.CSM, "他部門", team="西日本"))
    shown = seen(client, page)
    assert "議事録.pdf" in shown and f'action="{page}/files' not in shown
    assert send(client, page) == client.post(f"{page}/files/{row.pk}/remove").status_code == 404
    client.force_login(cast.member(Role.EXECUTIVE, "経営"))
    assert "議事録.pdf" not in seen(client, page)
    assert client.get(f"/attachments/{row.pk}").status_code == 403
    assert Attachment.objects.filter(removed_at=None).count() == 1


def test_a_file_named_after_a_person_goes_and_what_else_is_told_of_the_account_stays(
    account: Account, at: datetime
) -> None:
    other = tasks.open(account, "別件", assignee=None, due_on=None, by=SYSTEM, at=at)
    row = attachments.add(account, "田中 隆志 様.pdf", [PDF], by=SYSTEM, at=at)
    assert privacy.erase(["田中 隆志"], at=at) == 1
    row.refresh_from_db()
    assert "田中" not in row.name and row.removed_at == at and not attachments.path_of(row).exists()
    told = {part.entry.action: bool(part.payload) for part in PersonalPart.objects.select_related("entry")}
    assert told["work.attachment.added"] is False, "its name stood in the journal"
    assert told["work.task.opened"] is True and other.title == "別件"


def test_an_account_s_files_go_with_it_into_the_one_that_takes_it_in(account: Account, at: datetime) -> None:
    row = attachments.add(account, "契約書.pdf", [PDF], by=SYSTEM, at=at)
    survivor = accounts.open(cast.THRIVING, by=SYSTEM, at=at)
    merges.merge(survivor, account, by=SYSTEM, at=at)
    journal.seal()
    following.step(at)
    row.refresh_from_db()
    assert row.account_id == survivor.pk  # type: ignore[attr-defined]
    account.refresh_from_db()
    late = attachments.add(account, "覚書.pdf", [PDF], by=SYSTEM, at=at)
    assert late.account_id == survivor.pk, "a page that still stood open"  # type: ignore[attr-defined]
