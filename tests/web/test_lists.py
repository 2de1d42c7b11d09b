"""What every list page does alike: it sorts, filters, says why it is empty, and comes as a file with the same rows."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts, tags
from nenrin.customers.models import Account
from nenrin.engage.models import SurveyAsk
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import Handoff, QueueAnswer, SuccessPlan
from nenrin.work.models.handoff import HandoffState
from nenrin.work.models.plan import PlanState
from tests.web import matrix_world
from tests.web.matrix_world import World

pytestmark = pytest.mark.django_db
#: Pages with their files, and what to search for so that nothing is found; None: there is nothing to search.
LISTS: dict[str, tuple[str, str | None]] = {
    "segments": ("segments-export", "q"),
    "success-plans-without": ("success-plans-without-export", "q"),
    "handoff-deals": ("handoff-deals-export", "q"),
    "drafts": ("drafts-export", "q"),
    "handovers": ("handovers-export", "q"),
    "deputies": ("deputies-export", "q"),
    "team-day": ("team-day-export", None),
    "notices": ("notices-export", "q"),
    "received-mails": ("received-mails-export", "q"),
    "meetings": ("meetings-export", "q"),
    "my-day-put-off": ("my-day-put-off-export", "q"),
    "surveys": ("surveys-export", "q"),
    "runs": ("runs-export", "q"),
    "members": ("members-export", "q"),
    "tags": ("tags-export", "q"),
    "sources": ("sources-export", "q"),
    "imports": ("imports-export", "q"),
    "webhooks": ("webhooks-export", "q"),
    "mail-templates": ("mail-templates-export", "q"),
    "replays": ("replays-export", "q"),
    "merges": ("merges-export", "q"),
    "merges-done": ("merges-done-export", "q"),
    "renewals-history": ("renewals-history-export", "q"),
}
NOWHERE = "zzznowherezzz"
ORDER = re.compile(r'<option value="(when|subject|sender)"')
SORT = re.compile(r'class="sort" href="\?[^"]*?sort=-?([a-z_]+)')


@pytest.fixture
def world(org: Organisation, at: datetime) -> World:
    world = matrix_world.build(at)
    Handoff.objects.exclude(state=HandoffState.DROPPED).update(seller=world.viewer)
    SuccessPlan.objects.update(state=PlanState.DRAFT)
    SuccessPlan.objects.filter(account__name="会社 team").delete()
    for name in ("重複 1", "重複 2"):
        accounts.open(name, by=SYSTEM, at=at, domain="twice.example")
    told = {
        "member": world.viewer,
        "code": "untouched",
        "fingerprint": "f",
        "headline": {"en": "a", "ja": "あ"},
        "at": at,
    }
    for owner, state, until_on in (("own", "dismissed", None), ("team", "snoozed", date(2199, 4, 1))):
        account = int(world.ids["account"][owner])
        QueueAnswer.objects.create(account_id=account, state=state, until_on=until_on, deed=owner, **told)
        asked = {"question": "?", "asked_at": at, "expires_at": at + timedelta(30)}
        SurveyAsk.objects.create(key=owner, account_id=account, survey="nps", **asked)
        tags.change([Account.objects.get(pk=account)], add=["製造"], by=SYSTEM, at=at)
    return world


@pytest.fixture
def client(world: World) -> Client:
    browser = Client()
    browser.force_login(world.viewer)
    return browser


def page(client: Client, name: str, question: str = "") -> str:
    answer = client.get(reverse(name) + question)
    assert answer.status_code == 200, (name, question)
    return answer.content.decode()


def rows(client: Client, name: str, question: str = "", kind: str = "csv") -> list[list[str]]:
    """The lines of the file below its head."""
    answer = client.get(reverse(name, args=[kind]) + question)
    assert answer.status_code == 200, (name, question)
    told = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.reader(io.StringIO(told.decode("utf-8-sig"))))[1:]


def test_a_list_has_the_same_rows_in_every_order_and_in_its_file(client: Client) -> None:
    for name, (file, _) in LISTS.items():
        _has_every_order(client, name, file)


def _has_every_order(client: Client, name: str, file: str) -> None:
    keys = set(SORT.findall(page(client, name))) | set(ORDER.findall(page(client, name)))
    assert len(keys) >= 2, (name, keys)
    plain = rows(client, file)
    assert plain, (name, "the world of the matrix has at least one")
    for key in keys:
        up, down = (rows(client, file, f"?sort={way}{key}") for way in ("", "-"))
        assert sorted(up) == sorted(down) == sorted(plain), (name, key)
        shown = page(client, name, f"?sort=-{key}")
        assert 'aria-sort="descending"' in shown or name == "received-mails", (name, key)
        assert reverse(file, args=["csv"]) + f"?sort=-{key}" in shown, (name, key)


def test_a_file_follows_the_order_of_the_screen(client: Client) -> None:
    for name, key in {"surveys": "account", "my-day-put-off": "account", "members": "name", "webhooks": "name"}.items():
        up, down = (rows(client, LISTS[name][0], f"?sort={way}{key}") for way in ("", "-"))
        assert up == down[::-1] and (len(up) > 1 or name == "webhooks"), name


def test_a_search_that_finds_nothing_says_so_and_leaves_a_way_back(client: Client) -> None:
    for name, (file, search) in LISTS.items():
        if search:
            question = f"?{search}={NOWHERE}"
            shown = page(client, name, question)
            assert 'class="empty"' in shown and f'href="{reverse(name)}"' in shown, name
            assert rows(client, file, question) == [] and reverse(file, args=["csv"]) not in shown, name


def test_a_file_is_for_whoever_may_export_and_is_noted(client: Client, world: World) -> None:
    noted = Entry.objects.filter(action__endswith=".exported")
    for file, _ in LISTS.values():
        before = noted.count()
        book = client.get(reverse(file, args=["xlsx"]))
        assert b"".join(book.streaming_content)[:2] == b"PK" and noted.count() == before + 1, file  # type: ignore[arg-type]
    Member.objects.filter(pk=world.viewer.pk).update(role=Role.SUPPORT)
    for name, (file, _) in LISTS.items():
        assert client.get(reverse(file, args=["csv"])).status_code == 403, file
        assert reverse(file, args=["csv"]) not in client.get(reverse(name)).content.decode(), name


def test_a_list_narrows_to_what_was_asked_on_the_screen_and_in_the_file(client: Client, world: World) -> None:
    asked = "?q=own"
    assert {row[0] for row in rows(client, "success-plans-without-export", asked)} == {"会社 own"}
    assert "会社 own" in page(client, "success-plans-without", asked)
    assert "会社 foreign" not in page(client, "success-plans-without", asked)
    drafts = rows(client, "success-plans-without-export", "?draft=yes")
    without = rows(client, "success-plans-without-export", "?draft=no")
    assert len(drafts) + len(without) == len(rows(client, "success-plans-without-export"))
    assert {row[4] for row in rows(client, "success-plans-without-export", "?owner=none")} <= {""}
