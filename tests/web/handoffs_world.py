"""A handoff, a promise, feedback and a success plan for each owner of the permission matrix's world."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nenrin.customers.models import Account, Contact
from nenrin.foundation.actors import SYSTEM
from nenrin.work import (
    attachments,
    feedback,
    handoffs,
    milestones,
    objectives,
    plan_links,
    plan_templates,
    plans,
    promises,
)
from nenrin.work.handoffs import Promised, Question, Said
from nenrin.work.models.handoff import Item

CANARY = "zq7xkanarie"
PDF = b"%PDF-1.7 x"


def add(world: Any, account: Account, owner: str, person: Contact, at: datetime) -> None:
    """`world` is the matrix's, which imports this module."""
    handoff = handoffs.open(account, by=SYSTEM, at=at)
    said = {item.value: Said(f"{CANARY} さん") for item in Item}
    promised = [Promised(f"{CANARY} さんに渡す", contact=person.pk)]
    handoffs.fill(handoff, said, people=[person.pk], promised=promised, by=SYSTEM, at=at)
    handoffs.send(handoff, by=SYSTEM, at=at)
    handoffs.send_back(handoff, [Question(f"{CANARY} さんは")], by=SYSTEM, at=at)
    handoffs.send(handoff, by=SYSTEM, at=at)
    world.put("handoff", handoff.pk, owner)
    world.put("handoff_file", attachments.add(handoff, f"{CANARY}.pdf", [PDF], by=SYSTEM, at=at).pk, owner)
    made = promises.make(account, f"{CANARY} さんに送る", due_on=None, owner=None, toward=CANARY, by=SYSTEM, at=at)
    world.put("promise", made.pk, owner)
    world.put("feedback", feedback.write(account, "story", f"{CANARY} さんの事例", by=SYSTEM, at=at).pk, owner)
    _plan(world, account, owner, person, at)


def _plan(world: Any, account: Account, owner: str, person: Contact, at: datetime) -> None:
    plan = plans.open(account, f"{CANARY} さんの計画", success=f"{CANARY} さんの言葉", said_by=person, by=SYSTEM, at=at)
    figure = {"title": f"{CANARY} さんの目標", "sort": "business", "figure": CANARY, "target": 3.0}
    objective = objectives.add(plan, by=SYSTEM, at=at, **figure)
    milestone = milestones.add(plan, title=f"{CANARY} さんの作業", side="theirs", contact=person, by=SYSTEM, at=at)
    plans.agree(plan, agreed_with=CANARY, by=SYSTEM, at=at)
    plans.review(plan, words=f"{CANARY} さんと", by=SYSTEM, at=at)
    world.put("plan_link", plan_links.share(plan, by=SYSTEM, at=at).pk, owner)
    world.put("success_plan", plan.pk, owner)
    world.put("success_plan_file", attachments.add(plan, f"{CANARY}.pdf", [PDF], by=SYSTEM, at=at).pk, owner)
    world.put("objective", objective.pk, owner)
    world.put("milestone", milestone.pk, owner)
    if owner == "own":
        world.put("plan_template", plan_templates.keep(plan, "Standard", by=SYSTEM, at=at).key)
