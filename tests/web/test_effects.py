"""The effects pages: a finding that claims no more than it carries, in both languages, with what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client

from nenrin.analytics.effects.comparisons import Interval
from nenrin.analytics.effects.differing import Differing
from nenrin.foundation import format, journal, organisation
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks.effects import readings
from nenrin.playbooks.models import Exposure, PlaybookVersion, Run
from nenrin.web.effects import differences
from tests.playbooks import effects_world
from tests.web.test_value_pages import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    return signed_in()


def test_an_effect_is_told_with_its_interval_and_its_groups(client: Client, at: datetime) -> None:
    effects_world.build(at)
    text = body(client, "/effects?days=30")
    assert "Rescue" in text and "Effect found" in text
    one = body(client, "/effects/rescue?days=30")
    assert "differs by +" in one and "however often one looks" in one
    assert "CUPED" in one and "drawn with 20%" in one and "Open the figures as a table" in one
    japanese = body(signed_in(language="ja"), "/effects/rescue?days=30")
    assert "未実施グループとの差が+" in japanese and "割り付け 20%" in japanese


def test_too_little_is_said_to_be_too_little(client: Client, at: datetime) -> None:
    effects_world.build(at, accounts=60)
    assert "it takes 30 of each" in body(client, "/effects/rescue?days=30")
    assert "Not enough data" in body(client, "/effects?days=30")


def test_who_was_met_with_nobody_left_alone_is_said_with_since_when(client: Client, at: datetime) -> None:
    effects_world.build(at)
    Exposure.objects.update(share=0.0, arm="treated")
    since = format.day(organisation.today(at) - timedelta(91), "en")
    listed = " ".join(body(client, "/effects?days=30").split())
    assert "Not detectable: nobody left alone" in listed and "400 met since" in listed and f">{since}</time>" in listed
    one = " ".join(body(client, "/effects/rescue?days=30").split())
    assert (
        f"400 accounts were met since {since} while nobody was left alone" in one
        and "Met with nobody left alone" in one
    )
    japanese = body(signed_in(language="ja"), "/effects/rescue?days=30")
    assert "実施した顧客が400社あります" in japanese and "未実施グループなしで実施した顧客" in japanese
    lines = b"".join(client.get("/effects/export.csv?days=30").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].endswith("Met with nobody left alone") and lines[1].endswith(",0,0,0,400")


def test_an_empty_installation_says_where_effects_come_from(client: Client) -> None:
    assert "No playbook has had an occasion yet" in body(client, "/effects")
    assert client.get("/effects/none-such").status_code == 404


def test_what_makes_no_sense_falls_back_and_is_said(client: Client, at: datetime) -> None:
    effects_world.build(at, accounts=60)
    assert "left at its default" in body(client, "/effects/rescue?days=31&metric=zodiac")


def test_every_look_can_be_taken_along(client: Client, at: datetime) -> None:
    effects_world.build(at)
    answer = client.get("/effects/rescue/export.csv?days=30")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Look,Treated,Left alone") and len(lines) > 5
    assert lines[0].endswith('helped since"') and lines[-1].endswith(",0")
    left = Exposure.objects.filter(arm="holdout").order_by("-at").first()
    version = PlaybookVersion.objects.get()
    Run.objects.create(playbook=version.playbook, version=version, account=left.account, occasion="hand-x", state="done",
                       entered_at=left.at + timedelta(days=1), changed_at=at)  # fmt: skip
    answer = client.get("/effects/rescue/export.csv?days=30")
    crossed = [line.rpartition(",")[2] for line in b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()]
    assert (crossed[1], crossed[-1]) == ("0", "1"), "counted from the look on at which the account counts"
    assert Entry.objects.filter(action="playbooks.effect.exported").exists()


def test_the_journal_counts_the_playbooks_that_were_exported(client: Client, at: datetime) -> None:
    effects_world.build(at)
    b"".join(client.get("/effects/export.csv?days=30").streaming_content)
    [entry] = Entry.objects.filter(action__endswith=".exported")
    assert (entry.action, entry.particulars["rows"]) == ("playbooks.effects.exported", 1)
    assert journal.sentence(entry).en == "Effects exported, 1 by playbook"


def test_an_export_of_all_is_read_as_it_is_written_out(
    client: Client, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    effects_world.build(at)
    asked, read = list[object](), readings.read

    def counted(*told: object, **named: object) -> object:
        asked.append(1)
        return read(*told, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(readings, "read", counted)
    parts = iter(client.get("/effects/export.csv?days=30").streaming_content)
    assert next(parts) == "\ufeff".encode() and not asked, "the file begins before anything is read from the lake"
    assert len(list(parts)) == 2 and len(asked) == 1


def test_a_seller_sees_only_what_the_own_accounts_tell(org: Organisation, at: datetime) -> None:
    effects_world.build(at)
    assert "No playbook has had an occasion yet" in body(signed_in(Role.SALES), "/effects")


def _unlike(at: datetime) -> None:
    """Of 900 accounts every other is large; all of them gain the same."""
    effects_world.build(at, accounts=900, share=0.2)
    rows = list(Exposure.objects.order_by("pk"))
    for n, row in enumerate(rows):
        row.strata = f"{('large', 'small')[n % 2]}|{('healthy', 'caution')[n // 2 % 2]}|7"
    Exposure.objects.bulk_update(rows, ["strata"])


def test_the_page_says_whether_it_works_better_for_some(client: Client, at: datetime) -> None:
    _unlike(at)
    text = body(client, "/effects/rescue?days=30")
    assert "Does it work better for some?" in text and "No heterogeneity detected" in text
    assert "By tier" in text and "large" in text and "By colour at the draw" in text and "Caution" in text
    assert "By the effect foretold, the largest first" in text
    assert "効果の違いは検出されていません" in body(signed_in(language="ja"), "/effects/rescue?days=30")


def test_a_finding_says_no_more_than_its_one_look_tells() -> None:
    some = Differing("some", 400, 100, 0.08, Interval(0.02, 0.14), (), None)
    told = differences.finding(some, "en")
    assert told.en.startswith("At this look it works better for some") and "+2.0% to +14.0% over chance" in told.en
    assert "can come of chance" in told.en and "偶然でもこの結果になり得る" in told.ja and "+2.0%〜+14.0%" in told.ja
    none = differences.finding(replace(some, verdict="none", interval=Interval(-0.3, 0.2)), "en")
    assert "No heterogeneity detected" in none.en and "only a large difference would show" in none.en
    assert "add noise" not in none.en and "大きな違いしか検出できません" in none.ja


def test_it_is_said_how_many_it_takes_to_foretell_for_whom(client: Client, at: datetime) -> None:
    effects_world.build(at)
    assert "it takes 100 of each, and 20 of the rarer outcome" in body(client, "/effects/rescue?days=30")
    assert "Does it work better" not in body(client, "/effects/rescue?days=30&metric=churn"), "nothing to compare"
