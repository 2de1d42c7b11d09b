"""The pages of the universal holdout: what it shows, who is in it, and that only those who may change it do."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from nenrin.analytics.revenue.decisions import Spell
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.revenue import leavers
from nenrin.playbooks import holdouts
from nenrin.playbooks.effects.outcomes import EPOCH
from nenrin.playbooks.models import Exposure, PlaybookVersion, UniversalExclusion, UniversalExposure
from tests.playbooks import effects_world, stage
from tests.web.test_value_pages import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    return signed_in(Role.HEAD)


def _world(at: datetime, accounts: int = 400) -> None:
    """The log as if every playbook's occasions had been the first ones."""
    effects_world.build(at, accounts=accounts)
    UniversalExposure.objects.bulk_create(
        UniversalExposure(playbook=row.playbook, account=row.account, arm=row.arm, share=row.share, cluster=row.cluster,
                          at=row.at)
        for row in Exposure.objects.select_related("playbook", "account")
    )  # fmt: skip


def _fill(count: int, at: datetime) -> None:
    for n in range(count):
        stage.account(f"顧客{n:03d}", at=at)


def test_what_everything_together_brings_is_read_against_the_group(client: Client, at: datetime) -> None:
    _world(at)
    text = body(client, "/holdout?metric=weekly_active_users&days=30")
    assert "differs by +" in text and "however often one looks" in text and "CUPED" in text
    japanese = body(signed_in(Role.HEAD, language="ja"), "/holdout?metric=weekly_active_users&days=30")
    assert "未実施グループとの差が+" in japanese and "全体の効果" in japanese


def test_too_little_is_not_told_as_an_effect(client: Client, at: datetime) -> None:
    _world(at, accounts=60)
    assert "it takes 30 of each" in body(client, "/holdout?metric=weekly_active_users&days=30")


def test_groups_that_are_not_as_drawn_stop_the_reading(client: Client, at: datetime) -> None:
    _world(at)
    UniversalExposure.objects.filter(arm="holdout").update(arm="treated")
    assert "differs by" not in body(client, "/holdout?metric=weekly_active_users&days=30")


def test_before_there_is_a_group_the_page_says_so(client: Client) -> None:
    text = body(client, "/holdout")
    assert "No family is left alone by all playbooks at present." in text and "Nobody had an occasion yet" in text
    assert "No share is set" in body(client, "/holdout/accounts")
    assert "The log begins with the first occasion" in body(client, "/holdout/log")


def test_how_many_were_met_before_there_is_a_group_is_said(client: Client, at: datetime) -> None:
    effects_world.build(at, accounts=60)
    text = " ".join(body(client, "/holdout").split())
    assert "60 accounts had an occasion for some playbook since" in text and "Nobody had an occasion yet" in text
    assert "対象になった顧客は60社" in body(signed_in(Role.HEAD, language="ja"), "/holdout")
    assert "had an occasion for some playbook" not in body(signed_in(Role.SALES), "/holdout")


