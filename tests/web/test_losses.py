"""The pages of losses: the list with its reasons added up, one loss explained, the list of reasons kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from nenrin.customers import accounts, subscriptions
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.work import losses
from nenrin.work.models import ChurnReason, Loss
from tests import cast
from tests.web.test_value_pages import body, signed_in, table
from tests.work import losses_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    return signed_in()


@pytest.fixture
def loss(org: Organisation, at: datetime) -> Loss:
    account = world.customer(cast.DRIFTING, at=at, mrr=480_000)
    subscriptions.give_notice(account.subscriptions.get(), on=date(2026, 11, 20), by=SYSTEM, at=at)
    world.settled(at)
    return Loss.objects.get()


def test_the_list_tells_who_left_why_and_what_is_not_known(client: Client, loss: Loss) -> None:
    text = body(client, "/losses")
    assert cast.DRIFTING in text and "Not known yet" in text and "Under notice" in text and "480,000" in text
    assert "The bar “Not known yet” is 1 loss without a reason." in text and '?reason=unknown"' in text
    japanese = body(signed_in(language="ja"), "/losses")
    assert "理由未記入" in japanese and "棒グラフの「理由未記入」は、理由のない解約1件です。" in japanese
    assert "No loss matches" in body(client, "/losses?reason=price")
    assert cast.DRIFTING in body(client, "/losses?reason=unknown&state=notice&sort=-mrr")


def test_an_empty_installation_says_how_losses_come(client: Client) -> None:
    assert "A loss opens by itself" in body(client, "/losses?months=all")


def test_a_reason_is_given_and_a_second_author_is_told(client: Client, loss: Loss) -> None:
    page = body(client, f"/losses/{loss.pk}")
    assert "What we did in the 180 days before" in page and 'name="reason"' in page
    given = {"reason": "price", "competitor": "他社X", "words": "高い", "interviewed_on": "2026-11-21", "version": "1"}
    assert client.post(f"/losses/{loss.pk}/change", given).status_code == 302
    loss.refresh_from_db()
    assert loss.reason is not None and loss.reason.key == "price" and loss.competitor == "他社X"
    late = client.post(f"/losses/{loss.pk}/change", given | {"words": "別の人"})
    assert late.status_code == 422 and "while you were editing" in late.content.decode()
    wrong = client.post(f"/losses/{loss.pk}/change", given | {"reason": "zodiac", "version": "2"})
    assert wrong.status_code == 422


def test_free_words_are_for_those_who_read_personal_data(client: Client, loss: Loss, at: datetime) -> None:
    losses.explain(loss, words="田中様の発言", competitor="他社X", by=SYSTEM, at=at)
    executive = signed_in(Role.EXECUTIVE)
    seen = body(executive, f"/losses/{loss.pk}")
    assert "田中様" not in seen and "roles that read personal data" in seen
    assert "田中様" in body(client, f"/losses/{loss.pk}")


def test_the_list_goes_out_as_a_file(client: Client, loss: Loss) -> None:
    rows = table(body(client, "/losses/export.csv"))
    assert rows[0][:4] == ["Account", "Decided on", "Ends on", "MRR"] and rows[1][0] == cast.DRIFTING
    assert Entry.objects.filter(action="work.loss.exported").exists()


def test_the_list_of_reasons_is_kept_by_operations(client: Client, loss: Loss) -> None:
    assert "List of reasons" in body(client, "/losses/reasons")
    made = {"key": "merger", "name_ja": "合併", "name_en": "Merger", "is_avoidable": ""}
    assert client.post("/losses/reasons/save", made).status_code == 302
    row = ChurnReason.objects.get(key="merger")
    assert not row.is_avoidable
    for deed in ("up", "archive", "restore"):
        assert client.post(f"/losses/reasons/{row.pk}", {"do": deed}).status_code == 302
    assert ChurnReason.objects.get(key="merger").archived_at is None
    assert client.post("/losses/reasons/save", {"key": "a b"}).status_code == 422
    assert signed_in(Role.CSM).get("/losses/reasons").status_code == 403


def test_explained_losses_reach_the_executive_dashboard_in_the_readers_language(client: Client) -> None:
    """The account says it in the organisation's language, the list in the reader's."""
    then = datetime(2026, 4, 6, tzinfo=UTC)
    account = accounts.open(cast.LOST, by=SYSTEM, at=then)
    subscriptions.sign(
        account, by=SYSTEM, at=then, starts_on=date(2025, 2, 1), term_months=12, mrr_minor=30_000,
        ended_on=date(2026, 3, 20),
    )  # fmt: skip
    world.settled(then)
    losses.explain(Loss.objects.get(), reason=ChurnReason.objects.get(key="competitor"), by=SYSTEM, at=then)
    while journal.seal():
        pass
    mirror.mirror_all(lakes.current())
    march = "/executive?grain=month&start=2026-03-01"
    assert "Went to a competitor" in body(client, march)
    assert "競合製品への乗り換え" in body(signed_in(language="ja"), march)
