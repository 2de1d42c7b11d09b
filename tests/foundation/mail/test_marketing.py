"""Marketing goes out with everything that has to stand under it, or it waits and says why."""

from __future__ import annotations

import pytest

from nenrin.customers import contacts, privacy
from nenrin.foundation.mail import deliver, sending, suppressions
from nenrin.foundation.models import Organisation
from nenrin.foundation.models.mail import Kind
from nenrin.playbooks.documents.problems import Unreadable
from tests import smtp_sink
from tests.foundation.mail.kit import AT, MISAKI, line, put, state
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
WRITE = {"do": "send_mail", "id": "write", "approval": "draft", "kind": "marketing", "to": ["champion"],
         "subject": {"en": "s", "ja": "件名"}, "body": {"en": "b", "ja": "本文"}}  # fmt: skip


def settled(**told: str) -> None:
    sending.configure(by=MISAKI, at=AT, **{"postal_address": "東京都", "enquiries": "03-0000-0000", **told})


def test_marketing_waits_until_the_settings_say_who_sends_it_and_letters_do_not(org: Organisation) -> None:
    with smtp_sink.sinking() as (sink, port):
        line(port)
        offer, letter = put("a@hinata.example", kind=Kind.MARKETING, by=MISAKI), put("b@hinata.example", by=MISAKI)
        suppressions.consent("a@hinata.example", "opt_in", by=MISAKI, at=AT)
        deliver.step(AT)
        assert (state(offer), state(letter), len(sink.taken)) == ("queued", "handed_over", 1)
        assert (deliver.waits(AT), deliver.waits(AT, is_marketing=True)) == ("", "imprint")
        assert not deliver.is_work(AT), "the loop does not turn for what has to wait"
        settled()
        deliver.step(AT)
        assert state(offer) == "handed_over" and deliver.waits(AT, is_marketing=True) == ""
        assert "東京都" in sink.mails[-1].get_content()


def test_a_playbook_that_sends_marketing_is_not_published_before_that(org: Organisation) -> None:
    told = stage.document(steps=[WRITE])
    with pytest.raises(Unreadable, match="postal address"):
        stage.published(told, at=AT)
    settled(from_name="つむぎワークス")
    assert stage.published(told, at=AT).state == "live"


def test_a_person_who_is_erased_is_erased_from_the_outbox_too(org: Organisation) -> None:
    account = stage.account(at=AT)
    person = contacts.add(account, "田中 由美", by=MISAKI, at=AT, role="champion", emails=["tanaka@hinata.example"])
    mail = put("tanaka@hinata.example", contact_id=person.pk)
    privacy.erase(person, by=MISAKI, at=AT)
    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.to_address, mail.text) == ("cancelled", "erased", "", "")