def test_how_many_leave_counts_those_who_have_left(
    client: Client, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three customers and one who left a month ago: a quarter of the four, not none of the three."""
    _fill(3, at)
    gone = stage.account("去った顧客", at=at, status="lost")
    today = (organisation.today(at) - EPOCH).days
    told = [
        Spell(one, 0, today - 30 if one == gone.pk else None, today)
        for one in Account.objects.values_list("pk", flat=True)
    ]
    monkeypatch.setattr(leavers, "spells", lambda lake, as_of: told)
    text = " ".join(body(client, "/holdout?days=90").split())
    assert "From 3 families, of which 25.0%" in text.replace(" %", "%").replace("&nbsp;", "").replace("\u00a0", "")


def test_the_share_is_changed_with_a_reason_by_whoever_may_publish(client: Client, at: datetime) -> None:
    assert client.post("/holdout/share", {"share": "5", "reason": "measure all"}).status_code == 302
    assert holdouts.share() == 0.05 and "measure all" in body(client, "/holdout")
    for told in ({"share": "11", "reason": "x"}, {"share": "5", "reason": ""}, {"share": "nan", "reason": "x"}, {}):
        assert client.post("/holdout/share", told).status_code == 422
    assert signed_in(Role.CSM).post("/holdout/share", {"share": "1", "reason": "x"}).status_code == 403
    assert holdouts.share() == 0.05


def test_the_group_can_be_filtered_and_taken_along(client: Client, at: datetime) -> None:
    _fill(120, at)
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    inside = holdouts.members(holdouts.parents(), 0.1)
    first, *others = Account.objects.filter(pk__in=inside).order_by("name")
    Account.objects.filter(pk=first.pk).update(industry="医療")
    holdouts.exclude(condition={"field": "industry", "op": "=", "value": "医療"}, reason="法令", by=SYSTEM, at=at)
    text = body(client, "/holdout/accounts")
    assert first.name in text and others[0].name in text and "法令" in text
    helped = body(client, "/holdout/accounts?state=helped")
    assert first.name in helped and others[0].name not in helped
    assert first.name not in body(client, "/holdout/accounts?state=left_alone&sort=-account")
    assert "No account matches" in body(client, "/holdout/accounts?met=yes")
    lines = b"".join(client.get("/holdout/accounts/export.csv?state=helped").streaming_content).decode("utf-8-sig")
    assert len(lines.splitlines()) == 2 and first.name in lines
    assert Entry.objects.get(action="playbooks.holdout.exported").particulars["filters"] == {"state": "helped"}


def test_the_log_shows_everybody_in_the_group_that_was_drawn(client: Client, at: datetime) -> None:
    _world(at, accounts=60)
    assert "60" in body(client, "/holdout/log")
    held = UniversalExposure.objects.filter(arm="holdout").select_related("account").first()
    treated = UniversalExposure.objects.filter(arm="treated").select_related("account").first()
    assert held and treated
    text = body(client, "/holdout/log?arm=holdout&sort=account")
    assert held.account.name in text and treated.account.name not in text
    lines = b"".join(client.get("/holdout/log/export.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 61


def test_the_list_takes_a_condition_or_a_playbook_and_gives_it_back(client: Client, at: datetime) -> None:
    stage.published(stage.document(), at=at)
    form = {"field": ["tags", ""], "op": ["contains", "="], "value": ["legal", ""], "match": "all", "reason": "notice"}
    assert client.post("/holdout/exclusions", form).status_code == 302
    assert client.post("/holdout/exclusions", {"playbook": "rescue", "reason": "contract"}).status_code == 302
    assert client.post("/holdout/exclusions", {"reason": "neither"}).status_code == 422
    text = body(client, "/holdout/exclusions")
    assert "notice" in text and "contract" in text and "Playbook: Rescue" in " ".join(text.split())
    [row, _] = UniversalExclusion.objects.all()
    assert client.post(f"/holdout/exclusions/{row.pk}/end").status_code == 302
    assert len(holdouts.exclusions().rows) == 1


def test_a_seller_sees_only_the_own_accounts(org: Organisation, at: datetime) -> None:
    _world(at, accounts=60)
    text = body(signed_in(Role.SALES), "/holdout")
    assert "Nobody had an occasion yet" in text and "Change the share" not in text
    assert "顧客" not in body(signed_in(Role.SALES), "/holdout/log")


def test_a_new_playbook_begins_with_the_usual_share(client: Client) -> None:
    client.post("/playbooks/new", {"name.en": "Before", "name.ja": "前"})
    answer = client.post("/holdout/share", {"usual": "60", "reason": "測る"})
    assert answer.status_code == 422 and holdouts.usual() == 0.0
    assert client.post("/holdout/share", {"usual": "15", "reason": ""}).status_code == 422
    client.post("/holdout/share", {"usual": "15", "reason": "測る"})
    assert holdouts.usual() == 0.15 and holdouts.share() == 0.0, "the universal group is another matter"
    since = '<span class="muted">since'
    assert since not in body(client, "/holdout"), "no share was ever set"
    client.post("/holdout/share", {"share": "5", "reason": "測る"})
    assert since in body(client, "/holdout")
    client.post("/holdout/share", {"share": "0", "reason": "測る"})
    told = Entry.objects.get(action="playbooks.holdout.usual").particulars
    assert (told["before"], told["after"], told["reason"]) == ("0", "15", "測る")
    client.post("/playbooks/new", {"name.en": "After", "name.ja": "後"})
    client.post("/playbooks/new", {"like": "notice-deadline"})
    shares = {
        row.playbook.key: (row.document.get("holdout") or {}).get("share")
        for row in PlaybookVersion.objects.select_related("playbook")
    }
    assert (shares["before"], shares["after"], shares["notice-deadline"]) == (None, 0.15, None)
