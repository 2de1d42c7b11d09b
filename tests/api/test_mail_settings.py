"""By the API: how mails are sent, without its secrets; pausing and resuming; the words of a draft."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation import sealed
from nenrin.foundation.mail import gate, transport
from nenrin.foundation.models import Entry, Mail, MailSettings, Organisation
from nenrin.foundation.roles import Role
from tests.api.rest import Rest
from tests.api.test_mail import put
from tests.cast import member

pytestmark = pytest.mark.django_db
SERVER = {"host": "smtp.example.com", "from_address": "cs@example.com", "user": "cs", "secret": "合言葉-9f31"}


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(member(Role.OPERATIONS))


def test_settings_are_changed_and_secrets_never_told(rest: Rest) -> None:
    before = rest.get("/mails/settings").data
    assert (before["has_secret"], before["version"]) == (False, 0)
    answers = [rest.patch("/mails/settings", SERVER), rest.patch("/mails/settings", {"per_hour": 900, "version": 1})]
    told = answers[1].data
    assert (told["host"], told["per_hour"], told["has_secret"], told["version"]) == ("smtp.example.com", 900, True, 2)
    assert sealed.unseal(MailSettings.objects.get().secret) == SERVER["secret"]
    late = rest.patch("/mails/settings", {"host": "x.example.com", "secret": "neu-77", "version": 1})
    assert late.status_code == 409 and late.data["theirs"] == {"host": "smtp.example.com"}
    everything = b"".join(one.content for one in (*answers, late, rest.get("/mails/settings"))).decode()
    everything += str(list(Entry.objects.values_list("particulars", flat=True)))
    assert "9f31" not in everything and "neu-77" not in everything
    assert rest.patch("/mails/settings", {"secret": "", "per_hour": None}).data["has_secret"] is False
    assert Entry.objects.filter(action="foundation.sending.configured").count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": "pigeon"},
        {"host": "a b"},
        {"port": 0},
        {"security": "hope"},
        {"from_address": "nobody"},
        {"window_from": 20, "window_until": 8},
        {"hold_minutes": 5000},
        {"per_second": 0},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_sent_by_is_refused(rest: Rest, wrong: dict[str, object]) -> None:
    assert rest.patch("/mails/settings", SERVER | wrong).status_code == 422
    assert not MailSettings.objects.exists()


def test_sending_is_paused_and_resumed(rest: Rest) -> None:
    rest.patch("/mails/settings", SERVER)
    paused = [rest.post("/mails/sending/pause", {"why": "移行"}).data for _ in range(2)]
    assert paused[0] == paused[1] == rest.get("/mails/sending").data and paused[0]["waits"] == "paused"
    assert rest.post("/mails/sending/resume").data == {"waits": "", "why": None}
    [entry] = Entry.objects.filter(action="foundation.sending.paused")
    assert entry.particulars["why"] == "移行"


def test_a_test_mail_says_what_became_of_it(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    told = rest.post("/mails/sending/test").data
    assert told == {"verdict": "line", "detail": gate.WAITS["no_server"].ja}
    rest.patch("/mails/settings", SERVER)

    def down(line: object) -> None:
        raise transport.LineDown("535 no")

    monkeypatch.setattr(transport, "opened", down)
    assert rest.post("/mails/sending/test").data == {"verdict": "line", "detail": "535 no"}
    assert Entry.objects.filter(action="foundation.mail.tested").count() == 2


def test_the_words_of_a_draft_are_changed_until_it_is_approved(rest: Rest, at: datetime) -> None:
    row, editor = put(at, draft=True, html="<p>t</p>"), Rest(member(Role.ADMINISTRATOR))
    path = f"/mails/{row.pk}/draft"
    version = editor.get(path).data["version"]
    done = [editor.patch(path, {"text": "本文を修正", "subject": "件名"}).data for _ in range(2)]
    assert done[0] == done[1] and (done[0]["text"], done[0]["subject"]) == ("本文を修正", "件名")
    assert Mail.objects.get().html == "" and Entry.objects.filter(action="foundation.mail.edited").count() == 1
    assert editor.patch(path, {"text": "x", "version": version}).status_code == 409
    assert editor.patch(path, {"to_address": "nobody"}).data["errors"][0]["pointer"] == "/to_address"
    assert editor.patch(path, {"subject": ""}).status_code == editor.patch(path, {"colour": "red"}).status_code == 422
    editor.post(f"/mails/{row.pk}/deed", {"do": "approve"})
    assert editor.patch(path, {"text": "x"}).status_code == editor.get(path).status_code == 404
    assert Mail.objects.get().text == "本文を修正"


def test_who_may_not_does_none_of_it(rest: Rest, at: datetime) -> None:
    row, csm = put(at, draft=True), Rest(member(Role.CSM, "担当"))
    assert csm.patch(f"/mails/{row.pk}/draft", {"text": "x"}).status_code in (403, 404)
    assert Rest(member(Role.EXECUTIVE)).patch(f"/mails/{row.pk}/draft", {"text": "x"}).status_code == 403
    assert csm.get("/mails/settings").status_code == csm.patch("/mails/settings", SERVER).status_code == 403
    for deed in ("pause", "resume", "test"):
        assert csm.post(f"/mails/sending/{deed}", {}).status_code == 403
    assert not MailSettings.objects.exists() and Mail.objects.get().text == "t"
