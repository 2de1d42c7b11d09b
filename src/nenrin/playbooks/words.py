"""What a playbook says, in sentences: its triggers, steps, limits; for pages, the journal and the API."""

from __future__ import annotations

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Fields
from nenrin.playbooks import steps, triggers
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.documents.playbooks import EVERYONE, Playbook, Step, Trigger, walked
from nenrin.values import Text


def trigger_words(trigger: Trigger, setting: Setting, fields: Fields) -> Text:
    return triggers.KINDS[trigger.kind].says(trigger.values, setting, fields)


def step_words(step: Step, setting: Setting, fields: Fields) -> Text:
    return steps.KINDS[step.kind].says(step.values, setting, fields)


def step_kind(step: Step) -> Text:
    return steps.KINDS[step.kind].name


def audience(playbook: Playbook, fields: Fields) -> Text:
    if playbook.audience == EVERYONE:
        return Text("Every customer", "すべての顧客")
    return conditions.sentence(playbook.audience, fields)


def minutes(playbook: Playbook) -> int:
    """What a run costs a colleague if every step is taken; of two arms, the dearer one."""
    return _minutes(playbook.steps)


def _minutes(some: tuple[Step, ...]) -> int:
    own = sum(steps.KINDS[one.kind].minutes(one.values) for one in some)
    return own + sum(max(_minutes(one.then), _minutes(one.otherwise)) for one in some)


def mails(playbook: Playbook) -> int:
    """Mails that reach a person in a run, at most."""
    return sum(steps.KINDS[one.kind].is_mail for one in walked(playbook.steps))


def again(playbook: Playbook) -> Text:
    days = playbook.limits.again.after_days
    if days is None:
        return Text("Never", "なし（1回のみ）")
    if days == 0:
        return Text("At once", "制限なし")
    return Text(f"Once in {days} days", f"{days}日に1回まで")


def hours(playbook: Playbook) -> Text:
    found = playbook.limits.hours
    days = Text("on business days", "営業日") if found.business_days else Text("every day", "毎日")
    return Text(f"{found.first}:00–{found.last}:00 {days.en}", f"{days.ja} {found.first}:00〜{found.last}:00")
