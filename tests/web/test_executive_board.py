"""Comments and mails of the executive dashboard, on the page and by program."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from nenrin.customers import accounts, subscriptions
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes, mirror
from nenrin.insight.models import BoardComment, ReportReader
from tests.api.rest import Rest
from tests.cast import THRIVING, member

pytestmark = pytest.mark.django_db
MARCH = "grain=month&start=2026-03-01"


@pytest.fixture
def company(org: Organisation) -> None:
    at = datetime(2026, 4, 6, tzinfo=UTC)
    account = accounts.open(THRIVING, by=SYSTEM, at=at)
    words = {"starts_on": date(2025, 2, 1), "term_months": 12, "mrr_minor": 100_000, "seats": 5}
    subscriptions.sign(account, by=SYSTEM, at=at, **words)
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())


def as_(client: Client, role: Role) -> Member:
    person = member(role, language="en")
    client.force_login(person)
    return person


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_a_comment_is_written_beside_its_figure_and_read_by_others(client: Client, company: None) -> None:
    as_(client, Role.EXECUTIVE)
    sent = client.post(f"/executive/comments?{MARCH}", {"kpi": "mrr", "words": "Two <b>renewals</b> slipped\nto April"})
    assert sent.status_code == 302 and sent["Location"].endswith("#comments") and "start=2026-03-01" in sent["Location"]
    row = BoardComment.objects.get()
    assert (row.kpi, row.value, row.start_on) == ("mrr", 100_000, date(2026, 3, 1))
    as_(client, Role.SUPPORT)
    told = page(client, f"/executive?{MARCH}")
    assert told.count("Two &lt;b&gt;renewals&lt;/b&gt; slipped") == 2 and f'href="#comment-{row.pk}"' in told
    assert "Add the comment" not in told and "slipped" not in page(client, "/executive?grain=month&start=2026-02-01")
    assert client.post(f"/executive/comments/{row.pk}/withdraw").status_code == 403


def test_a_comment_is_taken_back(client: Client, company: None) -> None:
    as_(client, Role.HEAD)
    client.post(f"/executive/comments?{MARCH}", {"words": "So it is"})
    row = BoardComment.objects.get()
    assert "Take back the comment on The period as a whole" in page(client, f"/executive?{MARCH}")
    assert client.post(f"/executive/comments/{row.pk}/withdraw?{MARCH}").status_code == 302
    assert not BoardComment.objects.exists()
    assert "Nobody has said anything" in page(client, f"/executive?{MARCH}")


def test_an_empty_comment_is_refused_in_words(client: Client, company: None) -> None:
    as_(client, Role.HEAD)
    answer = client.post(f"/executive/comments?{MARCH}", {"words": "  "}, follow=True)
    assert "from 1 to 1000 characters" in answer.content.decode() and not BoardComment.objects.exists()


def test_a_seller_reads_no_comments(client: Client, company: None) -> None:
    as_(client, Role.HEAD)
    client.post(f"/executive/comments?{MARCH}", {"words": "For the board"})
    as_(client, Role.SALES)
    assert "For the board" not in page(client, f"/executive?{MARCH}")


def test_programs_comment_and_read_comments(company: None) -> None:
    rest = Rest(member(Role.HEAD))
    made = rest.post("/executive/comments", {"as_of": "2026-03-31", "kpi": "mrr", "words": "更新が続いた"})
    assert made.status_code == 201 and made.data["value"] == 100_000 and made.data["about_ja"] == "MRR"
    again = rest.post("/executive/comments", {"as_of": "2026-03-01", "kpi": "mrr", "words": "更新が続いた"})
    assert again.data["id"] == made.data["id"]
    assert [one["words"] for one in rest.get("/executive/comments?as_of=2026-03-31").data] == ["更新が続いた"]
    board = rest.get("/executive?as_of=2026-03-31&known=2026-11-01")
    assert board.status_code == 200 and "comments" in board.data
    assert rest.post("/executive/comments", {"kpi": "zodiac", "words": "x"}).status_code == 422
    assert rest.post("/executive/comments", {"words": ""}).status_code == 422
    assert rest.get("/executive/comments?by=tier").status_code == 422
    assert rest.call("DELETE", f"/executive/comments/{made.data['id']}", {}).status_code == 204
    assert rest.call("DELETE", f"/executive/comments/{made.data['id']}", {}).status_code == 404


def test_whoever_may_see_the_dashboard_gets_it_by_mail(client: Client, org: Organisation) -> None:
    own = as_(client, Role.CSM)
    assert "Send it to me" in page(client, "/executive/mail") and "Members who get it" not in page(
        client, "/executive/mail"
    )
    client.post("/executive/mail", {"on_day": "5"})
    assert ReportReader.objects.get(member=own).on_day == 5
    assert client.post("/executive/mail/members", {"member": own.pk, "do": "stop"}).status_code == 403
    client.post("/executive/mail", {"do": "stop"})
    assert not ReportReader.objects.exists()
    told = client.post("/executive/mail", {"on_day": "31"}, follow=True).content.decode()
    assert "Choose a day from 1 to 28" in told and not ReportReader.objects.exists()


def test_members_are_named_by_who_may(client: Client, org: Organisation) -> None:
    board = member(Role.EXECUTIVE, "久保 玲子")
    as_(client, Role.OPERATIONS)
    client.post("/executive/mail/members", {"member": board.pk, "on_day": "3"})
    told = page(client, "/executive/mail")
    assert "久保 玲子" in told and "Stop the mails to 久保 玲子" in told
    client.post("/executive/mail/members", {"member": board.pk, "do": "stop"})
    assert "Nobody gets it yet" in page(client, "/executive/mail")
    assert "Choose a member" in client.post("/executive/mail/members", {"member": "x"}, follow=True).content.decode()


def test_programs_name_members(org: Organisation) -> None:
    board, head = member(Role.EXECUTIVE, "久保 玲子"), Rest(member(Role.HEAD))
    assert head.call("PUT", f"/executive/mail/{board.pk}", {"on_day": 3}).data["name"] == "久保 玲子"
    assert [one["on_day"] for one in head.get("/executive/mail").data] == [3]
    assert head.call("PUT", "/executive/mail", {}).data["on_day"] == 1
    assert head.call("PUT", "/executive/mail", {"on_day": 29}).status_code == 422
    assert head.call("DELETE", f"/executive/mail/{board.pk}", {}).status_code == 204
    assert head.call("DELETE", "/executive/mail", {}).status_code == 204 and not ReportReader.objects.exists()
    assert head.call("PUT", "/executive/mail/999999", {}).status_code == 404
