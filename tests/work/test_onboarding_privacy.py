"""A person is found and forgotten in onboarding: messages, names of files, reasons, who came; figures and days stay."""

from __future__ import annotations

import pytest
from django.utils import timezone

from nenrin.customers import privacy as contacts_privacy
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import drafts
from nenrin.foundation.models import Mail, Organisation, PersonalPart
from nenrin.work.models import OnboardingFile, OnboardingLink, OnboardingMessage
from nenrin.work.onboarding import files, inviting, links, messages, steps
from nenrin.work.privacy import onboarding as privacy
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import ME, noon

pytestmark = pytest.mark.django_db
NAME = "木村 直子"


def test_a_person_is_handed_over_and_forgotten(org: Organisation) -> None:
    at, made = timezone.now(), world.project()
    contact = world.person(made.account, NAME)
    issued = links.issue(made, contact, by=ME, at=at)
    messages.answer(issued.link, f"{NAME}です。名簿を送ります", at=at)
    files.give(made, f"{NAME}様.pdf", [b"%PDF-1.7\n%%EOF"], member=made.owner, at=at)
    steps.attend(world.step(made, "train"), [(NAME, True)], by=ME, at=at)
    steps.waive(world.step(made, "train"), f"{NAME}様は受講済み", by=ME, at=at)
    assert {row["kind"] for row in privacy.exported([NAME])} == {
        "OnboardingMessage", "OnboardingFile", "OnboardingAttendance", "OnboardingStep",
    }  # fmt: skip
    assert privacy.erase([NAME], at=at) == 4 and privacy.erase([NAME], at=at) == 0
    contacts_privacy.erase(contact, by=SYSTEM, at=at)
    assert privacy.exported([NAME]) == []
    assert OnboardingMessage.objects.get().body == "—です。名簿を送ります"
    assert OnboardingFile.objects.get().name == "—様.pdf"
    assert not [part for part in PersonalPart.objects.all() if NAME in str(part.payload)]
    assert world.step(made, "train").state == "waived"
    assert links.find(issued.secret, at=at) is None
    while journal.seal():
        pass
    assert journal.first_break() is None


def test_the_secret_of_a_link_does_not_stay_in_the_mail_that_carried_it(org: Organisation) -> None:
    made = world.project()
    person = world.person(made.account)
    waits, went, rejected = (inviting.draft(made, person, by=ME, at=noon(3)) for _ in range(3))
    Mail.objects.filter(pk=went.pk).update(state="handed_over")
    drafts.reject([rejected.pk], why="宛先の誤り", by=ME, at=noon(3))
    assert (inviting.settle(noon(3)), inviting.settle(noon(3))) == (2, 0)
    kept = dict(Mail.objects.values_list("pk", "text"))
    assert "/p/" in kept[waits.pk] and "/p/" not in kept[went.pk] + kept[rejected.pk]
    assert "●●●" in kept[went.pk] and "●●●" in kept[rejected.pk]
    revoked = [row.revoked_at is not None for row in OnboardingLink.objects.order_by("pk")]
    assert revoked == [False, False, True]
