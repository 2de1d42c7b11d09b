"""A person is found and forgotten in onboarding: messages, names of files, reasons, who came; figures and days stay."""

from __future__ import annotations

import pytest
from django.utils import timezone

from nenrin.customers import privacy as contacts_privacy
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation, PersonalPart
from nenrin.work.models import OnboardingFile, OnboardingMessage
from nenrin.work.onboarding import files, links, messages, steps
from nenrin.work.privacy import onboarding as privacy
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import ME

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
