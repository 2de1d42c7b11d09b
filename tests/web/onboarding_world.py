"""One onboarding project an owner in the world of the permission matrix, with all that hangs on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nenrin.customers.models import Account, Contact
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member
from nenrin.work import onboarding
from nenrin.work.models import OnboardingTemplate
from nenrin.work.onboarding import files, links, messages, steps, templates
from tests.work import onboarding_cast


def add(world: Any, account: Account, owner: str, person: Contact, canary: str, at: datetime) -> None:
    """A project with a link, a file, messages of both sides and free words that only some may read."""
    if not OnboardingTemplate.objects.exists():
        templates.publish(
            templates.draft(
                "small", {**onboarding_cast.SMALL, "name": {"en": "Small", "ja": "小規模導入"}}, by=SYSTEM, at=at
            ),
            by=SYSTEM,
            at=at,
        )
        world.put("onboarding_template", "small")
        world.put("onboarding_template_step", "kickoff")
    viewer: Member = world.viewer
    made = onboarding.start(
        account, "small", starts_on=organisation.today(at), owner=viewer, by=Actor.of(viewer), at=at
    )
    world.put("onboarding", made.pk, owner)
    rows = {row.key: row for row in made.steps.select_related("project")}
    steps.waive(rows["train"], f"{canary} 受講済", by=SYSTEM, at=at)
    world.put("onboarding_step", rows["kickoff"].pk, owner)
    issued = links.issue(made, person, by=Actor.of(viewer), at=at)
    world.put("onboarding_link", issued.link.pk, owner)
    messages.answer(issued.link, f"{canary} 質問", at=at)
    messages.write(made, f"{canary} 様", member=viewer, at=at)
    given = files.give(made, f"{canary}.pdf", [b"%PDF-1.7\n%%EOF"], member=viewer, at=at)
    world.put("onboarding_file", given.pk, owner)
